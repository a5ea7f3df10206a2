"""Where a text will probably be mended, and which word was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.expectation import slips

KNOWN = ["the", "and", "then", "again", "received", "beautiful", "weather", "whether", "tomatoes", "I", "in"]
WORDS = {word: number for number, word in enumerate(KNOWN)}


def mended(text: str) -> str:
    for slip in reversed(list(slips(text, WORDS))):
        text = text[: slip.start] + slip.meant + text[slip.end :]
    return text


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("teh", "the"),
        ("agian", "again"),
        ("recived", "received"),
        ("beautifull", "beautiful"),
        ("tomatos", "tomatoes"),
        ("wheather", "weather"),
    ],
)
def test_a_typing_error_is_the_commonest_word_near_it(word: str, meant: str) -> None:
    assert mended(f"In {word}, I and {word}") == f"In {meant}, I and {meant}"


def test_capitals_at_the_beginning_stay() -> None:
    assert mended("Teh weather") == "The weather"


@pytest.mark.parametrize(
    "text", ["the weather", "Weather", "xyzzy", "te", "iPhonx", "user_teh", "Teh's", "42nd", "Zoë"]
)
def test_what_is_known_far_from_all_words_short_or_no_plain_word_is_no_slip(text: str) -> None:
    assert not list(slips(text, WORDS))


def test_a_text_in_another_language_is_not_mended_by_this_one() -> None:
    english = "the weather again and the tomatoes in the weather and then again the beautiful teh in the"
    assert mended(english) == english.replace("teh", "the")
    italian = "in te anni erano then i pomodori belli e il thè nella casa agian con mia madre e the sorella"
    assert mended(italian) == italian


@given(st.text())
def test_slips_are_words_of_the_text_one_after_another(text: str) -> None:
    end = 0
    for slip in slips(text, WORDS):
        assert end <= slip.start < slip.end <= len(text)
        assert text[slip.start : slip.end].isalpha()
        assert slip.meant.lower() in WORDS
        end = slip.end
