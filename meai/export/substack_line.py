"""Text in a line as nodes of Substack's editor, with its links, marks, images and footnotes. Knows no blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meai.export import images, picture
from meai.export.article import Article
from meai.export.options import Options
from meai.export.prose import Node as Source
from meai.export.prose import formula, one_space, target
from meai.export.report import Report
from meai.export.substack_nodes import Mark, Node, added, captioned, image2, paragraph
from meai.export.table import Table
from meai.export.tree import Element
from meai.markdown.sanitize import ID_PREFIX

MAX_IMAGE_BYTES = 10 * 1024 * 1024
MAX_IMAGE_WIDTH = 2912

_MARKS = {
    **dict.fromkeys(("strong", "b", "mark"), "strong"),
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), "em"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
    **dict.fromkeys(("s", "del", "strike"), "strikethrough"),
    "sup": "superscript",
    "sub": "subscript",
}
_TAKEN = ("data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp")


def notes(article: Article) -> list[Element]:
    """Return the footnotes of *article*, each with its id."""
    return [one for root in article.body for one in root.walk() if _is_note(one)]


def _is_note(element: Element) -> bool:
    return element.tag == "li" and element.attributes.get("id", "").startswith(f"{ID_PREFIX}fn:")


class Line:
    """Writes what stands in a line, and images, which may."""

    def __init__(self, article: Article, options: Options, report: Report) -> None:
        self._article = article
        self._options = options
        self._report = report
        self._ids = [one.attributes["id"] for one in notes(article)]
        self._formulas = 0
        self.pictured: dict[str, Table | str] = {}
        """What shall be a picture and is none yet, by the name that stands for its address."""

    def inline(self, nodes: Sequence[Source], marks: tuple[Mark, ...] = ()) -> list[Node]:
        """Return *nodes*, all of them with *marks*; an image among them is a block, and whoever asks cuts there."""
        return [made for node in nodes for made in self._word(node, marks)]

    def _word(self, node: Source, marks: tuple[Mark, ...]) -> list[Node]:
        if isinstance(node, str):
            return [Node("text", 0, text=one_space(node), marks=marks)] if node else []
        if (source := formula(node)) is not None:
            return self._formula(node, source)
        if "footnote-ref" in node.classes:
            anchor = self.anchor(node)
            return [anchor] if anchor else []
        write = {"a": self._link, "img": self._inline_image, "br": self._break, "q": self._quoted}.get(node.tag)
        if write is not None:
            return write(node, marks)
        if node.tag in _MARKS:
            marks = added(marks, Mark(_MARKS[node.tag]))
        return self.inline(node.children, marks)

    def _formula(self, element: Element, source: str) -> list[Node]:
        return [Node("inline_latex", element.line, attributes=self.expression(source))]

    def expression(self, source: str) -> dict[str, Any]:
        """Return the attributes of the formula *source*, which stands between dollars."""
        self._formulas += 1
        return {"persistentExpression": source.strip("$").strip(), "id": f"EQ{self._formulas:06}"}

    def anchor(self, reference: Element) -> Node | None:
        """Return the mark of the footnote that *reference* leads to."""
        hrefs = [one.attributes.get("href", "") for one in reference.walk() if one.tag == "a"]
        if not hrefs or hrefs[0].removeprefix("#") not in self._ids:
            return None
        number = self._ids.index(hrefs[0].removeprefix("#")) + 1
        return Node("footnoteAnchor", reference.line, attributes={"number": number})

    def _link(self, link: Element, marks: tuple[Mark, ...]) -> list[Node]:
        if "footnote-back" in link.classes:
            return []
        address = target(link, self._report)
        inside = self.inline(link.children, marks if address is None else added(marks, Mark("link", address)))
        for node in inside:
            if node.type == "captionedImage" and address is not None:
                node.content[0].attributes["href"] = address
        return inside

    def _inline_image(self, image: Element, marks: tuple[Mark, ...]) -> list[Node]:
        made = self.picture(image, None)
        return [one for node in made for one in (node.content if node.type == "paragraph" else [node])]

    def _break(self, element: Element, marks: tuple[Mark, ...]) -> list[Node]:
        return [Node("hard_break", element.line)]

    def _quoted(self, element: Element, marks: tuple[Mark, ...]) -> list[Node]:
        opening, closing = (Node("text", element.line, text=sign, marks=marks) for sign in "“”")
        return [opening, *self.inline(element.children, marks), closing]

    def picture(self, image: Element, href: str | None, caption: list[Node] | None = None) -> list[Node]:
        """Return *image* as a block, linked to *href*; its description, where Substack would not take it."""
        source = image.attributes.get("src", "")
        alt = image.attributes.get("alt", "").strip()
        if not caption and (title := image.attributes.get("title", "").strip()):
            caption = [Node("text", image.line, text=title)]
        shown = source if len(source) < 200 else source[:60] + "…"
        if (width := image.attributes.get("width", "")).isdecimal():
            message = f"Substack shows the image {shown} as wide as it is, not {width} pixels wide."
            self._report.changed(image.line, "image", message)
        if images.host(source) is not None:
            address = "https:" + source if source.startswith("//") else source
            return [captioned(image2(address, image.line, alt=alt, href=href), caption or [])]
        content = self._article.asset(images.path(source, document=self._article.name) or "")
        embedded = source if content is None and source.startswith("data:") else content and images.data_uri(content)
        if embedded and not embedded.startswith(_TAKEN) and self._options.pictures == "described":
            name = f"image-{len(self.pictured) + 1}"
            self.pictured[name] = embedded
            return [captioned(image2(name, image.line, alt=alt, href=href, type="image/png"), caption or [])]
        if not embedded or not self._is_taken(embedded, len(content or embedded), image, shown):
            if not embedded:
                why = "was not found" if content is None else "is no image that Substack takes"
                self._report.lost(image.line, "image", f"The image {shown} {why} and is left out.")
            return [paragraph([Node("text", image.line, text=f"[Image: {alt}]")], image.line)] if alt else []
        media_type = embedded.partition(";")[0].removeprefix("data:")
        size = picture.size(content) if content else None
        if size and size[0] > MAX_IMAGE_WIDTH:
            message = f"The image {shown} is {size[0]:,} pixels wide; Substack makes it {MAX_IMAGE_WIDTH:,}."
            self._report.changed(image.line, "image", message)
        measures = {"bytes": len(content) if content else None, "type": media_type}
        if size:
            measures |= {"width": size[0], "height": size[1]}
        return [captioned(image2(embedded, image.line, alt=alt, href=href, **measures), caption or [])]

    def _is_taken(self, embedded: str, size: int, image: Element, shown: str) -> bool:
        if not embedded.startswith(_TAKEN):
            message = f"Substack takes PNG, JPEG, GIF and WebP; save the image {shown} as one of these."
            self._report.lost(image.line, "image", message)
            return False
        if size > MAX_IMAGE_BYTES:
            message = f"The image {shown} has {size / 1024 / 1024:.1f} MB; Substack takes 10 MB at most."
            self._report.lost(image.line, "image", message)
            return False
        return True
