"""Adapters are kept by name with their model, strength and actions, and judged again whenever they are to be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from meai.adapted import adapters_for
from meai.errors import BadInput, ModelRefused
from meai.models.adapters import add, kept_adapters, remove
from meai.models.choices import Choices, KeptAdapter
from meai.models.library import Model, ModelLibrary

from .adapter_files import adapter, pair
from .test_lora import BASE, MATRIX, SOUND


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "base.gguf").write_bytes(BASE.packed())
    return ModelLibrary((folder,), (), Choices(folder / "choices.json"))


@pytest.fixture
def base(library: ModelLibrary) -> Model:
    (model,) = library.list()
    return model


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "my voice.gguf"
    path.write_bytes(SOUND.packed())
    return path


def test_an_adapter_is_kept_with_its_model_and_used_until_it_is_taken_out(
    library: ModelLibrary, base: Model, voice: Path
) -> None:
    added = add(library, voice, base, scale=0.5, actions=("make-fluent",))
    assert added.name == "my-voice"
    assert kept_adapters(library) == {"my-voice": KeptAdapter(str(voice), "base", 0.5, ("make-fluent",))}
    (running,) = adapters_for(library, base)
    assert (running.path, running.scale, running.actions, running.problem) == (str(voice), 0.5, ("make-fluent",), "")
    assert f"stays at {voice}" in remove(library, "my-voice")
    assert adapters_for(library, base) == ()
    assert voice.exists()


def test_the_same_file_added_again_changes_how_it_is_used(library: ModelLibrary, base: Model, voice: Path) -> None:
    add(library, voice, base)
    add(library, voice, base, scale=2.0)
    assert [kept.scale for kept in kept_adapters(library).values()] == [2.0]


def test_another_file_of_that_name_is_told(library: ModelLibrary, base: Model, voice: Path, tmp_path: Path) -> None:
    add(library, voice, base)
    other = tmp_path / "other" / voice.name
    other.parent.mkdir()
    other.write_bytes(SOUND.packed())
    with pytest.raises(BadInput, match="an adapter called my-voice already"):
        add(library, other, base)


@pytest.mark.parametrize("scale", [0.0, 9.0, -20.0, float("nan"), float("inf")])
def test_a_strength_that_makes_no_sense_is_refused(
    library: ModelLibrary, base: Model, voice: Path, scale: float
) -> None:
    with pytest.raises(BadInput, match="strength is a number"):
        add(library, voice, base, scale=scale)
    assert kept_adapters(library) == {}


def test_an_adapter_for_another_model_does_not_come_in(library: ModelLibrary, base: Model, voice: Path) -> None:
    voice.write_bytes(adapter(*pair(MATRIX, 16, 4)).packed())
    with pytest.raises(ModelRefused, match="made for another model than base"):
        add(library, voice, base)
    assert kept_adapters(library) == {}


def test_what_became_of_a_file_meanwhile_is_told_with_the_way_out(
    library: ModelLibrary, base: Model, voice: Path
) -> None:
    add(library, voice, base)
    voice.unlink()
    (running,) = adapters_for(library, base)
    assert "cannot be read" in running.problem
    assert "meai models adapter remove my-voice" in running.problem


def test_other_models_have_nothing_of_it(library: ModelLibrary, base: Model, voice: Path, tmp_path: Path) -> None:
    add(library, voice, base)
    (tmp_path / "models" / "other.gguf").write_bytes(BASE.packed())
    other = library.find("other")
    assert other is not None
    assert adapters_for(library, other) == ()


def test_what_cannot_be_taken_out_is_told(library: ModelLibrary) -> None:
    with pytest.raises(BadInput, match="no adapter called nothing; there is none"):
        remove(library, "nothing")
