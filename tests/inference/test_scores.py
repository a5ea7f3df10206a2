"""How probable continuations are: the same figures however the candidates share, part and are batched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.cache import BRANCHES, Cache
from meai.inference.llama import LOGIT_ROWS, NoRoom
from meai.inference.scores import Scores
from tests.inference.fake_model import VOCABULARY, FakeModel, alone, babbles

tokens = st.lists(st.integers(0, VOCABULARY - 1), max_size=6)


def one_by_one(prompt: list[int], candidate: list[int]) -> float:
    """The chain rule, token for token."""
    total = 0.0
    for at, token in enumerate(candidate):
        row = babbles((*prompt, *candidate[:at])).astype(float)
        total += row[token] - np.log(np.exp(row).sum())
    return total


def scores_of(model: FakeModel, prompt: list[int], candidates: list[list[int]], chunk: int = 4) -> tuple[float, ...]:
    cache = Cache(model.real, alone())
    scores = Scores(prompt, candidates, cache=cache, chunk=chunk)
    for _ in range(10_000):
        if scores.finished:
            break
        try:
            scores.step()
        except NoRoom:
            scores.pause()
    scores.close()
    assert scores.finished
    assert cache.taken == 0
    assert not any(model.sequences[-BRANCHES:]), "a branch was left in the cache"
    return scores.result


@given(tokens.filter(bool), tokens, st.lists(tokens, min_size=1, max_size=12), st.data())
def test_sharing_and_batching_change_no_figure(
    prompt: list[int], shared: list[int], tails: list[list[int]], data: st.DataObject
) -> None:
    weather = data.draw(st.lists(st.sampled_from(("fine", "interrupted", "full")), max_size=12))
    coming: Iterator[str] = iter(weather)
    model = FakeModel(babbles, lambda: next(coming, "fine"))
    candidates = [shared + tail for tail in tails]
    expected = [one_by_one(prompt, candidate) for candidate in candidates]
    assert scores_of(model, prompt, candidates) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("length", [LOGIT_ROWS - 1, LOGIT_ROWS, LOGIT_ROWS + 1, 3 * LOGIT_ROWS])
def test_candidates_longer_than_a_batch_are_scored_in_pieces(length: int) -> None:
    candidates = [[number, *[1 + at % 7 for at in range(length)]] for number in range(3)]
    expected = [one_by_one([5, 6], candidate) for candidate in candidates]
    assert scores_of(FakeModel(babbles), [5, 6], candidates) == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("rewinds", [True, False])
@pytest.mark.parametrize("spoilt", range(1, 14))
def test_a_long_candidate_is_scored_anew_when_others_made_room_in_the_middle_of_it(spoilt: int, rewinds: bool) -> None:
    weather = iter(["fine"] * spoilt + ["full"])
    model = FakeModel(babbles, lambda: next(weather, "fine"), rewinds=rewinds)
    candidates = [[9, number, *[1 + at % 7 for at in range(2 * LOGIT_ROWS)]] for number in range(3)]
    scores = Scores([5, 6], candidates, cache=Cache(model.real, alone()), chunk=4)
    while not scores.finished:
        with suppress(NoRoom):
            scores.step()
    assert scores.result == pytest.approx([one_by_one([5, 6], candidate) for candidate in candidates], abs=1e-2)


def test_no_candidates_have_no_scores() -> None:
    assert scores_of(FakeModel(babbles), [1, 2], []) == ()


def test_variants_of_a_sentence_are_compared_in_one_batch_after_what_they_share() -> None:
    model = FakeModel(babbles)
    scores_of(model, [1, 2, 3], [[4, 5, number] for number in range(6)], chunk=64)
    assert model.batches == [2, 2, 6]
