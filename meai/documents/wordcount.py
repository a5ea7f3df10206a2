"""How many words of two contents only one of them has, counted without making a text of either. Touches no disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator

from meai.documents.authorship import words
from meai.documents.encoding import flaw, plain
from meai.stretch import alike, alike_at_end

_PART_BYTES = 64 * 1024
_SPACES = (b" ", b"\n")
# Of more that changed, two words of one of so many kinds are taken for the same: a count of each word may take many
# times the memory of the text.
_EXACT_BYTES = 512 * 1024
_KINDS = 2**14


def difference(before: bytes, after: bytes) -> tuple[int, int]:
    """Return how many words *after* has that *before* has not, and the other way round; an order counts for nothing."""
    old, new = _countable(before), _countable(after)
    start, left = _alike(old, new)
    old_end, new_end = len(old) - left, len(new) - left
    if start in (old_end, new_end):
        return sum(map(len, _words(new, start, new_end))), sum(map(len, _words(old, start, old_end)))
    key = _itself if old_end + new_end - 2 * start < _EXACT_BYTES else _kind
    lost = Counter(map(key, _each(old, start, old_end)))
    come = Counter(map(key, _each(new, start, new_end)))
    return (come - lost).total(), (lost - come).total()


def _countable(data: bytes) -> bytes:
    return data if flaw(data) is None else plain(data)


def _alike(old: bytes, new: bytes) -> tuple[int, int]:
    """Return how many bytes of whole words the two begin with alike, and how many of the others they end with alike."""
    most = min(len(old), len(new))
    head = alike(old, new, most)
    start = max(new.rfind(space, 0, head) for space in _SPACES) + 1
    tail = len(new) - alike_at_end(old, new, most - start)
    ends = [end for space in _SPACES if (end := new.find(space, tail)) >= 0]
    return start, len(new) - min(ends) if ends else 0


def _each(text: bytes, start: int, end: int) -> Iterator[str]:
    for part in _words(text, start, end):
        yield from part


def _words(text: bytes, start: int, end: int) -> Iterator[list[str]]:
    """Yield the words of *text*, UTF-8, in lists that are no burden, cut between words where that can be."""
    while start < end:
        cut = min(start + _PART_BYTES, end)
        if cut < end:
            space = max(text.rfind(space, start + 1, cut) for space in _SPACES)
            cut = space if space > 0 else next(at for at in range(cut, end + 1) if at == end or text[at] & 0xC0 != 0x80)
        yield words(text[start:cut].decode())
        start = cut


def _itself(word: str) -> Hashable:
    return word


def _kind(word: str) -> Hashable:
    return hash(word) % _KINDS
