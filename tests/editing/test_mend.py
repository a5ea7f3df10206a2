"""Corrections that stay, rewordings that are undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.mend import corrections_only
from meai.editing.protect import protected_spans


@pytest.mark.parametrize(
    ("source", "answer", "expected"),
    [
        ("I recieve alot of mail.", "I receive a lot of mail.", "I receive a lot of mail."),
        ("He saw the the garden.", "He saw the garden.", "He saw the garden."),
        ("In thi  paper we show it.", "In the paper we show it.", "In the paper we show it."),
        ("They was here, i think.", "They were here, I think.", "They were here, I think."),
        ("Red blue and green.", "Red, blue, and green.", "Red, blue, and green."),
        ("Theirs is more then yours.", "Theirs is more than yours.", "Theirs is more than yours."),
    ],
)
def test_corrections_are_taken(source: str, answer: str, expected: str) -> None:
    assert corrections_only(source, answer) == expected


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Set certain benchmarks.", "Set certain goals."),
        ("IT bridges the gap with LoRA.", "It bridges the gap with LoRa."),
        ("the pages it lists:", "the pages it lists."),
        ("oil the hinge", "oil the hinge."),
        ("We met 7 people.", "We met 8 people."),
        ("She is here.", "Yesterday she came here with all of her friends."),
        ("Use *it* now.", "Use **it** now."),
        ("All of this remains.", ""),
        ("It is good and they had it.", "It was good and they have it."),
        ("It came and asked it one question.", "It came which asked one question."),
        ("It is not safe, he may go.", "It is safe, she must go."),
        ("change it: it is yours.", "change it: It is Yours."),
    ],
)
def test_rewordings_are_undone(source: str, answer: str) -> None:
    assert corrections_only(source, answer) == source


def test_a_sentence_keeps_its_line_ends() -> None:
    assert corrections_only("They was\nvery hapy.", "They were very happy.") == "They were\nvery happy."


@given(st.text(max_size=80), st.text(max_size=80))
def test_links_and_numbers_survive_any_answer(before: str, answer: str) -> None:
    source = f"{before} [the page](https://example.org/a?b=1) on 3.50 `code`"
    mended = corrections_only(source, answer)
    assert protected_spans(mended) == protected_spans(source)
    assert "3.50" in mended


@given(st.text(max_size=80))
def test_an_answer_equal_to_its_source_changes_nothing(source: str) -> None:
    assert corrections_only(source, source) == source
