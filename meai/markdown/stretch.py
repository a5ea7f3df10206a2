"""Where two texts differ: one stretch of the old one and what stands in its place. Knows nothing of Markdown.

Both ends are found by comparing halves, which takes a text of a megabyte no longer than copying it twice.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    head = _alike(old, new, most)
    tail = _alike_at_end(old, new, most - head)
    return Stretch(head, len(old) - tail, new[head : len(new) - tail])


def _alike(old: str, new: str, most: int) -> int:
    """Return how many characters, *most* at most, are the same at the start."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_end(old: str, new: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]:
            low = middle
        else:
            high = middle - 1
    return low
