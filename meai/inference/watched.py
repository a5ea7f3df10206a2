"""One model process from its start to its end: who waits for it, and whether it still answers. Knows no request.

A process that does not answer any more is killed; whoever waits then hears its end. Questions are counted rather than
seconds, and time in which nobody looked does not count: where the machine slept, or this process was held up itself,
there are frames to read that came long ago.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from meai.errors import EngineGone
from meai.inference.request import Adapter
from meai.process import Child, Frame

PING_S, PINGS = 0.4, 4
"""While somebody waits, a silent worker is asked so often whether it lives; so many unanswered questions end it."""


class Watched:
    """The process that runs the module *worker* for the model file *path*. Whoever owns it guards what can change.

    *on_frame* and *on_exit* hear of it as `Child` tells, with this object.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        worker: str,
        *,
        on_frame: Callable[[Watched, Frame], None],
        on_exit: Callable[[Watched, int], None],
    ) -> None:
        self.path = path
        self.name = name
        self.adapters: tuple[Adapter, ...] = ()
        """What the model answers with, also after a crash."""
        self.child = Child(
            worker,
            on_frame=lambda frame: on_frame(self, frame),
            on_exit=lambda status: on_exit(self, status),
        )
        self.waiting: dict[int, queue.SimpleQueue[Frame]] = {}
        """Where the frames for each request go."""
        self.heard_s = time.monotonic()
        """When it last said anything."""
        self._done_s = self._asked_s = self._looked_s = self.heard_s
        self._unanswered = 0

    def note(self, *, done: bool) -> None:
        """Note that it said something; with *done*, that it got something done and does not merely live."""
        self.heard_s = time.monotonic()
        self._unanswered = 0
        if done:
            self._done_s = self.heard_s

    def look(self, silence_s: float) -> None:
        """Kill it when it is silent, or gets nothing done for *silence_s*; ask whether it lives now and then.

        To be called often while somebody waits, by any thread.
        """
        now_s = time.monotonic()
        if now_s - self._looked_s > PING_S:
            self.heard_s = self._done_s = now_s
            self._unanswered = 0
        self._looked_s = now_s
        silent = now_s - max(self.heard_s, self._asked_s) > PING_S
        if now_s - self._done_s > silence_s or (silent and self._unanswered == PINGS):
            self.child.kill()
        else:
            self.ask()

    def ask(self) -> None:
        """Ask whether it lives, when that was not heard for a while; the answer counts as heard."""
        now_s = time.monotonic()
        if now_s - max(self.heard_s, self._asked_s) > PING_S:
            self._asked_s = now_s
            self._unanswered += 1
            self.send_if_there({"do": "ping"})

    def send_if_there(self, frame: Frame) -> None:
        """Send *frame*; where the process has ended, whoever waits is told so by that."""
        with suppress(EngineGone):
            self.child.send(frame)

    def fail(self, message: str) -> None:
        """Tell everybody who waits that no answer comes."""
        for inbox in self.waiting.values():
            inbox.put({"is": "failed", "code": EngineGone.code, "message": message})
