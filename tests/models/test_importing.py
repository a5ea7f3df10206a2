"""A writer's own file comes in by a link or a copy, is chosen, and goes out again; a hostile one never comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from meai.errors import BadInput, ModelRefused, NoModel
from meai.models.catalogue import CatalogueEntry
from meai.models.choices import Choices
from meai.models.importing import import_model, path_of, remove, use
from meai.models.library import ModelLibrary

from .gguf_files import tiny_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A model that another program keeps."""
    path = tmp_path / "studio" / "me" / "theirs.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(tiny_model())
    return path


@pytest.fixture
def library(folder: Path, kept: Path, entry: CatalogueEntry) -> ModelLibrary:
    return open_again(folder, kept, entry)


def open_again(folder: Path, kept: Path, entry: CatalogueEntry) -> ModelLibrary:
    places = (("LM Studio", kept.parents[1]),)
    return ModelLibrary((folder,), (entry,), Choices(folder / "choices.json"), places)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.gguf"
    path.write_bytes(tiny_model())
    return path


def test_a_linked_file_stays_where_it_is(library: ModelLibrary, mine: Path, folder: Path) -> None:
    model = import_model(library, mine, copy=False)
    assert (model.name, model.path) == ("mine", mine)
    assert list(folder.glob("*.gguf")) == []
    assert [one.name for one in library.list()] == ["mine"]


def test_a_copied_file_is_the_librarys(library: ModelLibrary, mine: Path, folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    model = import_model(library, mine, copy=True, progress=lambda done, total: steps.append((done, total)))
    assert model.path == folder / "mine.gguf"
    assert model.path.read_bytes() == mine.read_bytes()
    assert steps == [(len(tiny_model()), len(tiny_model()))]
    mine.unlink()
    assert library.find("mine") is not None


def test_the_same_file_may_be_linked_again(library: ModelLibrary, mine: Path) -> None:
    assert import_model(library, mine, copy=False).path == import_model(library, mine, copy=False).path


def test_a_name_that_is_taken_is_told(library: ModelLibrary, mine: Path, tmp_path: Path) -> None:
    import_model(library, mine, copy=True)
    other = tmp_path / "other" / "MINE.gguf"
    other.parent.mkdir()
    other.write_bytes(tiny_model())
    with pytest.raises(BadInput, match="called MINE already"):
        import_model(library, other, copy=False)


@pytest.mark.parametrize("copy", [True, False])
def test_a_hostile_file_does_not_come_in(library: ModelLibrary, tmp_path: Path, folder: Path, copy: bool) -> None:
    hostile = tmp_path / "hostile.gguf"
    hostile.write_bytes(b"GGUF\x03\0\0\0" + b"\xff" * 100)
    with pytest.raises(ModelRefused, match="is not used: "):
        import_model(library, hostile, copy=copy)
    assert library.list() == ()
    assert not folder.exists()


def test_a_model_that_is_used_is_found_first_by_the_next_program(
    library: ModelLibrary, mine: Path, folder: Path, kept: Path, entry: CatalogueEntry
) -> None:
    newest = folder / "newest.gguf"
    folder.mkdir(parents=True)
    newest.write_bytes(tiny_model())
    assert use(library, str(mine)).path == mine
    found = open_again(folder, kept, entry).find(None)
    assert found is not None
    assert found.path == mine


def test_a_model_that_another_program_keeps_is_seen_and_used_without_a_copy(
    library: ModelLibrary, kept: Path, folder: Path
) -> None:
    (seen,) = library.kept_elsewhere()
    assert (seen.name, seen.program, seen.path) == ("theirs", "LM Studio", kept)
    assert library.find(None) is None
    assert use(library, "theirs").path == kept
    assert library.kept_elsewhere() == ()
    found = library.find(None)
    assert found is not None
    assert found.path == kept
    assert list(folder.glob("*.gguf")) == []


def test_a_chosen_model_that_went_away_gives_way_to_the_best_there_is(
    library: ModelLibrary, mine: Path, folder: Path
) -> None:
    use(library, str(mine))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "left.gguf").write_bytes(tiny_model())
    mine.unlink()
    found = library.find(None)
    assert found is not None
    assert found.name == "left"


def test_what_is_not_there_cannot_be_used(library: ModelLibrary) -> None:
    with pytest.raises(NoModel, match="no model called nothing"):
        use(library, "nothing")


def test_removing_deletes_a_file_of_the_library_and_only_forgets_a_linked_one(
    library: ModelLibrary, mine: Path, folder: Path, tmp_path: Path
) -> None:
    second = tmp_path / "second.gguf"
    second.write_bytes(tiny_model())
    import_model(library, mine, copy=True)
    import_model(library, second, copy=False)
    assert "is deleted" in remove(library, "mine")
    assert "stays at" in remove(library, "second")
    assert library.list() == ()
    assert second.exists()
    assert not (folder / "mine.gguf").exists()


def test_another_programs_file_is_not_removed(library: ModelLibrary, kept: Path) -> None:
    with pytest.raises(BadInput, match="kept by LM Studio"):
        remove(library, "theirs")
    assert kept.exists()


def test_a_file_anywhere_is_not_removed(library: ModelLibrary, mine: Path) -> None:
    with pytest.raises(BadInput, match="no model of the library"):
        remove(library, str(mine))
    assert mine.exists()


@pytest.mark.parametrize("say", ["{}", " {} ", '"{}"', "'{}'", "file://{}"])
def test_a_path_is_understood_as_people_copy_it(mine: Path, say: str) -> None:
    assert path_of(say.format(mine)) == mine


@pytest.mark.parametrize(
    "said", ["", "mine.gguf", "../mine.gguf", "models/mine.gguf", "file:", "/a\0b", "~nosuch/x.gguf"]
)
def test_what_is_no_whole_path_is_refused(said: str) -> None:
    with pytest.raises(BadInput):
        path_of(said)
