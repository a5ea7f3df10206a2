"""The configured parser reads CommonMark as its specification says, but for what an extension takes over by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meai.markdown.parser import EXTENSIONS, parser

EXAMPLES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("commonmark.json").read_text("utf-8"))

TAKEN_OVER = {
    608: "autolinks",  # `< https://foo.bar >`: the address inside becomes a link
    611: "autolinks",  # `https://example.com`
    612: "autolinks",  # `foo@bar.example.com`
}
"""The examples that say what a bare address is without our extension."""


def same_page(html: str) -> str:
    """An empty quotation is written with or without a line end inside; no reader can tell."""
    return html.replace("<blockquote></blockquote>", "<blockquote>\n</blockquote>")


def test_the_specification_is_whole() -> None:
    assert [example["example"] for example in EXAMPLES] == list(range(1, 653))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["example"]))
def test_example(example: dict[str, Any]) -> None:
    extension = TAKEN_OVER.get(example["example"])
    md = parser(without=[extension] if extension else [])
    assert same_page(md.render(example["markdown"])) == example["html"]


@pytest.mark.parametrize("number", TAKEN_OVER)
def test_an_extension_is_named_only_where_it_makes_the_difference(number: int) -> None:
    example = EXAMPLES[number - 1]
    assert same_page(parser().render(example["markdown"])) != example["html"]


def test_every_extension_can_be_left_out() -> None:
    text = "~~a~~ http://a.org $x$[^1]\n\n|a|\n|-|\n\n- [x] a\n\n[^1]: b c\n"
    plain = parser(without=EXTENSIONS).render(text)
    assert not any(tag in plain for tag in ("<s>", "<a ", "<table>", "<input", "footnote", "math"))
