"""What is left out of a prompt that does not fit into a model's memory. Knows segments and a way to count, no model.

The rule: earlier turns go first, the oldest first and each exchange as a whole; then the text before the caret from its
start, or the last turn from behind its first paragraph. What is asked, the instructions and the end of the text stay.
A text is cut where a paragraph, a line, a sentence or at least a word begins, at the next such place after a multiple
of GRID characters: so the same text a few words longer is cut at the same place, and what was read of it stays useful.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from meai.errors import BadInput
from meai.inference.templates import Segment

Count = Callable[[str], int]
"""How many tokens a text has."""
GRID = 512
_BORDERS = (re.compile(r"\n[ \t]*\n+"), re.compile(r"\n"), re.compile(r"[.!?…]['\"”’)]*\s"), re.compile(r"\s"))


def fit(segments: tuple[Segment, ...], limit: int, count: Count) -> tuple[tuple[Segment, ...], int]:
    """Return *segments* with what they must lose to have *limit* tokens left out, and how many characters that is.

    Raises BadInput with the sizes when what may not be left out is too long already.
    """
    dropped = 0
    kept = segments
    while (excess := _size(kept, count) - limit) > 0:
        shorter = _without_oldest_exchange(kept) or _cut(kept, excess, count)
        if shorter is None:
            raise BadInput(_too_long(segments, limit, count))
        dropped += _characters(kept) - _characters(shorter)
        kept = shorter
    return kept, dropped


def _size(segments: tuple[Segment, ...], count: Count) -> int:
    return sum(count(segment.text) for segment in segments)


def _characters(segments: tuple[Segment, ...]) -> int:
    """Return the length of what people and the model wrote."""
    return sum(len(segment.text) for segment in segments if not segment.special)


def _without_oldest_exchange(segments: tuple[Segment, ...]) -> tuple[Segment, ...] | None:
    """Return *segments* without the first question and its answer; None where there is but the last question."""
    texts = [at for at, segment in enumerate(segments) if not segment.special]
    start = next((place for place, at in enumerate(texts) if segments[at].give == "whole"), None)
    if start is None:
        return None
    next_kept = start
    while next_kept < len(texts) and next_kept < start + 2 and segments[texts[next_kept]].give == "whole":
        next_kept += 1
    # What stands between is scaffold: that before the first goes on before the one that follows.
    end = texts[next_kept] if next_kept < len(texts) else texts[-1] + 1
    return segments[: texts[start]] + segments[end:]


def _cut(segments: tuple[Segment, ...], excess: int, count: Count) -> tuple[Segment, ...] | None:
    """Return *segments* with at least *excess* tokens cut out of the one that may lose its middle or its front."""
    for at, segment in enumerate(segments):
        if segment.give in ("middle", "front"):
            text = _shortened(segment, count(segment.text) - excess, count)
            return None if text is None else (*segments[:at], replace(segment, text=text), *segments[at + 1 :])
    return None


def _shortened(segment: Segment, room: int, count: Count) -> str | None:
    head = _first_paragraph(segment.text) if segment.give == "middle" else ""
    rest = segment.text[len(head) :]
    starts = _starts(rest)
    low, high = 0, len(starts)
    # The later the start, the fewer tokens are left: the first start that fits.
    while low < high:
        middle = (low + high) // 2
        if count(head + rest[starts[middle] :]) <= room:
            high = middle
        else:
            low = middle + 1
    return head + rest[starts[low] :] if low < len(starts) else None


def _first_paragraph(text: str) -> str:
    """Return what a turn begins with, which says what is asked; nothing where that is all of it."""
    border = _BORDERS[0].search(text)
    return text[: border.end()] if border else ""


def _starts(text: str) -> list[int]:
    """Return where *text* may begin, in order; at no place that leaves nothing of it."""
    places = {_border(text, at) for at in range(GRID, len(text), GRID)}
    last = _border(text, max(len(text) - GRID // 4, 0))
    return sorted(place for place in places | {last} if 0 < place < len(text))


def _border(text: str, at: int) -> int:
    """Return the first good place to begin within GRID characters from *at*."""
    for border in _BORDERS:
        if found := border.search(text, at, at + GRID):
            return found.end()
    return at


def _too_long(segments: tuple[Segment, ...], limit: int, count: Count) -> str:
    size = _size(segments, count)
    return (
        f"The text is too long for this model: {_characters(segments):,} characters are {size:,} tokens, "
        f"and it has room for {max(limit, 0):,}; select less of it."
    )
