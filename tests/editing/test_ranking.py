"""Correcting a sentence: only candidates, only by a margin, never a name, never what is protected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.problems import Problem
from meai.editing.protect import protected_spans
from meai.editing.ranking import Score, Weights, corrected

UNKNOWN = "SpellCheck"


def problem(text: str, words: str, *suggestions: str, rule: str = UNKNOWN) -> Problem:
    start = text.index(words)
    return Problem(start, start + len(words), "Spelling", rule, "", suggestions)


def preferring(*liked: str) -> Score:
    """A model that likes each of these words by ten nats."""

    def score(start: str, candidates: Sequence[str]) -> list[float]:
        return [10.0 * sum(word in candidate for word in liked) for candidate in candidates]

    return score


def indifferent(start: str, candidates: Sequence[str]) -> list[float]:
    return [0.0] * len(candidates)


def proofread(
    text: str, *problems: Problem, score: Score = indifferent, known: Callable[[str], bool] = lambda word: False
) -> str:
    return corrected(text, problems, "", score, known, Weights())


def test_the_candidate_that_the_model_prefers_stands() -> None:
    text = "I have no time to consum it."
    assert proofread(text, problem(text, "consum", "consul", "consume"), score=preferring("consume ")) == (
        "I have no time to consume it."
    )


def test_what_is_a_word_stays_unless_another_is_clearly_more_probable() -> None:
    assert proofread("They were to week to walk.") == "They were to week to walk."
    assert proofread("They were week.", score=preferring("weak")) == "They were weak."


def test_places_that_touch_are_judged_together() -> None:
    text = "Their is alot of it."
    found = (problem(text, "Their", "There", rule="TheirToThere"), problem(text, "alot", "a lot", rule="OpenCompounds"))
    assert proofread(text, *found, score=preferring("There is a lot")) == "There is a lot of it."


@pytest.mark.parametrize("name", ["VampNet", "GGUF", "GPT4o", "x86_64", "çay"])
def test_names_are_left_alone(name: str) -> None:
    text = f"We wrote about {name} before."
    assert proofread(text, problem(text, name, "vamped"), score=preferring("vamped")) == text


def test_a_capital_that_no_sentence_explains_is_a_names() -> None:
    text = "It is Lukasz who wrote. Definately him."
    found = (problem(text, "Lukasz", "lucas"), problem(text, "Definately", "Definitely"))
    assert proofread(text, *found, score=preferring("lucas", "Definitely")) == "It is Lukasz who wrote. Definitely him."


def test_the_writers_own_words_are_left_alone() -> None:
    text = "We brew kombuchi at home."
    found = problem(text, "kombuchi", "kombucha")
    assert proofread(text, found, score=preferring("kombucha"), known={"kombuchi"}.__contains__) == text


def test_the_other_sides_spelling_is_no_mistake() -> None:
    text = "The colour is nice."
    assert proofread(text, problem(text, "colour", "color"), score=preferring("color")) == text


def test_the_words_of_a_link_are_corrected_and_its_address_is_not() -> None:
    text = "See [the repot](https://example.com/repot) and `repot`."
    found = [Problem(at, at + 5, "Spelling", UNKNOWN, "", ("report",)) for at in (9, 36, 48)]
    assert text[9:14] == text[36:41] == text[48:53] == "repot"
    assert proofread(text, *found, score=preferring("report")) == (
        "See [the report](https://example.com/repot) and `repot`."
    )


def test_two_words_become_one_and_a_doubled_word_goes() -> None:
    text = "I saw the the cat some times."
    found = problem(text, "the the", "the", rule="RepeatedWords")
    found = Problem(found.start, found.end, "Repetition", found.rule, "", ("the",))
    assert proofread(text, found, score=preferring("sometimes")) == "I saw the cat sometimes."


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("At the hour when a clock set back rings twice.", "setback"),
        ("You log in with your name.", "login"),
        ("They back up their files at night.", "backup"),
        ("A car may break down here.", "breakdown"),
    ],
)
def test_a_verb_and_its_particle_stay_two_words(text: str, whole: str) -> None:
    assert proofread(text, score=preferring(whole)) == text


def test_two_words_that_are_no_verb_and_particle_become_one() -> None:
    assert proofread("It went on with out us.", score=preferring("without")) == "It went on without us."


@pytest.mark.parametrize(
    ("text", "word", "others", "right"),
    [
        ("I havent seen it.", "havent", ("haven't", "haven"), "I haven't seen it."),
        ("Theyve been here.", "Theyve", ("They've",), "They've been here."),
    ],
)
def test_a_short_form_gets_its_apostrophe_whatever_the_model_is_used_to(
    text: str, word: str, others: tuple[str, ...], right: str
) -> None:
    assert proofread(text, problem(text, word, *others), score=preferring(f"{word} ")) == right


def test_what_is_somebodys_is_no_short_form() -> None:
    text = "We met at Marias on Monday."
    assert proofread(text, problem(text, "Marias", "Maria's"), score=preferring("Marias ")) == text


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Its essentially a love letter.", "It's essentially a love letter."),
        ("I hear your the new editor.", "I hear you're the new editor."),
        ("Its charm is that of a letter.", "Its charm is that of a letter."),
        ("We like your really good bread.", "We like your really good bread."),
    ],
)
def test_nothing_is_somebodys_before_an_article(text: str, right: str) -> None:
    assert proofread(text) == right


def test_line_ends_stay_where_they_are() -> None:
    text = "I saw the\nthe cat."
    assert proofread(text, problem(text, "the\nthe", "the", rule="RepeatedWords")) == text


PARTS = (
    *("teh", "their", "its", "a", "lot", "VampNet", "week", ".", ",", "\n", "`teh`", "$teh$", "**teh**", "{{teh}}"),
    *("[teh link](https://example.com/teh)", "https://example.com/teh", "[^teh]", "<b>teh</b>", "me@teh.org"),
)
MARKED = st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join)


@given(MARKED, st.randoms(use_true_random=False))
def test_whatever_the_model_prefers_what_is_protected_stays(text: str, random: object) -> None:
    found, at = [], text.find("teh")
    while at >= 0:
        found.append(Problem(at, at + 3, "Spelling", UNKNOWN, "", ("the", "ten", "")))
        at = text.find("teh", at + 1)

    def any_preference(start: str, candidates: Sequence[str]) -> list[float]:
        return [random.uniform(-20, 20) for _ in candidates]  # type: ignore[attr-defined]

    answer = proofread(text, *found, score=any_preference)
    assert protected_spans(answer) == protected_spans(text)
    assert answer.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "words", "other"),
    [
        ("Put teh.md into src/teh.", "teh", "the"),
        ("Start it with --recieve first.", "recieve", "receive"),
        ("It takes 350 ms to begin.", "ms", "me"),
        ("Ask lama.cpp for its words.", "cpp", "cap"),
    ],
)
def test_words_for_machines_are_left_alone(text: str, words: str, other: str) -> None:
    assert proofread(text, problem(text, words, other), score=preferring(other)) == text


def test_no_file_is_renamed_by_a_word_that_sounds_alike() -> None:
    assert proofread("It stands in from.ts and your.md.", score=preferring("form", "you're")) == (
        "It stands in from.ts and your.md."
    )


def test_an_items_number_within_a_line_is_no_end_of_a_sentence() -> None:
    text = "First 1. text at the caret, then 2. the rest of it."
    found = (problem(text, "text", "Text", rule="SentenceCapitalization"),)
    assert proofread(text, *found, score=preferring("Text")) == text


def test_what_is_somebodys_is_known_where_somebody_is() -> None:
    text = "It is another’s idea, and the sanitiser's too."
    found = (problem(text, "another’s", "an other’s"), problem(text, "sanitiser's", "sanitizers"))
    assert proofread(text, *found, score=preferring("an other’s", "sanitizers")) == text
    text = "It is her's."
    assert proofread(text, problem(text, "her's", "hers"), score=preferring("hers")) == "It is hers."
