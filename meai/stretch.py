"""Where two texts differ: one stretch of the old one and what stands in its place. Knows nothing of what they say.

Both ends are found by comparing halves, which takes a text of a megabyte no longer than copying it twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import AnyStr


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters of an old text, counted in code points, and what stands there in the new one."""

    start: int
    end: int
    text: str

    def put_into(self, old: str) -> str:
        """Return the new text, of which this is the difference to *old*."""
        return old[: self.start] + self.text + old[self.end :]


def difference(old: str, new: str) -> Stretch:
    """Return the shortest stretch that makes *new* of *old*; it is empty where they are the same."""
    most = min(len(old), len(new))
    head = alike(old, new, most)
    tail = alike_at_end(old, new, most - head)
    return Stretch(head, len(old) - tail, new[head : len(new) - tail])


def alike(one: AnyStr, other: AnyStr, most: int) -> int:
    """Return how many characters, or bytes, *most* at most, the two have in common at the start."""
    return _longest(most, lambda low, high: one[low:high] == other[low:high])


def alike_at_end(one: AnyStr, other: AnyStr, most: int) -> int:
    """Return how many characters, or bytes, *most* at most, the two have in common at the end."""
    return _longest(
        most, lambda low, high: one[len(one) - high : len(one) - low] == other[len(other) - high : len(other) - low]
    )


def _longest(most: int, agree: Callable[[int, int], bool]) -> int:
    """Return up to where they agree, each part being looked at once; *agree* tells it of the characters between two."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if agree(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
