"""A tiny model, the catalogue entry for it, and a wheel that carries it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from meai.models.catalogue import CatalogueEntry, WheelSource

from .gguf_files import tiny_model

CONTENT = tiny_model()
MakeWheel = Callable[..., Path]


@pytest.fixture
def entry() -> CatalogueEntry:
    return CatalogueEntry(
        name="tiny-1b",
        label="Tiny 1B",
        licence="MIT",
        licence_url="https://spdx.org/licenses/MIT.html",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        family="tiny",
        file="tiny-1b.gguf",
        source=WheelSource("tiny-model", "1.0", "tiny_model/tiny.gguf", size=20_000),
    )


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def make_wheel(index: Path, entry: CatalogueEntry) -> MakeWheel:
    """Put a wheel with *content* at *member* where pip will find it."""

    def make(content: bytes = CONTENT, member: str = entry.source.member) -> Path:
        stem = f"tiny_model-{entry.source.version}"
        path = index / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr(member, content)
            wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(
                f"{stem}.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\nRequires-Dist: surely-not-there\n",
            )
            wheel.writestr(f"{stem}.dist-info/RECORD", "")
        return path

    return make
