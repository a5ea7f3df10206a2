"""Settings over HTTP, and how pages hear of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from tests.web.conftest import Ask, Live

FILE = {"Content-Type": "application/octet-stream"}


def test_settings_are_told_with_their_place(ask: Ask, tmp_path: Path) -> None:
    told = ask("GET", "/api/settings").json
    assert told["values"]["theme"] == "system"
    assert (told["file"], told["problem"]) == (str(tmp_path / "config.toml"), None)


def test_a_change_is_kept_and_answered(ask: Ask, tmp_path: Path) -> None:
    told = ask("PATCH", "/api/settings", json={"theme": "dark", "keys": {"bold": "F2"}}).json
    assert (told["values"]["theme"], told["values"]["keys"]) == ("dark", {"bold": "F2"})
    assert 'theme = "dark"' in (tmp_path / "config.toml").read_text()


def test_a_bad_value_is_one_sentence(ask: Ask) -> None:
    answer = ask("PATCH", "/api/settings", json={"theme": "blue"})
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "theme is 'blue', but must be 'system', 'light' or 'dark'."


def test_settings_go_out_as_a_file_and_come_in_again(ask: Ask) -> None:
    ask("PATCH", "/api/settings", json={"theme": "dark"})
    exported = ask("GET", "/api/settings/file")
    assert "attachment" in exported.headers["Content-Disposition"]
    ask("PATCH", "/api/settings", json={"theme": "light", "measure": 50})
    told = ask("PUT", "/api/settings/file", data=exported.data, headers=FILE).json
    assert (told["values"]["theme"], told["values"]["measure"]) == ("dark", 66)
    assert ask("PUT", "/api/settings/file", data=b"\xff\xfe", headers=FILE).status_code == 400
    assert ask("PUT", "/api/settings/file", data=b"theme = 1", headers=FILE).status_code == 400


def test_every_page_hears_of_a_change_and_of_what_can_be_asked_for_then(
    app: Flask,
    ask: Ask,
    token: str,
    live: Callable[[Any], Live],
    say: Callable[..., None],
    hear: Callable[..., dict[str, Any]],
) -> None:
    server = live(app)
    pages = [server.connect(), server.connect()]
    for page in pages:
        say(page, type="hello", token=token)
        assert hear(page, "welcome")["settings"]["theme"] == "system"
    pirate = {"name": "Pirate", "instruction": "Arr", "key": "Alt-p"}
    ask("PATCH", "/api/settings", json={"theme": "dark", "action": [pirate]})
    for page in pages:
        message = hear(page, "settings")
        assert message["values"]["theme"] == "dark"
        assert {"name": "own-pirate", "label": "Pirate", "scope": "replace", "needs": "", "key": "Alt-p"} in message[
            "actions"
        ]
