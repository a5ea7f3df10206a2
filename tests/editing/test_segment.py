"""A selection as pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.segment import Piece, pieces

BLOCKS = """\
# Head
Some words here. More of them!
- item one
  goes on
> quoted words
```
code = 1

| a | b |
|---|---|
| c | d |
<div>
    indented code
[^1]: A note.
---
title: x
1. first
- [x] done thing
![alt](pic.png)
Dr. Who e.g. me
[ref]: https://example.org
=====
$$
{{< tag >}}
"""
MARKDOWN = st.lists(
    st.sampled_from([*BLOCKS.splitlines(keepends=True), "\u2028", "\t", "no line end"]), max_size=12
).map("".join)


def prose(selection: str, *, sentences: bool = False) -> list[str]:
    return [piece.source for piece in pieces(selection, sentences=sentences) if piece.prose]


@given(st.one_of(MARKDOWN, st.text()), st.booleans())
def test_the_pieces_are_the_selection(selection: str, sentences: bool) -> None:
    selection = selection.replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(piece.source for piece in pieces(selection, sentences=sentences)) == selection


@given(MARKDOWN, st.booleans())
def test_putting_the_words_back_changes_nothing(selection: str, sentences: bool) -> None:
    for piece in pieces(selection, sentences=sentences):
        assert piece.put(piece.words) == piece.source


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("## A heading ##\n", ["A heading"]),
        ("- one thing\n- [ ] to be done\n1. first\n", ["one thing", "to be done", "first"]),
        ("> said\n> twice\n", ["said\n> twice"]),
        ("Words\n\n```py\nx = 'words'\n```\n\nMore", ["Words", "More"]),
        ("| some | words |\n|---|---|\n| more | words |\n", []),
        ("<figure>\n  <img src='x'>\n  <figcaption>Some words</figcaption>\n</figure>\n", []),
        ("---\ntitle: Some words\n---\nBody", ["Body"]),
        ("![words](pic.png)\n", []),
        ("👉 [Some words](https://example.org)\n", []),
        ("    words = code()\n", []),
        ("$$\nwords\n$$\n", []),
        ("[ref]: https://example.org 'Words'\n", []),
        ("12 — 14\n", []),
    ],
)
def test_only_words_are_prose(selection: str, expected: list[str]) -> None:
    assert prose(selection) == expected


def test_a_cell_that_begins_with_code_has_all_of_it() -> None:
    table = "| `a`, `b`, `c` | `d` and more |\n|---|---|\n| `e` too | a `|` b |\n"
    words = [piece.words for piece in pieces(table, sentences=True, cells=True) if piece.prose]
    assert words == ["`d` and more", "`e` too"]


def test_sentences_end_where_a_reader_sees_it() -> None:
    text = 'Dr. Smith, i.e. me, paid 3.50 on the 3. of May. "Really?" Yes! And so on... 12 people came. (Few did.) ok'
    assert prose(text, sentences=True) == [
        "Dr. Smith, i.e. me, paid 3.50 on the 3. of May.", '"Really?"', "Yes!", "And so on...", "12 people came.",
        "(Few did.) ok",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "protected",
    [
        "`helo wrld. Teh end`",
        "[my post. The second part](https://example.org/a)",
        "![Fig. 1. The cat](a.png)",
        "$a. B$",
    ],
)
def test_no_sentence_ends_inside_what_is_protected(protected: str) -> None:
    text = f"It runs here, see {protected} for it. Another one follows."
    assert prose(text, sentences=True) == [f"It runs here, see {protected} for it.", "Another one follows."]


def test_a_very_long_paragraph_is_cut_into_sentences_in_any_case() -> None:
    assert len(prose("A sentence of some words stands here. " * 80)) == 80


def test_an_answer_takes_the_line_ends_and_the_margin_of_its_source() -> None:
    piece = next(
        piece for piece in pieces("> Their is alot of\n> mail, and we was\n> happy.", sentences=False) if piece.prose
    )
    assert piece.words == "Their is alot of\nmail, and we was\nhappy."
    assert piece.put("There is a lot of mail, and we were happy.") == "There is a lot of\n> mail, and we were\n> happy."


def test_an_answer_in_one_line_stays_in_one_line() -> None:
    assert Piece("one line", prose=True).put("another line") == "another line"
