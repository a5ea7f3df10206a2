"""The blocks of a page in their order: what each is called, where it stands, and what a change of the text changed.

Knows nothing of Markdown, or of how a block was drawn.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from meai.markdown.drawing import Clean, Key


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the page that stands alone: its HTML leaves no element open."""

    id: str
    """The same for the same HTML, and different from all others of the document."""
    line: int
    """The source line it begins on, from 0, front matter counted. Lines inside its HTML count from it."""
    html: str


@dataclass(frozen=True, slots=True)
class Change:
    """What there is now: `kept` of the blocks before at the start, `blocks`, and `rest` of those before at the end."""

    kept: int
    blocks: tuple[Block, ...]
    rest: int
    moved: int
    """So many lines further down are the `rest`."""
    known: frozenset[str]
    """The ids of `blocks` that were there before."""


@dataclass(slots=True)
class Shown:
    """A block that something is seen of, and what it was drawn from."""

    line: int
    """Without the front matter."""
    clean: Clean
    drawn: dict[Key, str]
    """What its HTML was joined of."""
    ordinal: int = 0
    """How many before it have the same HTML."""

    @property
    def id(self) -> str:
        """Its id."""
        return f"{self.clean.name}-{self.ordinal}"


@dataclass(slots=True)
class _Redrawn:
    """Blocks from number `first` up to `after` that stand where those that are `gone` stood."""

    first: int = 0
    after: int = 0
    gone: Sequence[Shown] = ()
    renamed: bool = False
    """Whether equal blocks were counted anew."""

    @property
    def is_empty(self) -> bool:
        return self.first == self.after and not self.gone


class Sheet:
    """The blocks of one text, and of the one before as far as it differs. The footnotes stand last.

    For each change call `between`, `put`, `put_notes` and `change`, in this order.
    """

    def __init__(self) -> None:
        self.above = 0
        """Lines of front matter above all blocks."""
        self.notes: Shown | None = None
        self._blocks: list[Shown] = []
        self._counts: Counter[str] = Counter()
        self._ids: set[str] = set()
        self._size = 0
        self._redrawn = _Redrawn()
        self._notes_before: Shown | None = None
        self._above_before = 0

    @property
    def size(self) -> int:
        """Bytes of the HTML of all blocks."""
        return self._size + (self.notes.clean.size if self.notes else 0)

    @property
    def last_line(self) -> int:
        """The line of the last block that is no footnote."""
        return self._blocks[-1].line if self._blocks else 0

    def all(self) -> tuple[Block, ...]:
        """Return all blocks."""
        return tuple(map(self._block, self._all()))

    def between(self, head: int | None, tail: int | None) -> Sequence[Shown]:
        """Return the blocks below line *head* and above line *tail*, which are to be replaced; None is no limit."""
        low = 0 if head is None else bisect_right(self._blocks, head, key=_line)
        high = len(self._blocks) if tail is None else bisect_left(self._blocks, tail, key=_line)
        self._redrawn = _Redrawn(low, high, self._blocks[low:high])
        return self._redrawn.gone

    def put(self, fresh: Sequence[Shown], moved: int) -> None:
        """Put *fresh* in the place of what is to be replaced; what is below is *moved* by lines."""
        low, high = self._redrawn.first, self._redrawn.after
        if moved:
            for one in self._blocks[high:]:
                one.line += moved
        self._blocks[low:high] = fresh
        self._redrawn.after = low + len(fresh)
        self._size += _size(fresh) - _size(self._redrawn.gone)
        self._count(_names(self._redrawn.gone), _names(fresh))

    def put_notes(self, notes: Shown | None) -> None:
        """Let *notes* be the footnotes."""
        self._notes_before, self.notes = self.notes, notes
        if notes is not None:
            notes.ordinal = self._counts[notes.clean.name]

    def change(self, moved: int) -> Change:
        """Return what differs from the text before, of which the lines after the change have *moved*."""
        blocks, redrawn = self._all(), self._redrawn
        first, rest = redrawn.first, len(self._blocks) - redrawn.after
        if _stands(self._notes_before, self.notes, moved):
            rest = len(blocks) - redrawn.after
        elif redrawn.is_empty and not moved:
            first, rest = len(self._blocks), 0
        else:
            rest = 0
        lower, self._above_before = self.above - self._above_before, self.above
        if lower:
            first = 0
        told = tuple(map(self._block, blocks[first : len(blocks) - rest]))
        known = frozenset(block.id for block in told if block.id in self._ids)
        self._remember(blocks)
        return Change(first, told, rest, moved + lower, known)

    def _count(self, before: Sequence[str], after: Sequence[str]) -> None:
        """Count blocks with the same HTML: where there are any, what is redrawn may give others another id."""
        repeated = any(self._counts[name] > 1 for name in before)
        self._counts.update(after)
        self._counts.subtract(before)
        for name in before:
            if not self._counts[name]:
                del self._counts[name]
        if repeated or any(self._counts[name] > 1 for name in after):
            self._count_all()

    def _count_all(self) -> None:
        redrawn = self._redrawn
        redrawn.renamed = True
        seen: Counter[str] = Counter()
        for at, one in enumerate(self._blocks):
            ordinal = seen[one.clean.name]
            seen[one.clean.name] += 1
            if ordinal != one.ordinal:
                one.ordinal = ordinal
                redrawn.first, redrawn.after = min(redrawn.first, at), max(redrawn.after, at + 1)

    def _remember(self, blocks: Sequence[Shown]) -> None:
        redrawn = self._redrawn
        if redrawn.renamed:
            self._ids = {one.id for one in blocks}
        else:
            self._ids.difference_update(_ids(redrawn.gone, self._notes_before))
            self._ids.update(_ids(blocks[redrawn.first : redrawn.after], self.notes))

    def _all(self) -> Sequence[Shown]:
        return self._blocks if self.notes is None else [*self._blocks, self.notes]

    def _block(self, one: Shown) -> Block:
        return Block(one.id, one.line + self.above, one.clean.html)


def _line(one: Shown) -> int:
    return one.line


def _names(blocks: Iterable[Shown]) -> list[str]:
    return [one.clean.name for one in blocks]


def _ids(blocks: Sequence[Shown], notes: Shown | None) -> Iterator[str]:
    return (one.id for one in (*blocks, notes) if one is not None)


def _size(blocks: Iterable[Shown]) -> int:
    return sum(one.clean.size for one in blocks)


def _stands(before: Shown | None, now: Shown | None, moved: int) -> bool:
    """Whether the footnotes are as they were *before*, *moved* by lines as all that stands above them."""
    if before is None or now is None:
        return before is now
    return before.id == now.id and before.line + moved == now.line
