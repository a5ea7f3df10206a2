"""The workspace that the tests of documents work in."""

from __future__ import annotations

from pathlib import Path

import pytest

from meai.documents.store import DocumentStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ME_AI"
    folder.mkdir()
    return folder


@pytest.fixture
def store(root: Path) -> DocumentStore:
    """A store without a history; what it deletes goes to `data/trash` beside the workspace."""
    return DocumentStore(root, trash=root.parent / "data" / "trash")
