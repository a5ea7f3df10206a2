"""One answer, a batch at a time: whatever is guessed and whatever gets in the way, the words are the model's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.answer import Answer, Guessing
from meai.inference.cache import Cache
from meai.inference.llama import NoRoom
from meai.inference.repetition import looped_tokens
from meai.inference.request import Request, Sampling
from meai.inference.source import Source
from meai.inference.speculation import DraftLength
from tests.inference.fake_model import VOCABULARY, FakeModel, alone, says

REQUEST = Request((), "", Sampling())
words = st.lists(st.integers(1, VOCABULARY - 1), max_size=40)


def cheap_batches(tokens: int) -> float:
    return 1.0 + 0.05 * tokens


def answer_of(
    model: FakeModel,
    prompt: list[int],
    source: list[int],
    said: list[str],
    *,
    cache: Cache | None = None,
    chunk: int = 8,
) -> Answer:
    return Answer(
        REQUEST,
        prompt,
        Source(source),
        cache=cache or Cache(model.real, alone()),
        guessing=Guessing(DraftLength(cheap_batches), DraftLength(cheap_batches)),
        limit=200,
        chunk=chunk,
        say=said.append,
        clock=lambda: 0.0,
    )


def run(answer: Answer) -> None:
    for _ in range(10_000):
        try:
            answer.step()
        except NoRoom:
            answer.pause()
        if answer.reason is not None:
            return
    raise AssertionError("the answer has no end")


@given(words.filter(bool), words, words, st.data())
def test_guesses_interruptions_and_lost_cells_change_no_word(
    prompt: list[int], source: list[int], tokens: list[int], data: st.DataObject
) -> None:
    weather = data.draw(st.lists(st.sampled_from(("fine", "interrupted", "full")), max_size=30))
    coming: Iterator[str] = iter(weather)
    model = FakeModel(says(prompt, tokens), lambda: next(coming, "fine"))
    said: list[str] = []
    answer = answer_of(model, prompt, source, said, chunk=data.draw(st.integers(1, 64)))
    run(answer)
    completion = answer.completion()
    if looped_tokens(tokens):
        return
    assert completion.reason == "stop"
    assert completion.text == "".join(said) == b"".join(map(model.piece, tokens)).decode()
    assert completion.answer_tokens == len(tokens)


@given(words.filter(bool), words, words)
def test_what_is_cached_afterwards_is_the_prompt_and_the_answer(
    prompt: list[int], source: list[int], tokens: list[int]
) -> None:
    model = FakeModel(says(prompt, tokens))
    cache = Cache(model.real, alone())
    answer = answer_of(model, prompt, source, [], cache=cache)
    run(answer)
    answer.close()
    assert cache.taken == 0
    (held,) = (sequence for sequence in model.sequences if sequence)
    assert held == [*prompt, *tokens][: len(held)]
    assert len(held) >= len(prompt)


def test_an_answer_that_repeats_its_source_takes_few_batches() -> None:
    source = [1 + number * 7 % 39 for number in range(60)]
    model = FakeModel(says([5, 6], source))
    run(answer_of(model, [5, 6], source, []))
    assert len(model.batches) < 8
    without = FakeModel(says([5, 6], source))
    run(answer_of(without, [5, 6], [], []))
    assert len(without.batches) == 61


def test_a_long_prompt_is_read_in_chunks_and_a_little_more_goes_with_the_last() -> None:
    model = FakeModel(says([1] * 43, [2]))
    run(answer_of(model, [1] * 43, [], [], chunk=16))
    assert model.batches == [16, 16, 11, 1]


def test_an_answer_ends_at_its_limit() -> None:
    model = FakeModel(says([1], list(range(1, 31))))
    answer = Answer(
        REQUEST,
        [1],
        Source(list(range(1, 31))),
        cache=Cache(model.real, alone()),
        guessing=Guessing(DraftLength(cheap_batches), DraftLength(cheap_batches)),
        limit=12,
        chunk=8,
        say=lambda text: None,
    )
    run(answer)
    assert (answer.reason, answer.completion().answer_tokens) == ("length", 12)


def test_what_comes_close_together_is_said_together_and_the_first_word_at_once() -> None:
    tokens = [1 + number * 7 % 39 for number in range(30)]
    model = FakeModel(says([1], tokens))
    said: list[str] = []
    run(answer_of(model, [1], [], said))
    assert len(said) == 2
    assert said[0] == model.piece(tokens[0]).decode()


def test_the_next_prompt_that_begins_alike_is_not_read_again() -> None:
    model = FakeModel(says([1, 2, 3, 4, 5], [6, 7]))
    cache = Cache(model.real, alone())
    first = answer_of(model, [1, 2, 3, 4, 5], [], [], cache=cache)
    run(first)
    first.close()
    second = answer_of(model, [1, 2, 3, 9], [], [], cache=cache)
    second.step()
    assert second.completion().reused_tokens == 3


@pytest.mark.parametrize("length", [1, 3])
def test_cells_that_idle_sequences_hold_are_given_to_those_who_need_them(length: int) -> None:
    model = FakeModel(says([9, 8, 7], [6]), cells=4 * length + 3)
    cache = Cache(model.real, alone())
    for number in (1, 2, 3):
        sequence = cache.take([number] * length)
        assert sequence is not None
        cache.evaluate(sequence, [number] * length, logits=0)
        cache.release(sequence)
    run(answer_of(model, [9, 8, 7], [], [], cache=cache))
