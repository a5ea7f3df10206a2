"""What single elements of HTML say: where a link leads, which language code is in, which rows a table has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meai.documents.foreign.tree import PICTURE_SCHEME, Element

NOTE, REFERENCE, FORMULA = "note", "reference", "formula"
"""Elements of our own, which the rules for a source make: a footnote, the mark that refers to it, and TeX."""

MAX_COLUMNS = 60
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush)[-:]\s*([\w+#.-]+)", re.IGNORECASE)


def target(element: Element) -> str:
    """Return where *element* links to; empty where it is no link, or one to a place in its own page."""
    href = element.attributes.get("href", "").strip() if element.tag == "a" else ""
    return "" if href.startswith(("#", PICTURE_SCHEME)) else href


def language(pre: Element) -> str:
    """Return the language that the code in *pre* is said to be in, in lower case; empty where none is."""
    for one in pre.walk():
        named = one.attributes.get("data-language") or one.attributes.get("lang", "")
        if found := re.fullmatch(r"[\w+#.-]{1,30}", named) or _LANGUAGE.search(one.attributes.get("class", "")):
            name = found[found.lastindex or 0].lower()
            return "" if name in ("plaintext", "text", "none", "auto") else name
    return ""


def items(element: Element) -> Iterator[Element]:
    """Yield the items of a list; what stands between two of them is one, too."""
    for child in element.children:
        if isinstance(child, Element):
            yield child if child.tag == "li" else Element("li", {"holds": "blocks"}, [child])
        elif child.strip():
            yield Element("li", {}, [child])


def task(item: Element) -> tuple[bool, bool]:
    """Return whether *item* has a box to tick, which is then taken out of it, and whether it is ticked."""
    if item.attributes.get("role") == "checkbox":
        return True, item.attributes.get("aria-checked") == "true"
    for one in item.walk():
        if one.tag in ("ul", "ol") and one is not item:
            break
        if is_box(one):
            done = "checked" in one.attributes
            one.drop()
            return True, done
        if one.text().strip() and not one.elements:
            break
    return False, False


def is_box(element: Element) -> bool:
    """Whether *element* is a box to tick."""
    return element.tag == "input" and element.attributes.get("type") == "checkbox"


def rows(table: Element) -> Iterator[list[Element]]:
    """Yield the cells of each row that has some."""
    for child in table.elements:
        if child.tag == "tr":
            if cells := [one for one in child.elements if one.tag in ("td", "th")]:
                yield cells
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from rows(child)


def is_layout(rows: Sequence[Sequence[Element]]) -> bool:
    """Whether a table only places things: one column, or blocks in it that no cell of Markdown's can hold."""
    if max(map(len, rows), default=0) < 2 or max(map(len, rows)) > MAX_COLUMNS:
        return True
    heavy = {"table", "pre", "blockquote", "figure", "h1", "h2", "h3", "h4", "h5", "h6", NOTE, "hr"}
    return any(one.tag in heavy for row in rows for cell in row for one in cell.walk() if one is not cell)
