"""Text from elsewhere, read in a process of its own that is killed when it hangs. Knows nothing of any format.

A process lives for one paste or file: it starts within a tenth of a second, keeps no memory that nobody uses, and what
one document broke in it meets no other.
"""

from __future__ import annotations

import base64
import contextlib
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from meai.errors import BadInput, EngineGone
from meai.process import Child, Frame, FrameError

MAX_PASTE_SECONDS = 10.0
MAX_TEXT_SECONDS = 120.0
MAX_FILE_SECONDS = 600.0
MAX_START_SECONDS = 30.0
_MAX_AT_ONCE = 4
_MAX_PICTURES_BYTES = 256 * 1024 * 1024

TOO_SLOW = "This takes too long to take over; please try a smaller piece, or plain text."
GONE = "This could not be taken over; please try a smaller piece, or plain text."
BUSY = "ME_AI is taking over other files; please try again in a moment."


@dataclass(frozen=True, slots=True)
class Arrived:
    """A text from elsewhere, as Markdown."""

    title: str
    """What it is called; empty for a pasted piece."""
    text: str
    pictures: tuple[bytes, ...]
    """What it links to, under `pictures.path_of` of each."""
    notes: tuple[str, ...]
    """What the writer should know, each one sentence."""


class Converter:
    """Reads pastes and files, up to four at once. Any thread may call."""

    def __init__(self, *, paste_seconds: float = MAX_PASTE_SECONDS, text_seconds: float = MAX_TEXT_SECONDS) -> None:
        self._paste_seconds = paste_seconds
        self._text_seconds = text_seconds
        self._free = threading.BoundedSemaphore(_MAX_AT_ONCE)
        self._working: set[_Reader] = set()
        self._changing = threading.Lock()
        self._closed = False

    def html(self, html: str) -> Arrived:
        """Return a pasted piece of HTML as Markdown. Raises BadInput where it is refused or takes too long."""
        (arrived,) = self._texts({"html": html}, self._paste_seconds)
        return arrived

    def file(self, path: Path, name: str) -> Iterator[Arrived]:
        """Yield the texts in the file at *path*, which the writer calls *name*, as they come. Close it when done.

        Raises BadInput where it is refused, or where one of them takes too long; what came before is good.
        """
        return self._texts({"path": str(path), "name": name}, self._text_seconds)

    def close(self) -> None:
        """End all work; what waits for it is refused. Safe to call twice."""
        with self._changing:
            self._closed = True
            for reader in self._working:
                reader.kill()

    def _texts(self, question: Frame, seconds: float) -> Iterator[Arrived]:
        if not self._free.acquire(timeout=seconds):
            raise BadInput(BUSY)
        try:
            with self._reader() as reader:
                yield from reader.ask(question, seconds)
        finally:
            self._free.release()

    @contextlib.contextmanager
    def _reader(self) -> Iterator[_Reader]:
        with self._changing:
            if self._closed:
                raise BadInput(GONE)
            try:
                reader = _Reader()
            except OSError as error:
                raise BadInput(GONE) from error
            self._working.add(reader)
        try:
            yield reader
        finally:
            with self._changing:
                self._working.discard(reader)
            reader.end()


class _Reader:
    """One process, and its answers."""

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._child = Child(
            "meai.documents.foreign.child", on_frame=self._answers.put, on_exit=lambda _: self._answers.put(None)
        )
        self._child.start()

    def ask(self, question: Frame, seconds: float) -> Iterator[Arrived]:
        """Yield the answers to *question*, each within *seconds*. Raises BadInput."""
        self._take(MAX_START_SECONDS)
        try:
            self._child.send(question)
        except (EngineGone, FrameError) as error:
            raise BadInput(GONE) from error
        until = time.monotonic() + MAX_FILE_SECONDS
        pictures: list[bytes] = []
        size = 0
        while "done" not in (answer := self._take(min(seconds, max(until - time.monotonic(), 0)))):
            if "refused" in answer:
                raise BadInput(answer["refused"])
            if "picture" in answer:
                pictures.append(base64.b64decode(answer["picture"]))
                size += len(pictures[-1])
                if size > _MAX_PICTURES_BYTES:
                    raise BadInput("This has more pictures than can be taken over at once; please split it.")
            else:
                yield Arrived(answer["title"], answer["text"], tuple(pictures), tuple(answer["notes"]))
                pictures, size = [], 0

    def kill(self) -> None:
        """End the process now; whoever waits in `ask` is refused."""
        self._child.kill()

    def end(self) -> None:
        """End the process, and wait until it has."""
        self._child.kill()
        self._child.close()

    def _take(self, seconds: float) -> Frame:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            _refuse(TOO_SLOW)
        if answer is None:
            _refuse(GONE)
        return answer


def _refuse(why: str) -> NoReturn:
    raise BadInput(why)
