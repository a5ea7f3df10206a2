"""How many threads to compute with."""

from __future__ import annotations

from meai.inference.pace import FIRST_PAUSE_S, LONGEST_PAUSE_S, Pace

PRICE_S = 0.010


def test_all_threads_compute_as_long_as_they_are_faster_than_one() -> None:
    pace = Pace(2, PRICE_S)
    for step in range(50):
        pace.note(1, 0.007, step * 0.007)
        pace.note(32, 0.120, step * 0.127)
    assert pace.threads == 2


def test_threads_that_hold_each_other_up_give_way_to_one_at_once() -> None:
    for tokens, elapsed_s in ((1, 0.6), (16, 2.0)):
        pace = Pace(2, PRICE_S)
        pace.note(tokens, elapsed_s, 1.0)
        assert pace.threads == 1


def test_all_threads_are_tried_again_after_a_pause_that_doubles() -> None:
    pace = Pace(2, PRICE_S)
    now_s, pauses = 0.0, []
    for _ in range(9):
        pace.note(1, 0.6, now_s)
        alone_since = now_s
        while pace.threads == 1:
            now_s += 0.25
            pace.note(1, PRICE_S, now_s)
        pauses.append(now_s - alone_since)
    assert pauses == [FIRST_PAUSE_S, 0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_a_long_quiet_time_forgets_the_pauses() -> None:
    pace = Pace(2, PRICE_S)
    pace.note(1, 0.6, 0.0)
    pace.note(1, PRICE_S, 2.0)
    pace.note(1, 0.007, 2.0 + LONGEST_PAUSE_S)
    pace.note(1, 0.6, 100.0)
    pace.note(1, PRICE_S, 100.0 + FIRST_PAUSE_S)
    assert pace.threads == 2


def test_a_price_that_grew_with_the_context_is_no_contention() -> None:
    pace = Pace(2, PRICE_S)
    pace.note(1, 0.014, 0.0)
    for step in range(20):
        pace.note(1, 0.020, 0.1 * step)
    pace.note(1, 0.014, 3.0)
    assert pace.threads == 2


def test_a_machine_with_one_core_has_no_choice() -> None:
    pace = Pace(1, PRICE_S)
    pace.note(1, 5.0, 0.0)
    assert pace.threads == 1
