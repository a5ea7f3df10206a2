"""The process that draws previews: `python -m meai.markdown.child`. It may be killed at any moment.

Reads `{"session", "start", "end", "text", "seconds"}`: in the session's text, empty at first, `text` takes the place of
the characters from `start` to `end`. Answers in the same order `{"kept", "blocks", "rest", "moved", "message"}`: of
the session's last blocks `kept` at the start stay and `rest` at the end, `moved` by so many lines; between them stand
`blocks`, of which each is `[id, line, html]`, and html is null if the last blocks had that id. With a `message` there
are none at all. `{"forget": session}` has no answer; without it a session is kept for ever.
Where the system can count processor time, the process ends itself by SIGPROF after `seconds` of it for one answer.
Says `{"ready": true}` once it reads, and ends when its stdin does.
"""

from __future__ import annotations

import contextlib
import signal
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from meai.markdown.blocks import Blocks
from meai.markdown.sheet import Block, Change
from meai.process import FrameError, read_frames, take_pipes, write_frame
from meai.stretch import Stretch

MAX_HTML_BYTES = 16 * 1024 * 1024
MAX_GROWTH = 10
MIN_LIMIT_BYTES = 512 * 1024

TOO_MUCH = (
    "The preview is off: this text would become more than {limit} KB of page. It comes back when the text shrinks."
)


@dataclass(slots=True)
class Session:
    """One page's document: its text, its blocks, and whether the page shows them."""

    text: str = ""
    blocks: Blocks = field(default_factory=Blocks)
    is_shown: bool = True

    def answer(self, stretch: Stretch) -> dict[str, Any]:
        """Return what *stretch* changes of the blocks, or a message where they are too large to send."""
        self.text = stretch.put_into(self.text)
        change = self.blocks.change(self.text)
        limit = MIN_LIMIT_BYTES if self.blocks.size <= MIN_LIMIT_BYTES else _limit(self.text)
        if self.blocks.size > limit:
            self.is_shown = False
            return _told(Change(0, (), 0, 0, frozenset()), TOO_MUCH.format(limit=limit // 1024))
        if not self.is_shown:
            change = Change(0, self.blocks.all(), 0, 0, frozenset())
        self.is_shown = True
        return _told(change)


def _limit(text: str) -> int:
    return min(MAX_HTML_BYTES, max(MIN_LIMIT_BYTES, MAX_GROWTH * len(text.encode("utf-8", "surrogatepass"))))


def _told(change: Change, message: str = "") -> dict[str, Any]:
    blocks = [_sent(block, change.known) for block in change.blocks]
    return {"kept": change.kept, "blocks": blocks, "rest": change.rest, "moved": change.moved, "message": message}


def _sent(block: Block, known: frozenset[str]) -> list[str | int | None]:
    return [block.id, block.line, None if block.id in known else block.html]


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer frames until *incoming* ends."""
    sessions: defaultdict[str, Session] = defaultdict(Session)
    write_frame(outgoing, {"ready": True})
    for frame in read_frames(incoming):
        if "forget" in frame:
            sessions.pop(frame["forget"], None)
            continue
        _limit_time(frame["seconds"])
        answer = sessions[frame["session"]].answer(Stretch(frame["start"], frame["end"], frame["text"]))
        _limit_time(0)
        write_frame(outgoing, answer)


def _limit_time(seconds: float) -> None:
    """End this process after *seconds* more of processor time; 0: never. A busy machine costs nobody a preview."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, FrameError, KeyboardInterrupt):
        serve(*take_pipes())
