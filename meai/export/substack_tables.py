"""Tables at Substack, which has none: a picture, a list or a block of code. Knows no other block."""

from __future__ import annotations

from collections.abc import Callable

from meai.export import table
from meai.export.prose import rows, runs
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.substack_line import Line
from meai.export.substack_nodes import Mark, Node, blocks_of, captioned, code, image2, paragraph, trimmed, with_mark
from meai.export.table import Table
from meai.export.tree import Element


def write(element: Element, form: str, line: Line, report: Report) -> list[Node]:
    """Return *element*, a table, in a *form* of the option `tables`; what of it changes is noted in *report*."""
    found = table.read(element)
    if found is None:
        return []
    if any(one.tag == "table" for child in element.children if isinstance(child, Element) for one in child.walk()):
        report.changed(element.line, "table", "Tables in a table become its text.")
    return _FORMS[form](element, found, line, report)


def _pictured(element: Element, found: Table, write: Line, report: Report) -> list[Node]:
    report.changed(
        element.line,
        "table",
        "Substack has no tables: it becomes a picture that is described in full.",
        "table-list",
    )
    for link in (one for one in element.walk() if one.tag == "a" and "footnote-ref" not in one.classes):
        if (href := link.attributes.get("href", "")) and not href.startswith("#"):
            message = f"In a picture, the link {quoted(link.text())} to {href} cannot be pressed."
            report.lost(link.line, "link", message, "table-list")
    name = f"table-{len(write.pictured) + 1}"
    write.pictured[name] = found
    picture = image2(name, element.line, alt=found.said, type="image/png")
    anchors = [write.anchor(one) for one in element.walk() if "footnote-ref" in one.classes]
    return [captioned(picture, [one for one in anchors if one is not None])]


def _listed(element: Element, found: Table, write: Line, report: Report) -> list[Node]:
    report.changed(element.line, "table", "Substack has no tables: it becomes a list.", "table-picture")
    cells = [row for row in rows(element) if row]
    head = [table.said(cell) for cell in cells[0]] if found.has_head else []
    body = cells[1:] if found.has_head and len(cells) > 1 else cells
    items = [Node("list_item", row[0].line, _row(row, head if row is not cells[0] else [], write)) for row in body]
    caption = [paragraph([Node("text", element.line, text=found.caption)], element.line)] if found.caption else []
    names = [f"{head[0]}: "] if head and head[0] and len(cells) > 1 else []
    if names:
        for item in items:
            item.content[0].content.insert(0, Node("text", item.line, text=names[0]))
    return [*caption, Node("bullet_list", element.line, items)]


def _row(row: list[Element], head: list[str], write: Line) -> list[Node]:
    line = row[0].line
    inline = [with_mark(node, Mark("strong")) for node in _cell(row[0], write)]
    for at, cell in enumerate(row[1:], 1):
        said = _cell(cell, write)
        if said:
            named = f"{head[at]}: " if at < len(head) and head[at] else ""
            inline += [Node("text", line, text=("; " if at > 1 else ": ") + named), *said]
    content = blocks_of(inline, line, "paragraph", {"textAlign": None}) or [paragraph([], line)]
    return content if content[0].type == "paragraph" else [paragraph([], line), *content]


def _cell(cell: Element, write: Line) -> list[Node]:
    inline: list[Node] = []
    for piece in runs(cell.children):
        children = piece if isinstance(piece, list) else piece.children
        inline += [Node("text", cell.line, text=" ")] * bool(inline) + write.inline(children)
    return trimmed(inline)


def _columns(element: Element, found: Table, write: Line, report: Report) -> list[Node]:
    report.changed(element.line, "table", "Substack has no tables: it becomes a block of code.", "table-picture")
    for link in (one for one in element.walk() if one.tag == "a" and "footnote-ref" not in one.classes):
        if href := link.attributes.get("href", "").removeprefix("#"):
            message = f"In code, the link {quoted(link.text())} to {href} cannot be pressed."
            report.lost(link.line, "link", message, "table-list")
    anchors = [write.anchor(one) for one in element.walk() if "footnote-ref" in one.classes]
    marks = [one for one in anchors if one is not None]
    return [code(found.columns, element.line, ""), *([paragraph(marks, element.line)] if marks else [])]


_FORMS: dict[str, Callable[[Element, Table, Line, Report], list[Node]]] = {
    "best": _pictured,
    "picture": _pictured,
    "list": _listed,
    "code": _columns,
}
