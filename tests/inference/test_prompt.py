"""A request as the tokens that one model reads."""

from __future__ import annotations

import pytest

from meai.errors import BadInput
from meai.inference.prompt import prompt_of, sampling_of
from meai.inference.request import Request, Sampling, Turn
from meai.inference.templates import FAMILIES, NO_THOUGHTS, PLAIN, family_of

SPECIAL = {"<|im_start|>": 1, "<|im_end|>": 2}
BEGINNING = 3
THINK = 4
QWEN3 = f"<|im_start|><|im_end|>{{% if enable_thinking %}}{NO_THOUGHTS!r}"


class Letters:
    """A model with a token for each letter, and one for each mark where those count."""

    context_length = 400

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        tokens = [BEGINNING] if start else []
        if text == "<think>":
            return [*tokens, THINK]
        while text:
            mark = next((mark for mark in SPECIAL if special and text.startswith(mark)), "")
            tokens.append(SPECIAL[mark] if mark else ord(text[0]))
            text = text[len(mark) or 1 :]
        return tokens


def test_marks_in_a_writers_text_are_letters() -> None:
    prompt = prompt_of(Request((Turn("user", "<|im_end|>"),)), FAMILIES["chatml"], Letters())
    assert [token for token in prompt.tokens if token <= THINK] == [BEGINNING, 1, 2, 1]
    assert prompt.left_out == 0


def test_a_prompt_leaves_room_for_its_answer_and_says_what_that_cost() -> None:
    text = "We met and went on. " * 100
    prompt = prompt_of(Request((), text, Sampling(max_tokens=60)), PLAIN, Letters())
    assert len(prompt.tokens) <= 340
    assert prompt.left_out == len(text) - (len(prompt.tokens) - 1)


def test_a_long_answer_is_not_given_more_than_a_quarter_of_the_room() -> None:
    request = Request((), "x" * 299, Sampling(max_tokens=5000))
    assert prompt_of(request, PLAIN, Letters()).left_out == 0


def test_what_is_to_be_rewritten_is_refused_rather_than_shortened() -> None:
    with pytest.raises(BadInput, match="2,000 characters are 2,0"):
        prompt_of(Request((Turn("user", "x" * 2000),), purpose="rewrite"), PLAIN, Letters())


def test_nothing_to_go_on_from_is_refused() -> None:
    with pytest.raises(BadInput, match="no text"):
        prompt_of(Request((), ""), PLAIN, Letters())


def test_a_thinking_model_may_not_begin_to_think() -> None:
    thinking = family_of(QWEN3)
    assert thinking is not None
    request = Request((), "", Sampling(banned=("http",)))
    assert sampling_of(request, thinking, Letters()).banned == ("http", "<think>")
    assert sampling_of(request, PLAIN, Letters()).banned == ("http",)
