"""Formulas are drawn where they can be read, and shown as written where not."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.markdown.math import MAX_FORMULA_CHARS, mathml


def test_a_formula_becomes_mathml_that_keeps_its_source() -> None:
    math = ElementTree.fromstring(mathml(r"\frac{a}{b} < 1", display=True))  # noqa: S314
    assert math.tag == "math"
    assert math.get("display") == "block"
    assert math.get("alttext") == r"\frac{a}{b} < 1"
    assert [mi.text for mi in math.iter("mi")] == ["a", "b"]


def test_special_signs_are_characters() -> None:
    assert "∫" in mathml(r"\int_0^1 x", display=False)


@pytest.mark.parametrize(
    "source",
    [
        r"\frac",
        r"\nosuchcommand{x}",
        r"\left(",
        "x^",
        "{" * 3000,
        r"\def\a{\a\a}\a",
        r"\newcommand{\a}{\a\a}\a",
        "x" * (MAX_FORMULA_CHARS + 1),
        "",
    ],
)
def test_what_cannot_be_read_is_shown_as_written(source: str) -> None:
    assert mathml(source, display=False) == f'<code class="math-source">{source}</code>'


@pytest.mark.parametrize("source", [r"\text{<script>alert(1)</script>}", "a<img/src=x>", r"\text{&lt;b&gt;}"])
def test_text_in_a_formula_stays_text(source: str) -> None:
    drawn = ElementTree.fromstring(mathml(source, display=False))  # noqa: S314
    assert not {"script", "img", "b"} & {part.tag for part in drawn.iter()}


@given(st.text(alphabet="\\{}[]^_&<>\"'$ab1 frctexsqlmigh\n"), st.booleans())
def test_drawing_never_fails_and_is_always_well_formed(source: str, display: bool) -> None:
    ElementTree.fromstring(mathml(source, display=display))  # noqa: S314
