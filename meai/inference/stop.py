"""The wish that something asked for ends. Knows nothing of what that is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop(threading.Event):
    """An event that also tells whoever would have to look for it; any thread may set it."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    def set(self) -> None:
        """Set it, and tell those who listen, on this thread."""
        super().set()
        with self._turn:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def told_to(self, listener: Callable[[], None]) -> Iterator[None]:
        """Tell *listener* within the block, at once where it is set already. It must not block."""
        with self._turn:
            self._listeners.append(listener)
        try:
            if self.is_set():
                listener()
            yield
        finally:
            with self._turn:
                self._listeners.remove(listener)


@contextmanager
def told(event: threading.Event, listener: Callable[[], None]) -> Iterator[None]:
    """Tell *listener* of *event* within the block, where it is one that tells."""
    if not isinstance(event, Stop):
        yield
        return
    with event.told_to(listener):
        yield
