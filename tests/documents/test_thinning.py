"""The rule of what stays in the history, held against any life of a document."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from meai.documents.thinning import DAY_S, HOUR_S, KEEP_AT_LEAST, Aged, above_limit, kept

NOW = 1_800_000_000


def life(ages_s: Sequence[int], named: frozenset[int] = frozenset()) -> list[Aged]:
    """Return revisions 1, 2, ... saved so long ago; *named* are numbers."""
    return [Aged(rev, NOW - age, rev in named, str(rev), 100) for rev, age in enumerate(ages_s, start=1)]


# A clock may be wrong: revisions need not be in the order of their times, nor in the past.
ages = st.lists(
    st.one_of(st.integers(-2 * DAY_S, 2 * DAY_S), st.integers(0, 8 * DAY_S), st.integers(0, 200 * DAY_S)), max_size=120
)
lives = st.builds(life, ages, st.frozensets(st.integers(1, 120), max_size=5))


@given(lives)
def test_the_newest_and_the_named_stay(revisions: list[Aged]) -> None:
    stay = kept(revisions, NOW)
    assert stay >= {one.rev for one in revisions if one.named}
    assert stay >= {one.rev for one in revisions[-1:]}
    assert stay <= {one.rev for one in revisions}


@given(lives)
def test_a_document_keeps_at_least_twenty(revisions: list[Aged]) -> None:
    assert len(kept(revisions, NOW)) >= min(KEEP_AT_LEAST, len(revisions))


@given(lives)
def test_all_of_the_last_day_stay(revisions: list[Aged]) -> None:
    assert kept(revisions, NOW) >= {one.rev for one in revisions if NOW - one.saved < DAY_S}


def newest_of(revisions: Sequence[Aged], period_s: int, within_s: int) -> set[int]:
    periods = {one.saved // period_s: one.rev for one in sorted(revisions, key=lambda one: one.rev)}
    times = {one.rev: one.saved for one in revisions}
    return {rev for rev in periods.values() if NOW - times[rev] < within_s}


@given(lives)
def test_the_newest_of_each_hour_stays_a_week_and_of_each_day_ninety_days(revisions: list[Aged]) -> None:
    stay = kept(revisions, NOW)
    assert stay >= newest_of(revisions, HOUR_S, 7 * DAY_S)
    assert stay >= newest_of(revisions, DAY_S, 90 * DAY_S)


@given(lives)
def test_thinning_again_at_once_takes_nothing(revisions: list[Aged]) -> None:
    stay = kept(revisions, NOW)
    assert kept([one for one in revisions if one.rev in stay], NOW) == stay


@given(lives, st.lists(st.integers(0, 30 * DAY_S), max_size=8))
def test_thinning_often_keeps_what_the_rule_promises(revisions: list[Aged], pauses: list[int]) -> None:
    """However often it ran before, the newest of each day and hour is there as if it ran for the first time."""
    start = NOW - sum(pauses)
    left, now = revisions, start
    for pause in pauses:
        stay = kept(left, now)
        left = [one for one in left if one.rev in stay]
        now += pause
    stay = kept(left, NOW)
    assert stay >= newest_of(revisions, HOUR_S, 7 * DAY_S)
    assert stay >= newest_of(revisions, DAY_S, 90 * DAY_S)
    assert len(stay) >= min(KEEP_AT_LEAST, len(revisions))


def test_a_second_by_second_day_of_long_ago_leaves_its_last_state_and_some_of_its_way() -> None:
    """Autosave writes every second; what is left of that day must not be its last twenty seconds only."""
    one_hour = [100 * DAY_S - second for second in range(0, HOUR_S, 5)]
    other_days = [(100 - day) * DAY_S for day in range(1, 6)]
    stay = kept(life(one_hour + other_days), NOW)
    assert len(stay) == KEEP_AT_LEAST
    assert {len(one_hour) + day for day in range(1, 6)} <= stay


@given(st.lists(lives, max_size=4), st.integers(0, 20_000))
def test_the_oldest_go_until_all_fit(documents: list[list[Aged]], limit: int) -> None:
    gone = above_limit(documents, limit)
    left = [[one for one in document if one.rev not in out] for document, out in zip(documents, gone, strict=True)]
    for document, rest in zip(documents, left, strict=True):
        assert len(rest) >= min(KEEP_AT_LEAST, len(document))
        assert {one.rev for one in rest} >= {one.rev for one in document if one.named}
        assert rest[-1:] == document[-1:]
    spared = [one for document in left for one in document[: -KEEP_AT_LEAST or None] if not one.named]
    contents = {one.content: one.size for document in left for one in document}
    assert sum(contents.values()) <= limit or not spared


def test_equal_contents_take_their_room_once() -> None:
    same = [Aged(rev, NOW, False, "same", 1000) for rev in range(1, 101)]
    assert above_limit([same], 1000) == [set()]
    assert above_limit([same, life([0] * 30)], 4000) == [set(), set()]
