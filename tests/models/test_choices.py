"""What a writer chose outlives the program, and a damaged note of it harms nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from meai.errors import BadInput
from meai.models.choices import Choices, Chosen, Learnt


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    return Choices(tmp_path / "models" / "choices.json")


def test_nothing_is_chosen_at_first(choices: Choices) -> None:
    assert choices.read() == Chosen()


def test_what_was_chosen_is_there_for_the_next_program(choices: Choices, tmp_path: Path) -> None:
    choices.use("mine")
    choices.link("mine", tmp_path / "mine.gguf")
    choices.learn("big", Learnt("ab" * 32, 10))
    again = Choices(tmp_path / "models" / "choices.json").read()
    assert again == Chosen("mine", {"mine": str(tmp_path / "mine.gguf")}, {"big": Learnt("ab" * 32, 10)})


def test_what_is_forgotten_is_neither_linked_nor_used_but_its_hash_stays(choices: Choices, tmp_path: Path) -> None:
    choices.link("mine", tmp_path / "mine.gguf")
    choices.learn("mine", Learnt("ab" * 32, 10))
    choices.use("mine")
    choices.forget("mine")
    assert choices.read() == Chosen(learnt={"mine": Learnt("ab" * 32, 10)})


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"use": 3, "linked": 4}', b'{"learnt": {"x": {}}}', b"\xff"])
def test_a_damaged_note_is_as_if_nothing_were_chosen_and_can_be_written_anew(
    choices: Choices, tmp_path: Path, damage: bytes
) -> None:
    file = tmp_path / "models" / "choices.json"
    file.parent.mkdir()
    file.write_bytes(damage)
    assert choices.read() == Chosen()
    choices.use("mine")
    assert choices.read().use == "mine"


def test_choices_made_at_once_are_all_kept(choices: Choices, tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=choices.link, args=(f"model-{number}", tmp_path / f"{number}.gguf"))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(choices.read().linked) == 12


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file stands where the folder should be")
    with pytest.raises(BadInput, match="is the folder writable"):
        Choices(tmp_path / "models" / "choices.json").use("mine")
