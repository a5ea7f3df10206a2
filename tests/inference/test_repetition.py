"""Answers that go round in circles."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meai.inference.repetition import LONGEST_LOOP, MIN_LOOPED, Loops, looped_tokens


@pytest.mark.parametrize("period", [1, 2, 7, LONGEST_LOOP])
def test_a_loop_is_found_and_leaves_its_block_once(period: int) -> None:
    block = list(range(100, 100 + period))
    copies = max(3, -(-MIN_LOOPED // period))
    answer = [1, 2, 3, *block * copies]
    assert answer[: len(answer) - looped_tokens(answer)] == [1, 2, 3, *block]


@pytest.mark.parametrize("answer", [[], [5], [5] * (MIN_LOOPED - 1), [1, 2] * 5, [1, 2, 3, 4] * 2])
def test_a_writers_own_repeats_are_left_alone(answer: list[int]) -> None:
    assert looped_tokens(answer) == 0


def test_tokens_that_do_not_repeat_are_no_loop() -> None:
    answer = list(range(400))
    assert all(looped_tokens(answer[:end]) == 0 for end in answer)


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(1, 14)).map(
            lambda each: each[0] * each[1]
        ),
        max_size=6,
    ).map(lambda parts: [token for part in parts for token in part])
)
@example([1, 2, 3] * 9 + [4] + list(range(LONGEST_LOOP)) * 3)
def test_token_by_token_a_loop_is_found_where_it_is_in_the_whole(answer: list[int]) -> None:
    loops = Loops()
    for end, token in enumerate(answer, 1):
        assert loops.take(token) == (looped_tokens(answer[:end]) > 0)
