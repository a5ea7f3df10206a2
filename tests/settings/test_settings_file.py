"""The file of settings: what a writer wrote in there stays, and a bad value changes nothing."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.errors import BadInput, DocumentNotWritten
from meai.settings.file import SettingsFile
from meai.settings.values import OwnAction, Settings

BY_HAND = """\
# My own machine.
port = 8000 # not the usual one

theme = "dark" # easier on the eyes

[keys]
# As in my other editor.
bold = "Mod-Alt-b" # b for bold

[[action]]
name = "Subject line" # asked for every week
instruction = "Say this in eight words: {{selection}}"
"""


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "conf" / "config.toml")


@pytest.fixture
def by_hand(settings: SettingsFile) -> SettingsFile:
    settings.file.parent.mkdir()
    settings.file.write_text(BY_HAND, encoding="utf-8")
    return settings


def test_without_a_file_everything_is_by_default(settings: SettingsFile) -> None:
    assert settings.settings == Settings()
    assert settings.problem == ""
    assert not settings.file.exists()


def test_a_change_makes_the_file_and_is_read_by_the_next_start(settings: SettingsFile) -> None:
    settings.change({"theme": "light", "text_size": 120})
    assert SettingsFile(settings.file).settings == Settings(theme="light", text_size=120)


def test_a_change_touches_nothing_else_in_the_file(by_hand: SettingsFile) -> None:
    by_hand.change({"measure": 72, "theme": "light", "keys": {"bold": "Mod-Alt-b", "italic": "F2"}})
    text = by_hand.file.read_text(encoding="utf-8")
    comments = [line.partition("#")[2] for line in BY_HAND.splitlines() if "#" in line]
    assert [comment for comment in comments if comment not in text] == []
    assert tomllib.loads(text) == tomllib.loads(BY_HAND) | {
        "theme": "light",
        "measure": 72,
        "keys": {"bold": "Mod-Alt-b", "italic": "F2"},
    }


def test_an_action_that_stays_keeps_its_comments(by_hand: SettingsFile) -> None:
    (first,) = tomllib.loads(BY_HAND)["action"]
    by_hand.change({"action": [first, {"name": "Pirate", "instruction": "Arr", "key": "Alt-p"}]})
    assert "asked for every week" in by_hand.file.read_text(encoding="utf-8")
    assert [action.name for action in by_hand.settings.action] == ["Subject line", "Pirate"]


def test_none_is_the_default_again(by_hand: SettingsFile) -> None:
    by_hand.change({"theme": None, "action": [], "keys": {}})
    assert by_hand.settings == Settings()
    assert by_hand.file.read_text(encoding="utf-8").startswith("# My own machine.\nport = 8000")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"theme": "blue"}, "theme is 'blue', but must be 'system', 'light' or 'dark'."),
        ({"text_size": 20}, "text_size is 20, but must be a whole number from 70 to 200."),
        ({"text_size": True}, "text_size is True, but must be a whole number from 70 to 200."),
        ({"autosave": 0.1}, "autosave is 0.1, but must be 0, or seconds from 0.5 to 60."),
        ({"underlines": "no"}, "underlines is 'no', but must be true or false."),
        ({"keys": {"bold": "Ctrl B"}}, "and 'Ctrl B' is none."),
        ({"keys": {"bold": "Mod-b", "italic": "Mod-B"}}, "'Mod-b' is that of the command 'bold' and of the command"),
        ({"action": [{"name": "x", "instruction": " "}]}, "actions with a name and an instruction that are not empty."),
        ({"action": [1]}, "action is [1], but must be actions with a name and an instruction that are not empty."),
        ({"action": [{"name": "\ud800a", "instruction": "x"}]}, "half of a character"),
        ({"colour": "red"}, "colour is no setting; there are action, autosave,"),
    ],
)
def test_a_bad_value_is_one_sentence_and_changes_nothing(
    by_hand: SettingsFile, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        by_hand.change({"measure": 50, **changes})
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert by_hand.file.read_text(encoding="utf-8") == BY_HAND
    assert by_hand.settings.measure == 66


def test_what_is_written_by_hand_meanwhile_is_heard_of(by_hand: SettingsFile) -> None:
    heard: list[Settings] = []
    assert by_hand.settings.theme == "dark"
    by_hand.listen(heard.append)
    by_hand.file.write_text('theme = "light"\nmeasure = 50\n', encoding="utf-8")
    assert (by_hand.settings.theme, by_hand.settings.measure) == ("light", 50)
    by_hand.look()
    assert heard == [Settings(theme="light", measure=50)]


def test_a_file_that_was_spoilt_by_hand_is_told_and_never_overwritten(by_hand: SettingsFile) -> None:
    assert by_hand.settings.theme == "dark"
    by_hand.file.write_text("theme = dark\n", encoding="utf-8")
    assert by_hand.settings.theme == "dark"
    assert by_hand.problem.startswith(f"The config file {by_hand.file} cannot be read")
    with pytest.raises(BadInput):
        by_hand.change({"theme": "light"})
    assert by_hand.file.read_text(encoding="utf-8") == "theme = dark\n"


def test_what_is_exported_holds_nothing_of_the_machine_and_can_be_brought_elsewhere(
    by_hand: SettingsFile, tmp_path: Path
) -> None:
    elsewhere = SettingsFile(tmp_path / "elsewhere.toml")
    elsewhere.file.write_text("port = 9000\nmeasure = 50\n", encoding="utf-8")
    exported = by_hand.text()
    assert "port" not in exported
    assert "# As in my other editor." in exported
    elsewhere.replace(exported)
    assert elsewhere.settings == by_hand.settings
    assert tomllib.loads(elsewhere.file.read_text(encoding="utf-8"))["port"] == 9000


def test_settings_brought_with_a_bad_value_change_nothing(by_hand: SettingsFile) -> None:
    for text in ('theme = "blue"', "theme = ", "\0", "[keys]\nbold = 1", "x = " + "[" * 100_000):
        with pytest.raises(BadInput):
            by_hand.replace(text)
    assert by_hand.file.read_text(encoding="utf-8") == BY_HAND


def test_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    kept = tmp_path / "dotfiles.toml"
    kept.write_text(BY_HAND, encoding="utf-8")
    link = tmp_path / "config.toml"
    os.symlink(kept, link)
    SettingsFile(link).change({"theme": "light"})
    assert link.is_symlink()
    assert 'theme = "light"' in kept.read_text(encoding="utf-8")


def test_a_disk_that_refuses_is_told_and_the_settings_stay(settings: SettingsFile) -> None:
    settings.file.parent.write_text("a file where the folder should be")
    with pytest.raises((DocumentNotWritten, BadInput)):
        settings.change({"theme": "dark"})
    assert settings.settings == Settings()


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda text: any(map(str.isalnum, text)))


@given(
    st.lists(st.builds(OwnAction, TEXTS, TEXTS, st.just("")), max_size=3, unique_by=lambda each: each.name.casefold())
)
def test_any_words_of_a_writer_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, actions: list[OwnAction]
) -> None:
    settings = SettingsFile(tmp_path_factory.mktemp("any") / "config.toml")
    kept = [OwnAction(each.name.strip(), each.instruction.strip(), "") for each in actions]
    if len({each.name.casefold() for each in kept}) < len(kept):
        return
    settings.change({"action": [{"name": each.name, "instruction": each.instruction} for each in actions]})
    assert list(SettingsFile(settings.file).settings.action) == kept
