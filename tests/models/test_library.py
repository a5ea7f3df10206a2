from __future__ import annotations

import os
from pathlib import Path

import pytest

from meai.errors import ModelRefused, NoModel
from meai.models.catalogue import CatalogueEntry
from meai.models.library import ModelLibrary, check_model

from .conftest import CONTENT


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    own, data = tmp_path / "own", tmp_path / "data"
    own.mkdir()
    return own, data


@pytest.fixture
def library(folders: tuple[Path, Path], entry: CatalogueEntry) -> ModelLibrary:
    return ModelLibrary(folders, (entry,))


def put(folder: Path, name: str, content: bytes = CONTENT, age_s: int = 0) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    moment = path.stat().st_mtime - age_s
    os.utime(path, (moment, moment))
    return path


def test_with_no_model_nothing_is_found_and_the_default_is_offered(
    library: ModelLibrary, entry: CatalogueEntry
) -> None:
    assert library.list() == ()
    assert library.find(None) is None
    assert library.offer == entry


def test_a_fetched_default_is_found_and_nothing_is_offered(library: ModelLibrary, folders: tuple[Path, Path]) -> None:
    path = put(folders[1], "tiny-1b.gguf")
    model = library.find(None)
    assert model is not None
    assert (model.name, model.label, model.path, model.size) == ("tiny-1b", "Tiny 1B", path, len(CONTENT))
    assert (model.licence, model.family, model.why) == ("MIT", "tiny", "the default model")
    assert library.offer is None


def test_a_writers_own_model_is_preferred_and_the_newest_of_them(
    library: ModelLibrary, folders: tuple[Path, Path]
) -> None:
    put(folders[1], "tiny-1b.gguf")
    put(folders[0], "old.gguf", age_s=60)
    put(folders[1], "New Model.GGUF", age_s=30)
    assert [model.name for model in library.list()] == ["New Model", "old", "tiny-1b"]
    assert library.find(None) == library.list()[0]


@pytest.mark.parametrize("name", ["tiny-1b", "TINY-1B", "tiny-1b.gguf"])
def test_a_model_is_found_by_its_name_in_the_catalogue(
    library: ModelLibrary, folders: tuple[Path, Path], name: str
) -> None:
    put(folders[1], "tiny-1b.gguf")
    found = library.find(name)
    assert found is not None
    assert (found.name, found.why) == ("tiny-1b", "the model you named")


def test_a_model_is_found_by_its_file_name_without_suffix(library: ModelLibrary, folders: tuple[Path, Path]) -> None:
    path = put(folders[0], "Qwen2.5-0.5B.Q4_0.gguf")
    found = library.find("Qwen2.5-0.5B.Q4_0")
    assert found is not None
    assert (found.path, found.family) == (path, "")


def test_a_model_is_found_by_a_path_anywhere(library: ModelLibrary, tmp_path: Path) -> None:
    path = put(tmp_path, "elsewhere.gguf")
    found = library.find(str(path))
    assert found is not None
    assert (found.path, found.name, found.why) == (path, "elsewhere", "the file you named")


def test_a_catalogue_model_that_is_not_here_says_how_to_get_it(library: ModelLibrary) -> None:
    with pytest.raises(NoModel, match="meai models pull tiny-1b"):
        library.find("tiny-1b")


def test_an_unknown_name_lists_what_there_is(library: ModelLibrary, folders: tuple[Path, Path]) -> None:
    put(folders[0], "mine.gguf")
    with pytest.raises(NoModel, match="no model called theirs; on this machine: mine"):
        library.find("theirs")


def test_an_unknown_catalogue_name_lists_the_catalogue(library: ModelLibrary) -> None:
    with pytest.raises(NoModel, match="no model called huge; it has tiny-1b"):
        library.entry("huge")


def test_a_missing_file_is_refused(library: ModelLibrary, tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="is not there"):
        library.find(str(tmp_path / "gone.gguf"))


def test_a_home_that_is_nobodys_is_refused(library: ModelLibrary) -> None:
    with pytest.raises(ModelRefused, match=r"~nosuch/x\.gguf is not there: ~nosuch names no home folder"):
        library.find("~nosuch/x.gguf")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04" + bytes(100)])
def test_a_file_that_is_not_gguf_is_refused_by_name_and_passed_over_otherwise(
    library: ModelLibrary, folders: tuple[Path, Path], content: bytes
) -> None:
    path = put(folders[0], "broken.gguf", content)
    with pytest.raises(ModelRefused, match="not a GGUF model"):
        library.find(str(path))
    assert library.find(None) is None


def test_a_truncated_catalogue_model_is_refused_and_offered_again(
    library: ModelLibrary, folders: tuple[Path, Path], entry: CatalogueEntry
) -> None:
    put(folders[1], "tiny-1b.gguf", CONTENT[:-1])
    with pytest.raises(ModelRefused, match="fetch it again"):
        library.find("tiny-1b")
    assert library.offer == entry


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_with_a_models_name_is_passed_over(library: ModelLibrary, folders: tuple[Path, Path]) -> None:
    os.mkfifo(folders[0] / "pipe.gguf")
    assert library.list() == ()


def test_a_folder_is_no_model_and_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="is a folder"):
        check_model(tmp_path)
