"""The process that finds problems: started when needed, started anew when it dies, and never waited for in vain."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meai.editing.checker import Checker
from meai.editing.dictionary import dictionary_in
from meai.editing.marking import Block, Marked, Marking
from meai.errors import BadInput

WAIT_S = 60


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    checker = Checker()
    yield checker
    checker.close()


def suggestions(checker: Checker, text: str, word: str, *words: str) -> tuple[str, ...]:
    found = checker.problems([text], "american", words)
    assert found is not None
    return next((each.suggestions for each in found[0] if text[each.start : each.end] == word), ())


def test_misspelled_words_come_with_suggestions(checker: Checker) -> None:
    assert "received" in suggestions(checker, "🙂 I recived it.", "recived")


def test_the_writers_words_are_none(checker: Checker) -> None:
    assert suggestions(checker, "We like frobnik.", "frobnik")
    assert suggestions(checker, "We like frobnik.", "frobnik", "frobnik") == ()
    assert suggestions(checker, "We like frobnik.", "frobnik")


def test_each_dialect_has_its_own_spelling(checker: Checker) -> None:
    text = "The colour."
    for dialect, wrong in (("american", True), ("british", False)):
        found = checker.problems([text], dialect)  # type: ignore[arg-type]
        assert found is not None
        assert any(text[each.start : each.end] == "colour" for each in found[0]) is wrong


def test_a_single_capital_is_no_word_in_capitals(checker: Checker) -> None:
    assert suggestions(checker, "A apple.", "A") == ("An",)


def test_half_a_character_is_no_end(checker: Checker) -> None:
    assert "received" in suggestions(checker, "\ud83d I recived it.", "recived")


def test_a_process_that_died_is_started_anew() -> None:
    checker = Checker()
    try:
        assert suggestions(checker, "I recived it.", "recived")
        assert checker._child is not None
        checker._child.kill()
        assert suggestions(checker, "I recived it.", "recived")
    finally:
        checker.close()


def test_without_a_process_there_is_no_answer() -> None:
    assert Checker(worker="meai.editing.there_is_none").problems(["teh"], "american") is None


def test_what_is_typed_is_marked_and_the_dictionary_heeded(checker: Checker, tmp_path: Path) -> None:
    dictionary = dictionary_in(tmp_path)
    marking = Marking(checker, lambda: dictionary.words)
    heard: list[Marked] = []
    arrived = threading.Semaphore(0)

    def reply(marked: Marked) -> None:
        heard.append(marked)
        arrived.release()

    for word in ("", "frobnik"):
        if word:
            dictionary.add(word)
        marking.mark("page", Block(1, "We like frobnik here and teh rest."), reply)
        assert arrived.acquire(timeout=WAIT_S)
    marking.close()
    assert [[each.text for each in marked.marks] for marked in heard] == [["frobnik", "teh"], ["teh"]]


def test_a_dictionary_keeps_its_words_and_lets_them_go(tmp_path: Path) -> None:
    dictionary = dictionary_in(tmp_path)
    assert dictionary.words == frozenset()
    dictionary.add("frobnik")
    dictionary.add("Zürich")
    assert dictionary_in(tmp_path).words == {"frobnik", "Zürich"}
    dictionary.remove("frobnik")
    assert dictionary_in(tmp_path).words == {"Zürich"}


@pytest.mark.parametrize("word", ["", "two words", "x" * 81])
def test_a_dictionary_takes_single_words(tmp_path: Path, word: str) -> None:
    with pytest.raises(BadInput):
        dictionary_in(tmp_path).add(word)
