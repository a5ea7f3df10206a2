"""Plain text reads well, and says what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meai.export.formats import export


def text(source: str) -> str:
    """The body, below the title that every text begins with."""
    content = export(f"# T\n\n{source}", name="a.md", format="text", asset=lambda path: None).content
    assert content.startswith("T\n=\n")
    assert content.endswith("\n")
    return content.removeprefix("T\n=\n").strip("\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a\nb\n\nc", "a b\n\nc"),
        ("a  \nb", "a\nb"),
        ("## A B\n\n### C\n\nd", "A B\n---\n\nC\n\nd"),
        ("**a** *b* `c` ~~d~~", "a b c ~~d~~"),
        ("[a](https://b.example)", "a (https://b.example)"),
        ("https://b.example", "https://b.example"),
        ("www.b.example", "www.b.example"),
        ("a@b.example [c](mailto:a@b.example)", "a@b.example c (a@b.example)"),
        ("[a](b.md) [c](#t)", "a c"),
        ("- a\n- b\n  - c\n    d\n", "- a\n- b\n  - c d"),
        ("- a\n\n  b\n- c\n", "- a\n\n  b\n\n- c"),
        ("9. a\n10. b\n    - c\n", "9. a\n10. b\n    - c"),
        ("- [ ] a\n- [x] b", "- ☐ a\n- ☑ b"),
        ("> a\n>\n> b", "> a\n> \n> b"),
        ("```\nif x:\n\n  y\n```", "    if x:\n\n      y"),
        ("***", "* * *"),
        ("| a | bcd |\n|-|-|\n| ef | g |", "a  | bcd\n---+----\nef | g"),
        ("![a](https://b.example/c.png)", "[Image: a] (https://b.example/c.png)"),
        ("![](c.png)", "[Image: no description]"),
        ("so $x$ and\n\n$$\ny\n$$", "so $x$ and\n\n$$y$$"),
        ("a[^n] b\n\n[^n]: c\n\n    d\n", "a[1] b\n\n* * *\n\n[1] c\n\n    d"),
        ("10 m<sup>2</sup>", "10 m^2"),
        ("<div>a<p>b</p></div>", "a\n\nb"),
    ],
)
def test_constructs(source: str, expected: str) -> None:
    assert text(source) == expected


def test_the_title_and_the_description_stand_above() -> None:
    done = export("---\ntitle: A\ndescription: b\n---\nc", name="n.md", format="text", asset=lambda path: None)
    assert done.content == "A\n=\n\nb\n\nc\n"
    assert done.filename == "n.txt"
    assert done.media_type == "text/plain"


def test_what_cannot_be_text_is_told() -> None:
    report = export("a\n\n![b](c)\n\n$x$", name="n.md", format="text", asset=lambda path: None).report
    assert [(note.line, note.message) for note in report if note.kind != "check"] == [
        (2, "An image is left out; its description stays."),
        (4, "A formula stays as its source, between dollars."),
    ]


@given(st.text(st.characters(exclude_categories=[])))
@settings(deadline=None)
def test_any_document_becomes_text_that_can_be_stored(source: str) -> None:
    assert text(source).encode("utf-8") is not None
