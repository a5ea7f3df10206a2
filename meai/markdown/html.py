"""Tokens to HTML: how each piece of Markdown is written for a page. Knows nothing of caches or of sanitising.

What a renderer cannot know from the tokens it finds in `env`: a `Place`, where they stand in the document.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from meai.markdown.highlight import highlight
from meai.markdown.math import mathml

TASK_BOXES = {
    True: '<span class="task done" role="img" aria-label="done">☑</span> ',
    False: '<span class="task" role="img" aria-label="to do">☐</span> ',
}

_DIRECTIVES = {"paywall": "<p>Paywall</p>\n"}
"""What a reader of a preview sees where nothing is written."""

_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where tokens stand in their document."""

    line: int | None = 0
    """The source line that `data-line="0"` stands for, counted as the tokens count; None: no line is named."""
    anchors: tuple[str, ...] = ()
    """The id of each heading, in order."""
    notes: tuple[tuple[int, int], ...] = ()
    """Of each footnote, as the tokens count them: its number in the document, and how often it was used before."""


PLACE = "place"
"""The key of the `Place` in the renderer's `env`."""


def slug(heading: Token) -> str:
    """Return the id that the inline token of a *heading* asks for, as GitHub makes it. Not yet unique."""
    words = "".join(_texts(heading.children or []))
    return _NOT_IN_SLUG.sub("", words.strip().lower()).replace(" ", "-") or "section"


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.content for token in tokens if token.type in ("text", "text_special", "code_inline")]


class HtmlRenderer(RendererHTML):
    """Writes HTML that names its source lines (`data-line`), its headings and its footnotes."""

    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: N802
        """Write a token without a rule of its own, with its source line where it opens a block."""
        token = tokens[idx]
        if token.block and token.nesting >= 0:
            _mark(token, env)
        return super().renderToken(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A heading has an id that links can name."""
        number = tokens[idx].meta.get("heading")
        if number is not None:
            tokens[idx].attrSet("id", _place(env).anchors[number])
        return self.renderToken(tokens, idx, options, env)

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A task is a list item that begins with a picture of a box."""
        opening = self.renderToken(tokens, idx, options, env)
        return opening + _box(tokens[idx]) if _is_tight(tokens, idx + 1) else opening

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The box of a task with paragraphs stands in the first of them."""
        opening = self.renderToken(tokens, idx, options, env)
        first = idx > 0 and tokens[idx - 1].type == "list_item_open" and not tokens[idx].hidden
        return opening + _box(tokens[idx - 1]) if first else opening

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A cell is aligned by class: a style would not pass the sanitiser, nor a page's policy."""
        token = tokens[idx]
        style = token.attrs.pop("style", "")
        if style:
            token.attrSet("class", "align-" + str(style).removeprefix("text-align:"))
        if token.tag == "th":
            token.attrSet("scope", "col")
        return self.renderToken(tokens, idx, options, env)

    td_open = th_open

    def callout_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """What a directive makes is known by its class."""
        token = tokens[idx]
        token.attrSet("class", " ".join(dict.fromkeys((token.type.removesuffix("_open"), token.meta["name"]))))
        opening = self.renderToken(tokens, idx, options, env)
        return opening + _DIRECTIVES.get(token.meta["name"], "")

    directive_open = callout_open
    pullquote_open = callout_open

    def callout_label_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The label of a callout stands out wherever a class does not count."""
        return '<p class="callout-label"><strong>'

    def callout_label_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The end of a label."""
        return "</strong></p>\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Code, reachable by the keyboard where it must be scrolled."""
        token = tokens[idx]
        _mark(token, env)
        words = unescapeAll(token.info).split(maxsplit=1)
        language = words[0] if words else ""
        if language:
            token.attrSet("data-language", language)
        attributes = self.renderAttrs(token)
        code = highlight(token.content, language)
        return f'<pre class="code" tabindex="0"{attributes}><code>{code}</code></pre>\n'

    fence = code_block

    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula in a line."""
        return mathml(tokens[idx].content, display=False)

    def math_inline_double(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula in a paragraph, on a line of its own."""
        return mathml(tokens[idx].content, display=True)

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A formula that is a block."""
        _mark(tokens[idx], env)
        formula = mathml(tokens[idx].content, display=True)
        return f'<div class="math"{self.renderAttrs(tokens[idx])}>{formula}</div>\n'

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The number that leads to a footnote."""
        meta = tokens[idx].meta
        number, before = _place(env).notes[meta["id"]]
        anchor = _use(number, before + meta.get("subId", 0))
        link = f'<a href="#fn:{number}" id="{anchor}" role="doc-noteref">[{number}]</a>'
        return f'<sup class="footnote-ref">{link}</sup>'


def footnotes(notes: Sequence[tuple[str, int]]) -> str:
    """Write the section of all *notes*, numbered from 1: of each its HTML and how often the text refers to it."""
    items = "".join(_item(number, text, uses) for number, (text, uses) in enumerate(notes, 1))
    return f'<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">\n<ol>\n{items}</ol>\n</section>\n'


def _item(number: int, text: str, uses: int) -> str:
    back = "".join(
        f' <a href="#{_use(number, use)}" class="footnote-back" role="doc-backlink" '
        f'aria-label="Back to reference {number}{f"-{use + 1}" if use else ""}">↩︎</a>'
        for use in range(uses)
    )
    end = "</p>\n" if text.endswith("</p>\n") else ""
    return f'<li id="fn:{number}">{text.removesuffix(end)}{back}{end}</li>\n'


def _use(number: int, use: int) -> str:
    return f"fnref:{number}:{use + 1}" if use else f"fnref:{number}"


def _place(env: EnvType) -> Place:
    place: Any = env.get(PLACE)
    return place if isinstance(place, Place) else Place()


def _mark(token: Token, env: EnvType) -> None:
    line = _place(env).line
    if token.map and line is not None:
        token.attrSet("data-line", str(token.map[0] - line))
    else:
        token.attrs.pop("data-line", None)


def _box(item: Token) -> str:
    return TASK_BOXES[item.meta["checked"]] if "checked" in item.meta else ""


def _is_tight(tokens: Sequence[Token], idx: int) -> bool:
    return tokens[idx].type != "paragraph_open" or tokens[idx].hidden


def code(source: str) -> str:
    """Write *source* as it stands, where it cannot or must not be drawn."""
    return f'<pre class="code" tabindex="0"><code>{html.escape(source, quote=False)}</code></pre>\n'
