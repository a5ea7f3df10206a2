from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meai.editing.changes import Change, changes


def test_equal_texts_have_no_change() -> None:
    assert changes("The same words.", "The same words.") == ()


def test_a_changed_word_is_one_change() -> None:
    assert changes("I recieve mail.", "I receive mail.") == (Change("recieve", "receive"),)


def test_an_added_and_a_left_out_word() -> None:
    assert changes("Write daily", "Write daily!") == (Change("", "!"),)
    assert changes("Write it daily", "Write daily") == (Change("it ", ""),)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_changed_words_are_in_the_texts(before: str, after: str) -> None:
    found = changes(before, after)
    assert (found == ()) == (before == after)
    assert all(change.before in before and change.after in after for change in found)
