"""Plain text that reads well: no marks of Markdown, links in brackets, footnotes at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from meai.export import images
from meai.export.article import Article
from meai.export.body import body
from meai.export.exported import Exported
from meai.export.options import Options
from meai.export.prose import Node, formula, note_titles, one_space, rows, runs, target
from meai.export.report import Report
from meai.export.tree import Element

_RULER = "* * *"


def write(article: Article, options: Options) -> Exported:
    """Return *article* as text with one line for each paragraph; its title stands above unless the text has one."""
    report = Report()
    writer = _Text(report)
    note_titles(article, report)
    headline = writer.flow([article.headline]) if article.headline else []
    title = [] if article.says_title else [_underlined(article.title, "=")]
    paragraphs = (*title, *headline, article.subtitle, *writer.flow(body(article, report)))
    return Exported("\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n", report.notes())


class _Text:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._blocks: dict[str, Callable[[Element], list[str]]] = {
            "h1": lambda element: [_underlined(self._line(element), "=")],
            "h2": lambda element: [_underlined(self._line(element), "-")],
            "ul": lambda element: self._list(element, None),
            "ol": lambda element: self._list(element, _number(element)),
            "blockquote": lambda element: [textwrap.indent(self._inside(element), "> ", lambda _: True)],
            "pre": self._code,
            "hr": lambda _: [_RULER],
            "table": self._table,
            "section": self._section,
            "math": lambda element: [self._formula(element)],
        }
        self._words: dict[str, Callable[[Element], str]] = {
            "a": self._link,
            "br": lambda _: "\n",
            "wbr": lambda _: "",
            "img": self._image,
            "q": lambda element: f"“{self._inline(element.children)}”",
            "sup": self._raised,
            **dict.fromkeys(("s", "del", "strike"), self._struck),
        }

    def flow(self, children: Sequence[Node]) -> list[str]:
        """Return *children* as paragraphs."""
        return [text for piece in runs(children) for text in self._block(piece) if text]

    def _block(self, piece: Element | list[Node]) -> list[str]:
        if isinstance(piece, list):
            return [self._trimmed(piece)]
        write = self._blocks.get(piece.tag)
        return write(piece) if write else self.flow(piece.children)

    def _inside(self, element: Element) -> str:
        return "\n\n".join(self.flow(element.children))

    def _line(self, element: Element) -> str:
        return " ".join(self._inline(element.children).split())

    def _trimmed(self, nodes: Sequence[Node]) -> str:
        return "\n".join(line.strip() for line in self._inline(nodes).strip().split("\n"))

    def _code(self, element: Element) -> list[str]:
        if formula(element) is not None:
            return [self._formula(element)]
        return [textwrap.indent(element.text().rstrip("\n"), "    ")]

    def _list(self, element: Element, first: int | None) -> list[str]:
        items = []
        for at, item in enumerate(child for child in element.children if isinstance(child, Element)):
            mark = "- " if first is None else f"{first + at}. "
            items.append(_hung(mark, self._item(item)))
        return [("\n\n" if any("\n\n" in item for item in items) else "\n").join(items)]

    def _item(self, item: Element) -> str:
        pieces = list(runs(item.children))
        close = all(isinstance(piece, list) or piece.tag in ("ul", "ol") for piece in pieces)
        return ("\n" if close else "\n\n").join(text for piece in pieces for text in self._block(piece) if text)

    def _table(self, element: Element) -> list[str]:
        table = [[" ".join(self._inside(cell).split()) for cell in row] for row in rows(element)]
        columns = max(map(len, table), default=0)
        widths = [max(len(row[at]) if at < len(row) else 0 for row in table) for at in range(columns)]
        lines = [" | ".join(text.ljust(width) for text, width in zip(row, widths, strict=False)) for row in table]
        if lines and all(cell.tag == "th" for cell in next(rows(element))):
            lines.insert(1, "-+-".join("-" * width for width in widths))
        captions = [self._line(one) for one in element.walk() if one.tag == "caption"]
        return [*captions, "\n".join(line.rstrip() for line in lines)]

    def _section(self, element: Element) -> list[str]:
        if "footnotes" not in element.classes:
            return self.flow(element.children)
        notes = [one for one in element.walk() if one.tag == "li" and "fn:" in one.attributes.get("id", "")]
        return [_RULER, *(_hung(f"[{number}] ", self._inside(note)) for number, note in enumerate(notes, 1))]

    def _formula(self, element: Element) -> str:
        self._report.changed(element.line, "formula", "A formula stays as its source, between dollars.")
        return formula(element) or ""

    def _inline(self, nodes: Sequence[Node]) -> str:
        return "".join(map(self._word, nodes))

    def _word(self, node: Node) -> str:
        if isinstance(node, str):
            return one_space(node)
        if formula(node) is not None:
            return self._formula(node)
        write = self._words.get(node.tag)
        return write(node) if write else self._inline(node.children)

    def _raised(self, element: Element) -> str:
        text = self._inline(element.children)
        return text if "footnote-ref" in element.classes else f"^{text}"

    def _struck(self, element: Element) -> str:
        # Without a mark the words would say the opposite of what is meant.
        return f"~~{self._inline(element.children)}~~"

    def _link(self, link: Element) -> str:
        if "footnote-back" in link.classes:
            return ""
        text = self._inline(link.children)
        address = target(link, self._report)
        if address is None:
            return text
        shown = address.removeprefix("mailto:")
        same = text.strip() in (address, shown, shown.removeprefix("http://"))
        return text if same else f"{text} ({shown})"

    def _image(self, image: Element) -> str:
        source = image.attributes.get("src", "")
        self._report.changed(image.line, "image", "An image is left out; its description stays.")
        place = f" ({source})" if images.host(source) else ""
        return f"[Image: {image.attributes.get('alt') or 'no description'}]{place}"


def _number(element: Element) -> int:
    start = element.attributes.get("start", "")
    return int(start) if start.isdigit() else 1


def _hung(mark: str, text: str) -> str:
    return mark + textwrap.indent(text, " " * len(mark)).lstrip()


def _underlined(text: str, line: str) -> str:
    return f"{text}\n{line * min(len(text), 60)}" if text else ""
