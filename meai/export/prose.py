"""The tree of an article as paragraphs: what is a block, what is text in a line, where white space counts.

Knows nothing of how a format writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meai.export.article import Article
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.tree import Element

Node = Element | str

BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "summary", "table"),
        "ul",
    )
)

_SPACE = re.compile(r"[ \t\n\r\f]+")


def is_block(node: Node) -> bool:
    """Whether *node* stands for itself between paragraphs."""
    return isinstance(node, Element) and (node.tag in BLOCKS or _is_display(node) or any(map(is_block, node.children)))


def _is_display(element: Element) -> bool:
    return element.tag == "math" and element.attributes.get("display") == "block"


def runs(children: Sequence[Node]) -> Iterator[Element | list[Node]]:
    """Cut *children* into blocks and runs of text between them; runs of white space only are left out."""
    run: list[Node] = []
    for child in children:
        if isinstance(child, Element) and is_block(child):
            if _is_said(run):
                yield run
            run = []
            yield child
        else:
            run.append(child)
    if _is_said(run):
        yield run


def _is_said(run: Sequence[Node]) -> bool:
    return any(not isinstance(node, str) or node.strip() for node in run)


def one_space(text: str) -> str:
    """Return *text* with each run of white space as one blank, as a browser shows it. Other spaces stay."""
    return _SPACE.sub(" ", text)


def formula(element: Element) -> str | None:
    """Return the TeX source of *element* between dollars if it is a formula, else None."""
    if element.tag == "math":
        sign = "$$" if _is_display(element) else "$"
        return f"{sign}{element.attributes.get('alttext', '').strip()}{sign}"
    if "math-source" in element.classes:
        sign = "$$" if element.tag == "pre" else "$"
        return f"{sign}{element.text().strip()}{sign}"
    return None


def rows(table: Element) -> Iterator[list[Element]]:
    """Yield the cells of each row of *table*."""
    for row in table.walk():
        if row.tag == "tr":
            yield [cell for cell in row.children if isinstance(cell, Element) and cell.tag in ("th", "td")]


def note_titles(article: Article, report: Report, *, images: bool = False) -> None:
    """Note in *report* what shows only where a pointer rests; of *images* it is kept where that is said."""
    for root in article.body:
        for one in root.walk():
            if images and one.tag == "img":
                continue
            if title := one.attributes.get("title", "").strip():
                message = f"The words {quoted(title)}, which a web page shows at the pointer, are left out."
                report.lost(one.line, "title", message)


def target(link: Element, report: Report) -> str | None:
    """Return where *link* leads a reader elsewhere; None where it leads into the document or to a file beside it.

    That it becomes plain text then is noted in *report*, unless it only joins a footnote to its place.
    """
    href = link.attributes.get("href", "")
    if href.startswith("//"):
        return "https:" + href
    if href.lower().startswith(("http://", "https://", "mailto:")):
        return href
    if href and not link.attributes.get("role", "").startswith("doc-"):
        place = "a place in this document" if href.startswith("#") else href
        report.changed(link.line, "link", f"The link to {place} becomes plain text: it leads nowhere outside.")
    return None
