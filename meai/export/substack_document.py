"""An article as a document of Substack's editor: the nodes that the paste and the JSON are both written from.

Knows what Substack has and what it lacks; how either file is written it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from meai.export import substack_tables
from meai.export.article import Article
from meai.export.body import paywall_words
from meai.export.options import Options
from meai.export.prose import Node as Source
from meai.export.prose import formula, note_titles, one_space, runs, target
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.substack_line import Line, notes
from meai.export.substack_nodes import Mark, Node, blocks_of, code, marked, paragraph, trimmed
from meai.export.table import Table
from meai.export.tree import Element

_WORDS = frozenset(("h1", "em", "strong", "b", "i", "code", "s", "del", "mark", "span"))
"""What a title can do without and still say the same."""
_VIDEO = re.compile(
    r"https?://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:[^#\s]*&)?v=|shorts/|live/)|youtu\.be/)([\w-]{6,20})\S*"
)
_FILTERED = re.compile(
    r"/etc/(?:hosts|passwd|shadow|ssh/sshd_config)|'\s*or\s+'?1'?\s*=\s*'?1|\bunion\s+(?:all\s+)?select\b"
    r"|;\s*drop\s+table\b",
    re.IGNORECASE,
)
"""What a firewall before Substack takes for an attack: the editor then says “Network error” and saves nothing."""


@dataclass(frozen=True, slots=True)
class Post:
    """An article for Substack."""

    nodes: list[Node]
    footnotes: list[list[Node]]
    """The blocks of each note; the anchor numbered 1 belongs to the first."""
    pictured: dict[str, Table | str]
    """What shall be a picture and is none yet, by the name that stands for its address: tables, and images of a kind
    that Substack does not take, as data URIs."""


def read(article: Article, options: Options, report: Report) -> Post:
    """Return *article* without its headline, which is the post's title; what changes is noted in *report*."""
    builder = _Builder(article, options, report)
    nodes = [node for root in article.body for node in builder.flow(root.children, top=True)]
    _warn(article, report)
    note_titles(article, report, images=True)
    return Post(nodes, builder.footnotes, builder.line.pictured)


def _warn(article: Article, report: Report) -> None:
    for at, line in enumerate(article.source.split("\n")):
        if found := _FILTERED.search(line):
            message = f"Substack’s filter takes {quoted(found[0])} for an attack and does not save the post."
            report.check(article.first_line + at, "string", message, "replace-string")


class _Builder:
    def __init__(self, article: Article, options: Options, report: Report) -> None:
        self._article = article
        self._options = options
        self._report = report
        self._has_paywall = False
        self.line = Line(article, options, report)
        self._blocks: dict[str, Callable[[Element], list[Node]]] = {
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            **dict.fromkeys(("ul", "ol"), self._list),
            **dict.fromkeys(("summary", "dt"), self._strong),
            "aside": self._callout,
            "blockquote": self._quotation,
            "details": self._details,
            "figure": self._figure,
            "hr": lambda element: [Node("horizontal_rule", element.line)],
            "math": self._display,
            "pre": self._code,
            "section": self._section,
            "table": self._table,
        }
        self.footnotes: list[list[Node]] = [self._nested(one) for one in notes(article)]

    def flow(self, children: Sequence[Source], *, top: bool = False) -> list[Node]:
        """Return *children* as blocks; *top*: they stand in no other block."""
        nodes: list[Node] = []
        for piece in runs(children):
            nodes += self._paragraphs(piece) if isinstance(piece, list) else self._block(piece, top)
        return nodes

    def _block(self, element: Element, top: bool) -> list[Node]:
        if self._is_title(element):
            return []
        if "directive" in element.classes:
            return self._directive(element, top)
        if top and (video := _video(element)) is not None:
            return [Node("youtube2", element.line, attributes={"videoId": video}, text=element.text().strip())]
        write = self._blocks.get(element.tag)
        return write(element) if write else self.flow(element.children, top=top)

    def _nested(self, element: Element) -> list[Node]:
        """Return what is in *element*, at least a paragraph, so that it can stand in a block."""
        return self.flow(element.children) or [paragraph([], element.line)]

    def _is_title(self, element: Element) -> bool:
        """Whether the title's own field says all that *element* says."""
        said = " ".join(one_space(element.text()).split())
        is_plain = all(one.tag in _WORDS for one in element.walk())
        return element is self._article.headline and said == self._article.title and is_plain

    def _heading(self, element: Element) -> list[Node]:
        level = int(element.tag[1])
        if level > 4:
            message = f"The heading {quoted(element.text())} has rank {level}; readers hardly see it is one."
            self._report.check(element.line, "heading", message)
        return self._split(element.children, element.line, "heading", {"textAlign": None, "level": level})

    def _list(self, element: Element) -> list[Node]:
        items = [self._item(one) for one in element.children if isinstance(one, Element) and one.tag == "li"]
        stray = [one for one in element.children if not (isinstance(one, Element) and one.tag == "li")]
        after = self.flow(stray)
        if not items:
            return after
        if element.tag == "ul":
            return [Node("bullet_list", element.line, items), *after]
        start = element.attributes.get("start", "")
        number = int(start) if start.isascii() and start.isdigit() else 1
        attributes = {"start": number, "type": None, "order": number}
        return [Node("ordered_list", element.line, items, attributes), *after]

    def _item(self, element: Element) -> Node:
        content = self._nested(element)
        if content[0].type != "paragraph":
            content.insert(0, paragraph([], element.line))
        return Node("list_item", element.line, content)

    def _strong(self, element: Element) -> list[Node]:
        return [marked(node, Mark("strong")) for node in self.flow(element.children)]

    def _details(self, element: Element) -> list[Node]:
        self._report.changed(element.line, "details", "A part that could be folded away is always shown.")
        return self.flow(element.children)

    def _quotation(self, element: Element) -> list[Node]:
        if "pullquote" not in element.classes:
            return [Node("blockquote", element.line, self._nested(element))]
        content = self._nested(element)
        if any(node.type != "paragraph" for node in content):
            return [Node("blockquote", element.line, content)]
        return [Node("pullquote", element.line, content, {"align": None, "color": None})]

    def _callout(self, element: Element) -> list[Node]:
        if "callout" not in element.classes:
            return self.flow(element.children)
        return [Node("calloutBlock", element.line, self._nested(element))]

    def _section(self, element: Element) -> list[Node]:
        return [] if "footnotes" in element.classes else self.flow(element.children)

    def _code(self, element: Element) -> list[Node]:
        if formula(element) is not None:
            return self._display(element)
        return [code(element.text().rstrip("\n"), element.line, element.attributes.get("data-language", ""))]

    def _display(self, element: Element) -> list[Node]:
        attributes = self.line.expression(formula(element) or "")
        return [Node("latex_block", element.line, attributes=attributes, origin=element)] * bool(formula(element))

    def _directive(self, element: Element, top: bool) -> list[Node]:
        name = next((one for one in ("paywall", "subscribe", "button") if one in element.classes), "")
        if not top:
            self._report.lost(element.line, name, f"The {name} {quoted(element.text())} cannot stand inside a block.")
            return self.flow(element.children) if name == "button" else []
        if name == "paywall":
            return self._paywall(element)
        return self._subscribe(element) if name == "subscribe" else self._button(element)

    def _paywall(self, element: Element) -> list[Node]:
        if self._has_paywall:
            self._report.lost(element.line, "paywall", "A post has one paywall; this one is left out.")
            return self.flow(paywall_words(element))
        self._has_paywall = True
        return [*self.flow(paywall_words(element)), Node("paywall", element.line)]

    def _subscribe(self, element: Element) -> list[Node]:
        language = self._article.language.split("-")[0]
        attributes = {"url": "%%checkout_url%%", "text": "Subscribe", "language": language}
        words = " ".join(one_space(element.text()).split())
        caption = [Node("ctaCaption", element.line, [Node("text", element.line, text=words)])] if words else []
        return [Node("subscribeWidget", element.line, caption, attributes)]

    def _button(self, element: Element) -> list[Node]:
        links = [one for one in element.walk() if one.tag == "a"]
        words = " ".join(one_space(element.text()).split())
        address = target(links[0], self._report) if len(links) == 1 else None
        if address is None or not words or links[0].text().strip() != element.text().strip():
            self._report.changed(element.line, "button", f"The button {quoted(words)} is no single link: it is text.")
            return self.flow(element.children)
        attributes = {"url": address, "text": words, "action": None, "class": None}
        return [Node("button", element.line, attributes=attributes)]

    def _table(self, element: Element) -> list[Node]:
        return substack_tables.write(element, self._options.tables, self.line, self._report)

    def _figure(self, element: Element) -> list[Node]:
        pictures = [one for one in element.walk() if one.tag == "img"]
        captions = [one for one in element.walk() if one.tag == "figcaption"]
        if len(pictures) != 1:
            return self.flow(element.children)
        caption = [node for one in captions for node in self.line.inline(one.children) if node.type != "captionedImage"]
        links = [one for one in element.walk() if one.tag == "a" and pictures[0] in one.children]
        href = target(links[0], self._report) if links else None
        return self.line.picture(pictures[0], href, trimmed(caption))

    def _paragraphs(self, nodes: Sequence[Source]) -> list[Node]:
        line = next((node.line for node in nodes if isinstance(node, Element)), 0)
        return self._split(nodes, line, "paragraph", {"textAlign": None})

    def _split(self, nodes: Sequence[Source], line: int, kind: str, attributes: dict[str, Any]) -> list[Node]:
        return blocks_of(self.line.inline(nodes), line, kind, attributes)


def _video(element: Element) -> str | None:
    if element.tag != "p" or len(element.children) != 1 or not isinstance(link := element.children[0], Element):
        return None
    href = link.attributes.get("href", "")
    found = _VIDEO.fullmatch(href)
    return found[1] if found and link.text().strip() == href else None
