"""What a page does to its server, without a browser: it opens, saves, creates and journals. Judges nothing."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

import websocket

from tests.conftest import Server

# What a request to a server that was killed ends with.
GONE = (ConnectionError, http.client.HTTPException, websocket.WebSocketException)


class Refused(Exception):
    """The server answered a request with another status than it should."""


class Page:
    """A connection to *server*, over which requests go one after the other."""

    def __init__(self, server: Server, timeout_s: float = 60) -> None:
        self._server = server
        self._timeout_s = timeout_s
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=timeout_s)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """Return the answer's JSON, or None where it has no content. Raises Refused, and GONE for a dead server.

        A *body* of bytes is sent as it is, another as a browser writes it: only half of a pair is escaped.
        """
        content = body if isinstance(body, bytes) or body is None else _written(body)
        kind = {"Content-Type": "application/octet-stream" if isinstance(body, bytes) else "application/json"}
        self._connection.request(method, path, content, {**self._server.headers, **kind, **(headers or {})})
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer.status} {data.decode()}")
        return json.loads(data) if data else None

    def open(self, name: str) -> Any:
        """Return the document *name*."""
        return self.ask("GET", f"/api/documents/{quote(name)}")

    def save(self, name: str, text: str, base: str | None, **more: object) -> Any:
        """Save *text*, made of what has the ETag *base*; None creates the document."""
        condition = {"If-None-Match": "*"} if base is None else {"If-Match": base}
        return self.ask("PUT", f"/api/documents/{quote(name)}", {"text": text, **more}, condition)

    def socket(self) -> websocket.WebSocket:
        """Return a socket that was welcomed."""
        address = self._server.url.replace("http", "ws", 1) + "/ws"
        socket = websocket.create_connection(address, origin=self._server.url, timeout=self._timeout_s)
        say(socket, "hello", token=self._server.token)
        hear(socket, "welcome")
        return socket


def _written(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


def say(socket: websocket.WebSocket, kind: str, **fields: object) -> None:
    """Send a message."""
    socket.send(json.dumps({"type": kind, **fields}))


def hear(socket: websocket.WebSocket, *kinds: str) -> dict[str, Any]:
    """Return the next message of one of *kinds*; what comes before is passed over."""
    while True:
        raw = socket.recv()
        if not raw:  # so ends a connection that was closed
            raise websocket.WebSocketConnectionClosedException("The server is gone.")
        message: dict[str, Any] = json.loads(raw)
        if message["type"] in kinds:
            return message
