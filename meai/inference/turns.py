"""Whose request to a remote engine goes on, and how many do at once. Knows no connection.

An editor's newest request for a purpose takes the place of its older one, as it does in the engine's own process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from meai.errors import Cancelled
from meai.inference.exchange import POLL_S, Stopped
from meai.inference.request import Request


class Turns:
    """Lets requests in. Every method may be called from any thread. *check* raises where nobody is let in any more."""

    def __init__(self, check: Stopped) -> None:
        self._check = check
        self._lock = threading.Lock()
        self._room = threading.Semaphore()
        self._newest: dict[tuple[str, str], threading.Event] = {}
        self.working = 0
        """Requests that are in."""

    def make_room(self, at_once: int) -> None:
        """Let *at_once* requests in from now on, besides those that are in."""
        self._room = threading.Semaphore(at_once)

    @contextmanager
    def take(self, request: Request, cancelled: threading.Event, ready: Callable[[], object]) -> Iterator[Stopped]:
        """Wait until *ready* returns and there is room; what is given raises Cancelled once *request* shall end."""
        replaced = threading.Event()
        stopped = partial(self._stop, cancelled, replaced)
        name = (request.editor, request.purpose)
        if request.editor:
            self._replace(name, replaced)
        try:
            ready()
            with self._place(stopped):
                stopped()
                yield stopped
        finally:
            with self._lock:
                if self._newest.get(name) is replaced:
                    del self._newest[name]

    @contextmanager
    def _place(self, stopped: Stopped) -> Iterator[None]:
        room = self._room
        while not room.acquire(timeout=POLL_S):
            stopped()
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)
            room.release()

    def _replace(self, name: tuple[str, str], newer: threading.Event) -> None:
        with self._lock:
            if older := self._newest.get(name):
                older.set()
            self._newest[name] = newer

    def _count(self, more: int) -> None:
        with self._lock:
            self.working += more

    def _stop(self, cancelled: threading.Event, replaced: threading.Event) -> None:
        if cancelled.is_set():
            raise Cancelled("It was stopped.")
        if replaced.is_set():
            raise Cancelled("A newer request took its place.")
        self._check()
