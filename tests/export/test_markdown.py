"""Markdown for other programs: the same text again, in the dialect and with the front matter that each reads."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from meai.export.formats import Export, export
from meai.markdown import frontmatter
from meai.markdown.blocks import Blocks
from tests.export.test_conservation import CONSTRUCTS
from tests.export.words import FIXTURES, asset

VARIANTS = ("jekyll", "hugo", "buttondown", "commonmark")
HEAD = "---\ntitle: T\n---\n"
NATIVE = (
    *("headings", "fence", "breaks", "lists", "adjacent lists", "tasks", "quotation", "rule", "image", "links"),
    *("image in a line", "linked image", "table", "table in a list", "footnotes", "folded", "entities", "escapes"),
)
"""The constructs that Jekyll's Markdown has as ours has them."""


def to(target: str, text: str) -> Export:
    return export(text, name="letter.md", format=target, asset=asset)


def body(target: str, text: str) -> str:
    return frontmatter.split(to(target, HEAD + text).content)[1].strip("\n")


def drawn(text: str) -> str:
    html = "".join(block.html for block in Blocks().render(text))
    return re.sub(r"\s+", "", re.sub(r' (?:data-line|title)="[^"]*"', "", html))


@pytest.mark.parametrize("construct", NATIVE)
def test_what_a_dialect_knows_is_the_same_again(construct: str) -> None:
    text = CONSTRUCTS[construct]
    assert drawn(body("jekyll", text)) == drawn(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "*",
                "**",
                "_",
                "`",
                "~~",
                "a",
                "b ",
                " c",
                "1.",
                "#",
                "-",
                "[",
                "]",
                "(x)",
                "<",
                "&",
                "\\",
                "!",
                "\n",
                "|",
                "$",
            ]
        )
    )
)
@example(["$", "<", "$"])
def test_whatever_signs_a_paragraph_has_they_are_read_as_they_were(pieces: list[str]) -> None:
    text = "x" + "".join(pieces)
    shown = re.sub(r"<[^>]*>|\s", "", "".join(block.html for block in Blocks().render(text)))
    again = re.sub(
        r"<[^>]*>|\s", "", "".join(block.html for block in Blocks().render(body("jekyll", text).replace("$$", "$")))
    )
    assert again == shown


@pytest.mark.parametrize(
    ("target", "text", "expected"),
    [
        ("commonmark", "~~a~~", "# T\n\n<del>a</del>"),
        ("commonmark", "- [x] a\n- [ ] b", "# T\n\n- ☑ a\n- ☐ b"),
        ("commonmark", "a[^1]\n\n[^1]: b", "# T\n\na<sup>1</sup>\n\n***\n\n1.  b"),
        ("commonmark", "$x^2$", "# T\n\n`x^2`"),
        ("jekyll", "$x^2$", "$$x^2$$"),
        ("hugo", "$$\nx^2\n$$", "$$\nx^2\n$$"),
        ("buttondown", "- [x] a", "- ☑ a"),
        ("hugo", "> [!NOTE]\n> a", "> **Note**\n>\n> a"),
        ("hugo", "::: button [Go](https://a.example)", "[Go](https://a.example)"),
        ("hugo", "H<sub>2</sub>O", "H2O"),
        ("jekyll", "H<sub>2</sub>O", "H<sub>2</sub>O"),
        ("jekyll", "# T\n\na", "a"),
        ("jekyll", "# Other\n\na", "# Other\n\na"),
    ],
)
def test_what_a_dialect_does_not_know_is_said_as_it_can(target: str, text: str, expected: str) -> None:
    assert body(target, text) == expected


def test_a_table_that_a_dialect_cannot_say_is_html_or_a_list_and_told() -> None:
    text = "<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>"
    assert body("jekyll", text).startswith("<table>")
    assert "\n\n" not in body("jekyll", text)
    assert body("hugo", text) == "- a b · c"
    for target in ("jekyll", "hugo"):
        assert "table" in {note.construct for note in to(target, text).report}


def test_what_a_program_would_take_for_its_own_language_is_kept_from_it() -> None:
    text = "{{ a }} {% b %} `{{< c >}}`"
    assert body("jekyll", text) == "{% raw %}\n{{ a }} {% b %} `{{< c >}}`\n{% endraw %}"
    assert body("hugo", text).endswith("`{{</* c */>}}`")
    assert body("jekyll", "{% endraw %} {{ x }}").count("{% raw %}") == 2


FRONT = """---
title: 'Part 2: "the end"'
subtitle: Sub
date: 2026-03-14
tags: [a, b]
slug: the-end
draft: true
mood: calm
---
text
"""


def matter(target: str) -> dict[str, object]:
    block, _ = frontmatter.split(to(target, FRONT).content)
    found = yaml.safe_load(block.strip("\n").removeprefix("---").removesuffix("---"))
    assert isinstance(found, dict)
    return found


def test_front_matter_follows_each_programs_documentation() -> None:
    assert matter("jekyll") == {
        "layout": "post", "title": 'Part 2: "the end"', "subtitle": "Sub", "date": "2026-03-14", "tags": ["a", "b"],
        "mood": "calm", "permalink": "/the-end/", "published": False,
    }  # fmt: skip
    assert matter("hugo") == {
        "title": 'Part 2: "the end"', "date": "2026-03-14", "slug": "the-end", "tags": ["a", "b"], "draft": True,
        "params": {"subtitle": "Sub", "mood": "calm"},
    }  # fmt: skip
    assert matter("buttondown") == {"subject": 'Part 2: "the end"', "description": "Sub", "slug": "the-end"}


def test_a_post_of_jekyll_is_named_by_its_day() -> None:
    assert to("jekyll", FRONT).filename == "2026-03-14-the-end.md"
    assert to("jekyll", "---\ndate: 2026-03-14\nslug: ../../x\n---\n").filename == "2026-03-14-x.md"
    assert to("jekyll", "no day").filename == "letter.jekyll.md"


@pytest.mark.parametrize("target", VARIANTS)
def test_no_html_that_acts_is_in_any_markdown(target: str) -> None:
    content = to(target, (FIXTURES / "raw-html.md").read_text("utf-8")).content
    assert not re.search(r"<(?:script|iframe|form|input|style|svg|template)|onclick|javascript:alert\(2\)", content)


def test_ghost_keeps_in_cards_what_its_editor_would_break() -> None:
    done = to("ghost", f"{HEAD}a[^1]\n\n| b |\n|---|\n\n::: tip\nc\n:::\n\n::: paywall\n\n[^1]: d\n")
    blocks = re.findall(r"<!--kg-card-begin: html-->\n(.*?)\n<!--kg-card-end: html-->", done.content, re.DOTALL)
    assert [re.match(r"<(\w+)", block)[1] for block in blocks if re.match(r"<(\w+)", block)] == [
        "table",
        "aside",
        "section",
    ]  # type: ignore[index]
    assert "<!--members-only-->" in done.content
    assert 'href="#' not in done.content
    assert {part.name: part.content for part in done.parts} == {"title": "T"}
