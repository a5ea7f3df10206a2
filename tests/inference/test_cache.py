"""The KV cache at work: what is computed once comes back, and only work in hand takes room in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.cache import Cache
from meai.inference.llama import Model, NoRoom, Run
from meai.inference.parking import Parking
from meai.inference.prefix import WORTH_KEEPING
from tests.inference.fake_model import FakeModel, alone, babbles

LONG = 3 * WORTH_KEEPING


def text(letter: int, length: int = LONG) -> list[int]:
    return [letter] * length


def read(cache: Cache, prompt: list[int]) -> int:
    """Evaluate *prompt* and leave it; return how many of its tokens were not held."""
    sequence = cache.take(prompt)
    rest = prompt[cache.length(sequence) :]
    cache.evaluate(sequence, rest, logits=1)
    cache.release(sequence)
    return len(rest)


def test_of_many_texts_only_the_one_at_work_is_in_the_cache_and_none_is_read_twice() -> None:
    model = FakeModel(babbles)
    cache = Cache(model.real, alone())
    texts = [text(letter) for letter in range(1, 12)]
    assert [read(cache, each) for each in texts] == [LONG] * len(texts)
    assert sum(map(len, model.sequences)) == LONG
    assert [read(cache, each) for each in texts] == [1] * len(texts)


def test_work_that_gives_its_room_away_goes_on_where_it_was() -> None:
    model = FakeModel(babbles, cells=LONG + 8)
    cache = Cache(model.real, alone())
    first = cache.take(text(1))
    cache.evaluate(first, text(1), logits=0)
    second = cache.take(text(2))
    with pytest.raises(NoRoom):
        cache.evaluate(second, text(2), logits=0)
    cache.leave(first)
    cache.evaluate(second, text(2), logits=0)
    cache.release(second)
    assert read(cache, [*text(1), 3]) == 1


def test_what_may_wait_outside_is_limited_and_what_was_not_asked_for_longest_goes_first() -> None:
    parking = Parking(limit_bytes=2 * LONG)
    for letter in (1, 2):
        parking.put(text(letter), np.zeros(LONG, np.uint8))
    parking.best(text(1))
    parking.put(text(3), np.zeros(LONG, np.uint8))
    assert [parking.holds(text(letter)) for letter in (1, 2, 3)] == [True, False, True]
    parking.put(text(4), np.zeros(3 * LONG, np.uint8))
    assert not parking.holds(text(4))
    assert parking.bytes == 2 * LONG


def test_a_text_that_was_typed_on_takes_the_place_of_its_beginning() -> None:
    parking = Parking(limit_bytes=100 * LONG)
    for length in range(LONG, LONG + 5):
        parking.put(text(1, length), np.zeros(length, np.uint8))
    assert parking.bytes == LONG + 4
    assert parking.best([*text(1, LONG), 2]) is not None


prompts = st.lists(st.integers(1, 3), min_size=1, max_size=4).map(
    # Long stretches of few letters: prompts that begin alike and part, now and then in the middle of a stretch.
    lambda letters: [letter for letter in letters for _ in range(20 + 7 * letter)]
)


@given(st.lists(st.tuples(prompts, st.booleans(), st.integers(0, 9)), max_size=25), st.integers(300, 2000))
def test_whatever_is_taken_cut_left_and_fetched_a_sequence_holds_what_it_is_said_to(
    steps: list[tuple[list[int], bool, int]], cells: int
) -> None:
    model = FakeModel(babbles, cells=cells)
    cache = Cache(model.real, alone())
    at_work: list[int] = []
    for prompt, stays, cut in steps:
        sequence = cache.take(prompt)
        held = cache.length(sequence)
        assert model.sequences[sequence] == prompt[:held]
        assert held < len(prompt)
        try:
            cache.evaluate(sequence, prompt[held:], logits=1)
        except NoRoom:
            cache.leave(sequence)
            continue
        # What follows depends on all that is held, so a stale cell would show here.
        assert np.array_equal(model.logits[0], babbles(tuple(prompt)))
        cache.cut(sequence, len(prompt) - cut)
        at_work.append(sequence)
        if not stays or len(at_work) > 3:
            cache.release(at_work.pop(0))
    assert cache.taken == len(at_work)


@pytest.mark.model
def test_a_saved_sequence_goes_on_like_the_one_that_stayed(model_path: Path) -> None:
    model = Model(model_path, context_length=512)
    tokens = model.tokenize("The letter that went out last week had three links, and every one of them", special=False)
    model.evaluate(Run(tokens, 0, 0))
    cells = model.save(0)
    model.evaluate(Run([tokens[0]], len(tokens), 0))
    stayed = model.logits[0].copy()
    model.forget(0)
    model.evaluate(Run(tokens[::-1] * 4, 0, 1))
    assert model.restore(0, cells)
    model.evaluate(Run([tokens[0]], len(tokens), 0))
    assert np.allclose(model.logits[0], stayed, atol=1e-3)
    model.close()
