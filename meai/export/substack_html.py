"""A post for the clipboard: what Substack's editor keeps when it is pasted, and nothing that it mangles.

Semantic elements without styles, no white space between them, images in the text itself, no table.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from meai.export import substack_document, substack_parts
from meai.export.article import Article
from meai.export.exported import Exported, Part
from meai.export.options import Options
from meai.export.plain_formula import plain
from meai.export.report import Report
from meai.export.substack_nodes import Mark, Node
from meai.export.tree import html

_MARKS = {
    "strong": "strong",
    "em": "em",
    "strikethrough": "s",
    "superscript": "sup",
    "subscript": "sub",
    "code": "code",
}
"""Elements by mark, from the outermost inwards."""


def write(article: Article, options: Options) -> Exported:
    """Return the body of *article* as an HTML fragment; title and subtitle are parts, to be pasted by themselves."""
    report = Report()
    post = substack_document.read(article, options, report)
    parts = [*substack_parts.head(article), *substack_parts.pictures(post, options, report)]
    writer = _Paste(options, report)
    body = writer.flow(post.nodes)
    ruler = "" if body.endswith("<hr>") else "<hr>"
    body += ruler + writer.notes(post.footnotes) if post.footnotes else ""
    return Exported(body, report.notes(), (*parts, *writer.parts))


class _Paste:
    def __init__(self, options: Options, report: Report) -> None:
        self._options = options
        self._report = report
        self.parts: list[Part] = []
        """What formulas are to be drawn of."""
        self._nodes: dict[str, Callable[[Node], str]] = {
            "paragraph": lambda node: _wrapped("p", self.flow(node.content)),
            "heading": lambda node: _wrapped(f"h{node.attributes['level']}", self.flow(node.content)),
            **dict.fromkeys(("blockquote", "pullquote", "calloutBlock"), self._quotation),
            "bullet_list": lambda node: _wrapped("ul", self.flow(node.content)),
            "ordered_list": self._numbered,
            "list_item": lambda node: _wrapped("li", self.flow(node.content)),
            "highlighted_code_block": self._code,
            "horizontal_rule": lambda _: "<hr>",
            "captionedImage": self._image,
            "latex_block": self._display,
            "paywall": self._paywall,
            "subscribeWidget": self._subscribe,
            "button": self._button,
            "youtube2": self._video,
            "text": self._text,
            "hard_break": lambda _: "<br>",
            "footnoteAnchor": lambda node: f"<sup>{node.attributes['number']}</sup>",
            "inline_latex": self._formula,
        }

    def flow(self, nodes: list[Node]) -> str:
        """Write *nodes*, one after the other."""
        return "".join(self._nodes[node.type](node) for node in nodes)

    def notes(self, footnotes: list[list[Node]]) -> str:
        """Write *footnotes* in a list that has their numbers."""
        return _wrapped("ol", "".join(_wrapped("li", self.flow(blocks)) for blocks in footnotes))

    def _quotation(self, node: Node) -> str:
        if node.type == "calloutBlock":
            self._report.changed(node.line, "callout", "A callout becomes a quotation: pasting has no callouts.")
        if node.type == "pullquote":
            self._report.changed(node.line, "pullquote", "A pull quote becomes a quotation; style it in the editor.")
        return _wrapped("blockquote", self.flow(node.content))

    def _numbered(self, node: Node) -> str:
        start = node.attributes["start"]
        named = "" if start == 1 else f' start="{start}"'
        return f"<ol{named}>{self.flow(node.content)}</ol>"

    def _code(self, node: Node) -> str:
        language = node.attributes["language"]
        named = "" if language == "plaintext" else f' class="language-{escape(language)}"'
        text = "".join(child.text for child in node.content)
        return f"<pre><code{named}>{escape(text, quote=False)}</code></pre>"

    def _image(self, node: Node) -> str:
        attributes = node.content[0].attributes
        image = f'<img src="{escape(attributes["src"])}" alt="{escape(attributes["alt"] or "")}">'
        if attributes["href"]:
            image = f'<a href="{escape(attributes["href"])}">{image}</a>'
        caption = _wrapped("figcaption", self.flow(node.content[1].content)) if len(node.content) > 1 else ""
        return _wrapped("figure", image + caption)

    def _display(self, node: Node) -> str:
        tex = node.attributes["persistentExpression"]
        if self._options.pictures == "drawn" or self._options.formulas == "text" or node.origin is None:
            self._report.changed(node.line, "formula", "A formula is pasted as its source, in a block of code.")
            return f"<pre><code>{escape(tex, quote=False)}</code></pre>"
        self._report.changed(node.line, "formula", "A formula is pasted as a picture that is described by its source.")
        name = f"formula-{len(self.parts) + 1}"
        self.parts.append(Part(name, "application/mathml+xml", html([node.origin])))
        return f'<figure><img src="{name}" alt="{escape(tex)}"></figure>'

    def _formula(self, node: Node) -> str:
        tex = node.attributes["persistentExpression"]
        letters = plain(tex)
        if letters is None:
            self._report.changed(node.line, "formula", "A formula in a line is pasted as its source, as code.")
            return _wrapped("code", escape(tex, quote=False))
        self._report.changed(node.line, "formula", "A formula in a line is pasted as letters.")
        return escape(letters, quote=False)

    def _paywall(self, node: Node) -> str:
        self._report.lost(node.line, "paywall", "A paywall cannot be pasted: put it there in Substack’s editor.")
        return ""

    def _subscribe(self, node: Node) -> str:
        message = "A sign-up form cannot be pasted: put it there in Substack’s editor."
        self._report.lost(node.line, "subscribe", message)
        words = "".join(child.text for caption in node.content for child in caption.content)
        return _wrapped("p", escape(words, quote=False)) if words else ""

    def _button(self, node: Node) -> str:
        self._report.changed(node.line, "button", "A button is pasted as a link; make it a button in the editor.")
        return f'<p><a href="{escape(node.attributes["url"])}">{escape(node.attributes["text"], quote=False)}</a></p>'

    def _video(self, node: Node) -> str:
        message = "A video is pasted as a link; paste its address alone in the editor, and it plays there."
        self._report.changed(node.line, "video", message)
        return f'<p><a href="{escape(node.text)}">{escape(node.text, quote=False)}</a></p>'

    def _text(self, node: Node) -> str:
        written = escape(node.text, quote=False)
        kinds = [mark.type for mark in node.marks]
        for kind in reversed(_MARKS):
            written = f"<{_MARKS[kind]}>{written}</{_MARKS[kind]}>" if kind in kinds else written
        return _linked(written, next((mark for mark in node.marks if mark.type == "link"), None))


def _linked(written: str, link: Mark | None) -> str:
    return written if link is None else f'<a href="{escape(link.href)}">{written}</a>'


def _wrapped(tag: str, inside: str) -> str:
    return f"<{tag}>{inside}</{tag}>"
