"""What a model says round its answer is taken off, and what the writer wrote stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.repair import repaired


@pytest.mark.parametrize(
    ("answer", "source", "expected"),
    [
        ("Sure! Here is the corrected text: Hello there.", "Helo there.", "Hello there."),
        ("Here's the corrected version:\n\nHello there.", "Helo there.", "Hello there."),
        ("Sure! Hello there.", "Helo there.", "Hello there."),
        ("**Corrected:** Hello there.", "Helo there.", "Hello there."),
        ("Hello there.\n\nI corrected the spelling of “Helo”.", "Helo there.", "Hello there."),
        ("Hello there.\n\nNote: one word was wrong.", "Helo there.", "Hello there."),
        ("<think>\nA typo?\n</think>\n\nHello there.", "Helo there.", "Hello there."),
        ("Hello there.<|im_end|>", "Helo there.", "Hello there."),
        ("```markdown\nHello there.\n```", "Helo there.", "Hello there."),
        ('{"text": "Hello there."}', "Helo there.", "Hello there."),
        ('"Hello there."', "Helo there.", "Hello there."),
        ('"Hello there."', '"Helo there."', '"Hello there."'),
        ('"Yes," she said, "I do."', "Yes, she said, I do.", '"Yes," she said, "I do."'),
        ("Here is the plan: we go.", "Here is teh plan: we go.", "Here is the plan: we go."),
        ("Hello: there.", "Helo: there.", "Hello: there."),
        ("Sure, we go.", "Sure, we goes.", "Sure, we go."),
        ('I\'ll just rephrase it for you: "Hello there."', "Helo there.", "Hello there."),
        ("To make it friendlier, I will edit your text to:\n\nHello there.", "Helo there.", "Hello there."),
        ("Hello there.\n\nThis change makes it polite.", "Helo there.", "Hello there."),
        ("Hello there.\n\nThe original text was edited to be concise.", "Helo there.", "Hello there."),
        ('The text says, "Hello there."', "Helo there.", "Hello there."),
        ("[1, 2]", "one", "[1, 2]"),
    ],
)
def test_an_answer_is_what_stands_for_the_source(answer: str, source: str, expected: str) -> None:
    assert repaired(answer, source) == expected


@given(st.text(max_size=120))
def test_the_source_itself_stays_as_it_is(text: str) -> None:
    assert repaired(text, text) == text.strip()
