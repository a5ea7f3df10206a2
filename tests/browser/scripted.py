"""A model that answers what a test tells it to, piece by piece: it plays the server's side of each rewrite.

Everything else the page and the server say goes through untouched. For answers that no real model gives on demand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.desk import wait_until

READY = {"state": "ready", "name": "Scripted", "message": "", "offer": None, "reads_per_s": 100, "writes_per_s": 2}


class ScriptedModel:
    """Stands between the page and its server from the page's next opening on."""

    def __init__(self, page: Page) -> None:
        self._tab = page
        self._order: dict[str, Any] | None = None
        self.asked: list[dict[str, Any]] = []
        """The rewrites that the page asked for, as they came."""
        self.read_ahead: list[dict[str, Any]] = []
        """What the page said may be asked about next."""
        self.cancelled: list[str] = []
        """The ids of those that it stopped."""
        self._page: WebSocketRoute | None = None
        page.route_web_socket("**/ws", self._connect)

    def says(self, *pieces: str) -> None:
        """Send *pieces* of the answer to the last rewrite."""
        for piece in pieces:
            self._send({"type": "delta", "id": self._open["id"], "text": piece})

    def sketches(self, *pieces: str) -> None:
        """Send *pieces* that nothing has checked; a `says("")` takes them back."""
        for piece in pieces:
            self._send({"type": "sketch", "id": self._open["id"], "text": piece})

    def proposes(
        self,
        text: str,
        *warnings: str,
        flags: Sequence[dict[str, str]] = (),
        choices: Sequence[str] = (),
        is_last: bool = True,
    ) -> None:
        """End the answer to the last rewrite: it is *text*, whatever was said before.

        Waits until the page has it, unless another request is waiting behind it, or the writer has to choose.
        """
        order = self._open
        units = [{"source": order.get("selection", ""), "text": text, "reason": "", "flags": list(flags)}]
        told = {"units": units, "warnings": list(warnings), "choices": list(choices)}
        self._end({"type": "proposed", "id": order["id"], "text": text, **told})
        if is_last and not choices:
            expect(self._tab.locator("[data-proposal=streaming]")).to_have_count(0)

    def fails(self, code: str, message: str) -> None:
        """End the last rewrite without an answer."""
        self._end({"type": "failed", "id": self._open["id"], "code": code, "message": message})

    def order(self, number: int = 1) -> dict[str, Any]:
        """The rewrite that the page asks for as its *number*th, once it has."""
        wait_until(self._tab, lambda: len(self.asked) >= number)
        return self.asked[number - 1]

    @property
    def _open(self) -> dict[str, Any]:
        """The rewrite that waits for an answer, once there is one."""
        wait_until(self._tab, lambda: self._order is not None)
        assert self._order is not None
        return self._order

    def _connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        self._page = page
        page.on_message(lambda raw: self._from_page(raw, server))
        server.on_message(lambda raw: self._from_server(raw, page))

    def _from_page(self, raw: str | bytes, server: WebSocketRoute) -> None:
        message = json.loads(raw)
        if message["type"] in ("rewrite", "complete"):
            self._order = message
            self.asked.append(message)
        elif message["type"] == "cancel":
            self.cancelled.append(message["id"])
            self._end({"type": "cancelled", "id": message["id"]})
        elif message["type"] == "warm":
            self.read_ahead.append(message)
        else:
            server.send(raw)

    def _from_server(self, raw: str | bytes, page: WebSocketRoute) -> None:
        message = json.loads(raw)
        if message["type"] == "model":
            message |= READY
        elif message["type"] == "welcome":
            message["model"] |= READY
        page.send(json.dumps(message))

    def _end(self, message: dict[str, Any]) -> None:
        if self._order and self._order["id"] == message["id"]:
            self._order = None
        self._send(message)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._page is not None
        self._page.send(json.dumps(message))
