"""Clean HTML as a tree, and a tree as HTML. Knows nothing of Markdown or of formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

MAX_DEPTH = 200

VOID = frozenset(("area", "br", "col", "hr", "img", "wbr"))


@dataclass(slots=True)
class Element:
    """An element of the page."""

    tag: str
    line: int
    """The source line it begins on, from 0: its own or the nearest known above it."""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The names in its class attribute."""
        return self.attributes.get("class", "").split()

    def walk(self) -> Iterator[Element]:
        """Yield this element and all in it, in the order of the page."""
        waiting: list[Element] = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def text(self) -> str:
        """All text in it, as it stands."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


def parse(html: str, line: int) -> Element:
    """Return the tree of *html*, which came out of the sanitiser, below a nameless root.

    *line* is the one that `data-line="0"` stands for. What is nested too deep is taken out of its element.
    """
    builder = _Builder(line)
    builder.feed(html)
    builder.close()
    return builder.root


Change = Callable[[Element], "list[Element | str] | None"]
"""What stands for an element whose children are as they shall be; None: it stays."""


def changed(nodes: Sequence[Element | str], change: Change) -> list[Element | str]:
    """Return a new tree: *nodes* after *change* was asked about every element, inner ones first."""
    done: list[Element | str] = []
    for node in nodes:
        if isinstance(node, str):
            done.append(node)
            continue
        copy = Element(node.tag, node.line, dict(node.attributes), changed(node.children, change))
        instead = change(copy)
        done += [copy] if instead is None else instead
    return done


def html(nodes: Sequence[Element | str]) -> str:
    """Return *nodes* as HTML. It is as clean as they are: whoever adds to them cleans it again."""
    return "".join(_html(nodes))


def _html(nodes: Sequence[Element | str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield escape(node, quote=False)
        elif not node.tag:
            yield from _html(node.children)
        else:
            named = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
            yield f"<{node.tag}{named}>"
            if node.tag not in VOID:
                yield from _html(node.children)
                yield f"</{node.tag}>"


class _Builder(HTMLParser):
    def __init__(self, line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", line)
        self._first = line
        self._open: list[tuple[str, Element]] = [("", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1][1]
        attributes = {name: value or "" for name, value in attrs}
        own = attributes.get("data-line")
        element = Element(tag, parent.line if own is None else self._first + int(own), attributes)
        parent.children.append(element)
        if tag not in VOID:
            self._open.append((tag, element if len(self._open) < MAX_DEPTH else parent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        # The sanitiser closes what it opens, so this is the innermost one; the root stays.
        if len(self._open) > 1 and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1][1].children.append(data)
