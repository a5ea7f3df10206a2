"""The text that a rewrite will mostly repeat, as tokens, and the places where it may not. Knows no cache and no answer.

A word that is probably mistyped is one of two: as it stands there, or as it was meant. Which one comes is not guessed;
the model's first token of it tells, and either way it is known how the answer goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from meai.inference.expectation import slips


@dataclass(frozen=True, slots=True)
class Doubt:
    """A word that may be mended."""

    end: int
    """The source's token behind it."""
    meant: int | None
    """The token that the word meant is, where it is one."""


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer is expected to repeat; empty where nothing is."""

    tokens: Sequence[int] = ()
    doubts: Mapping[int, Doubt] = field(default_factory=dict)
    """By the token that each begins with."""


def source_of(text: str, tokens: Sequence[int], piece: Callable[[int], bytes], words: Mapping[str, int]) -> Source:
    """Return *text*, which a model reads as *tokens*, with its doubts.

    *piece* gives the bytes of a token; *words* maps the words that are one token, after a space, to that token.
    """
    raw = text.encode("utf-8", "replace")
    ends = list(accumulate(len(piece(token)) for token in tokens))
    # Some models read every text with a space before it.
    shift = (ends[-1] if ends else 0) - len(raw)
    if shift not in (0, 1):
        return Source(tokens)
    behind = {0: 0} | {end: at + 1 for at, end in enumerate(ends)}
    doubts = {}
    for slip in slips(text, words):
        # With the space before it, which is of the same token as the word's beginning.
        start = len(text[: slip.start - 1].encode("utf-8", "replace")) + shift if slip.start else -1
        first, end = behind.get(start), behind.get(start + 1 + slip.end - slip.start)
        if first is not None and end is not None and text[slip.start - 1] == " ":
            doubts[first] = Doubt(end, words.get(slip.meant))
    return Source(tokens, doubts)
