"""What writing editors, newsletters and sites do to HTML, undone. Knows nothing of Markdown's signs.

Each rule looks at one element, in the order of the page, outer ones first, and makes it what its writer meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from meai.documents.foreign import links, lists
from meai.documents.foreign.elements import FORMULA
from meai.documents.foreign.tree import Element

Rule = Callable[[Element], None]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Buttons, forms and the site's own tools beside the words of a post or an article.
_TOOLS = frozenset(
    [
        *("button-wrapper", "captioned-button-wrap", "subscription-widget", "subscription-widget-wrap"),
        *("subscription-widget-wrap-editor", "subscribe-widget", "install-substack-app-embed", "poll-embed"),
        *("community-chat", "image-link-expand", "header-anchor", "header-anchor-parent", "header-anchor-widget"),
        *("mw-editsection", "mw-jump-link", "mw-cite-backlink", "mwe-math-fallback-image-inline", "noprint", "navbox"),
        *("mwe-math-fallback-image-display", "katex-html", "zeroclipboard-container"),
    ]
)
_WORD_STYLES = {"MsoTitle": "h1", "MsoQuote": "blockquote", "MsoIntenseQuote": "blockquote"}
_BOXES = {
    "pullquote": "blockquote",
    "callout-block": "blockquote",
    "kg-callout-card": "blockquote",
    "preformatted-block": "pre",
}
_MONOSPACE = re.compile(r"monospace|consolas|courier|menlo|monaco|jetbrains mono|fira code", re.IGNORECASE)
_TEX_STYLE = re.compile(r"^\{\\(?:display|text)style (.*)\}$", re.DOTALL)


def undo(root: Element) -> None:
    """Turn the tree below *root* into what its writer meant."""
    for element in root.walk():
        for rule in _RULES:
            rule(element)
    for element in root.walk():
        lists.mend(element)


def _hidden(element: Element) -> None:
    style = element.style
    hidden = "hidden" in element.attributes or style.get("display") == "none" or style.get("mso-hide") == "all"
    # Wikipedia hides a formula's source behind its picture.
    if hidden and not any(one.tag == "math" for one in element.walk()):
        element.drop()


def _tools(element: Element) -> None:
    is_box = element.attributes.get("aria-roledescription") == "checkbox"
    if not _TOOLS.isdisjoint(element.classes) or element.tag == "button" or is_box:
        element.drop()


def _style(element: Element) -> None:
    """Emphasis that is only in the style, and `b` that is bold no more: Google Docs wraps everything in one."""
    style = element.style
    if element.tag in ("b", "strong", "i", "em") and (
        style.get("font-weight") in ("normal", "400") or style.get("font-style") == "normal"
    ):
        element.unwrap()
    if element.tag not in ("span", "font") or not style:
        return
    for tag in _tags_of(style):
        element.children = [Element(tag, {}, element.children)]


def _tags_of(style: dict[str, str]) -> Iterable[str]:
    weight = style.get("font-weight", "")
    if weight == "bold" or (weight.isdigit() and int(weight) >= 600):
        yield "strong"
    if style.get("font-style") == "italic":
        yield "em"
    if "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", ""):
        yield "del"
    if style.get("vertical-align") in ("super", "sub"):
        yield {"super": "sup", "sub": "sub"}[style["vertical-align"]]


def _heading(element: Element) -> None:
    """A heading's size and weight are its own: what is bold in it throughout is the editor's style."""
    if element.tag in _HEADINGS:
        for part in element.walk():
            if part.tag == "span":
                part.attributes.pop("style", None)


def _code_editor(element: Element) -> None:
    """A box of unwrapped monospace text is what code editors put on the clipboard."""
    if element.tag not in ("div", "p", "pre"):
        return
    style = element.style
    if style.get("white-space") == "pre" and _MONOSPACE.search(style.get("font-family", "")):
        for line in element.elements:
            if line.tag in ("div", "p"):
                line.children.append("\n")
        element.become("pre")


def _word(element: Element) -> None:
    for name in element.classes:
        if tag := _WORD_STYLES.get(name):
            element.become(tag)
    if element.tag == "hr" and element.style.get("mso-element") == "footnote-separator":
        element.drop()


def _formula(element: Element) -> None:
    """TeX is told by Substack in its data, by MathML in an annotation or as its other text."""
    if "latex-rendered" in element.classes:
        tex = _told(element).get("persistentExpression", "")
        element.children = [Element(FORMULA, {"display": "block"}, [str(tex)])]
        element.become("div")
    elif element.tag == "math":
        told = [part.text() for part in element.walk() if part.tag == "annotation" and "tex" in str(part.attributes)]
        tex = (told or [element.attributes.get("alttext", "")])[0].strip()
        if tex:
            element.children = [_TEX_STYLE.sub(r"\1", tex)]
            element.become(FORMULA, display=element.attributes.get("display", ""))


def _substack(element: Element) -> None:
    """Boxes of its editor and Ghost's: quotations, and things from elsewhere, which become a link."""
    classes = element.classes
    for name, tag in _BOXES.items():
        if name in classes:
            element.become(tag)
    data = _told(element) if "data-attrs" in element.attributes and element.tag == "div" else {}
    video = data.get("videoId")
    url = (
        f"https://www.youtube.com/watch?v={video}" if video and "youtube-wrap" in classes else _embedded(data, classes)
    )
    if url:
        words = str(data.get("title") or data.get("name") or url)
        element.children = [Element("p", {}, [Element("a", {"href": url}, [words])])]
        element.become("div")


def _embedded(data: dict[str, Any], classes: Iterable[str]) -> str:
    """Return the address of what a box of Substack's shows."""
    kinds = (
        "tweet",
        "embedded-post-wrap",
        "embedded-publication-wrap",
        "digest-post-embed",
        "spotify-wrap",
        "vimeo-wrap",
        "datawrapper-wrap",
        "soundcloud-wrap",
        "instagram",
        "tiktok-wrap",
        "comment",
    )
    if not any(name in classes for name in kinds):
        return ""
    found = next((data[key] for key in ("url", "canonical_url", "base_url", "targetUrl") if data.get(key)), "")
    return found if isinstance(found, str) and found.startswith(("http://", "https://")) else ""


def _told(element: Element) -> dict[str, Any]:
    try:
        told = json.loads(element.attributes.get("data-attrs", ""))
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _quotation(element: Element) -> None:
    """A browser draws the quotes that are in no text."""
    if element.tag == "q":
        element.children = ["“", *element.children, "”"]
        element.unwrap()


def _link(element: Element) -> None:
    if element.tag == "a" and "href" in element.attributes:
        element.attributes["href"] = links.direct(element.attributes["href"])
    # Substack links each picture to itself.
    if element.tag == "a" and "image-link" in element.classes:
        element.unwrap()


def _picture(element: Element) -> None:
    source = element.attributes.get("src", "") if element.tag == "img" else ""
    if source:
        element.attributes["src"] = links.picture(source)


_RULES: tuple[Rule, ...] = (
    _hidden,
    _tools,
    _heading,
    _style,
    _code_editor,
    _word,
    _formula,
    _substack,
    _quotation,
    _link,
    _picture,
)
