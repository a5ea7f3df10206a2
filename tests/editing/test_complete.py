"""Text at the caret: the rest of the sentence, a begun word gone on with, and nothing that does not belong there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.rewrite import RewriteOrder, Rewriter
from meai.inference.engine import Engine
from meai.inference.request import Completion, Request
from tests.editing.test_guarantee import LARGE, Model


class Caret(Model):
    """Says what the test wants, and remembers what it was asked."""

    def __init__(self, answer: str) -> None:
        super().__init__(lambda words: answer, LARGE)
        self.asked: list[Request] = []

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        self.asked.append(request)
        return super().generate(request, emit, cancelled)


def completed(answer: str, before: str, after: str = "") -> tuple[str, Request]:
    model, shown = Caret(answer), list[str]()
    order = RewriteOrder("autocomplete", "", before, after, one_sentence=True)
    proposal = Rewriter(model).rewrite(order, shown.append, threading.Event())
    assert "".join(shown) == proposal.text
    return proposal.text, model.asked[0]


@pytest.mark.parametrize(
    ("before", "answer", "expected"),
    [
        ("It was ", "cold that day. Then it rained.", "cold that day."),
        ("It was. ", "Then it rained, and we we", "Then it rained, and we"),
        ("It was ", "cold.\n\n# A heading", "cold."),
        ("It was ", "see https://example.org now.", ""),
        ("It was ", "- one\n- two", ""),
        ("It was ", "I'm sorry, but I cannot help.", ""),
        ("It was ", "", ""),
    ],
)
def test_it_goes_to_the_end_of_the_sentence_and_no_further(before: str, answer: str, expected: str) -> None:
    assert completed(answer, before)[0] == expected


def test_a_word_that_is_begun_is_gone_on_with() -> None:
    text, request = completed(" definitely cold.", "It was defin")
    assert text == "itely cold."
    assert request.start == "It was"
    assert '"defin"' in request.sampling.grammar


def test_an_answer_that_leaves_the_begun_word_is_none() -> None:
    assert completed(" quite cold.", "It was defin")[0] == ""


def test_what_stands_after_the_caret_is_not_said_again() -> None:
    assert completed("cold, and we went home early.", "It was ", " and we went home.")[0] == "cold,"


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=30))
def test_no_text_breaks_it(before: str, answer: str, after: str) -> None:
    text, _ = completed(answer, "Once " + before, after)
    assert "\n" not in text


@pytest.fixture(scope="module")
def engine(model_path: Path, prepared_cache: Path) -> Iterator[Engine]:
    engine = Engine(cache=prepared_cache)
    engine.load(model_path, "smollm2-135m")
    yield engine
    engine.close()


@pytest.mark.model
@pytest.mark.parametrize(
    "before", ["We planted tomatoes and beans in the gar", "Last weekend we went to the market and "]
)
def test_the_embedded_model_goes_on_with_a_sentence(engine: Engine, before: str) -> None:
    order = RewriteOrder("autocomplete", "", before, one_sentence=True)
    text = Rewriter(engine).rewrite(order, lambda text: None, threading.Event()).text
    assert text
    if before.endswith("gar"):
        assert (before + text).split("the ")[-1].startswith(("garden", "garage"))
