"""Bytes of tokens to text."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from meai.inference.detokenizer import Detokenizer


def cut(raw: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(raw) + 1) for place in places), len(raw)]
    return [raw[start:end] for start, end in itertools.pairwise(edges)]


@given(st.text(), st.lists(st.integers(0, 1000), max_size=10))
def test_text_survives_any_cut_and_no_half_character_shows(text: str, places: list[int]) -> None:
    detokenizer = Detokenizer()
    shown = [detokenizer.push(piece) for piece in cut(text.encode(), places)]
    assert all("�" not in piece for piece in shown) or "�" in text
    assert "".join(shown) + detokenizer.finish() == text


@given(
    st.text("ab\n👉", max_size=30), st.lists(st.integers(0, 1000), max_size=10), st.sampled_from(["\n", "\n\n", "ab👉"])
)
def test_the_text_ends_before_the_first_stop_string(text: str, places: list[int], stop: str) -> None:
    detokenizer = Detokenizer((stop,))
    shown = "".join(detokenizer.push(piece) for piece in cut(text.encode(), places)) + detokenizer.finish()
    assert shown == text.split(stop)[0]
    assert detokenizer.stopped == (stop in text)


def test_half_a_character_at_the_end_is_said_to_be_missing() -> None:
    detokenizer = Detokenizer()
    assert detokenizer.push("a👉".encode()[:-1]) == "a"
    assert detokenizer.finish() == "�"
