"""Rich text for pasting into Substack, a mail or a word processor: plain elements, no classes, no styles.

Editors keep what they know and mangle the rest, so this writes only what they know, without white space between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from meai.export import images
from meai.export.article import Article
from meai.export.body import body
from meai.export.exported import Exported, Part
from meai.export.options import Options
from meai.export.prose import Node, formula, is_block, note_titles, one_space, rows, runs, target
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown.sanitize import Sanitizer

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_INLINE = {tag: tag for tag in ("strong", "em", "code", "s", "sup", "sub", "u")} | {
    "b": "strong",
    "cite": "em",
    "del": "s",
    "dfn": "em",
    "i": "em",
    "ins": "u",
    "kbd": "code",
    "samp": "code",
    "strike": "s",
    "tt": "code",
    "var": "em",
}
"""What stays of text in a line, by what it was; all else is unwrapped."""


def write(article: Article, options: Options) -> Exported:
    """Return the body of *article* as an HTML fragment; title and subtitle are parts."""
    report = Report()
    writer = _RichText(report)
    note_titles(article, report)
    headline = [article.headline] if article.headline else []
    fragment = writer.flow([*headline, *body(article, report)])
    named = {"title": article.title, "subtitle": article.subtitle}
    parts = tuple(Part(name, "text/plain", said) for name, said in named.items() if said)
    return Exported(Sanitizer(lines=False).clean(fragment), report.notes(), parts)


class _RichText:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._blocks: dict[str, Callable[[Element], str]] = dict.fromkeys(_HEADINGS, self._heading) | {
            "blockquote": self._quotation,
            "details": self._details,
            "dt": self._strong,
            "figure": self._figure,
            "hr": lambda _: "<hr>",
            "math": self._display,
            "ol": self._list,
            "pre": self._code,
            "section": self._section,
            "summary": self._strong,
            "table": self._table,
            "ul": self._list,
        }
        self._words: dict[str, Callable[[Element], str]] = {
            "a": self._link,
            "br": lambda _: "<br>",
            "img": self._image,
            "q": lambda element: f"“{self._inline(element.children)}”",
        }

    def flow(self, children: Sequence[Node]) -> str:
        """Write *children* as blocks: text that stands between them becomes paragraphs."""
        return "".join(self._block(piece) for piece in runs(children))

    def _block(self, piece: Element | list[Node]) -> str:
        if isinstance(piece, list):
            return _wrapped("p", self._inline(piece))
        write = self._blocks.get(piece.tag)
        return write(piece) if write else self.flow(piece.children)

    def _heading(self, element: Element) -> str:
        return _wrapped(element.tag, self._inline(element.children))

    def _strong(self, element: Element) -> str:
        return _wrapped("p", _wrapped("strong", self._inline(element.children)))

    def _quotation(self, element: Element) -> str:
        return _wrapped("blockquote", self.flow(element.children))

    def _code(self, element: Element) -> str:
        if formula(element) is not None:
            return self._display(element)
        return f"<pre><code>{escape(element.text(), quote=False)}</code></pre>"

    def _list(self, element: Element) -> str:
        start = element.attributes.get("start", "")
        head = f'<ol start="{start}">' if element.tag == "ol" and start.isdigit() else f"<{element.tag}>"
        items = [child for child in element.children if isinstance(child, Element)]
        return head + "".join(_wrapped("li", self._item(item)) for item in items) + f"</{element.tag}>"

    def _item(self, item: Element) -> str:
        """An item with one paragraph does not wrap it: mail programs would put space around it."""
        pieces = list(runs(item.children))
        texts = [piece for piece in pieces if isinstance(piece, list) or piece.tag == "p"]
        if len(texts) != 1 or pieces[0] is not texts[0] or any(map(is_block, _children(texts[0]))):
            return "".join(map(self._block, pieces))
        return self._inline(_children(texts[0])).strip() + "".join(map(self._block, pieces[1:]))

    def _table(self, element: Element) -> str:
        self._report.changed(
            element.line, "table", "A table stays one in a mail or a word processor; Substack does not take tables."
        )
        captions = [one for one in element.walk() if one.tag == "caption"]
        caption = "".join(_wrapped("p", self._inline(one.children)) for one in captions)
        return caption + _wrapped(
            "table", "".join(_wrapped("tr", "".join(map(self._cell, row))) for row in rows(element))
        )

    def _cell(self, cell: Element) -> str:
        text = self.flow(cell.children) if any(map(is_block, cell.children)) else self._inline(cell.children)
        return f"<{cell.tag}>{text.strip()}</{cell.tag}>"

    def _figure(self, element: Element) -> str:
        pictures = "".join(self._image(one) for one in element.walk() if one.tag == "img")
        captions = [one for one in element.walk() if one.tag == "figcaption"]
        caption = "".join(self._inline(one.children).strip() for one in captions)
        if not pictures:
            return self.flow(element.children)
        return _wrapped("figure", pictures + _wrapped("figcaption", caption))

    def _section(self, element: Element) -> str:
        notes = self.flow(element.children)
        return f"<hr>{notes}" if "footnotes" in element.classes else notes

    def _details(self, element: Element) -> str:
        self._report.changed(element.line, "details", "A part that could be folded away is always shown.")
        return self.flow(element.children)

    def _display(self, element: Element) -> str:
        return _wrapped("p", self._formula(element))

    def _formula(self, element: Element) -> str:
        self._report.changed(element.line, "formula", "A formula stays as its source, between dollars.")
        return escape(formula(element) or "", quote=False)

    def _inline(self, nodes: Sequence[Node]) -> str:
        return "".join(map(self._word, nodes)).replace("<br> ", "<br>")

    def _word(self, node: Node) -> str:
        if isinstance(node, str):
            return escape(one_space(node), quote=False)
        if formula(node) is not None:
            return self._formula(node)
        if node.tag in self._words:
            return self._words[node.tag](node)
        text = self._inline(node.children)
        return _wrapped(_INLINE[node.tag], text) if node.tag in _INLINE else text

    def _link(self, link: Element) -> str:
        if "footnote-back" in link.classes:
            return ""
        text = self._inline(link.children)
        address = target(link, self._report)
        if address is None:
            return text
        return f'<a href="{escape(address)}">{text}</a>' if text.strip() else text

    def _image(self, image: Element) -> str:
        source, alt = image.attributes.get("src", ""), quoted(image.attributes.get("alt", ""))
        if images.host(source) is None and not source.startswith("data:"):
            self._report.lost(
                image.line,
                "image",
                f"The image {source} ({alt}) is only on this machine and is left out; add it by hand.",
            )
            return ""
        return f'<img src="{escape(source)}" alt="{escape(image.attributes.get("alt", ""))}">'


def _children(piece: Element | list[Node]) -> list[Node]:
    return piece if isinstance(piece, list) else piece.children


def _wrapped(tag: str, html: str) -> str:
    """Return *html* in an element, or nothing where there is nothing to wrap."""
    inside = html if tag in _INLINE else html.strip()
    return f"<{tag}>{inside}</{tag}>" if inside else ""
