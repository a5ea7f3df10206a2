"""What a search takes for the same, and where that stands in the text as it is written."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.documents.folding import fold, pattern, unfold

TEXTS = st.text() | st.text(st.sampled_from("aé e\u0301ßŁø“’–\u00ad\u200dĲﬁ½…日が\n👩‍💻İ한"), max_size=40)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("munchen", "MÜNCHEN"),
        ("MÜNCHEN", "munchen"),
        ("cafe", unicodedata.normalize("NFD", "café")),
        ("café", unicodedata.normalize("NFD", "CAFÉ")),
        ("strasse", "Straße"),
        ("lodz", "Łódź"),
        ("smorrebrod", "smørrebrød"),
        ("oeuvre", "œuvre"),
        ("don't", "don’t"),
        ('"so"', "„so“"),
        ("2019-2020", "2019–2020"),
        ("so...", "so…"),
        ("hyphen", "hy\u00adphen"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("istanbul", "İstanbul"),
        ("手紙", "手紙"),
        ("ｶﾞ", "ガ"),
        ("10 €", "10\u00a0€"),
        ("two words", "two\nwords"),
        ("two words", "two  \n  words"),
        ("two  words", "two words"),
    ],
)
def test_these_are_found(words: str, text: str) -> None:
    wanted = pattern(words)
    assert wanted is not None
    assert wanted.search(fold(f"before {text} after"))


@pytest.mark.parametrize(
    ("words", "text"),
    [("two words", "two\n\nwords"), ("two words", "twowords"), ("a.c", "abc"), ("colour", "color")],
)
def test_these_are_not(words: str, text: str) -> None:
    wanted = pattern(words)
    assert wanted is not None
    assert not wanted.search(fold(text))


@pytest.mark.parametrize("words", ["", "  \n", "\u0301"])
def test_no_words_find_nothing(words: str) -> None:
    assert pattern(words) is None


@given(TEXTS, TEXTS)
def test_a_text_is_folded_piece_by_piece_and_line_by_line(one: str, other: str) -> None:
    assert len(fold(one + other)) == len(fold(one)) + len(fold(other))
    assert fold(one).count("\n") == one.count("\n")


@given(TEXTS, TEXTS.filter(fold), TEXTS)
def test_what_was_found_is_told_as_it_is_written(before: str, words: str, after: str) -> None:
    start = len(fold(before))
    text = before + words + after
    first, last = unfold(text, start, start + len(fold(words)))
    assert fold(words) in fold(text[first:last])
    assert len(fold(text[first:last])) - len(fold(words)) < 8  # half of a ligature stands for all of it
    assert last == len(text) or fold(text[last])


def test_what_is_folded_stays_as_it_is_and_keeps_no_capital() -> None:
    """For every character that changes, so that the order in which they are folded makes no difference."""
    everything = map(chr, (*range(0xD800), *range(0xE000, 0x110000)))
    changing = [each for each in everything if unicodedata.normalize("NFKD", each).casefold() != each]
    assert len(changing) > 10_000
    for character in changing:
        folded = fold(character)
        assert fold(folded) == folded == folded.casefold()


def test_a_place_far_down_a_long_line_is_found_at_once() -> None:
    text = "é" * 300_000 + "Wörter" + "é" * 300_000
    assert unfold(text, 300_000, 300_006) == (300_000, 300_006)
