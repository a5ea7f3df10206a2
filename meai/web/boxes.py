"""What waits on its way from a peer and to it, bounded. Knows nothing of sockets."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

# Characters of text; bytes of a binary message, which no page sends.
MAX_INBOX = 8 * 1024 * 1024
MAX_OUTBOX_MESSAGES = 256
MAX_OUTBOX_CHARS = 8 * 1024 * 1024


class Inbox(list[Any]):
    """What came and was not yet read; a lone message may have any size.

    Raises OSError above its limit, which ends the library's reader thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self._size = 0
        self._turn = threading.Lock()

    def append(self, message: str | bytes) -> None:
        with self._turn:
            if self and self._size + len(message) > MAX_INBOX:
                raise OSError("The peer sends faster than it is heard.")
            self._size += len(message)
            super().append(message)

    def pop(self, index: Any = -1) -> Any:
        with self._turn:
            message = super().pop(index)
            self._size -= len(message)
        return message


class Outbox:
    """Messages on their way to the peer, bounded."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: deque[str] = deque()
        self._chars = 0
        self._closed = False

    def put(self, message: str) -> bool:
        """Add *message* and return True, or False when there is no room; a lone message may have any size."""
        with self._changed:
            chars = self._chars + len(message)
            full = len(self._messages) >= MAX_OUTBOX_MESSAGES or chars > MAX_OUTBOX_CHARS
            if self._closed or (full and self._messages):
                return False
            self._messages.append(message)
            self._chars = chars
            self._changed.notify()
            return True

    def take(self) -> str | None:
        """Return the next message, waiting for one, or None once closed."""
        with self._changed:
            while not self._messages and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            message = self._messages.popleft()
            self._chars -= len(message)
            return message

    def close(self) -> None:
        """Let `take` return None from now on."""
        with self._changed:
            self._closed = True
            self._messages.clear()
            self._changed.notify_all()
