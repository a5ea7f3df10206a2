"""A model file that a page sends piece by piece: taken whole, refused at its first piece, never half there."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from meai.errors import BadInput, ModelRefused
from meai.models import receiving
from meai.models.choices import Choices
from meai.models.library import ModelLibrary
from meai.models.receiving import receive

from .gguf_files import FLOAT, Gguf, Tensor

LONG = Gguf().with_tensors(Tensor("big", (4096,), FLOAT, size=16_384)).packed()
PIECE = 4096


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "PIECE_BYTES", PIECE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def library(folder: Path) -> ModelLibrary:
    return ModelLibrary((folder,), (), Choices(folder / "choices.json"))


def send(library: ModelLibrary, content: bytes, at: int, *, name: str = "mine.gguf", whole: int = len(LONG)) -> object:
    return receive(library, name, io.BytesIO(content[at : at + PIECE]), at=at, whole=whole)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*")) if folder.exists() else []


def test_a_file_in_pieces_is_a_model_when_the_last_one_has_come(library: ModelLibrary, folder: Path) -> None:
    starts = range(0, len(LONG), PIECE)
    for at in starts[:-1]:
        assert send(library, LONG, at) is None
        assert library.list() == ()
    send(library, LONG, starts[-1])
    assert (folder / "mine.gguf").read_bytes() == LONG
    assert [model.name for model in library.list()] == ["mine"]
    assert left(folder) == ["mine.gguf"]


def test_a_file_that_is_no_model_is_refused_at_its_first_piece_and_nothing_stays(
    library: ModelLibrary, folder: Path
) -> None:
    with pytest.raises(ModelRefused, match=r"The model file film\.gguf is not used: it is not a GGUF"):
        send(library, b"\0" * len(LONG), 0, name="film.gguf")
    assert left(folder) == []


def test_a_file_sent_anew_begins_anew(library: ModelLibrary, folder: Path) -> None:
    send(library, LONG, 0)
    send(library, LONG, PIECE)
    send(library, LONG, 0)
    with pytest.raises(BadInput, match="does not follow"):
        send(library, LONG, 2 * PIECE)
    assert left(folder) == []


@pytest.mark.parametrize("cut", [1, PIECE - 1])
def test_a_piece_that_broke_off_is_told_and_nothing_stays(library: ModelLibrary, folder: Path, cut: int) -> None:
    with pytest.raises((BadInput, ModelRefused)):
        receive(library, "mine.gguf", io.BytesIO(LONG[:cut]), at=0, whole=len(LONG))
    assert left(folder) == []


def test_more_than_was_told_is_refused(library: ModelLibrary, folder: Path) -> None:
    with pytest.raises((BadInput, ModelRefused)):
        receive(library, "mine.gguf", io.BytesIO(LONG), at=0, whole=len(LONG) - 1)
    assert left(folder) == []


@pytest.mark.parametrize(
    "name",
    ["notes.txt", ".gguf", "a/b.gguf", "..\\b.gguf", ".hidden.gguf", "a\nb.gguf", "x" * 300 + ".gguf", "a:b.gguf"],
)
def test_a_name_that_no_file_should_have_is_refused(library: ModelLibrary, folder: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"ends in \.gguf"):
        send(library, LONG, 0, name=name)
    assert left(folder) == []


def test_a_name_that_is_taken_is_told_before_anything_travels(library: ModelLibrary, folder: Path) -> None:
    folder.mkdir()
    (folder / "mine.gguf").write_bytes(LONG)
    with pytest.raises(BadInput, match="called MINE already"):
        send(library, LONG, 0, name="MINE.gguf")


def test_a_disk_without_room_is_told_before_anything_travels(library: ModelLibrary, folder: Path) -> None:
    with pytest.raises(BadInput, match="make room, or give the path"):
        send(library, LONG, 0, whole=1 << 60)
    assert left(folder) == []


def test_what_nobody_finished_is_cleared_away_a_day_later(library: ModelLibrary, folder: Path) -> None:
    send(library, LONG, 0, name="old.gguf")
    (arriving,) = folder.iterdir()
    os.utime(arriving, (1, 1))
    send(library, LONG, 0)
    assert left(folder) == ["mine.gguf.arriving"]
