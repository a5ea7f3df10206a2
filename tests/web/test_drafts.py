"""Unsaved texts over HTTP, from the socket's journal to the save that takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from meai.documents.encoding import etag_of
from meai.documents.journal import Draft, Journal

Ask = Callable[..., Any]
ETAG = etag_of(b"one\r\ntwo\r\n")
DRAFT = Draft("a.md", ETAG, "one\ntwo, and more\n", "page", 3)


@pytest.fixture
def journal(app: Flask) -> Journal:
    journal: Journal = app.extensions["meai"].journal
    return journal


def test_what_was_not_saved_is_offered(ask: Ask, journal: Journal) -> None:
    journal.keep(DRAFT)
    (told,) = ask("GET", "/api/drafts").json["drafts"]
    assert told.pop("at").endswith("Z")
    assert told == {"name": "a.md", "base": ETAG, "text": DRAFT.text, "client": "page", "seq": 3}


@pytest.mark.parametrize(("seq", "left"), [(2, 1), (3, 0), (4, 0)])
def test_a_save_takes_the_draft_up_to_its_number(ask: Ask, journal: Journal, seq: int, left: int) -> None:
    journal.keep(DRAFT)
    body = {"text": "saved\n", "client": "page", "seq": seq}
    assert ask("PUT", "/api/documents/a.md", json=body, headers={"If-Match": ETAG}).status_code == 200
    assert len(ask("GET", "/api/drafts").json["drafts"]) == left


def test_a_save_that_failed_takes_nothing(ask: Ask, journal: Journal) -> None:
    journal.keep(DRAFT)
    body = {"text": "saved\n", "client": "page", "seq": 3}
    assert ask("PUT", "/api/documents/a.md", json=body, headers={"If-Match": etag_of(b"")}).status_code == 412
    assert len(ask("GET", "/api/drafts").json["drafts"]) == 1


def test_what_the_file_says_already_is_no_draft(ask: Ask, journal: Journal, workspace: Path) -> None:
    journal.keep(DRAFT)
    (workspace / "a.md").write_bytes(DRAFT.text.replace("\n", "\r\n").encode())
    assert ask("GET", "/api/drafts").json == {"drafts": []}
    assert journal.list() == ()


def test_the_draft_of_a_document_that_is_gone_is_offered(ask: Ask, journal: Journal, workspace: Path) -> None:
    journal.keep(DRAFT)
    (workspace / "a.md").unlink()
    assert len(ask("GET", "/api/drafts").json["drafts"]) == 1


@pytest.mark.parametrize(("query", "left"), [("", 0), ("?client=page", 0), ("?client=other", 1)])
def test_drafts_are_dropped(ask: Ask, journal: Journal, query: str, left: int) -> None:
    journal.keep(DRAFT)
    assert ask("DELETE", f"/api/drafts/a.md{query}").status_code == 204
    assert len(journal.list()) == left
