"""A page that measures: ME_AI served for real, and one socket that asks and listens. Knows no model."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from simple_websocket import Client

from meai.errors import EngineGone

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Streamed:
    """The beginning of an answer as it arrived at the page."""

    text: str
    """Without its first piece, before which nothing is measured."""
    seconds: float
    """From the first piece to the last."""


class _Socket(Client):  # type: ignore[misc]
    """simple-websocket 1.1.0 leaves the port out of `Host`, which our server wants exactly."""

    def handshake(self) -> None:
        self.host: str = f"{self.host}:{self.port}"
        super().handshake()


class ServedPage:
    """A page with an open socket."""

    def __init__(self, socket: Client, pid: int) -> None:
        self._socket = socket
        self._count = 0
        self.pid = pid
        """The web process."""

    def wait_ready(self) -> None:
        """Wait for the model. Raises EngineGone when there will be none."""
        state = self._hear()["model"]["state"]
        while state in ("loading", "fetching"):
            message = self._hear()
            state = message["state"] if message["type"] == "model" else state
        if state != "ready":
            raise EngineGone("The served page has no model to measure.")

    def ask(self, instruction: str, characters: int) -> Streamed:
        """Ask the model, listen until so many *characters* have come, and stop it.

        Raises EngineGone where it fails, or ends before.
        """
        self._count += 1
        name = f"bench-{self._count}"
        question = {"selection": "", "before": "", "after": "", "instruction": instruction}
        self._socket.send(json.dumps({"type": "rewrite", "id": name, "action": "ask", **question}))
        pieces: list[str] = []
        times: list[float] = []
        while sum(map(len, pieces)) < characters:
            message = self._hear()
            if message["type"] == "failed":
                raise EngineGone(message["message"])
            if message["type"] == "proposed":
                raise EngineGone("The model answered the served page with too little to measure.")
            if message["type"] == "sketch":
                pieces.append(message["text"])
                times.append(time.perf_counter())
        self._socket.send(json.dumps({"type": "cancel", "id": name}))
        while self._hear()["type"] not in ("cancelled", "proposed", "failed"):
            pass
        return Streamed("".join(pieces[1:]), times[-1] - times[0])

    def _hear(self) -> dict[str, Any]:
        raw = self._socket.receive(PATIENCE_S)
        if raw is None:
            raise EngineGone(f"The served page heard nothing for {PATIENCE_S:.0f} s.")
        return cast(dict[str, Any], json.loads(raw))


@contextmanager
def served_page(model: Path) -> Iterator[ServedPage]:
    """Serve an empty workspace with the model file *model* in a process of its own, and open a page's socket to it."""
    with tempfile.TemporaryDirectory() as workspace:
        command = [sys.executable, "-P", "-m", "meai", workspace, "--no-browser", "--port", "0", "--model", str(model)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                address = server.stdout.readline().split()[-1]
                place, token = urlsplit(address), address.partition("#token=")[2]
                origin = f"http://{place.netloc}"
                socket = _Socket.connect(f"ws://{place.netloc}/ws", headers={"Origin": origin})
                socket.send(json.dumps({"type": "hello", "token": token}))
                yield ServedPage(socket, server.pid)
                socket.close()
            finally:
                server.terminate()
