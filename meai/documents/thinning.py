"""Which revisions may go. A pure rule: it is told the time and the sizes, and touches no clock and no disk.

All of a day, one an hour for a week, one a day for ninety days. A document keeps at least twenty, spread over its life;
its newest and the named ones always stay. Of what is left, the oldest go first when all documents together are too
large. A revision from the future, which a clock set back makes, counts as new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HOUR_S, DAY_S = 3600, 86_400
KEEP_ALL_S = DAY_S
KEEP_HOURLY_S = 7 * DAY_S
KEEP_DAILY_S = 90 * DAY_S
KEEP_AT_LEAST = 20
MAX_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Aged:
    """A revision as the rule sees it."""

    rev: int
    saved: int
    """Seconds since 1970."""
    named: bool
    content: str
    """What tells its content from others: revisions of equal content need its space once."""
    size: int
    """The bytes that its content takes."""


def kept(revisions: Iterable[Aged], now: int) -> set[int]:
    """Return the numbers of those of one document's *revisions* that stay at *now*, seconds since 1970."""
    newest_first = sorted(revisions, key=lambda revision: revision.rev, reverse=True)
    stay = {revision.rev for revision in newest_first if revision.named or now - revision.saved < KEEP_ALL_S}
    stay |= {revision.rev for revision in newest_first[:1]}
    of_hours = _newest_of_each(newest_first, HOUR_S)
    of_days = _newest_of_each(newest_first, DAY_S)
    stay |= {revision.rev for revision in of_hours if now - revision.saved < KEEP_HOURLY_S}
    stay |= {revision.rev for revision in of_days if now - revision.saved < KEEP_DAILY_S}
    for revision in (*of_days, *of_hours, *newest_first):
        if len(stay) >= KEEP_AT_LEAST:
            break
        stay.add(revision.rev)
    return stay


def above_limit(documents: Sequence[Sequence[Aged]], limit: int = MAX_BYTES) -> list[set[int]]:
    """Return, for each of *documents*, the numbers of revisions that go so that all take at most *limit* bytes.

    What a document keeps in any case stays also then.
    """
    users: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for revision in (revision for document in documents for revision in document):
        users[revision.content] = users.get(revision.content, 0) + 1
        sizes[revision.content] = revision.size
    total = sum(sizes.values())
    gone: list[set[int]] = [set() for _ in documents]
    for at, revision in sorted(_spare(documents), key=lambda spare: (spare[1].saved, spare[0], spare[1].rev)):
        if total <= limit:
            break
        gone[at].add(revision.rev)
        users[revision.content] -= 1
        total -= 0 if users[revision.content] else revision.size
    return gone


def _newest_of_each(newest_first: Sequence[Aged], period_s: int) -> list[Aged]:
    """Return the newest revision of each period, newest first."""
    found: dict[int, Aged] = {}
    for revision in newest_first:
        found.setdefault(revision.saved // period_s, revision)
    return list(found.values())


def _spare(documents: Sequence[Sequence[Aged]]) -> Iterable[tuple[int, Aged]]:
    """Yield what is neither named nor among the newest twenty of its document, with the number of that."""
    for at, document in enumerate(documents):
        newest_first = sorted(document, key=lambda revision: revision.rev, reverse=True)
        yield from ((at, revision) for revision in newest_first[KEEP_AT_LEAST:] if not revision.named)
