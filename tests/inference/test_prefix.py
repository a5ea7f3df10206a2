"""Which tokens need not be evaluated again, and in which sequence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meai.inference.prefix import WORTH_KEEPING, Placement, Sequences, common_prefix

tokens = st.lists(st.integers(0, 3), max_size=12)


@given(tokens, tokens.filter(bool))
def test_the_shared_tokens_are_equal_and_the_next_ones_are_not(cached: list[int], prompt: list[int]) -> None:
    shared = common_prefix(cached, prompt)
    assert cached[:shared] == prompt[:shared]
    assert shared == len(prompt) - 1 or shared == len(cached) or cached[shared] != prompt[shared]


def test_the_last_token_of_a_prompt_is_always_evaluated() -> None:
    assert common_prefix([1, 2, 3], [1, 2, 3]) == 2
    assert common_prefix([1, 2, 3, 4], [1]) == 0


def read(sequences: Sequences, prompt: list[int]) -> Placement:
    """Take a place for *prompt* and evaluate what is not there."""
    place = sequences.take(prompt)
    assert place is not None
    sequences.extend(place.sequence, prompt[place.kept :])
    return place


def test_typing_goes_on_in_the_sequence_of_the_last_key() -> None:
    sequences = Sequences(4)
    text = list(range(100))
    first = read(sequences, text)
    sequences.release(first.sequence)
    again = read(sequences, [*text[:-1], 200, 201])
    assert again == Placement(first.sequence, 99)


def test_another_text_with_the_same_instruction_shares_it_and_spares_the_first() -> None:
    sequences = Sequences(4)
    instruction, texts = list(range(40)), ([100] * WORTH_KEEPING, [200] * WORTH_KEEPING)
    first = read(sequences, instruction + texts[0])
    sequences.release(first.sequence)
    second = read(sequences, instruction + texts[1])
    assert second == Placement(second.sequence, 40, copied_from=first.sequence)
    assert second.sequence != first.sequence
    assert sequences.held(first.sequence) == instruction + texts[0]


def test_a_sequence_at_work_is_shared_from_and_left_alone() -> None:
    sequences = Sequences(2)
    first = read(sequences, [1, 2, 3, 4])
    second = read(sequences, [1, 2, 3, 5])
    assert second == Placement(1 - first.sequence, 3, copied_from=first.sequence)
    assert sequences.taken == 2
    assert sequences.take([1, 2]) is None


def test_the_sequence_unused_for_longest_makes_room() -> None:
    sequences = Sequences(3)
    places = [read(sequences, [number] * 50).sequence for number in range(3)]
    for place in places:
        sequences.release(place)
    assert sequences.idle == tuple(places)
    sequences.release(read(sequences, [0] * 51).sequence)
    assert read(sequences, [9] * 50).sequence == places[1]


def test_where_the_end_of_a_sequence_cannot_be_dropped_only_what_goes_on_from_all_of_it_is_kept() -> None:
    sequences = Sequences(1, rewinds=False)
    first = read(sequences, [1, 2, 3])
    sequences.release(first.sequence)
    assert read(sequences, [1, 2, 3, 4]) == Placement(first.sequence, 3)
    sequences.release(first.sequence)
    assert read(sequences, [1, 2, 3, 5]) == Placement(first.sequence, 0)


@given(st.lists(st.tuples(tokens.filter(bool), st.integers(0, 3), st.booleans()), max_size=30))
def test_whatever_is_asked_a_prompt_starts_from_what_its_sequence_really_holds(
    steps: list[tuple[list[int], int, bool]],
) -> None:
    sequences, cells, taken = Sequences(3), [list[int]() for _ in range(3)], set[int]()
    for prompt, other, extend in steps:
        place = sequences.take(prompt)
        if place is None:
            assert len(taken) == 3
            taken.discard(other % 3)
            sequences.release(other % 3)
            continue
        assert place.sequence not in taken
        taken.add(place.sequence)
        # What the cache does for the placement.
        if place.copied_from is not None:
            cells[place.sequence] = cells[place.copied_from][: place.kept]
        del cells[place.sequence][place.kept :]
        assert cells[place.sequence] == prompt[: place.kept] == sequences.held(place.sequence)
        if extend:
            cells[place.sequence] += prompt[place.kept :]
            sequences.extend(place.sequence, prompt[place.kept :])
        else:
            sequences.release(place.sequence)
            taken.discard(place.sequence)
        assert sequences.taken == len(taken)
