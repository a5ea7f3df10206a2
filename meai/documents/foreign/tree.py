"""HTML as a small tree, sanitised. Knows nothing of Markdown or of where the HTML comes from.

The sanitiser parses as browsers do and answers well-formed HTML, which is why so small a reader suffices here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

MAX_DEPTH = 80
PICTURE_SCHEME = "x-picture"
"""The scheme of pictures that came along; see `pictures.py` beside this."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names("""
    address article aside blockquote caption center dd details div dl dt fieldset figcaption figure footer form h1 h2
    h3 h4 h5 h6 header hr iframe legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul
""")
_INLINE = _names("""
    a abbr annotation b bdi bdo big br button cite code del dfn em font i img input ins kbd label mark math q s samp
    small span strike strong sub sup time tt u var wbr
""")
_VOID = _names("br hr img input wbr")
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {
        "style",
        "class",
        "id",
        "hidden",
        "role",
        "aria-checked",
        "aria-roledescription",
        "data-attrs",
        "data-component-name",
    },
    "a": {"href", "name"},
    "annotation": {"encoding"},
    "iframe": {"src", "title"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked"},
    "math": {"alttext", "display"},
    "ol": {"start"},
    "pre": {"lang", "data-language"},
    "td": {"colspan"},
    "th": {"colspan"},
}
_CLEANER = nh3.Cleaner(
    tags=set(BLOCKS | _INLINE),
    clean_content_tags={"script", "style", "title", "template", "noscript", "noembed", "noframes", "object"},
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel", PICTURE_SCHEME},
    generic_attribute_prefixes=set(),
    link_rel=None,
)


@dataclass(slots=True, eq=False)
class Element:
    """An element and what is in it. A rule may change it in place: `unwrap` and `drop` need no parent."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The names in its `class`."""
        return self.attributes.get("class", "").split()

    @property
    def style(self) -> dict[str, str]:
        """Its own declarations, in lower case."""
        if "style" not in self.attributes:
            return {}
        pairs = (part.partition(":") for part in self.attributes.get("style", "").lower().split(";"))
        return {name.strip(): value.strip() for name, _, value in pairs if value.strip()}

    @property
    def elements(self) -> list[Element]:
        """Its children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    def walk(self) -> Iterator[Element]:
        """Yield it and every element below, outer ones first. What is added meanwhile is met, too."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def text(self) -> str:
        """Return all text below it, line breaks as `\\n`."""
        if self.tag == "br":
            return "\n"
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    def become(self, tag: str, **attributes: str) -> None:
        """Turn it into another element with the same children."""
        self.tag = tag
        self.attributes = attributes

    def unwrap(self) -> None:
        """Leave only its children."""
        self.become("span")

    def drop(self) -> None:
        """Leave nothing of it."""
        self.become("span")
        self.children.clear()


def parse(html: str) -> Element:
    """Return the tree of *html* below a `div`: no script, no handler, no comment, no address but of known schemes.

    Elements deeper than MAX_DEPTH are left out, their words are not.
    """
    reader = _Reader()
    reader.feed(_CLEANER.clean(html))
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("div")
        self._open = [self.root]
        self._too_deep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._add(Element(tag, {name: value or "" for name, value in attrs}))
        elif len(self._open) >= MAX_DEPTH:
            self._too_deep += 1
            self._part(tag)
        else:
            element = Element(tag, {name: value or "" for name, value in attrs})
            self._add(element)
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if self._too_deep:
            self._too_deep -= 1
            self._part(tag)
        elif len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, node: Element | str) -> None:
        children = self._open[-1].children
        if isinstance(node, str) and children and isinstance(children[-1], str):
            children[-1] += node
        else:
            children.append(node)

    def _part(self, tag: str) -> None:
        """Keep the words of two blocks apart that are no blocks any more."""
        if tag in BLOCKS:
            self._add(" ")
