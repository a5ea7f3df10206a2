"""Thoughts of thinking models."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.thinking import Thoughts


def without_thoughts(text: str, places: list[int] | None = None) -> str:
    edges = [0, *sorted(place % (len(text) + 1) for place in places or ()), len(text)]
    thoughts = Thoughts()
    return "".join(thoughts.push(text[a:b]) for a, b in itertools.pairwise(edges)) + thoughts.finish()


@given(st.text("ab <>/think\n"), st.text("ab <>\n", max_size=20), st.lists(st.integers(0, 1000), max_size=12))
def test_thoughts_are_removed_wherever_the_pieces_are_cut(thought: str, answer: str, places: list[int]) -> None:
    text = f"\n<think>{thought.replace('</think>', '')}</think>\n\n{answer}"
    assert without_thoughts(text, places) == answer.lstrip()


@given(st.text("ab <>/think[]THINK\n"), st.lists(st.integers(0, 1000), max_size=12))
def test_every_other_answer_is_left_as_it_is(text: str, places: list[int]) -> None:
    text = f"A{text}"
    assert without_thoughts(text, places) == text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>\n\n</think>\n\nDear reader", "Dear reader"),
        ("<thinking>So.</thinking>Yes", "Yes"),
        ("[THINK]So.[/THINK]Yes", "Yes"),
        ("<think>a</think> <think>b</think>Yes", "Yes"),
        ("<think>It never ends", ""),
        ("<think>a</think>A tag is <think>.</think>", "A tag is <think>.</think>"),
        ("<thin", "<thin"),
        ("  indented", "  indented"),
        ("", ""),
    ],
)
def test_only_what_the_answer_begins_with_is_thoughts(text: str, answer: str) -> None:
    assert without_thoughts(text) == answer
    assert without_thoughts(text, list(range(len(text)))) == answer


def test_an_answer_does_not_wait_for_its_end() -> None:
    thoughts = Thoughts()
    assert thoughts.push("Dear ") == "Dear "
    assert thoughts.push("<think>") == "<think>"


def test_a_model_that_does_not_think_may_write_of_it() -> None:
    thoughts = Thoughts(wanted=True)
    assert thoughts.push("<think>A tag.</think>") == "<think>A tag.</think>"
