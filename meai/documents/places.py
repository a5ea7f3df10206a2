"""Where ME_AI keeps what belongs to one workspace: in the user's data folder, never in the workspace. Makes nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def workspace_id(root: Path) -> str:
    """Return what tells the folder *root* from one of the same name elsewhere: 16 characters, always the same."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]


def history_file(data_dir: Path, root: Path) -> Path:
    """Return the database with the history of the workspace *root*."""
    return data_dir / "history" / f"{workspace_id(root)}.sqlite"


def drafts_folder(data_dir: Path, root: Path) -> Path:
    """Return the folder of what was written in the workspace *root* and not saved."""
    return data_dir / "drafts" / workspace_id(root)


def trash_folder(data_dir: Path, root: Path) -> Path:
    """Return the folder of what was deleted in the workspace *root*."""
    return data_dir / "trash" / workspace_id(root)
