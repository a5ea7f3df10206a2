"""Exports over HTTP, with the images of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., Any]


def exported(ask: Ask, **fields: str) -> Any:
    return ask("POST", "/api/export", json={"format": "html", "name": "Posts/a.md", "text": "# Hi\n", **fields})


@pytest.mark.parametrize(
    ("target", "filename", "media_type"),
    [("html", "a.html", "text/html"), ("rich-text", "a.html", "text/html"), ("text", "a.txt", "text/plain")],
)
def test_a_text_is_exported(ask: Ask, target: str, filename: str, media_type: str) -> None:
    answer = exported(ask, format=target)
    assert answer.status_code == 200
    assert set(answer.json) == {"filename", "media_type", "content", "disclosure", "parts", "facts", "report"}
    assert (answer.json["filename"], answer.json["media_type"]) == (filename, media_type)
    assert "Hi" in answer.json["content"]
    assert answer.json["report"] == []


def test_images_come_from_the_workspace_and_missing_ones_are_told(ask: Ask, workspace: Path) -> None:
    (workspace.parent / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\nsecret")
    text = "![here](../a.png)\n\n![gone](gone.png)\n\n![out](../../secret.png)\n"
    answer = exported(ask, text=text).json
    assert answer["content"].count("data:image/png;base64,") == 1
    assert {frozenset(note) for note in answer["report"]} == {
        frozenset(("line", "kind", "construct", "message", "fix"))
    }
    assert [note["line"] for note in answer["report"] if note["kind"] == "lost"] == [2, 4]


@pytest.mark.parametrize("fields", [{"format": "pdf"}, {"format": ""}])
def test_an_unknown_format_is_refused(ask: Ask, fields: dict[str, str]) -> None:
    answer = exported(ask, **fields)
    assert answer.status_code == 400
    assert "html, email, " in answer.json["error"]["message"]


@pytest.mark.parametrize("missing", ["format", "name", "text"])
def test_each_field_is_needed(ask: Ask, missing: str) -> None:
    fields = {"format": "html", "name": "a.md", "text": ""}
    del fields[missing]
    answer = ask("POST", "/api/export", json=fields)
    assert answer.status_code == 400
    assert f"“{missing}”" in answer.json["error"]["message"]
