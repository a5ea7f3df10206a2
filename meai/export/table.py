"""A table of an article as rows of text, and as text in columns. Knows nothing of pictures or of formats."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from meai.export.prose import formula, one_space, rows
from meai.export.tree import Element

Align = str
_ALIGNS = ("left", "center", "right")


@dataclass(frozen=True, slots=True)
class Table:
    """What a table says. Every row has the same number of cells."""

    rows: tuple[tuple[str, ...], ...]
    has_head: bool
    """Whether the first row names the columns."""
    aligns: tuple[Align, ...]
    """`left`, `center` or `right` for each column."""
    caption: str = ""

    @property
    def said(self) -> str:
        """The table as one who does not see it is told it: each row in a sentence, with the names of the columns."""
        lines = [self.caption] if self.caption else []
        for row in self.rows[1:] if self.has_head else self.rows:
            cells = [self._named(at, cell) for at, cell in enumerate(row) if cell]
            lines.append("; ".join(cells))
        if self.has_head and len(self.rows) == 1:
            lines.append("; ".join(self.rows[0]))
        return ". ".join(line.rstrip(".") for line in lines if line) + "."

    def _named(self, at: int, cell: str) -> str:
        named = self.rows[0][at] if self.has_head else ""
        return f"{named}: {cell}" if named else cell

    @property
    def columns(self) -> str:
        """The table as text with a column for each of its own, for a face whose letters are of one width."""
        widths = [max(map(width, column)) for column in zip(*self.rows, strict=True)]
        lines = [" | ".join(map(_padded, row, widths, self.aligns)).rstrip() for row in self.rows]
        if self.has_head:
            lines.insert(1, "-+-".join("-" * one for one in widths))
        return "\n".join(([self.caption, ""] if self.caption else []) + lines)


def width(text: str) -> int:
    """How many letters of one width *text* is wide: signs of East Asia take two, accents none."""
    return sum(_width(sign) for sign in text)


def _width(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _padded(text: str, wide: int, align: Align) -> str:
    rest = wide - width(text)
    before = {"left": 0, "center": rest // 2, "right": rest}[align]
    return " " * before + text + " " * (rest - before)


def read(element: Element) -> Table | None:
    """Return what *element*, a table, says; None where it says nothing."""
    cells = [row for row in rows(element) if row]
    if not cells or not any(said(cell) for row in cells for cell in row):
        return None
    wide = max(map(len, cells))
    texts = tuple((*map(said, row), *[""] * (wide - len(row))) for row in cells)
    aligns = [_align(cell) for cell in max(cells, key=len)]
    captions = [said(one) for one in element.walk() if one.tag == "caption"]
    return Table(texts, all(cell.tag == "th" for cell in cells[0]), tuple(aligns), " ".join(captions))


def _align(cell: Element) -> Align:
    return next((align for align in _ALIGNS if f"align-{align}" in cell.classes), "left")


def said(element: Element) -> str:
    """Return what *element* says in one line: images by their description, formulas by their source."""
    return " ".join(one_space(_said(element)).split())


def _said(element: Element) -> str:
    if (source := formula(element)) is not None:
        return source.strip("$").strip()
    if element.tag == "img":
        return f" {element.attributes.get('alt', '')} "
    if element.tag == "br":
        return " "
    if "footnote-ref" in element.classes:
        return element.text().strip("[]").translate(_RAISED)
    text = "".join(child if isinstance(child, str) else _said(child) for child in element.children)
    return f" {text} " if element.tag in ("p", "li", "div", "tr", "td") else text


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
