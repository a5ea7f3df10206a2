"""How many words of two contents only one of them has, counted without making a text of either. Touches no disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator

from meai.documents.authorship import words
from meai.documents.encoding import flaw, plain
from meai.stretch import alike, alike_at_end

_PART_BYTES = 64 * 1024
_SPACES = (b" ", b"\n")
# Of more that changed, two words of one of so many kinds are taken for the same: a count of each word may take many
# times the memory of the text.
_EXACT_BYTES = 512 * 1024
_KINDS = 2**14
_MAX_LINES = 300_000

Span = tuple[int, int]
"""From where to where."""


def difference(before: bytes, after: bytes) -> tuple[int, int]:
    """Return how many words *after* has that *before* has not, and the other way round; an order counts for nothing."""
    old, new = _countable(before), _countable(after)
    start, left = _alike(old, new)
    lost, come = _unpaired(old, (start, len(old) - left), new, (start, len(new) - left))
    if not lost or not come:
        return sum(map(len, _words(new, come))), sum(map(len, _words(old, lost)))
    key = _itself if _size(lost) + _size(come) < _EXACT_BYTES else _kind
    gone = Counter(key(word) for part in _words(old, lost) for word in part)
    added = Counter(key(word) for part in _words(new, come) for word in part)
    return (added - gone).total(), (gone - added).total()


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


def _unpaired(old: bytes, within: Span, new: bytes, new_within: Span) -> tuple[list[Span], list[Span]]:
    """Return where the lines are that only one of both has there; of more than can be noted, all."""
    if max(old.count(b"\n", *within), new.count(b"\n", *new_within)) > _MAX_LINES:
        return [within], [new_within]
    # Not the lines themselves, which as objects take several times their bytes.
    unpaired = Counter(hash(old[start:end]) for start, end in _lines(old, within))
    come = [span for span in _lines(new, new_within) if not _taken(unpaired, hash(new[slice(*span)]))]
    return [span for span in _lines(old, within) if _taken(unpaired, hash(old[slice(*span)]))], come


def _taken(unpaired: Counter[int], line: int) -> bool:
    """Whether there is one more such line, which then is no more."""
    if (count := unpaired.get(line, 0)) > 0:
        unpaired[line] = count - 1
    return count > 0


def _lines(text: bytes, within: Span) -> Iterator[Span]:
    start, end = within
    while start < end:
        stop = text.find(b"\n", start, end) + 1 or end
        yield start, stop
        start = stop


def _size(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)


def _words(text: bytes, spans: Iterable[Span]) -> Iterator[list[str]]:
    """Yield the words of *spans* of *text*, UTF-8, in lists that are no burden, cut between words where that can be."""
    for start, end in spans:
        while start < end:
            cut = min(start + _PART_BYTES, end)
            if cut < end:
                space = max(text.rfind(space, start + 1, cut) for space in _SPACES)
                cut = space if space > 0 else next(at for at in range(cut, end + 1) if _parts_characters(text, at, end))
            yield words(text[start:cut].decode())
            start = cut


def _parts_characters(text: bytes, at: int, end: int) -> bool:
    return at == end or text[at] & 0xC0 != 0x80


def _itself(word: str) -> Hashable:
    return word


def _kind(word: str) -> Hashable:
    return hash(word) % _KINDS
