"""Previews for the pages: a queue in front of a process that draws them. Knows nothing of Markdown or of sockets.

Some texts take a parser for ever, so none is drawn here: a drawing that takes too long is killed with its process,
and the next begins in a new one. A page whose text took too long waits in a lane of its own, with its own process,
until one of its texts is quick again; the others hear nothing of it.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from meai.errors import EngineGone
from meai.process import Child, Frame
from meai.stretch import difference

MAX_TEXT_BYTES = 1024 * 1024
MAX_SECONDS = 2.0
"""Of processor time for one drawing."""
PATIENCE = 5
"""So many times as long a drawing may take on a busy machine, and where processor time cannot be counted."""
QUICK_SECONDS = 0.5
"""What a text takes at most that ends its page's time in the slow lane."""
MAX_START_SECONDS = 30.0
MAX_SESSIONS = 32
"""So many texts a process remembers; the page that has been silent for longest is answered in whole."""

TOO_SLOW = "The preview is paused: this text takes too long to draw; it comes back with your next change."
BROKEN = "The preview is paused: this text could not be drawn; it comes back with your next change."
TOO_LARGE = "The preview is off: this document is larger than 1 MB. Writing, saving and exporting go on as ever."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreviewBlock:
    """A piece of the page."""

    id: str
    line: int
    """The source line it begins on, from 0."""
    html: str | None
    """None where the last preview of the session had this `id`."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer to one text: what it changes of the session's last preview.

    With a `message` there are no blocks, the page keeps what it shows, and the next preview is whole.
    """

    version: int
    kept: int = 0
    """So many blocks of the last preview stay at the start."""
    blocks: tuple[PreviewBlock, ...] = ()
    rest: int = 0
    """So many blocks of the last preview stay at the end, `moved` down by so many lines."""
    moved: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Job:
    session: str
    version: int
    text: str
    reply: Callable[[Preview], None]


class _Drawer:
    """One process that draws, and its answers. A new one is made for every process, so that no answer is mistaken."""

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._child = Child("meai.markdown.child", on_frame=self._answers.put, on_exit=self._ended)
        self._child.start()
        self._turn = threading.Lock()
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._ready = False
        self._gone = False
        self._status = 0

    def _ended(self, status: int) -> None:
        self._status = status
        self._answers.put(None)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return not self._gone and self._child.alive

    def ask(self, session: str, text: str, seconds: float, max_seconds: float) -> Frame | None:
        """Return the answer to the *text* of *session*, or None when the process ended without one.

        Raises queue.Empty after *max_seconds*, which begin when the process reads, or when the process ended itself
        because it took *seconds* of processor time; end it then.
        """
        answer = self._ask(session, text, seconds, max_seconds)
        # Its pipe ends a moment before the process counts as ended.
        self._gone = answer is None
        if answer is None and self._status == -getattr(signal, "SIGPROF", 0) != 0:
            raise queue.Empty
        return answer

    def _ask(self, session: str, text: str, seconds: float, max_seconds: float) -> Frame | None:
        if not self._ready and self._answers.get(timeout=MAX_START_SECONDS) is None:
            return None
        self._ready = True
        try:
            self._send(session, text, seconds)
        except EngineGone:
            return None
        return self._answers.get(timeout=max_seconds)

    def _send(self, session: str, text: str, seconds: float) -> None:
        """Send what *text* changes of the one that was sent before, which the process remembers."""
        with self._turn:
            change = difference(self._texts.get(session, ""), text)
            self._texts[session] = text
            self._texts.move_to_end(session)
            place = {"start": change.start, "end": change.end, "text": change.text}
            self._child.send({"session": session, **place, "seconds": seconds})
            if len(self._texts) > MAX_SESSIONS:
                self._forget(next(iter(self._texts)))

    def forget(self, session: str) -> None:
        """Remember nothing of *session*; its next text is answered in whole. Any thread may call."""
        with self._turn:
            self._forget(session)

    def _forget(self, session: str) -> None:
        # To a process that has ended there is nothing to say.
        if self._texts.pop(session, None) is not None:
            with contextlib.suppress(EngineGone):
                self._child.send({"forget": session})

    def end(self) -> None:
        """Kill the process; `ask` returns None on the thread that waits in it."""
        self._child.kill()
        self._child.close()


@dataclass(slots=True)
class _Lane:
    """A process, and the thread that feeds it."""

    thread: threading.Thread
    drawer: _Drawer | None = None

    def forget(self, session: str) -> None:
        """Remember nothing of *session*."""
        drawer = self.drawer
        if drawer is not None:
            drawer.forget(session)


class PreviewService:
    """Draws the newest text of each session, one at a time, in a process of its own.

    *reply* is called on the service's thread, so it must not wait; texts that a newer one overtook get no reply.
    """

    def __init__(self, *, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._changed = threading.Condition()
        self._waiting: dict[str, _Job] = {}
        self._closed = False
        self._slow: set[str] = set()
        self._lanes = [_Lane(threading.Thread(target=self._work, args=(at,), daemon=True)) for at in (0, 1)]

    def start(self) -> None:
        """Start the first process and the threads that feed them. Returns at once."""
        self._renew(self._lanes[0])
        for lane in self._lanes:
            lane.thread.start()

    def render(self, session: str, version: int, text: str, reply: Callable[[Preview], None]) -> None:
        """Draw *text* for *session* when its turn comes, and *reply*. Returns at once; any thread may call."""
        with self._changed:
            self._waiting[session] = _Job(session, version, text, reply)
            self._changed.notify_all()

    def forget(self, session: str) -> None:
        """Drop what waits and what is remembered for *session*; a later text of it is answered in whole."""
        with self._changed:
            self._waiting.pop(session, None)
            self._slow.discard(session)
        for lane in self._lanes:
            lane.forget(session)

    def close(self) -> None:
        """End the processes and the threads; what waits gets no reply. Safe to call twice, or without `start`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            drawers = [lane.drawer for lane in self._lanes]
        for drawer in drawers:
            if drawer is not None:
                drawer.end()
        for lane in self._lanes:
            if lane.thread.is_alive():
                lane.thread.join()

    def _work(self, at: int) -> None:
        lane = self._lanes[at]
        while (job := self._next(is_slow=at == 1)) is not None:
            preview = self._preview(lane, job)
            if self._closed:
                return
            try:
                job.reply(preview)
            except Exception:  # one page's trouble must not end the previews of all
                _log.exception("A page did not take its preview.")
                lane.forget(job.session)

    def _next(self, *, is_slow: bool) -> _Job | None:
        def mine() -> str | None:
            return next((session for session in self._waiting if (session in self._slow) is is_slow), None)

        with self._changed:
            self._changed.wait_for(lambda: mine() is not None or self._closed)
            session = mine()
            return None if self._closed or session is None else self._waiting.pop(session)

    def _preview(self, lane: _Lane, job: _Job) -> Preview:
        # No character has more than four bytes, so most texts need not be encoded.
        if 4 * len(job.text) > MAX_TEXT_BYTES < len(job.text.encode("utf-8", "surrogatepass")):
            # What the page shows meanwhile is the page's affair, so the next answer shall be whole.
            lane.forget(job.session)
            return Preview(job.version, message=TOO_LARGE)
        began = time.monotonic()
        try:
            answer = self._ask(lane, job) or self._ask(lane, job)  # twice: the process may have ended of something else
        except queue.Empty:
            self._sort(job.session, is_slow=True)
            self._renew(lane)
            return Preview(job.version, message=TOO_SLOW)
        if answer is None:
            return Preview(job.version, message=BROKEN)
        if time.monotonic() - began < QUICK_SECONDS and lane is not self._lanes[0]:
            self._sort(job.session, is_slow=False)
            lane.forget(job.session)
        blocks = tuple(PreviewBlock(name, line, html) for name, line, html in answer["blocks"])
        return Preview(job.version, answer["kept"], blocks, answer["rest"], answer["moved"], answer["message"])

    def _sort(self, session: str, *, is_slow: bool) -> None:
        """Say in which lane the next text of *session* waits."""
        with self._changed:
            (self._slow.add if is_slow else self._slow.discard)(session)
            self._changed.notify_all()

    def _ask(self, lane: _Lane, job: _Job) -> Frame | None:
        drawer = lane.drawer
        if drawer is None or not drawer.alive:
            drawer = self._renew(lane)
        if drawer is None:
            return None
        return drawer.ask(job.session, job.text, self._max_seconds, self._max_seconds * PATIENCE)

    def _renew(self, lane: _Lane) -> _Drawer | None:
        """End the process of *lane* and begin a new one, unless the service is closed or none can be had."""
        if lane.drawer is not None:
            lane.drawer.end()
        with self._changed:
            try:
                lane.drawer = None if self._closed else _Drawer()
            except OSError:
                _log.exception("The process that draws previews cannot be started.")
                lane.drawer = None
            return lane.drawer
