"""Blocks together are the whole document, whatever was drawn before, and a keystroke draws one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.footnote.index import footnote_tail

from meai.markdown import html as rendering
from meai.markdown.blocks import Blocks
from meai.markdown.frontmatter import split
from meai.markdown.html import PLACE, HtmlRenderer, Place, slug
from meai.markdown.parser import normalize, parser
from meai.markdown.sanitize import Sanitizer
from meai.markdown.sheet import Block

NEWSLETTER = (Path(__file__).parents[1] / "fixtures" / "newsletter.md").read_text("utf-8")


def html(text: str) -> str:
    return "".join(block.html for block in Blocks().render(text))


class WholeRenderer(HtmlRenderer):
    """Draws a document in one go, its footnotes moved to the end by the plugin itself."""

    def footnote_block_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return rendering.footnotes([]).removesuffix("</ol>\n</section>\n")

    def footnote_block_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</ol>\n</section>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<li id="fn:{tokens[idx].meta["id"] + 1}">'

    def footnote_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        number, use = tokens[idx].meta["id"] + 1, tokens[idx].meta["subId"]
        name = f"fnref:{number}:{use + 1}" if use else f"fnref:{number}"
        label = f"{number}-{use + 1}" if use else str(number)
        return (
            f' <a href="#{name}" class="footnote-back" role="doc-backlink" aria-label="Back to reference {label}">↩︎</a>'
        )


def whole(text: str) -> str:
    """Draw *text* without cutting it: one parse, one rendering, one cleaning."""
    md = parser()
    md.core.ruler.after("inline", "footnote_tail", footnote_tail)
    matter, body = split(normalize(text))
    env: dict[str, Any] = {}
    # A last line without an end is drawn as any other.
    tokens = md.parse(body.removesuffix("\n") + "\n", env)
    slugs = [slug(tokens[at + 1]) for at, token in enumerate(tokens) if token.type == "heading_open"]
    for number, token in enumerate(token for token in tokens if token.type == "heading_open"):
        token.meta["heading"] = number
    notes = tuple((number + 1, 0) for number in range(len(env.get("footnotes", {}).get("list", {}))))
    place = Place(-matter.count("\n"), unique(slugs), notes)
    drawn = WholeRenderer(md).render(tokens, md.options, {PLACE: place})
    return Sanitizer().clean(drawn)


def unique(slugs: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for name in slugs:
        at, candidate = 0, name
        while candidate in names:
            at += 1
            candidate = f"{name}-{at}"
        names.append(candidate)
    return tuple(names)


def joined(blocks: Sequence[Block]) -> str:
    """The HTML of *blocks* with the lines counted from the start of the text, as `whole` counts them."""

    def absolute(block: Block) -> str:
        return re.sub(r'data-line="(\d+)"', lambda found: f'data-line="{int(found[1]) + block.line}"', block.html)

    return "".join(map(absolute, blocks))


def comparable(html: str) -> str:
    """Blocks name no lines in footnotes, which stand elsewhere than where they are written, and skip what is empty."""
    text, section, notes = html.partition('<section class="footnotes"')
    return re.sub(r"\n+", "\n", text + section + re.sub(r' data-line="\d+"', "", notes)).strip()


SNIPPETS = st.sampled_from(
    [
        "x", " ", "\n", "\n\n", "\n\n\n", "# ", "\n## Notes\n", "\n=\n", "- ", "\n- [ ] a\n", "> ", "    ", "\t", "1. ",
        "*", "**", "`", "\n```\n", "~~", "|", "\n| a | b |\n|---|---|\n", "$", "\n$$\n", "[", "]", "[^lid]", "[^n]",
        "\n\n[^n]: one\n\n    two\n\n", "^[so]", "\n[^lid]: again\n", "\n> [^n]: nested\n", "\n---\n", "\0", "\\",
        "\n[ref]: http://a.example 'T'\n", "[ref]", "[words][ref]", "![p](q.png)", "http://a.example", "&amp;", "é👉",
        "\r\n", "<b>x</b>", "\n<div>\n\n*a*\n\n</div>\n", "\n<!-- a\n\nb -->\n", "<br>",
    ]
)  # fmt: skip
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), SNIPPETS), max_size=6)


def edited(text: str, edit: tuple[float, int, str]) -> str:
    where, removed, inserted = edit
    at = int(where * len(text))
    return text[:at] + inserted + text[at + removed :]


class Shown:
    """What a page shows that hears of changes alone."""

    def __init__(self) -> None:
        self._drawn = Blocks()
        self._blocks: list[Block] = []

    def change(self, text: str) -> tuple[Block, ...]:
        change = self._drawn.change(text)
        end = len(self._blocks) - change.rest
        assert change.kept <= end
        replaced = {block.id for block in self._blocks[change.kept : end]}
        assert change.known == replaced & {block.id for block in change.blocks}
        rest = [replace(block, line=block.line + change.moved) for block in self._blocks[end:]]
        self._blocks = [*self._blocks[: change.kept], *change.blocks, *rest]
        assert self._drawn.size == sum(len(block.html.encode()) for block in self._blocks)
        assert self._drawn.all() == tuple(self._blocks)
        return tuple(self._blocks)


@given(EDITS)
@settings(max_examples=60)
def test_what_was_drawn_before_makes_no_difference(edits: list[tuple[float, int, str]]) -> None:
    shown, text = Shown(), NEWSLETTER
    for edit in edits:
        text = edited(text, edit)
        assert shown.change(text) == Blocks().render(text)


@given(st.lists(st.lists(SNIPPETS, max_size=12).map("".join), min_size=2, max_size=4))
@settings(max_examples=150)
def test_what_was_drawn_before_makes_no_difference_to_small_texts(texts: list[str]) -> None:
    shown = Shown()
    for text in texts:
        assert shown.change(text) == Blocks().render(text)


@given(st.lists(SNIPPETS, max_size=15).map("".join), EDITS)
@settings(max_examples=150)
def test_a_change_says_all_that_differs(text: str, edits: list[tuple[float, int, str]]) -> None:
    shown = Shown()
    shown.change(text)
    for edit in edits:
        text = edited(text, edit)
        assert shown.change(text) == Blocks().render(text)


# A tag that a blank line tears in two ends with its block; drawn whole, its open attribute swallows what follows.
TORN = re.compile(r"<[A-Za-z/][^<>]*\n[ \t]*\n")


def test_a_torn_tag_does_not_swallow_what_follows() -> None:
    drawn = html('<figure>\n<img src="https://example.org/a\n\nb.png">\n</figure>\n\nA paragraph with "quotes".\n')
    assert '<p data-line="0">A paragraph with' in drawn


def tags_are_closed(text: str) -> bool:
    opened = re.findall(r"<(b|div|figure|figcaption)\b", text)
    return sorted(opened) == sorted(re.findall(r"</(b|div|figure|figcaption)>", text))


@given(EDITS)
@settings(max_examples=60)
def test_blocks_together_are_the_whole_document(edits: list[tuple[float, int, str]]) -> None:
    text = NEWSLETTER
    for edit in edits:
        text = edited(text, edit)
    assume(tags_are_closed(whole(text)) and tags_are_closed(text) and not TORN.search(text))
    assert comparable(joined(Blocks().render(text))) == comparable(whole(text))


@given(st.lists(SNIPPETS, max_size=15).map("".join))
@settings(max_examples=200)
def test_blocks_together_are_the_whole_of_small_texts(text: str) -> None:
    assume("<" not in text)
    assert comparable(joined(Blocks().render(text))) == comparable(whole(text))


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_can_be_drawn(text: str) -> None:
    blocks = Blocks().render(text)
    assert len({block.id for block in blocks}) == len(blocks)
    assert [block.line for block in blocks] == sorted(block.line for block in blocks)


def test_a_keystroke_changes_one_block() -> None:
    blocks = Blocks()
    before = {block.id for block in blocks.render(NEWSLETTER)}
    after = blocks.render(NEWSLETTER.replace("nine days", "nine long days"))
    changed = [block for block in after if block.id not in before]
    assert [block.html.count("nine long days") for block in changed] == [1]


def test_a_new_line_above_changes_no_block() -> None:
    blocks = Blocks()
    before = blocks.render(NEWSLETTER)
    after = blocks.render(NEWSLETTER.replace("\n\n<figure>", "\n\n\n<figure>"))
    assert [(block.id, block.line + 1) for block in before] == [(block.id, block.line) for block in after]


def test_blocks_name_their_lines() -> None:
    lines = NEWSLETTER.split("\n")
    starts = {lines[block.line] for block in Blocks().render(NEWSLETTER)}
    assert {"<figure>", "## Notes", "$$", "```python", "- Ask for less, and ask twice"} <= starts
    assert "---" not in starts


def test_lines_inside_a_block_count_from_its_first() -> None:
    (block,) = Blocks().render("---\na: b\n---\n\n- one\n\n  two\n- three\n")
    assert block.line == 4
    assert re.findall(r'<(\w+) data-line="(\d)"', block.html) == [
        ("ul", "0"), ("li", "0"), ("p", "0"), ("p", "2"), ("li", "3"), ("p", "3"),
    ]  # fmt: skip


def test_the_same_block_twice_has_two_ids() -> None:
    one, _, other = Blocks().render("a\n\nb\n\na\n")
    assert one.html == other.html
    assert one.id != other.id


def test_an_element_across_blank_lines_is_one_block() -> None:
    (block, after) = Blocks().render("<details>\n<summary>s</summary>\n\n*a*\n\n- b\n\n</details>\n\nc\n")
    assert re.sub(r' data-line="\d"', "", block.html) == (
        "<details>\n<summary>s</summary>\n<p><em>a</em></p>\n<ul>\n<li>b</li>\n</ul>\n</details>\n"
    )
    assert 'data-line="5"' in block.html
    assert after.line == 9


def test_an_element_that_nothing_closes_ends_with_its_block() -> None:
    opened, after = Blocks().render("<div>\n\n*a*\n")
    assert opened.html == "<div>\n</div>"
    assert after.html == '<p data-line="0"><em>a</em></p>\n'


def test_elements_that_overlap_are_one_block() -> None:
    assert len(Blocks().render("<div>\n\n<b>a\n\n</div>\n\nb</b>\n\nc\n")) == 2


def test_comments_draw_nothing() -> None:
    assert Blocks().render("<!-- a\n\nb -->\n") == ()


def test_a_definition_below_changes_the_links_above() -> None:
    blocks = Blocks()
    assert "<a " not in blocks.render("[a][b]\n\n[b]\n")[0].html
    assert 'href="/c"' in blocks.render("[a][b]\n\n[b]: /c\n")[0].html
    assert 'href="/d"' in blocks.render("[a][b]\n\n[b]: /d\n")[0].html
    assert "<a " not in blocks.render("[a][b]\n")[0].html


def test_footnotes_are_numbered_by_first_use_and_lead_back() -> None:
    text = "A[^z] B^[inline *x*] C[^a] D[^z]\n\n[^a]: **Ant**\n\n[^z]: Zebra\n\n    Twice\n\n[^unused]: No\n"
    main, notes = Blocks().render(text)
    assert re.findall(r'href="#user-fn:(\d)" id="user-fnref:([\d:]+)"', main.html) == [
        ("1", "1"), ("2", "2"), ("3", "3"), ("1", "1:2"),
    ]  # fmt: skip
    assert re.findall(r'<li id="user-fn:(\d)"><p>(?:<strong>)?(\w+)', notes.html) == [
        ("1", "Zebra"), ("2", "inline"), ("3", "Ant"),
    ]  # fmt: skip
    assert re.findall(r'href="#user-fnref:([\d:]+)"', notes.html) == ["1", "1:2", "2", "3"]
    assert "No" not in notes.html
    assert notes.line == 2


def test_a_new_footnote_renumbers_those_after_it() -> None:
    blocks, text = Blocks(), "{}\n\nB[^b]\n\n[^a]: A\n\n[^b]: B\n"
    assert "[1]" in blocks.render(text.format("none"))[1].html
    assert "[2]" in blocks.render(text.format("A[^a]"))[1].html


def test_headings_have_names_and_the_same_heading_another() -> None:
    text = "# Reads & *Sees*!\n\n## Über `code`\n\nReads & Sees!\n---\n\n> # Reads & Sees\n\n# !\n"
    names = re.findall(r'id="user-([^"]*)"', html(text))
    assert names == ["reads--sees", "über-code", "reads--sees-1", "reads--sees-2", "section"]


def test_tasks_are_pictures_of_boxes() -> None:
    tight = html("- [ ] a\n- [x] b\n")
    assert (
        '<li class="task-list-item" data-line="0"><span class="task" role="img" aria-label="to do">☐</span> a' in tight
    )
    assert '<span class="task done" role="img" aria-label="done">☑</span> b' in tight
    assert '<p data-line="0"><span class="task"' in html("- [ ] a\n\n- b\n")


def test_cells_are_aligned_by_class() -> None:
    table = html("|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|\n")
    assert "style" not in table
    assert re.findall(r'<td(?: class="align-(\w+)")?>', table) == ["left", "center", "right", ""]
    assert table.count('scope="col"') == 4


def test_code_is_coloured_and_can_be_reached_by_keyboard() -> None:
    block = html("```python title=x\nif x: pass\n```\n")
    assert block.startswith(
        '<pre class="code" tabindex="0" data-line="0" data-language="python"><code><span class="k">'
    )


def test_formulas_become_mathml() -> None:
    assert '<div class="math" data-line="0"><math display="block" alttext="x">' in html("$$\nx\n$$\n")
    assert '<math display="inline" alttext="x">' in html("so $x$ is")
    assert '<code class="math-source">\\nope{x}</code>' in html("so $\\nope{x}$ is")


def test_the_newsletter_has_no_ghost_of_its_front_matter() -> None:
    assert "layout" not in html(NEWSLETTER)
    assert "Letters from the Allotment" not in html(NEWSLETTER)


def test_a_table_of_cells_that_nobody_wrote_is_shown_as_written() -> None:
    columns = 500
    text = "|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "|a\n" * 60
    drawn = html(text)
    assert "<table" not in drawn
    assert len(drawn) < 2 * len(text)


@pytest.mark.parametrize("text", ["![" * 900 + "](x)" * 900, "^[" * 900 + "]" * 900, "> " * 5000 + "a"])
def test_what_is_too_deep_is_shown_as_written(text: str) -> None:
    assert html(text)
