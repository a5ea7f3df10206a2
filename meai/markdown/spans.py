"""Passages that raw HTML joins: an element opened in one and closed in a later one. Knows nothing but their tags.

An element that nothing closes ends with its passage, so that one missing tag does not swallow the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from meai.markdown.passages import Passage

Span = tuple[int, int]
"""The number of its first passage, and that of the first after it; it has at least two."""


def spans(passages: Sequence[Passage]) -> list[Span]:
    """Return the spans of *passages* in order; no two overlap."""
    reach = _reach(passages)
    found: list[Span] = []
    for at in sorted(reach):
        if found and at < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], reach[at] + 1))
        else:
            found.append((at, reach[at] + 1))
    return found


def shifted(joined: Sequence[Span], first: int, more: int) -> list[Span]:
    """Return *joined* where there are *more* passages before number *first*, and no tag in those that came or went."""
    return [(start + more * (start >= first), end + more * (end > first)) for start, end in joined]


def _reach(passages: Sequence[Passage]) -> Mapping[int, int]:
    """Of each passage whose element a later one closes, the last that does."""
    reach: dict[int, int] = {}
    unclosed: dict[str, list[int]] = {}
    for at, tags in [(at, passage.tags) for at, passage in enumerate(passages) if passage.tags]:
        for name, opens in tags:
            if opens:
                unclosed.setdefault(name, []).append(at)
            elif unclosed.get(name):
                opened = unclosed[name].pop()
                if opened < at:
                    reach[opened] = at
    return reach


def groups(first: int, end: int, joined: Sequence[Span]) -> Iterator[range]:
    """Yield the passages from *first* up to *end*, together those that are *joined*; no span may be cut by an end."""
    ends = dict(joined)
    while first < end:
        after = ends.get(first, first + 1)
        yield range(first, after)
        first = after
