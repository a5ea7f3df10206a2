"""Blocks that writers are typing in, checked one at a time: for each page the newest. Knows no socket and no model."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from meai.editing.language import dialect_of, is_english
from meai.editing.marks import Mark, marks, owned
from meai.editing.problems import DIALECTS, Dialect, Problem
from meai.errors import BadInput

LONGEST_BLOCK = 20_000
"""Characters; what is longer is no block that somebody is typing in."""

_log = logging.getLogger(__name__)


class Problems(Protocol):
    """What is needed of a checker."""

    def problems(
        self, texts: Sequence[str], dialect: Dialect, words: Iterable[str]
    ) -> list[tuple[Problem, ...]] | None:
        """Return what is wrong in each of *texts* but for *words*; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document that is being typed in."""

    version: int
    text: str
    around: str = ""
    """What stands before and after it: it tells the language, and the writer's own words."""
    dialect: str = ""
    """One of DIALECTS, or empty: as the text is written."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What was found in a block."""

    version: int
    checked: bool
    """False where this is no English, or nothing can check it."""
    marks: tuple[Mark, ...] = ()


class Marking:
    """Checks the newest block of each session on a thread of its own. *reply* is called there, so it must not wait.

    Blocks that a newer one overtook get no reply. *words* tells the writer's dictionary as it is now.
    """

    def __init__(self, checker: Problems, words: Callable[[], frozenset[str]]) -> None:
        self._checker = checker
        self._words = words
        self._changed = threading.Condition()
        self._waiting: dict[str, tuple[Block, Callable[[Marked], None]]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    def mark(self, session: str, block: Block, reply: Callable[[Marked], None]) -> None:
        """Check *block* for *session* when its turn comes. Returns at once. Raises BadInput for an unknown dialect."""
        if block.dialect not in ("", *DIALECTS):
            raise BadInput(f"There is no English called {block.dialect!r}; choose one of {', '.join(DIALECTS)}.")
        with self._changed:
            if self._closed:
                return
            self._waiting[session] = (block, reply)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="marking", daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self, session: str) -> None:
        """Drop what waits for *session*."""
        with self._changed:
            self._waiting.pop(session, None)

    def close(self) -> None:
        """End the thread; what waits gets no reply. Safe to call twice. The checker is its owner's to close."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            block, reply = job
            try:
                reply(self.marked(block))
            except Exception:  # one page's trouble must not end the checks of all
                _log.exception("A block could not be checked.")

    def _next(self) -> tuple[Block, Callable[[Marked], None]] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else self._waiting.pop(next(iter(self._waiting)))

    def marked(self, block: Block) -> Marked:
        """Check *block* now."""
        around = f"{block.around}\n{block.text}"
        if len(block.text) > LONGEST_BLOCK or not is_english(block.text, around):
            return Marked(block.version, checked=False)
        words = self._words()
        dialect = next((each for each in DIALECTS if each == block.dialect), dialect_of(around))
        found = self._checker.problems([block.text], dialect, words)
        if found is None:
            return Marked(block.version, checked=False)
        known = owned(around, words)
        return Marked(block.version, True, marks(block.text, found[0], known, any_dialect=not block.dialect))
