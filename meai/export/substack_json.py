"""A post as JSON for tools that write Substack drafts: a document of its editor, footnotes and formulas native.

Nothing is sent anywhere and no credential is asked for: what a tool does with the file is its own business.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from meai.export import images, substack_document, substack_parts, substack_schema
from meai.export.article import Article
from meai.export.exported import Exported
from meai.export.options import Options
from meai.export.report import Report
from meai.export.substack_document import Post
from meai.export.substack_nodes import Mark, Node
from meai.export.substack_parts import walk

FILENAME = "post.substack.json"

_LINK = {"target": "_blank", "rel": "noopener noreferrer nofollow", "class": None}
_ORDER = tuple(substack_schema.MARKS)


def write(article: Article, options: Options) -> Exported:
    """Return *article* as a document of Substack's editor; title and subtitle are parts."""
    report = Report()
    post = substack_document.read(article, options, report)
    parts = [*substack_parts.head(article), *substack_parts.pictures(post, options, report)]
    nodes = [*post.nodes, *_footnotes(post, report)] or [Node("paragraph", 0, attributes={"textAlign": None})]
    if nodes[0].type == "footnote":
        nodes.insert(0, Node("paragraph", 0, attributes={"textAlign": None}))
    _note(nodes, report)
    document = {"type": "doc", "content": [_json(node) for node in nodes]}
    for problem in substack_schema.problems(document):
        report.check(None, "post", f"Substack’s editor may not show this post: {problem}")
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return Exported(text, report.notes(), tuple(parts), FILENAME)


def _footnotes(post: Post, report: Report) -> list[Node]:
    """Number the anchors by their place and return the notes, one for each anchor: Substack shares none."""
    notes: list[Node] = []
    first: dict[int, int] = {}
    for anchor in walk(post.nodes):
        if anchor.type == "footnoteAnchor":
            _append(anchor, notes, first, post, report)
    for note in notes:
        # A note that is marked in another comes behind them all; one that is there already is only named.
        for anchor in walk(note.content):
            if anchor.type == "footnoteAnchor" and anchor.attributes["number"] in first:
                anchor.type, anchor.text = "text", f"[{first[anchor.attributes['number']]}]"
                anchor.attributes = {}
            elif anchor.type == "footnoteAnchor":
                _append(anchor, notes, first, post, report)
    return notes


def _append(anchor: Node, notes: list[Node], first: dict[int, int], post: Post, report: Report) -> None:
    number = anchor.attributes["number"]
    if number in first:
        message = f"Footnote {number} is marked again; Substack gives each mark a note of its own."
        report.changed(anchor.line, "footnote", message)
    first.setdefault(number, len(notes) + 1)
    notes.append(_note_of(deepcopy(post.footnotes[number - 1]), len(notes) + 1, anchor.line, report))
    anchor.attributes["number"] = len(notes)


def _note_of(blocks: list[Node], number: int, line: int, report: Report) -> Node:
    paragraphs = [one for block in blocks for one in _paragraphs(block)]
    if any(block.type != "paragraph" for block in blocks):
        report.changed(line, "footnote", "In a footnote Substack has paragraphs only; lists and code become these.")
    empty = Node("paragraph", line, attributes={"textAlign": None})
    return Node("footnote", line, paragraphs or [empty], {"number": number})


def _paragraphs(block: Node) -> list[Node]:
    if block.type == "paragraph":
        return [block]
    if block.type in ("heading", "highlighted_code_block", "caption"):
        return [Node("paragraph", block.line, block.content, {"textAlign": None})]
    if block.type == "image2":
        said = block.attributes["alt"] or ""
        text = [Node("text", block.line, text=f"[Image: {said}]")]
        return [Node("paragraph", block.line, text, {"textAlign": None})]
    if block.type == "latex_block":
        inline = Node("inline_latex", block.line, attributes=block.attributes)
        return [Node("paragraph", block.line, [inline], {"textAlign": None})]
    return [one for child in block.content for one in _paragraphs(child)]


def _note(nodes: list[Node], report: Report) -> None:
    for node in walk(nodes):
        if node.type == "image2" and images.host(node.attributes["src"]) is not None:
            message = "Substack shows only images that it keeps itself; the tool that writes the draft must upload it."
            report.check(node.line, "image", message, "embed-image")


def _json(node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {"type": node.type}
    if node.attributes:
        made["attrs"] = node.attributes
    if node.type == "text":
        made["text"] = node.text
        if node.marks:
            made["marks"] = [_mark(mark) for mark in sorted(node.marks, key=lambda mark: _ORDER.index(mark.type))]
    if node.content:
        made["content"] = [_json(child) for child in node.content]
    return made


def _mark(mark: Mark) -> dict[str, Any]:
    if mark.type != "link":
        return {"type": mark.type}
    return {"type": "link", "attrs": {"href": mark.href, **_LINK}}
