"""Text at the caret: the rest of the sentence, a begun word gone on with, and nothing that does not belong there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
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

    def __init__(self, answer: str, likely: str = "") -> None:
        super().__init__(lambda words: answer, LARGE)
        self.asked: list[Request] = []
        self.likely = likely
        self.compared: list[str] = []

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        self.asked.append(request)
        return super().generate(request, emit, cancelled)

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        self.compared = list(candidates)
        return tuple(0.0 if text == self.likely else -50.0 - len(text) for text in candidates)


def completed(answer: str, before: str, after: str = "", likely: str = "") -> tuple[str, Request]:
    model, shown = Caret(answer, likely), list[str]()
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


@pytest.mark.parametrize(
    ("before", "after", "likely", "expected"),
    [
        ("It was ", " and we left.", " very cold and we left.", "very cold"),
        ("It was ", "and we left.", " very cold and we left.", "very cold "),
        ("It was", " and we left.", " was very cold and we left.", " very cold"),
        ("It was ", ", and we left.", " very cold, and we left.", "very cold"),
        ("It was ve", " and we left.", " very cold and we left.", "ry cold"),
        ("It was very cold", " and we left.", " cold that day, and we left.", " that day,"),
        ("It was ", " and we left.", " very cold that day, and we left.", "very cold that day,"),
        ("It was ", " and we left.", " and we left.", ""),
        ("It was ", " very cold.", " very cold.", ""),
    ],
)
def test_it_stops_where_what_follows_goes_on(before: str, after: str, likely: str, expected: str) -> None:
    words = {"It was": "was very cold", "It was very cold": "cold"}.get(before, "very cold")
    text, request = completed(f" {words} that day, so we went away.", before, after, likely)
    assert text == expected
    assert after.strip() not in request.start


def test_what_follows_is_not_said_twice() -> None:
    said = " cold, and we went home early."
    assert completed(said, "It was ", " and we went home.", " cold, and we went home.")[0] == "cold,"


def test_between_two_sentences_stands_a_whole_one() -> None:
    likely = " Then it rained. We went home."
    assert completed("Then it rained. We left.", "It was cold. ", "We went home.", likely)[0] == "Then it rained. "
    assert completed("Then it rained and", "It was cold. ", "We went home.")[0] == ""


def test_the_answer_is_one_of_several_of_which_the_model_says_how_probable_they_are() -> None:
    model = Caret("very cold that day.")
    order = RewriteOrder("autocomplete", "", "It was ", " and we went home.", one_sentence=True)
    Rewriter(model).rewrite(order, lambda text: None, threading.Event())
    assert model.compared == [
        " and we went home.",
        " very and we went home.",
        " very cold and we went home.",
        " very cold that and we went home.",
        " very cold that day and we went home.",
    ]
    assert {request.purpose for request in model.asked} == {"caret"}
    assert [request.sampling.seed for request in model.asked] == [0, 1, 2]


def test_a_new_line_is_a_new_start_and_changes_nothing() -> None:
    alone, _ = completed("cold that day.", "It was ")
    for after in ("\n\nWe went home.", "\nWe went home.", "\n\n# A heading"):
        assert completed("cold that day.", "It was ", after)[0] == alone


def test_what_stands_on_the_next_line_is_not_said_again() -> None:
    assert completed("cold and dark there.", "It was ", "\n\ncold and dark")[0] == ""
    assert (
        completed("a cold day.", "It was ", "\n\nA")[0]
        == completed("a cold day.", "It was ", "\n\na")[0]
        == "a cold day."
    )


def test_what_follows_is_looked_for_as_words() -> None:
    assert completed("a cold day in March", "It was ", " a", " a cold day in a")[0] == ""
    assert completed("cold. We left.", "It was ", ".", " cold.")[0] == "cold"


@given(st.text(max_size=40), st.text(max_size=60), st.text(max_size=30))
def test_no_text_breaks_it(before: str, answer: str, after: str) -> None:
    text, _ = completed(answer, "Once " + before, after)
    assert "\n" not in text
    assert not text or text.strip()


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


@pytest.mark.model
def test_the_embedded_model_leads_on_to_what_follows(engine: Engine) -> None:
    before, after = "The meeting was moved. We could have gone together, and you ", " waited in the rain for an hour."
    order = RewriteOrder("autocomplete", "", before, after, one_sentence=True)
    text = Rewriter(engine).rewrite(order, lambda text: None, threading.Event()).text
    assert text
    assert not text.endswith((".", "!", "?", " "))
    without, with_text = (
        engine.score(Request((), start), [after], threading.Event())[0] for start in (before.rstrip(), before + text)
    )
    assert with_text > without
