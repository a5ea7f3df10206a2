"""The process that draws previews: `python -m meai.markdown.child`. It may be killed at any moment.

Reads `{"session", "text", "seconds"}` and answers `{"blocks", "message"}` in the same order, where a block is
`[id, line, html]` and html is null if the session's last answer had that id. `{"forget": session}` has no answer.
Where the system can count processor time, the process ends itself by SIGPROF after `seconds` of it for one answer.
Says `{"ready": true}` once it reads, and ends when its stdin does.
"""

from __future__ import annotations

import contextlib
import signal
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from meai.markdown.blocks import Block, Blocks
from meai.process import FrameError, read_frames, take_pipes, write_frame

MAX_HTML_BYTES = 16 * 1024 * 1024
MAX_GROWTH = 10
MIN_LIMIT_BYTES = 512 * 1024
MAX_SESSIONS = 32

TOO_MUCH = (
    "The preview is off: this text would become more than {limit} KB of page. It comes back when the text shrinks."
)


@dataclass(slots=True)
class Session:
    """One page's document: its cache, and the ids of the blocks that the page shows."""

    blocks: Blocks = field(default_factory=Blocks)
    shown: frozenset[str] = frozenset()

    def answer(self, text: str) -> dict[str, Any]:
        """Return the blocks of *text*, or a message where they are too large to send."""
        blocks = self.blocks.render(text)
        limit = _limit(text)
        if sum(len(block.html.encode()) for block in blocks) > limit:
            self.shown = frozenset()
            return {"blocks": [], "message": TOO_MUCH.format(limit=limit // 1024)}
        known, self.shown = self.shown, frozenset(block.id for block in blocks)
        return {"blocks": [_sent(block, known) for block in blocks], "message": ""}


def _limit(text: str) -> int:
    return min(MAX_HTML_BYTES, max(MIN_LIMIT_BYTES, MAX_GROWTH * len(text.encode("utf-8", "surrogatepass"))))


def _sent(block: Block, known: frozenset[str]) -> list[str | int | None]:
    return [block.id, block.line, None if block.id in known else block.html]


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer frames until *incoming* ends."""
    sessions: OrderedDict[str, Session] = OrderedDict()
    write_frame(outgoing, {"ready": True})
    for frame in read_frames(incoming):
        if "forget" in frame:
            sessions.pop(frame["forget"], None)
            continue
        _limit_time(frame["seconds"])
        answer = _session(sessions, frame["session"]).answer(frame["text"])
        _limit_time(0)
        write_frame(outgoing, answer)


def _limit_time(seconds: float) -> None:
    """End this process after *seconds* more of processor time; 0: never. A busy machine costs nobody a preview."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _session(sessions: OrderedDict[str, Session], name: str) -> Session:
    """The session of that *name*; the one that has been silent for longest makes room for a new one."""
    session = sessions.setdefault(name, Session())
    sessions.move_to_end(name)
    if len(sessions) > MAX_SESSIONS:
        sessions.popitem(last=False)
    return session


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, FrameError, KeyboardInterrupt):
        serve(*take_pipes())
