"""Whether a text is English, and whose."""

from __future__ import annotations

import pytest

from meai.editing.language import dialect_of, is_english, other_spelling


@pytest.mark.parametrize(
    "text",
    ["I have read it twice.", "Hello!", "See the notes below", "Thsi si a tets of teh editor, and it is fine."],
)
def test_english_is_known(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "Das ist ein Brief an alle Leser.",
        "C’est une lettre pour les amis de la maison.",
        "Bu bir mektup ve çok uzun değil.",
        "これは手紙です。",
        "Это письмо для друзей.",
        "Esta es una carta para los amigos.",
    ],
)
def test_other_languages_are_left_alone(text: str) -> None:
    assert not is_english(text)


def test_what_is_too_short_to_tell_is_what_stands_round_it() -> None:
    assert not is_english("Brief", around="Das ist ein Brief an alle, die nicht gern lesen.")
    assert is_english("Letter", around="This is a letter to all of you.")


def test_the_dialect_is_that_of_the_spelling() -> None:
    assert dialect_of("My favourite colour is grey.") == "british"
    assert dialect_of("My favorite color is gray.") == "american"
    assert dialect_of("No word tells.") == "american"
    assert dialect_of("I revised it, to my surprise, for exercise.") == "american"


def test_the_front_matter_may_say_whose_english_it_is() -> None:
    assert dialect_of("---\ntitle: A\nlang: en-GB\n---\n\nMy color.") == "british"
    assert dialect_of("---\nlang: de\n---\n") == "american"
    assert dialect_of("---\n---\n\nlang: en-GB") == "american"


@pytest.mark.parametrize("pair", [("colour", "color"), ("organise", "organize"), ("centre", "center")])
def test_one_word_may_have_two_spellings(pair: tuple[str, str]) -> None:
    assert other_spelling(*pair)


@pytest.mark.parametrize("pair", [("realy", "really"), ("their", "there"), ("same", "same"), ("fro", "for")])
def test_a_mistake_is_no_other_spelling(pair: tuple[str, str]) -> None:
    assert not other_spelling(*pair)
