"""A server with the OpenAI API that does what a test tells it to, faults above all. Plays no model."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Step = bytes | threading.Event
"""What is sent, or what is waited for before the next step."""


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    gone: threading.Event = field(default_factory=threading.Event)
    """Whether who asked went away before the answer ended."""


Script = Callable[[Asked], Iterable[Step]]


def answered(told: object, status: str = "200 OK", *, kind: str = "application/json", more: str = "") -> list[Step]:
    """The whole of an answer, *told* as JSON or as it is."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return [head.encode() + body]


def streamed(*steps: Step | str | dict[str, Any], done: bool = True) -> list[Step]:
    """A stream of chat, each text one event; other steps as they are."""
    sent: list[Step] = [b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"]
    for step in steps:
        if isinstance(step, str):
            step = {"choices": [{"index": 0, "delta": {"content": step}, "finish_reason": None}]}
        sent.append(b"data: " + json.dumps(step).encode() + b"\n\n" if isinstance(step, dict) else step)
    return [*sent, b"data: [DONE]\n\n"] if done else sent


def models(*ids: str, owned_by: str = "somebody") -> list[Step]:
    """A list of models."""
    return answered({"object": "list", "data": [{"id": name, "owned_by": owned_by} for name in ids]})


NOTHING_THERE = answered({"error": {"message": "File Not Found"}}, "404 Not Found")


class FaultyServer(socketserver.ThreadingTCPServer):
    """Answers each path as its script says; what has none is not there."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {"/v1/models": lambda asked: models("toy-1b")}
        self.asked: list[Asked] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """As `--engine` takes it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def chats(self, *answers: Iterable[Step]) -> None:
        """Answer the chats that come with *answers*, one after another; the last one from then on."""
        left = [list(answer) for answer in answers]
        self.scripts["/v1/chat/completions"] = lambda asked: left.pop(0) if len(left) > 1 else left[0]

    def to(self, path: str) -> list[Asked]:
        """What came for *path* so far."""
        return [asked for asked in self.asked if asked.path == path]


class _Handler(socketserver.StreamRequestHandler):
    server: FaultyServer

    def handle(self) -> None:
        asked = self._read()
        if asked is None:
            return
        self.server.asked.append(asked)
        script = self.server.scripts.get(asked.path, lambda asked: NOTHING_THERE)
        try:
            for step in script(asked):
                if isinstance(step, bytes):
                    self.wfile.write(step)
                else:
                    self._wait(step, asked)
        except OSError:
            asked.gone.set()

    def _wait(self, step: threading.Event, asked: Asked) -> None:
        self.connection.settimeout(0.01)
        while not step.is_set():
            try:
                if self.connection.recv(1) == b"":
                    asked.gone.set()
                    return
            except TimeoutError:
                continue

    def _read(self) -> Asked | None:
        first = self.rfile.readline().split()
        if len(first) < 2:
            return None
        headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        return Asked(first[1].decode(), headers, json.loads(body) if body else {})


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """Serve on a free port of this machine."""
    with FaultyServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
