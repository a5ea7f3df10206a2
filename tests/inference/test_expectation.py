"""What a text will probably read like once its misspelt words are mended."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.expectation import expected

KNOWN = ["the", "and", "then", "again", "received", "beautiful", "weather", "whether", "tomatoes", "I", "in"]
WORDS = {word: number for number, word in enumerate(KNOWN)}


@pytest.mark.parametrize(
    ("word", "mended"),
    [
        ("teh", "the"),
        ("agian", "again"),
        ("recived", "received"),
        ("beautifull", "beautiful"),
        ("tomatos", "tomatoes"),
        ("wheather", "weather"),
    ],
)
def test_a_typing_error_becomes_the_commonest_word_near_it(word: str, mended: str) -> None:
    assert expected(f"In {word}, I and", WORDS) == f"In {mended}, I and"


def test_capitals_at_the_beginning_stay() -> None:
    assert expected("Teh weather", WORDS) == "The weather"


@pytest.mark.parametrize(
    "text", ["the weather", "Weather", "xyzzy", "te", "iPhonx", "user_teh", "Teh's", "42nd", "Zoë"]
)
def test_what_is_known_far_from_all_words_short_or_no_plain_word_stays(text: str) -> None:
    assert expected(text, WORDS) == text


def test_a_text_in_another_language_is_not_mended_by_this_one() -> None:
    english = "the weather again and the tomatoes in the weather and then again the beautiful teh in the"
    assert expected(english, WORDS) == english.replace("teh", "the")
    italian = "in te anni erano then i pomodori belli e il thè nella casa agian con mia madre e the sorella"
    assert expected(italian, WORDS) == italian


@given(st.text())
def test_only_words_change_and_nothing_between_them(text: str) -> None:
    ours, theirs = expected(text, WORDS), text
    assert re.sub(r"[A-Za-z]+", "w", ours) == re.sub(r"[A-Za-z]+", "w", theirs)
