"""What a mistyped word may have been meant for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.spelling import frequent_words, is_name, likeliest_first, neighbours, parted, slips


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("recieve", "receive"), ("Mesage", "Message"), ("thsi", "this"), ("ahve", "have"), ("everbody", "everybody")],
)
def test_the_word_that_was_meant_is_among_the_neighbours(typed: str, meant: str) -> None:
    assert meant in neighbours(typed)


def test_the_likeliest_word_is_offered_first() -> None:
    assert likeliest_first("consum", ["consul", "consume", "census"])[0] == "consume"


def test_words_written_together_are_parted() -> None:
    assert "in fact" in parted("infact")
    assert parted("cat") == ()


def test_what_fingers_do_most_counts_less() -> None:
    assert slips("really", "realy") < slips("really", "reaply")
    assert slips("haven't", "havent") < slips("haven", "havent")
    assert slips("the", "teh") < slips("toe", "teh")


@given(st.sampled_from(sorted(frequent_words())))
def test_a_word_is_no_slip_from_itself(word: str) -> None:
    assert slips(word, word) == 0


@given(st.text(max_size=12))
def test_only_frequent_words_are_offered_however_odd_the_word(word: str) -> None:
    assert {other.lower() for other in neighbours(word)} <= frequent_words().keys() | {"to", "of", "on", "no", "is"}
    assert all(" " in pair for pair in parted(word))


def test_a_capital_after_a_full_stop_is_no_name() -> None:
    text = "He left. Wich way? To Wich."
    assert not is_name(text, text.index("Wich"), "Wich")
    assert is_name(text, text.rindex("Wich"), "Wich")
