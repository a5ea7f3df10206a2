"""Whose turn it is."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from meai.inference.request import Purpose
from meai.inference.scheduler import URGENCY, Schedule, Work, overtakes


def schedule_of(*work: Work) -> Schedule:
    schedule = Schedule()
    for each in work:
        schedule.add(each)
    return schedule


def turns(schedule: Schedule, count: int) -> list[int]:
    return [number for _ in range(count) if (number := schedule.next()) is not None]


def test_text_at_the_caret_comes_before_rewrites_those_before_free_prompts_and_reading_ahead_is_last() -> None:
    purposes: tuple[Purpose, ...] = ("warm", "free", "rewrite", "caret")
    schedule = schedule_of(*(Work(number, purpose, f"tab {number}") for number, purpose in enumerate(purposes)))
    order = []
    while (number := schedule.next()) is not None:
        order.append(purposes[number])
        schedule.remove(number)
    assert order == ["caret", "rewrite", "free", "warm"]


def test_a_tab_with_three_requests_gets_no_more_than_a_tab_with_one() -> None:
    schedule = schedule_of(*(Work(number, "free", f"tab {number}") for number in range(3)))
    assert Counter(turns(schedule, 9)) == {0: 3, 1: 3, 2: 3}
    nobodys = schedule_of(*(Work(number, "rewrite", "") for number in range(3)), Work(9, "rewrite", "tab"))
    counts = Counter(turns(nobodys, 12))
    assert counts[9] == 6
    assert [counts[number] for number in range(3)] == [2, 2, 2]


def test_an_editors_newest_request_for_a_purpose_takes_the_place_of_its_older_one() -> None:
    schedule = schedule_of(Work(1, "rewrite", "tab"), Work(2, "caret", "tab"), Work(3, "rewrite", "other"))
    assert schedule.add(Work(4, "rewrite", "tab")) == (1,)
    assert sorted(turns(schedule, 1) + [each for each in (3, 4) if schedule.remove(each)]) == [2, 3, 4]


def test_a_request_that_comes_after_a_newer_one_of_its_editor_is_itself_replaced() -> None:
    schedule = schedule_of(Work(2, "rewrite", "tab"))
    assert schedule.add(Work(1, "rewrite", "tab")) == (1,)
    assert turns(schedule, 1) == [2]


def test_what_an_editor_had_read_ahead_ends_when_it_asks() -> None:
    schedule = schedule_of(Work(1, "warm", "tab"), Work(2, "warm", "other"))
    assert schedule.add(Work(3, "caret", "tab")) == (1,)
    assert len(schedule) == 2


def test_requests_of_nobody_do_not_replace_each_other() -> None:
    schedule = schedule_of(Work(1, "rewrite", ""))
    assert schedule.add(Work(2, "rewrite", "")) == ()


def test_what_was_set_aside_goes_on_when_other_work_is_done() -> None:
    schedule = schedule_of(Work(1, "rewrite", "one"), Work(2, "free", "two"))
    schedule.set_aside(1)
    assert turns(schedule, 2) == [2, 2]
    schedule.remove(2)
    assert turns(schedule, 1) == [1]


def test_the_least_urgent_work_makes_room_and_none_twice() -> None:
    schedule = schedule_of(Work(1, "caret", "one"), Work(2, "warm", "two"), Work(3, "free", "three"))
    assert schedule.least_urgent() == 2
    schedule.set_aside(2)
    assert schedule.least_urgent() == 3


def test_whoever_is_left_alone_has_nobody_to_make_room() -> None:
    schedule = schedule_of(Work(1, "caret", "one"), Work(2, "warm", "two"))
    schedule.set_aside(2)
    assert schedule.least_urgent() is None


def test_only_what_is_more_urgent_or_newer_from_the_same_editor_breaks_an_evaluation_off() -> None:
    running = Work(1, "rewrite", "tab")
    assert overtakes(Work(2, "caret", "other"), running)
    assert overtakes(Work(2, "rewrite", "tab"), running)
    assert not overtakes(Work(2, "rewrite", "other"), running)
    assert not overtakes(Work(2, "free", "tab"), running)


def test_what_an_editor_reads_ahead_is_let_finish_its_chunk_for_that_editor_alone() -> None:
    reading = Work(1, "warm", "tab")
    assert not overtakes(Work(2, "rewrite", "tab"), reading)
    assert overtakes(Work(2, "rewrite", "other"), reading)


work = st.builds(Work, st.integers(0, 20), st.sampled_from(tuple(URGENCY)), st.sampled_from(("", "a", "b", "c")))


@given(st.lists(st.one_of(work, st.none(), st.integers(0, 20)), max_size=40))
def test_whatever_comes_and_goes_the_most_urgent_work_has_its_turn(steps: list[Work | int | None]) -> None:
    schedule, there = Schedule(), dict[int, Work]()
    for step in steps:
        if isinstance(step, Work):
            if step.number in there:
                continue
            there[step.number] = step
            for replaced in schedule.add(step):
                del there[replaced]
        elif step is None:
            chosen = schedule.next()
            assert (chosen is None) == (not there)
            if chosen is not None:
                assert URGENCY[there[chosen].purpose] == min(URGENCY[each.purpose] for each in there.values())
        else:
            assert schedule.remove(step) == (there.pop(step, None) is not None)
    assert len(schedule) == len(there)
