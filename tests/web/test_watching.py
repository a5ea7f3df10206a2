"""From the disk to the page and from the page to the journal, through the real application."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websocket
from flask import Flask

from meai.documents.encoding import etag_of

Say = Callable[..., None]
Hear = Callable[..., dict[str, Any]]
WITHIN_S = 2.0


@pytest.fixture
def page(app: Flask, live: Any, token: str, say: Say, hear: Hear) -> Iterator[websocket.WebSocket]:
    """A page that has been welcomed, on an application that watches its workspace."""
    services = app.extensions["meai"]
    services.watch.start()
    page = live(app).connect()
    say(page, type="hello", token=token)
    hear(page, "welcome")
    yield page
    services.watch.close()
    services.channels.close()


def hear_of(page: websocket.WebSocket, hear: Hear, name: str, etag: str | None) -> float:
    """Return after how many seconds the page hears that *name* has *etag*."""
    began = time.monotonic()
    while (told := hear(page, "changed")) != {"type": "changed", "name": name, "etag": etag}:
        assert told["name"] == name
    return time.monotonic() - began


@pytest.mark.alone
def test_a_change_by_another_program_is_told_within_two_seconds(
    page: websocket.WebSocket, workspace: Path, hear: Hear
) -> None:
    for text in (b"two", b"three"):
        (workspace / "a.md").write_bytes(text)
        assert hear_of(page, hear, "a.md", etag_of(text)) < WITHIN_S
    (workspace / "a.md").unlink()
    assert hear_of(page, hear, "a.md", None) < WITHIN_S
    assert hear(page, "listed") == {"type": "listed"}


def test_a_save_of_one_tab_is_told_to_the_others_with_the_etag_it_was_answered(
    page: websocket.WebSocket, ask: Callable[..., Any], hear: Hear
) -> None:
    etag = ask("GET", "/api/documents/a.md").json["etag"]
    saved = ask("PUT", "/api/documents/a.md", json={"text": "mine\n"}, headers={"If-Match": etag}).json
    assert hear_of(page, hear, "a.md", saved["etag"]) < WITHIN_S


@pytest.mark.slow
def test_a_draft_outlives_a_server_that_is_killed(start_server: Callable[..., Any], tmp_path: Path) -> None:
    workspace = tmp_path / "letters"
    workspace.mkdir()
    environment = {"MEAI_DATA_DIR": str(tmp_path / "data")}
    first = start_server(workspace, environment=environment)
    draft = {"name": "a.md", "base": "", "text": "unsaved words", "client": "page", "seq": 1}
    page = websocket.create_connection(f"{first.url.replace('http', 'ws')}/ws", origin=first.url, timeout=10)
    page.send(json.dumps({"type": "hello", "token": first.token}))
    page.send(json.dumps({"type": "draft", **draft}))
    ends_at = time.monotonic() + 10
    while not drafts_of(first) and time.monotonic() < ends_at:
        time.sleep(0.02)
    first.process.kill()
    first.process.wait()
    page.shutdown()
    (kept,) = drafts_of(start_server(workspace, environment=environment))
    assert {key: kept[key] for key in draft} == draft


def drafts_of(server: Any) -> list[dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    try:
        connection.request("GET", "/api/drafts", headers=server.headers)
        return list(json.load(connection.getresponse())["drafts"])
    finally:
        connection.close()
