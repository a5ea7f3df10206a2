"""Guesses at how an answer goes on, and how many of them are worth checking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.source import Doubt, Source
from meai.inference.speculation import LONGEST_DRAFT, Drafter, DraftLength


def letters(token: int) -> bytes:
    """A vocabulary of one-letter words and, above 100, letters that go on a word."""
    return (b"" if token >= 100 else b" ") + bytes([97 + token % 26])


def following(source: list[int], answer: list[int]) -> Drafter:
    return after(Source(source), answer)


def after(source: Source, answer: list[int]) -> Drafter:
    drafter = Drafter(source, letters)
    for token in answer:
        drafter.take(token)
    return drafter


def test_before_the_first_word_the_whole_source_is_the_guess() -> None:
    assert Drafter(Source([1, 2, 3]), letters).draft(2) == [1, 2]


def test_an_answer_that_repeats_its_source_is_guessed_to_the_end() -> None:
    drafter = following([1, 2, 3, 4], [1, 2])
    assert drafter.certain
    assert drafter.draft(10) == [3, 4]


def test_another_form_of_a_word_stands_for_it() -> None:
    # " c" goes on with two pieces in the source and with one in the answer, as a misspelt word does.
    drafter = following([1, 2, 100, 101, 4, 5], [1, 2, 120])
    assert not drafter.certain
    assert drafter.draft(2) == [4, 5]
    other_ending = following([1, 28, 4, 5], [1, 2])
    assert other_ending.draft(2) == [4, 5]


def test_a_word_put_in_leaves_the_rest_as_it_was() -> None:
    assert following([1, 2, 3, 4], [1, 2, 9]).draft(2) == [3, 4]


def test_words_left_out_are_skipped_once_two_tokens_agree() -> None:
    drafter = following([1, 2, 3, 4, 5, 6], [1, 4, 5])
    assert drafter.certain
    assert drafter.draft(5) == [6]


def test_the_nearest_of_several_like_places_is_taken() -> None:
    source = [7, 8, 1, 2, 3, 7, 8, 4]
    assert following(source, [9, 7, 8]).draft(1) == [1]


MISTYPED = Source([1, 2, 100, 101, 4, 5], {1: Doubt(end=4, meant=9)})
"""" b", " c" of three pieces for which " j" may be meant, " e", " f"."""


def test_no_guess_is_made_whether_a_word_is_mended_and_either_way_the_answer_is_guessed_on() -> None:
    assert after(MISTYPED, []).draft(9) == [1]
    assert after(MISTYPED, [1]).draft(9) == []
    for first, rest in ((2, [100, 101, 4, 5]), (9, [4, 5])):
        drafter = after(MISTYPED, [1, first])
        assert drafter.certain
        assert drafter.draft(9) == rest


def test_a_word_that_is_mended_otherwise_is_passed_as_any_other() -> None:
    drafter = after(MISTYPED, [1, 28])
    assert not drafter.certain
    assert drafter.draft(9) == [4, 5]


@given(
    st.lists(st.integers(0, 120), max_size=30),
    st.dictionaries(st.integers(0, 29), st.tuples(st.integers(1, 3), st.none() | st.integers(0, 120)), max_size=4),
    st.lists(st.integers(0, 120), max_size=30),
    st.integers(0, 40),
)
def test_a_guess_is_always_a_piece_of_the_source_without_a_doubt_in_it(
    tokens: list[int], doubtful: dict[int, tuple[int, int | None]], answer: list[int], limit: int
) -> None:
    doubts = {at: Doubt(min(at + length, len(tokens)), meant) for at, (length, meant) in doubtful.items()}
    doubts = {at: doubt for at, doubt in doubts.items() if at < doubt.end}
    drafter = Drafter(Source(tokens, doubts), letters)
    for token in answer:
        drafter.take(token)
        draft = drafter.draft(limit)
        assert len(draft) <= limit
        starts = [at for at in range(len(tokens) + 1) if tokens[at : at + len(draft)] == draft]
        assert any(not set(range(at, at + len(draft))) & set(doubts) for at in starts)


def batches_are_cheap(tokens: int) -> float:
    return 1.0 + 0.1 * tokens


def batches_save_nothing(tokens: int) -> float:
    return float(tokens)


def test_where_a_batch_costs_as_much_as_its_tokens_one_by_one_nothing_is_guessed() -> None:
    assert DraftLength(batches_save_nothing).best(LONGEST_DRAFT) == 0


def test_cheap_batches_and_good_guesses_make_long_drafts_and_failures_shorten_them() -> None:
    length = DraftLength(batches_are_cheap)
    for _ in range(4):
        length.note(20, 20)
    trusting = length.best(LONGEST_DRAFT)
    assert trusting > 15
    for _ in range(8):
        length.note(10, 0)
    assert length.best(LONGEST_DRAFT) < trusting / 3


def test_failures_end_drafting_and_what_would_have_come_true_begins_it_again() -> None:
    def dear_at_first(tokens: int) -> float:
        return 1.0 if tokens == 1 else 2.2 + 0.05 * tokens

    length = DraftLength(dear_at_first)
    for _ in range(60):
        length.note(5, 0)
    assert length.best(LONGEST_DRAFT) == 0
    for _ in range(60):
        length.note(1, 1)
    assert length.best(LONGEST_DRAFT) > 5


@pytest.mark.parametrize("pending", [1, 2, 7])
def test_a_batch_with_guesses_is_even_where_there_are_enough(pending: int) -> None:
    length, best = DraftLength(batches_are_cheap), LONGEST_DRAFT
    while best:
        length.note(3, 0)
        best = length.best(LONGEST_DRAFT, pending)
        assert (pending + best) % 2 == 0 or best in (0, LONGEST_DRAFT)


@pytest.mark.parametrize("pending", [1, 60])
def test_never_more_than_there_is_to_guess(pending: int) -> None:
    assert DraftLength(batches_are_cheap).best(3, pending) <= 3
    assert DraftLength(batches_are_cheap).best(0, pending) == 0
    assert DraftLength(batches_are_cheap).best(-1, pending) == 0


@given(st.lists(st.tuples(st.integers(1, 31), st.integers(0, 31)), max_size=60))
def test_the_chance_stays_a_probability(notes: list[tuple[int, int]]) -> None:
    length = DraftLength(batches_are_cheap)
    for guessed, right in notes:
        length.note(guessed, min(guessed, right))
        assert 0.0 < length.chance < 1.0
