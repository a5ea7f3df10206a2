"""A selection proofread: sentence by sentence, English only, stopped when asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence

import pytest

from meai.editing.facts import Flag
from meai.editing.order import RewriteOrder, Unit
from meai.editing.problems import Dialect, Problem
from meai.editing.proofread import Proofreader
from meai.errors import Cancelled
from meai.inference.request import Request

TEXT = (
    "# Letter\n\nI saw teh cat, and\nit saw me. Teh dog was there.\n\n> A quote with\n> teh mistake.\n\n```\nteh\n```\n"
)


class Finder:
    """Objects to `teh`; remembers what it was asked."""

    def __init__(self, *, absent: bool = False) -> None:
        self.absent = absent
        self.dialect: Dialect | None = None

    def problems(
        self, texts: Sequence[str], dialect: Dialect, words: Iterable[str]
    ) -> list[tuple[Problem, ...]] | None:
        self.dialect = dialect
        return None if self.absent else [tuple(_found(text)) for text in texts]


class Denier(Finder):
    """Objects to every `not`."""

    def problems(self, texts: Sequence[str], dialect: Dialect, words: Iterable[str]) -> list[tuple[Problem, ...]]:
        return [
            tuple(Problem(*match.span(), "Typo", "Denial", "", ("the",)) for match in re.finditer("not", text))
            for text in texts
        ]


def _found(text: str) -> Iterable[Problem]:
    for match in re.finditer("teh", text, re.IGNORECASE):
        other = "The" if match.group()[0] == "T" else "the"
        yield Problem(*match.span(), "Typo", "SpellCheck", "", (other,))


class LikesThe:
    """Finds `the` likely; remembers the text that it read before."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        self.read.append(request.start)
        return tuple(20.0 * len(re.findall(r"\bthe\b", each, re.IGNORECASE)) for each in candidates)


def proofread(
    text: str, finder: Finder | None = None, model: LikesThe | None = None, before: str = ""
) -> list[Unit | str] | None:
    reader = Proofreader(finder or Finder(), model or LikesThe(), frozenset)
    return reader.proofread(RewriteOrder("correct-spelling", text, before), lambda text: None, threading.Event())


def text_of(parts: list[Unit | str] | None) -> str:
    assert parts is not None
    return "".join(part if isinstance(part, str) else part.text for part in parts)


def test_sentences_are_corrected_and_all_between_stays() -> None:
    assert text_of(proofread(TEXT)) == TEXT.replace("saw teh", "saw the").replace("Teh", "The").replace(
        "teh mistake", "the mistake"
    )


def test_a_correction_that_turns_a_fact_says_so() -> None:
    parts = proofread("I saw teh cat. We did not see the dog.", Denier()) or []
    flags = [part.flags for part in parts if isinstance(part, Unit)]
    assert flags == [(), (Flag("not", "", "negation"),)]


def test_each_sentence_comes_when_it_is_done() -> None:
    heard: list[str] = []
    Proofreader(Finder(), LikesThe(), frozenset).proofread(
        RewriteOrder("correct-spelling", TEXT), heard.append, threading.Event()
    )
    assert "I saw the cat, and\nit saw me." in heard
    assert "The dog was there." in heard


def test_what_was_corrected_is_what_the_model_reads_next() -> None:
    model = LikesThe()
    proofread("I saw teh cat. Then it saw teh dog.", model=model)
    assert model.read[-1].startswith("I saw the cat. Then it saw")


def test_other_languages_are_left_to_others() -> None:
    assert proofread("Das ist ein Brief an alle Leser, und er ist nicht lang.") is None


def test_without_a_checker_there_is_no_judgement() -> None:
    assert proofread(TEXT, Finder(absent=True)) is None


def test_the_document_tells_whose_english_it_is() -> None:
    finder = Finder()
    proofread("I saw teh cat.", finder, before="My favourite colour is grey. ")
    assert finder.dialect == "british"


def test_it_stops_when_asked() -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        Proofreader(Finder(), LikesThe(), frozenset).proofread(
            RewriteOrder("correct-spelling", TEXT), lambda text: None, stopped
        )


def test_the_writers_choice_of_english_goes_before_the_texts_own() -> None:
    finder = Finder()
    for chosen, expected in (("", "british"), ("indian", "indian")):
        order = RewriteOrder("correct-spelling", "The colour of the harbour is one that I like.", dialect=chosen)
        Proofreader(finder, LikesThe(), frozenset).proofread(order, lambda text: None, threading.Event())
        assert finder.dialect == expected
