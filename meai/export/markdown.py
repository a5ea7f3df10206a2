"""The tree of an article written as Markdown again, in the dialect of another program.

What that program does not know is written as it does: the writer's text goes through the same cleaning as everywhere,
so nothing that runs comes out. Knows what a dialect can do, and not whose it is.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meai.documents.foreign import inline
from meai.documents.foreign.inline import BREAK, NO_MARKS, Marks, Run
from meai.export import images, tree
from meai.export.article import Article
from meai.export.body import Node, body
from meai.export.prose import formula, is_block, note_titles, rows, runs
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown.sanitize import ID_PREFIX, Sanitizer


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a program reads beyond CommonMark."""

    tables: bool = True
    footnotes: bool = True
    tasks: bool = True
    strikethrough: bool = True
    html: bool = True
    """Whether it shows HTML in Markdown."""
    formula: tuple[str, str] = ("", "")
    """What stands around a formula in a line and around one for itself; empty where it knows none."""


_MARKS = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("cite", "dfn", "em", "i", "var"), "em"),
    **dict.fromkeys(("code", "kbd", "samp"), "code"),
    **dict.fromkeys(("del", "s"), "del"),
}
_TAGS = frozenset(("ins", "mark", "small", "sub", "sup", "u"))
"""What only HTML says; its text stays where a dialect has none."""

_CLEAN = Sanitizer(lines=False)


def write(article: Article, dialect: Dialect, report: Report, top: Sequence[Node]) -> str:
    """Return the body of *article* below *top*, with a line end at its end unless it is empty."""
    note_titles(article, report, images=True)
    writer = _Writer(dialect, article, report)
    text = "\n\n".join(writer.flow([*top, *body(article, report)]))
    return text + "\n" if text else ""


class _Writer:
    def __init__(self, dialect: Dialect, article: Article, report: Report) -> None:
        self._dialect = dialect
        self._article = article
        self._report = report
        self._blocks: dict[str, Callable[[Element], list[str]]] = {
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            **dict.fromkeys(("blockquote", "aside"), self._quotation),
            **dict.fromkeys(("ul", "ol"), self._list),
            **dict.fromkeys(("dt", "summary"), self._strong),
            "details": self._details,
            "figcaption": self._caption,
            "hr": lambda _: ["***"],
            "math": self._display,
            "pre": self._code,
            "section": self._section,
            "table": self._table,
        }
        self._words: dict[str, Callable[[Element, Marks, str], list[Run]]] = {
            "a": self._link,
            "br": lambda *_: [BREAK],
            "img": self._image,
            "q": lambda one, marks, href: [Run("“", marks), *self._runs(one.children, marks, href), Run("”", marks)],
            "span": self._box,
            "wbr": lambda *_: [],
        }

    def flow(self, children: Sequence[Node]) -> list[str]:
        """Return *children* as blocks; two lists side by side are told apart by their marks."""
        found: list[str] = []
        last = ""
        for piece in runs(children):
            kind = piece.tag if isinstance(piece, Element) and piece.tag in ("ul", "ol") else ""
            texts = [text for text in self._block(piece) if text]
            if kind and kind == last and texts:
                found.append("<!-- -->")
            found += texts
            last = kind if texts else last
        return found

    def _block(self, piece: Element | list[Node]) -> list[str]:
        if isinstance(piece, list):
            return [inline.line(self._runs(piece))]
        write = self._blocks.get(piece.tag)
        return write(piece) if write else self.flow(piece.children)

    def _heading(self, element: Element) -> list[str]:
        text = inline.heading(self._runs(element.children))
        return [f"{'#' * int(element.tag[1])} {text}"] if text else []

    def _strong(self, element: Element) -> list[str]:
        return [inline.line(self._runs(element.children, frozenset({"strong"})))]

    def _caption(self, element: Element) -> list[str]:
        return [inline.line(self._runs(element.children, frozenset({"em"})))]

    def _quotation(self, element: Element) -> list[str]:
        return [textwrap.indent("\n\n".join(self.flow(element.children)), "> ", lambda _: True).replace("> \n", ">\n")]

    def _list(self, element: Element) -> list[str]:
        start = element.attributes.get("start", "")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        items = [child for child in element.children if isinstance(child, Element)]
        written = [self.flow(item.children) for item in items]
        loose = any(one.tag == "p" for item in items for one in item.children if isinstance(one, Element))
        lines = []
        for at, blocks in enumerate(written):
            mark = "- " if element.tag == "ul" else f"{first + at}. "
            text = ("\n\n" if loose else "\n").join(blocks)
            lines.append((mark + textwrap.indent(text, " " * len(mark)).lstrip(" ")).rstrip())
        return [("\n\n" if loose else "\n").join(lines)]

    def _code(self, element: Element) -> list[str]:
        if formula(element) is not None:
            return self._display(element)
        text = element.text().removesuffix("\n")
        fence = "`" * max(3, *(len(ticks) + 1 for ticks in re.findall("`{3,}", text)), 3)
        language = re.sub(r"[^\w+#.-]", "", element.attributes.get("data-language", ""))
        return [f"{fence}{language}\n{text}\n{fence}"]

    def _display(self, element: Element) -> list[str]:
        return [self._tex(element, self._dialect.formula[1], display=True)]

    def _tex(self, element: Element, sign: str, *, display: bool) -> str:
        source = (formula(element) or element.text()).strip("$").strip()
        if sign:
            # A program that does not know formulas after all would read HTML in them.
            source = re.sub(r"<", r"\\lt ", source).rstrip()
            return f"{sign}\n{source}\n{sign}" if display else f"{sign}{source}{sign}"
        self._report.changed(element.line, "formula", "A formula stays as its source, written as code.")
        return f"```\n{source}\n```" if display else inline.line([Run(source, frozenset({"code"}))])

    def _details(self, element: Element) -> list[str]:
        inside = self.flow(element.children)
        if not self._dialect.html:
            self._report.changed(element.line, "details", "A part that could be folded away is always shown.")
            return inside
        summary = next((one for one in element.children if isinstance(one, Element) and one.tag == "summary"), None)
        rest = self.flow([child for child in element.children if child is not summary])
        head = _CLEAN.clean(tree.html(tree.changed([summary], _plain))) if summary else ""
        return [f"<details>\n{_one_block(head)}", *rest, "</details>"]

    def _section(self, element: Element) -> list[str]:
        if "footnotes" not in element.classes:
            return self.flow(element.children)
        notes = [self.flow(one.children) for one in element.walk() if one.tag == "li" and _is_note(one)]
        if self._dialect.footnotes:
            return [_hung(f"[^{number}]: ", one, 4) for number, one in enumerate(notes, 1)]
        self._report.changed(element.line, "footnote", "Footnotes become numbers and a list at the end.")
        return ["***", "\n\n".join(_hung(f"{number}. ", one, 4) for number, one in enumerate(notes, 1))]

    def _table(self, element: Element) -> list[str]:
        grid = list(rows(element))
        simple = grid and not any(_is_complex(cell) for row in grid for cell in row)
        if simple and self._dialect.tables:
            return self._pipes(element, grid)
        if self._dialect.html:
            self._report.changed(element.line, "table", "The table is written as HTML, which its Markdown cannot say.")
            return [_one_block(_CLEAN.clean(tree.html(tree.changed([element], _plain))))]
        self._report.changed(element.line, "table", "The table becomes a list: cells of several lines fit in no other.")
        captions = [text for one in element.walk() if one.tag == "caption" for text in self._caption(one)]
        return [*captions, "\n".join("- " + " · ".join(self._cell(cell) for cell in row) for row in grid)]

    def _pipes(self, element: Element, grid: Sequence[Sequence[Element]]) -> list[str]:
        captions = [text for one in element.walk() if one.tag == "caption" for text in self._caption(one)]
        width = max(map(len, grid))
        lines = [[*map(self._cell, row), *[""] * (width - len(row))] for row in grid]
        widest = max(grid, key=len)
        lines.insert(1, [_alignment(cell) for cell in widest])
        return [*captions, "\n".join(f"| {' | '.join(line)} |" for line in lines)]

    def _cell(self, cell: Element) -> str:
        return inline.cell(self._runs(cell.children))

    def _runs(self, nodes: Sequence[Node], marks: Marks = NO_MARKS, href: str = "") -> list[Run]:
        found: list[Run] = []
        for node in nodes:
            found += [Run(node, marks, href)] if isinstance(node, str) else self._word(node, marks, href)
        return found

    def _word(self, element: Element, marks: Marks, href: str) -> list[Run]:
        if formula(element) is not None:
            return [Run(self._tex(element, self._dialect.formula[0], display=False), ready=True)]
        if element.tag in self._words:
            return self._words[element.tag](element, marks, href)
        if element.tag in _TAGS or (element.tag in ("del", "s") and not self._dialect.strikethrough):
            return self._tagged(element, marks, href)
        if element.tag in ("code", "kbd", "samp"):
            return [Run(element.text(), marks | {"code"}, href)]
        mark = _MARKS.get(element.tag)
        apart = [Run(" ", marks)] if is_block(element) else []
        return [*apart, *self._runs(element.children, marks | {mark} if mark else marks, href), *apart]

    def _tagged(self, element: Element, marks: Marks, href: str) -> list[Run]:
        if "footnote-ref" in element.classes:
            return self._reference(element, marks, href)
        inside = self._runs(element.children, marks, href)
        tag = "del" if element.tag == "s" else element.tag
        if not self._dialect.html:
            self._report.changed(element.line, tag, f"“{element.text()}” loses its look: nothing but HTML can say it.")
            return inside
        return [Run(f"<{tag}>", marks, href, ready=True), *inside, Run(f"</{tag}>", marks, href, ready=True)]

    def _reference(self, element: Element, marks: Marks, href: str) -> list[Run]:
        number = element.text().strip("[]")
        if self._dialect.footnotes:
            return [Run(f"[^{number}]", ready=True)]
        return [Run(f"<sup>{number}</sup>" if self._dialect.html else f"\\[{number}\\]", ready=True)]

    def _box(self, element: Element, marks: Marks, href: str) -> list[Run]:
        if "task" not in element.classes:
            return self._runs(element.children, marks, href)
        done = "done" in element.classes
        if self._dialect.tasks:
            return [Run("[x]" if done else "[ ]", ready=True)]
        return [Run("☑" if done else "☐")]

    def _link(self, link: Element, marks: Marks, href: str) -> list[Run]:
        if "footnote-back" in link.classes:
            return []
        address = link.attributes.get("href", "").replace("#" + ID_PREFIX, "#", 1)
        inside = self._runs(link.children, marks, address or href)
        if address and not link.text().strip() and not any(one.tag == "img" for one in link.walk()):
            self._report.lost(link.line, "link", f"The link to {address} has no text and is left out.")
        elif address and not re.match(r"(?:https?|mailto):|//", address, re.IGNORECASE):
            self._report.changed(link.line, "link", f"The link to {address} leads there only where that is beside it.")
        return inside

    def _image(self, image: Element, marks: Marks, href: str) -> list[Run]:
        source, alt = image.attributes.get("src", ""), image.attributes.get("alt", "")
        if not source:
            self._report.lost(image.line, "image", f"The image “{alt}” has no address and is left out.")
            return [Run(alt, marks, href)]
        if image.attributes.get("width", "").isdecimal():
            self._report.changed(image.line, "image", f"The image {source} loses its width: Markdown has none.")
        if images.path(source, document=self._article.name) is not None:
            self._report.changed(image.line, "image", f"The image {source} must be copied along.", "host-image")
        return [inline.image(source, alt, image.attributes.get("title", ""), href)]


def _hung(mark: str, blocks: Sequence[str], by: int) -> str:
    return (mark.ljust(by) + textwrap.indent("\n\n".join(blocks), " " * by).lstrip(" ")).rstrip()


def _is_note(item: Element) -> bool:
    return item.attributes.get("id", "").startswith(f"{ID_PREFIX}fn:")


def _is_complex(cell: Element) -> bool:
    return any(map(is_block, cell.children)) or bool({"colspan", "rowspan"} & cell.attributes.keys())


def _alignment(cell: Element) -> str:
    aligned = {"align-left": ":--", "align-center": ":-:", "align-right": "--:"}
    return next((aligned[name] for name in cell.classes if name in aligned), "---")


def _plain(element: Element) -> list[Node] | None:
    """HTML as a page without our style sheet and without our anchors shows it."""
    if element.tag == "a" and element.attributes.get("role", "").startswith("doc-"):
        return element.children
    aligned = next((name.removeprefix("align-") for name in element.classes if name.startswith("align-")), "")
    for name in ("class", "id", "tabindex"):
        element.attributes.pop(name, None)
    element.attributes |= {"align": aligned} if aligned else {}
    return None


def _one_block(html: str) -> str:
    """An empty line would end a block of HTML in Markdown."""
    return re.sub(r"\n\s*\n", "\n", html.strip())
