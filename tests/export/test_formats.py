"""One way through every format."""

from __future__ import annotations

import pytest

from meai.errors import BadInput
from meai.export.formats import FORMATS, export
from meai.export.report import Note, Report
from meai.export.tree import MAX_DEPTH, parse


def test_the_formats_of_the_protocol_are_there() -> None:
    assert {"html", "rich-text", "text"} <= set(FORMATS)


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"“docx”.*html, .*text"):
        export("a", name="a.md", format="docx", asset=lambda path: None)


@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("text", ["", "\0\ud800", "---\n: [\n---\n", "a\r\nb", "﻿# A"])
def test_every_format_takes_every_text(target: str, text: str) -> None:
    done = export(text, name="a/b.md", format=target, asset=lambda path: None)
    assert done.content.encode("utf-8") is not None
    assert done.filename.endswith(FORMATS[target].suffix)


def test_a_report_says_each_thing_once_and_in_the_order_of_the_text() -> None:
    report = Report()
    for line, message in [(5, "b"), (2, "a"), (5, "b"), (5, "a")]:
        report.changed(line, "x", message)
    assert report.notes() == tuple(
        Note(line, "changed", "x", message) for line, message in [(2, "a"), (5, "a"), (5, "b")]
    )


def test_a_tree_knows_its_lines() -> None:
    root = parse('<ul data-line="0"><li data-line="2"><b>x</b></li></ul><p>y</p>', 10)
    assert [(element.tag, element.line) for element in root.walk()] == [
        ("", 10), ("ul", 10), ("li", 12), ("b", 12), ("p", 10),
    ]  # fmt: skip


def test_a_tree_has_an_end() -> None:
    root = parse("<i>" * 5000 + "x" + "</i>" * 5000 + "y", 0)
    assert root.text() == "xy"
    assert sum(1 for _ in root.walk()) == 5001
    depth, element = 0, root
    while element.children and not isinstance(element.children[0], str):
        depth, element = depth + 1, element.children[0]
    assert depth <= MAX_DEPTH
