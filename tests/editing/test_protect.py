"""What must never change."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from meai.editing.protect import added_spans, lost_spans, named, parted_span, protected_spans, without_protected


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("See [the page](https://example.org/a_(b)?c=1&d=2).", ["](https://example.org/a_(b)?c=1&d=2)"]),
        ("![alt](pic.png \"Title\")", ['![alt](pic.png "Title")']),
        ("[words][ref] and [ref][]", ["][ref]", "[ref][]"]),
        ("[![alt](a.png) the `b` of it](<c d> 'T')", ["![alt](a.png)", "`b`", "](<c d> 'T')"]),
        ("[gallery ids=\"1,2\"] for *|FNAME|* and %%name%%", ['[gallery ids="1,2"]', "*|FNAME|*", "%%name%%"]),
        ("[one [in] it](https://e.org/a)", ["[in]", "](https://e.org/a)"]),
        ("A ![a [b] \\] c](b.png).", ["![a [b] \\] c](b.png)"]),
        ("See https://e.org/a_(b)_c. (Or www.e.org/x.)", ["https://e.org/a_(b)_c", "www.e.org/x"]),
        ('An <img alt="b > c"> and <br\nclear="all"> it\'s.', ['<img alt="b > c">', '<br\nclear="all">']),
        ('[ref]: https://e.org/a "Its title"\n[^1]: A note.', ['[ref]: https://e.org/a "Its title"', "[^1]:"]),
        ("At 12:30:45 we were glad :tada: and :thumbs_up:.", [":tada:", ":thumbs_up:"]),
        ("- [ ] to do, see [1]", ["[1]"]),
        ("A note[^1] here", ["[^1]"]),
        ("Use `code` and ``co`de``.", ["`code`", "``co`de``"]),
        ("Water is $H_2O$, it costs $5 or $6.", ["$H_2O$"]),
        ("Hello {{ name }} {% if x %}", ["{{ name }}", "{% if x %}"]),
        ("a <b class='x'>bold</b> word", ["<b class='x'>", "</b>"]),
        ("<https://example.org> or https://example.org/x.", ["<https://example.org>", "https://example.org/x"]),
        ("Mail me@example.org.", ["me@example.org"]),
        ("The token <|im_end|> ends a turn.", ["<|im_end|>"]),
        ("Plain words, 3 < 4 and a * b.", []),
    ],
)  # fmt: skip
def test_spans_are_found(text: str, spans: list[str]) -> None:
    assert protected_spans(text) == spans


def test_the_words_of_a_link_may_change_and_its_address_may_not() -> None:
    source = "Reed [teh page](https://example.org/a)."
    assert not lost_spans(source, "Read [the page](https://example.org/a).")
    assert lost_spans(source, "Read [the page](https://example.org/b).") == Counter(["](https://example.org/a)"])
    assert lost_spans(source, "Read the page.") == Counter(["](https://example.org/a)"])


def test_a_doubled_or_invented_span_is_noticed() -> None:
    assert added_spans("Use `x`.", "Use `x` or `x`.") == Counter(["`x`"])
    assert added_spans("Read it.", "Read it at https://evil.example.") == Counter(["https://evil.example"])


@pytest.mark.parametrize(
    ("before", "text", "after", "parted"),
    [
        ("Dear {{ first", "_name }}, we was", " glad.", "{{ first_name }}"),
        ("It is $x", " + y$ then", "", "$x + y$"),
        ("See [teh page](/a", "/b) now", "", "](/a/b)"),
        ("See [teh ", "page", "](/a/b) now", ""),
        ("A [note: we ", "was late", "] here", ""),
        ("A [note: we ", "was late] here", "", "[note: we was late]"),
        ("Run `a", "\n\nand", "` it", ""),
        ("- a ` b\n- ", "we was ` late", "", ""),
        ("We ", "was at {{ place }} then", ".", ""),
    ],
)
def test_what_a_text_has_only_a_part_of_is_told(before: str, text: str, after: str, parted: str) -> None:
    assert parted_span(before, text, after) == parted


@pytest.mark.parametrize(
    ("span", "name"),
    [
        ("](https://e.org/a)", "https://e.org/a"),
        ("(https://e.org/a)", "https://e.org/a"),
        ("][ref]", "[ref]"),
        ("`git\npush`", "`git push`"),
        ("`" + 100 * "x" + "`", "`" + 56 * "x" + "..."),
    ],
)
def test_what_was_lost_has_a_name_that_a_writer_knows(span: str, name: str) -> None:
    assert named(span) == name


def test_what_is_left_of_a_link_line_is_no_prose() -> None:
    assert without_protected("👉 [Code](https://example.org)") == "👉 "


UNITS = [
    "a1b2",
    "{{ ",
    "`",
    "[",
    "<!--",
    "$",
    "$$",
    "<a ",
    "http://a",
    "a@",
    "![",
    "{% ",
    "[a](",
    "](",
    "[a\n",
    "*|",
    "[[b]",
    '<a "',
    "www.(",
    "[a]: b\n",
    "![a[b]",
    "<a\n",
    "\\[",
]


@pytest.mark.parametrize("unit", [*UNITS, "[![a](b)"])
def test_no_text_takes_more_than_a_moment(unit: str) -> None:
    text = unit * (40_000 // len(unit))
    began = time.process_time()
    protected_spans(text)
    # The worst of them took three seconds of a slow machine's processor beside another test.
    assert time.process_time() - began < 8.0
