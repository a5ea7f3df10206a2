"""How many words came and went, whatever the size and the encoding of the contents."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.documents import wordcount
from meai.documents.authorship import words
from meai.documents.wordcount import difference

WORDS = st.lists(
    st.sampled_from(["a", "bb", "c'd", "é-f", "\U0001f331", " ", "  ", "\t", "\n", "\r\n"]), max_size=14
).map("".join)


@given(WORDS, WORDS)
def test_the_words_added_and_removed_are_those_that_only_one_of_both_has(before: str, after: str) -> None:
    old, new = Counter(words(before)), Counter(words(after))
    assert difference(before.encode(), after.encode()) == ((new - old).total(), (old - new).total())


def test_a_word_more_in_a_text_of_one_long_line_is_counted_at_once() -> None:
    long = b"one long line without an end " * 40_000
    began = time.process_time()
    assert difference(long + long, long + b"and more " + long) == (2, 0)
    assert time.process_time() - began < 0.1


def test_in_a_large_text_that_changed_at_both_ends_the_words_between_do_not_count() -> None:
    text = "".join(f"{number:x} é\n" for number in range(100_000)).encode()
    assert len(text) > wordcount._EXACT_BYTES
    assert difference(text, b"first " + text + b"last but one") == (4, 0)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_words_are_counted_in_what_is_no_utf8_too(encoding: str) -> None:
    assert difference("one café".encode(encoding), "one café and two".encode(encoding)) == (2, 0)
