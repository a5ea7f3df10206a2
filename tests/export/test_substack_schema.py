"""The strict check of a post for Substack: what the editor would fail on is a sentence."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from meai.export import substack_schema
from meai.export.formats import export
from tests.export.test_substack import ASSETS, h, image, item, link, n, p, t

WEB = "https://example.com/a.png"


def problems(*content: Any) -> list[str]:
    return substack_schema.problems({"type": "doc", "content": [*content]})


WRONG: dict[str, list[Any]] = {
    "an unknown node": [n("table")],
    "a name of another editor": [n("bulletList", n("listItem", p("a")))],
    "empty text": [p(t(""))],
    "bare text in an item": [n("bullet_list", n("list_item", t("a")))],
    "an item that begins with a list": [n("bullet_list", item(n("bullet_list", item(p("a")))))],
    "bare text in a quotation": [n("blockquote", t("a"))],
    "an empty quotation": [n("blockquote")],
    "marks in code": [n("highlighted_code_block", t("a", "strong"), language="plaintext", nodeId=None)],
    "a language in capitals": [n("highlighted_code_block", t("a"), language="Python", nodeId=None)],
    "an image without its picture": [n("captionedImage", n("caption", t("a")))],
    "a caption alone": [n("caption", t("a"))],
    "an unknown mark": [p(t("a", "bold"))],
    "a mark twice": [p(t("a", "strong", "strong"))],
    "a link to a script": [p(t("a", link("javascript:alert(1)")))],
    "a link without an address": [p(t("a", {"type": "link"}))],
    "an image from a file": [image("a.png")],
    "an attribute too many": [p() | {"attrs": {"textAlign": None, "style": "x"}}],
    "an attribute too few": [{"type": "heading", "attrs": {"level": 1}}],
    "an attribute of another type": [h(1, "a") | {"attrs": {"textAlign": None, "level": "1"}}],
    "a rank that there is not": [h(7, "a")],
    "empty content": [p() | {"content": []}],
    "two paywalls": [n("paywall"), n("paywall")],
    "a paywall in a quotation": [n("blockquote", n("paywall"))],
    "a footnote before the text": [n("footnote", p("a"), number=1), p(n("footnoteAnchor", number=1))],
    "a footnote without a mark": [p("a"), n("footnote", p("a"), number=1)],
    "a mark without a footnote": [p(n("footnoteAnchor", number=1))],
    "footnotes out of order": [p(n("footnoteAnchor", number=2)), n("footnote", p("a"), number=2)],
    "words beside text": [p() | {"text": "a"}],
    "no document in it": [],
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_the_editor_fails_on_is_found(content: list[Any]) -> None:
    assert problems(*content) != []


def test_another_thing_than_a_document_is_found() -> None:
    assert substack_schema.problems(p("a")) != []


def test_what_is_right_has_no_problem() -> None:
    assert problems(p("a", n("footnoteAnchor", number=1)), image(WEB, [t("b")]), n("footnote", p(), number=1)) == []


# Shrinking takes minutes here and tells little: an example is short anyhow.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
BLOCKS = st.lists(
    st.sampled_from(
        [
            *(
                "# H",
                "###### H",
                "a  \nb",
                "- x\n  - y",
                "1. x\n\n   y",
                "> q",
                "> [!TIP] L\n> x",
                "```py\nx\n```",
                "---",
            ),
            *(
                "|a|b|\n|-|-|\n|![z](a.png)|[^1]|",
                "![z](a.png)",
                "[![z](a.png)](https://a.example) w",
                "$$\nx\n$$",
                "$x$",
            ),
            *("::: paywall", "::: subscribe\nx\n:::", "::: button [a](b.md)", "::: note\n- ![](a.png)\n:::", "x[^1]"),
            *("[^1]: N\n\n    - l[^1]", "> ::: paywall", "- - - x", "<div>a<p>b</div>", "<table><tr><td>", "**a*b**c*"),
            *(
                "https://youtu.be/8xBJPa_480Q",
                "<a href='javascript:x'>y</a>",
                "\u200b",
                "<details><summary>",
                "- > ```",
            ),
            *("<ul>x<li>y</ul>", "<ol start=99999999999999999999><li>a</ol>", "~~<br>~~", "<q>a</q>", "<dl><dt>a<dd>b"),
        ]
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(blocks=BLOCKS, noise=st.text(max_size=20), at=st.integers(0, 7), tables=st.sampled_from(["list", "code"]))
def test_whatever_is_written_the_post_is_right_and_every_word_is_somewhere(
    blocks: list[str], noise: str, at: int, tables: str
) -> None:
    text = "\n\n".join([*blocks[:at], noise.replace("\0", ""), *blocks[at:], "last word"])
    done = export(text, name="Letter.md", format="substack", asset=ASSETS.get, chosen={"tables": tables})
    document = json.loads(done.content)
    assert substack_schema.problems(document) == []
    assert "last word" in done.content


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_broken_node_anywhere_is_found(data: st.DataObject) -> None:
    good = {"type": "doc", "content": [n("blockquote", p("a")), n("bullet_list", item(p("b"), p("c")))]}
    paths = [(0,), (0, 0), (0, 0, 0), (1,), (1, 0), (1, 0, 1)]
    broken = deepcopy(good)
    node: Any = broken
    for step in data.draw(st.sampled_from(paths)):
        node = node["content"][step]
    node["type"] = data.draw(st.text(max_size=8).filter(lambda name: name not in substack_schema.NODES))
    assert substack_schema.problems(good) == []
    assert any(re.search(r"no such node|may hold", one) for one in substack_schema.problems(broken))
