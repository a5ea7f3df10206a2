"""The nodes of Substack's editor, how each is made, and how text in a line is tidied. Knows nothing of articles."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from meai.export.tree import Element


@dataclass(frozen=True, slots=True)
class Mark:
    """What text is besides words."""

    type: str
    href: str = ""


@dataclass(slots=True)
class Node:
    """A node of the editor's document."""

    type: str
    line: int
    """The line of the source it comes from, from 0."""
    content: list[Node] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    marks: tuple[Mark, ...] = ()
    origin: Element | None = None
    """The element that a formula is read from."""


def added(marks: tuple[Mark, ...], mark: Mark) -> tuple[Mark, ...]:
    return marks if any(one.type == mark.type for one in marks) else (*marks, mark)


def with_mark(node: Node, mark: Mark) -> Node:
    return replace(node, marks=added(node.marks, mark)) if node.type == "text" else node


def marked(node: Node, mark: Mark) -> Node:
    if node.type in ("highlighted_code_block", "image2"):
        return node
    return replace(with_mark(node, mark), content=[marked(child, mark) for child in node.content])


def code(text: str, line: int, language: str) -> Node:
    attributes = {"language": language.lower() or "plaintext", "nodeId": None}
    content = [Node("text", line, text=text)] if text else []
    return Node("highlighted_code_block", line, content, attributes)


def image2(source: str, line: int, **known: Any) -> Node:
    attributes = {
        "src": source,
        "srcNoWatermark": None,
        "fullscreen": None,
        "imageSize": None,
        **dict.fromkeys(("height", "width", "resizeWidth", "bytes", "alt", "title", "type", "href")),
        "belowTheFold": False,
        "topImage": False,
        "internalRedirect": None,
        "isProcessing": False,
        "align": None,
        "offset": False,
    }
    return Node("image2", line, attributes=attributes | {name: value or None for name, value in known.items()})


def captioned(image: Node, caption: list[Node]) -> Node:
    below = [Node("caption", image.line, caption)] if caption else []
    return Node("captionedImage", image.line, [image, *below])


def paragraph(inline: list[Node], line: int) -> Node:
    return Node("paragraph", line, inline, {"textAlign": None})


def blocks_of(inline: list[Node], line: int, kind: str, attributes: dict[str, Any]) -> list[Node]:
    """Cut *inline* at its images, which are blocks to Substack."""
    blocks: list[Node] = []
    run: list[Node] = []
    for node in [*inline, None]:
        if node is not None and node.type != "captionedImage":
            run.append(node)
            continue
        if content := trimmed(run):
            blocks.append(Node(kind, line, content, dict(attributes)))
        blocks += [node] if node is not None else []
        run = []
    return blocks


def trimmed(inline: list[Node]) -> list[Node]:
    """Join texts that have the same marks; white space at both ends, round breaks and before white space goes."""
    done: list[Node] = []
    for node in inline:
        if node.type == "text":
            text = node.text.lstrip(" ") if not done or done[-1].text.endswith(" ") or _breaks(done[-1]) else node.text
            if not text:
                continue
            if done and done[-1].type == "text" and done[-1].marks == node.marks:
                done[-1] = replace(done[-1], text=done[-1].text + text)
                continue
            node = replace(node, text=text)
        elif _breaks(node):
            _strip_end(done)
            if not done:
                continue
        done.append(node)
    while done and (_breaks(done[-1]) or done[-1].text.endswith(" ")):
        if _breaks(done[-1]):
            done.pop()
        else:
            _strip_end(done)
    return done


def _breaks(node: Node) -> bool:
    return node.type == "hard_break"


def _strip_end(done: list[Node]) -> None:
    if done and done[-1].type == "text":
        text = done[-1].text.rstrip(" ")
        done[-1:] = [replace(done[-1], text=text)] if text else []
