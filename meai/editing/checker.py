"""Problems found in English texts, by a process of its own that is started when first needed. Knows no document.

Harper takes 130 MB and a second to start, and no text may take the server with it, so it is never loaded here.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from meai.editing.problems import Dialect, Problem
from meai.errors import EngineGone
from meai.process import Child, Frame

WORKER = "meai.editing.harper"
MAX_SECONDS = 10.0
"""A check that takes longer is killed with its process."""
MAX_START_SECONDS = 30.0

_log = logging.getLogger(__name__)


class Checker:
    """Finds problems; may be used from several threads, and serves one at a time. *worker* is the process's module."""

    def __init__(self, *, worker: str = WORKER, max_seconds: float = MAX_SECONDS) -> None:
        self._worker = worker
        self._max_seconds = max_seconds
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._absent = False
        self._closed = False

    def problems(
        self, texts: Sequence[str], dialect: Dialect, words: Iterable[str] = ()
    ) -> list[tuple[Problem, ...]] | None:
        """Return what is wrong in each of *texts*, pieces of Markdown, but for *words* of the writer's own.

        None where there is no answer: Harper is not installed, or it failed on these texts.
        """
        frame = {"dialect": dialect, "words": sorted(words), "texts": list(texts)}
        with self._turn:
            # Twice: the process may have ended of something else.
            answer = self._ask(frame) or self._ask(frame)
        if answer is None:
            return None
        return [tuple(map(_problem, rows)) for rows in answer["problems"]]

    def close(self) -> None:
        """End the process; whoever waits gets no answer. Safe to call twice."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
            child.close()

    def _ask(self, frame: Frame) -> Frame | None:
        child = self._running()
        if child is None:
            return None
        try:
            child.send(frame)
            answer = self._answers.get(timeout=self._max_seconds)
        except (EngineGone, queue.Empty):
            answer = None
        if answer is None:
            self._drop()
        return answer

    def _running(self) -> Child | None:
        """Return the process, started if need be; None where there can be none."""
        if self._child is None and not self._absent and not self._closed:
            self._start()
        return self._child

    def _start(self) -> None:
        # A queue for each process, so that no answer of an old one is taken for the new one's.
        answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        child = Child(self._worker, on_frame=answers.put, on_exit=lambda status: answers.put(None))
        try:
            child.start()
            hello = answers.get(timeout=MAX_START_SECONDS)
        except (OSError, queue.Empty):
            _log.exception("The process that checks spelling cannot be started.")
            hello = None
        self._child, self._answers = child, answers
        self._absent = hello is not None and not hello["ready"]
        if hello is None or self._absent:
            self._drop()

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.close()
        self._child = None


def _problem(row: Sequence[Any]) -> Problem:
    start, end, kind, rule, message, suggestions = row
    return Problem(start, end, kind, rule, message, tuple(suggestions))
