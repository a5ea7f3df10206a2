"""The pieces of a text are the same whatever was read before, and what has not changed is not parsed again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from meai.markdown.outline import Outline
from meai.markdown.parser import parser

LINES = st.sampled_from(
    [
        "", " ", "x", "# x", "=", "---", "- a", "- [ ] a", "  b", "    code", "\ta", "1. x", "2. x", "> a", "> [^n]: b",
        "```", "~~~", "| a | b |", "|---|---|", "$$", "x $$", "[^n]: one", "[^m]:", "[ref]: http://a.example 'T'",
        "[ref]: /x", "'title'", "[ref]:", "<div>", "</div>", "<b>", "<!-- a", "-->", "<script>", "</script>", "<br>",
        "::: note", ":::", "::: button", "{{subscribe}}", "<!-- paywall -->", "\u00a0",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=25)
EDITS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 3), st.lists(LINES, max_size=2)), max_size=5)


class Counting:
    """A parser that counts the lines it was given."""

    def __init__(self) -> None:
        self._md = parser()
        self.block = self
        self.lines = 0

    def parse(self, source: str, md: MarkdownIt, env: dict[str, Any], tokens: list[Token]) -> None:
        self.lines += source.count("\n")
        self._md.block.parse(source, self._md, env, tokens)


def known(outline: Outline) -> tuple[object, ...]:
    references = [(one.line, one.label, one.value["href"], one.value["title"]) for one in outline.references]
    return outline.pieces, references, list(outline.footnotes())


@given(TEXTS, EDITS)
@settings(max_examples=300)
def test_what_was_read_before_makes_no_difference(lines: list[str], edits: list[tuple[int, int, list[str]]]) -> None:
    md = parser()
    outline = Outline(md)
    outline.read("\n".join(lines))
    for at, removed, inserted in edits:
        lines = [*lines[:at], *inserted, *lines[at + removed :]]
        anew = Outline(md)
        anew.read("\n".join(lines))
        outline.read("\n".join(lines))
        assert known(outline) == known(anew)


@given(TEXTS)
def test_a_piece_alone_is_parsed_as_in_its_text(lines: list[str]) -> None:
    outline = Outline(parser())
    outline.read("\n".join(lines))
    for piece in outline.pieces:
        first, tokens = outline.tokens(piece)
        again, alone = outline.tokens(piece)
        assert [shape(token, first) for token in tokens] == [shape(token, again) for token in alone]


def shape(token: Token, first: int) -> tuple[object, ...]:
    return token.type, token.level, token.content, token.info, token.hidden, token.map and token.map[0] - first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word 500", "word 500 and more"),
        ("word 500\n", "word 500\n\nA new paragraph.\n"),
        ("word 0", "nothing"),
        ("word 999", "the end"),
    ],
)
def test_a_change_is_parsed_with_its_neighbours_alone(old: str, new: str) -> None:
    text = "\n\n".join(f"A paragraph with the word {number}\nof two lines." for number in range(1000))
    md = Counting()
    outline = Outline(md)  # type: ignore[arg-type]
    outline.read(text)
    md.lines = 0
    outline.read(text.replace(old, new, 1))
    assert md.lines < 60


def test_a_fence_that_opens_takes_all_that_follows() -> None:
    text = "a\n\n" + "b\n\n" * 200
    outline = Outline(parser())
    outline.read(text)
    outline.read("a\n\n```\n" + "b\n\n" * 200)
    assert len(outline.pieces) == 2
    outline.read(text)
    assert len(outline.pieces) == 201


def test_of_two_definitions_of_a_link_the_first_counts_and_the_other_takes_its_place() -> None:
    outline = Outline(parser())
    outline.read("[a]: /one\n\nx\n\n[a]: /two\n")
    assert outline.links()["A"]["href"] == "/one"
    outline.read("x\n\n[a]: /two\n")
    assert outline.links()["A"]["href"] == "/two"
