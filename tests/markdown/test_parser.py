"""What the parser adds to CommonMark, as writers meet it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.markdown.parser import MAX_AUTOLINK_CHARS, normalize, parser

any_text = st.text(st.characters(exclude_categories=[]))


def kinds(text: str) -> list[str]:
    found = []
    for token in parser().parse(text):
        found += [child.type for child in token.children or [token]]
    return found


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "It costs $5, or $10 with a lid.",
        "Between $100k-$200k",
        "US$5 and CA$7",
        "Only 5$ or 6$",
        r"Not \$a\$ either",
        "A lone $ sign",
        "$ a $",
        "Empty $$ is nothing",
        "`$x$` is code",
    ],
)
def test_prices_are_not_formulas(text: str) -> None:
    assert not [kind for kind in kinds(text) if kind.startswith("math")]


@pytest.mark.parametrize(
    ("text", "kind", "formula"),
    [
        ("$x$", "math_inline", "x"),
        ("$x$ is 5", "math_inline", "x"),
        ("so $a\nb$ it is", "math_inline", "a\nb"),
        (r"$a\$b$", "math_inline", r"a\$b"),
        ("where $$x$$ stands", "math_inline_double", "x"),
        ("$$\nx\n$$", "math_block", "\nx\n"),
        ("$$x$$", "math_block", "x"),
    ],
)
def test_formulas(text: str, kind: str, formula: str) -> None:
    tokens = [child for token in parser().parse(text) for child in token.children or [token]]
    assert [token.content for token in tokens if token.type == kind] == [formula]


def test_names_of_files_are_not_links() -> None:
    assert "<a" not in parser().render("Welcome.md and notes.txt, e.g.so")


def test_bare_addresses_are_links() -> None:
    html = parser().render("See https://a.org/b?c=1&d=2, www.b.org or c@d.org.")
    assert 'href="https://a.org/b?c=1&amp;d=2"' in html
    assert 'href="http://www.b.org"' in html
    assert 'href="mailto:c@d.org"' in html


def test_bare_addresses_in_a_very_long_paragraph_stay_text() -> None:
    assert "<a" not in parser().render("http://a.org " + "a" * MAX_AUTOLINK_CHARS)


@given(any_text)
def test_normalizing_keeps_the_number_of_lines(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert normalize(text).count("\n") == lines


@given(any_text)
def test_what_is_normalized_can_be_sent(text: str) -> None:
    assert "\0" not in normalize(text).encode("utf-8").decode("utf-8")


def test_line_ends_of_every_system_are_one() -> None:
    assert normalize("a\r\nb\rc\nd\0\ud800") == "a\nb\nc\nd\ufffd\ufffd"
