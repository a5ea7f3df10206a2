"""What a post at Substack has besides its body: title, subtitle, and its pictures. Knows neither paste nor JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from meai.export import images, picture
from meai.export.article import Article
from meai.export.exported import Part
from meai.export.options import Options
from meai.export.report import Report
from meai.export.substack_document import Post
from meai.export.substack_nodes import Node
from meai.export.table import Table


def head(article: Article) -> list[Part]:
    """Return title and subtitle, which Substack has fields of their own for."""
    fields = {"title": article.title, "subtitle": article.subtitle}
    return [Part(name, "text/plain", text) for name, text in fields.items() if text]


def pictures(post: Post, options: Options, report: Report) -> list[Part]:
    """Draw the pictures of *post* into its nodes; or return what they are to be drawn of, if that was asked for."""
    if options.pictures == "described":
        return [_described(name, origin) for name, origin in post.pictured.items()]
    for node in post.nodes, *post.footnotes:
        _draw(node, post, report)
    return []


def _described(name: str, origin: Table | str) -> Part:
    if isinstance(origin, str):
        return Part(name, "text/uri-list", origin)
    fields = {
        "rows": origin.rows,
        "has_head": origin.has_head,
        "aligns": origin.aligns,
        "caption": origin.caption,
    }
    return Part(name, "application/json", json.dumps(fields, ensure_ascii=False))


def _draw(nodes: list[Node], post: Post, report: Report) -> None:
    for at, node in enumerate(nodes):
        _draw(node.content, post, report)
        if node.type != "captionedImage":
            continue
        image = node.content[0]
        origin = post.pictured.get(image.attributes["src"])
        if isinstance(origin, Table):
            drawn = picture.draw(origin)
            if drawn is None:
                message = "The table is too long for a picture, or no font here has its signs: it becomes code."
                report.changed(node.line, "table", message, "table-list")
                nodes[at] = _code(origin, node)
                continue
            known = {"width": drawn.width, "height": drawn.height, "bytes": len(drawn.png), "type": "image/png"}
            image.attributes |= {"src": images.data_uri(drawn.png), **known}


def _code(origin: Table, node: Node) -> Node:
    text = Node("text", node.line, text=origin.columns)
    return Node("highlighted_code_block", node.line, [text], {"language": "plaintext", "nodeId": None})


def walk(nodes: Iterable[Node]) -> Iterable[Node]:
    """Yield *nodes* and all in them, in the order of the text."""
    for node in nodes:
        yield node
        yield from walk(node.content)
