"""The application on a workspace of its own, asked in process or over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websocket
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from meai.app import create_app
from meai.config import Config
from meai.server import LoopbackServer
from meai.web.security import new_token

HOST = "127.0.0.1:5000"


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ME_AI"
    folder.mkdir()
    (folder / "a.md").write_bytes(b"one\r\ntwo\r\n")
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return folder


@pytest.fixture
def app(workspace: Path, tmp_path: Path, token: str) -> Iterator[Flask]:
    """The real application; its children are not started."""
    config = Config(
        workspace=workspace,
        single=None,
        port=0,
        port_given=True,
        open_browser=False,
        model=None,
        data_dir=tmp_path / "data",
        cache_dir=tmp_path / "cache",
        config_file=tmp_path / "config.toml",
    )
    application = create_app(config, token=token)
    yield application
    application.extensions["meai"].upkeep.close()


Ask = Callable[..., TestResponse]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ask(client: FlaskClient, token: str) -> Ask:
    """Ask as the page does: `ask("GET", "/api/documents", headers={"Host": ...})`; a header of None is left out."""

    def ask(method: str, path: str, *, headers: dict[str, str | None] | None = None, **more: Any) -> TestResponse:
        every = {"Host": HOST, "Authorization": f"Bearer {token}", **(headers or {})}
        sent = {name: value for name, value in every.items() if value is not None}
        return client.open(path, method=method, base_url=f"http://{HOST}", headers=sent, **more)

    return ask


@dataclass(frozen=True)
class Live:
    """A server on a port of its own, and how to open a socket to it."""

    port: int
    peers: list[websocket.WebSocket]

    def connect(self, *, timeout_s: float = 10, **options: Any) -> websocket.WebSocket:
        options = {"origin": f"http://127.0.0.1:{self.port}", "timeout": timeout_s, **options}
        self.peers.append(websocket.create_connection(f"ws://127.0.0.1:{self.port}/ws", **options))
        return self.peers[-1]


@pytest.fixture
def live() -> Iterator[Callable[[Any], Live]]:
    """Serve an application: `live(app)`. Its threads end with the test."""
    running: list[tuple[LoopbackServer, threading.Thread]] = []
    peers: list[websocket.WebSocket] = []

    def start(app: Any) -> Live:
        server = LoopbackServer(0, app)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        running.append((server, thread))
        return Live(server.port, peers)

    yield start
    for peer in peers:
        peer.shutdown()
    for server, thread in running:
        server.shutdown()
        thread.join()


def say(socket: websocket.WebSocket, **message: object) -> None:
    socket.send(json.dumps(message))


@pytest.fixture(name="say")
def say_fixture() -> Callable[..., None]:
    """Send a message: `say(socket, type="hello", token=token)`."""
    return say


@pytest.fixture
def hear() -> Callable[..., dict[str, Any]]:
    """Receive the next message of a type: `hear(socket, "delta")`; what comes before is passed over."""

    def hear(socket: websocket.WebSocket, kind: str) -> dict[str, Any]:
        while (message := json.loads(socket.recv()))["type"] != kind:
            pass
        return dict(message)

    return hear
