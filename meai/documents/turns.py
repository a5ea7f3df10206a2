"""Whose turn it is to work on a document. Knows names, and nothing of what is done with them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from meai.documents import names

_LOCKS = 64


class Turns:
    """One at a time for each document. Any thread may call; none may ask anew within its turn."""

    def __init__(self) -> None:
        # A fixed number, shared by names of equal hash: a lock per name would never be given back.
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    @contextmanager
    def take(self, *of: str) -> Iterator[None]:
        """Wait for the turn of all the documents named *of*, asked for in one order by all threads, and hold it."""
        with ExitStack() as stack:
            for index in sorted({hash(names.key(name)) % _LOCKS for name in of}):
                stack.enter_context(self._locks[index])
            yield
