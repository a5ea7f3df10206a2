"""What a post may be made of at Substack, as a table, and a check that a post is. Knows nothing of articles.

Substack stores whatever it is sent, and its editor then fails on what it does not know: so this is strict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

JSON = Mapping[str, Any]

_TEXT = (str,)
_TEXT_OR_NONE = (str, type(None))
_NUMBER = (int,)
_NUMBER_OR_NONE = (int, type(None))
_NONE = (type(None),)
_FLAG = (bool,)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a node of one type holds."""

    content: str = ""
    """Names of types or groups in their order, each with `+`, `*` or `?` where it may come more or less than once."""
    attributes: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    """Every attribute it has, and what each may be."""
    group: str = ""
    marks: bool = True
    """Whether text in it may have marks."""


NODES: dict[str, Kind] = {
    "doc": Kind("top+ footnote*"),
    "paragraph": Kind("inline*", {"textAlign": _TEXT_OR_NONE}, "block"),
    "heading": Kind("inline*", {"textAlign": _TEXT_OR_NONE, "level": _NUMBER}, "block"),
    "blockquote": Kind("block+", group="block"),
    "pullquote": Kind("paragraph+", {"align": _NONE, "color": _NONE}, "block"),
    "calloutBlock": Kind("block+", group="block"),
    "bullet_list": Kind("list_item+", group="block"),
    "ordered_list": Kind("list_item+", {"start": _NUMBER, "type": _NONE, "order": _NUMBER}, "block"),
    "list_item": Kind("paragraph block*"),
    "highlighted_code_block": Kind("text*", {"language": _TEXT, "nodeId": _TEXT_OR_NONE}, "block", marks=False),
    "horizontal_rule": Kind(group="block"),
    "captionedImage": Kind("image2 caption?", group="block"),
    "image2": Kind(
        "",
        {
            "src": _TEXT,
            "srcNoWatermark": _NONE,
            "fullscreen": _NONE,
            "imageSize": _TEXT_OR_NONE,
            "height": _NUMBER_OR_NONE,
            "width": _NUMBER_OR_NONE,
            "resizeWidth": _NUMBER_OR_NONE,
            "bytes": _NUMBER_OR_NONE,
            "alt": _TEXT_OR_NONE,
            "title": _TEXT_OR_NONE,
            "type": _TEXT_OR_NONE,
            "href": _TEXT_OR_NONE,
            "belowTheFold": _FLAG,
            "topImage": _FLAG,
            "internalRedirect": _TEXT_OR_NONE,
            "isProcessing": _FLAG,
            "align": _TEXT_OR_NONE,
            "offset": _FLAG,
        },
    ),
    "caption": Kind("inline*"),
    "footnote": Kind("paragraph+", {"number": _NUMBER}),
    "latex_block": Kind("", {"persistentExpression": _TEXT, "id": _TEXT}, "block"),
    "paywall": Kind(group="top"),
    "button": Kind("", {"url": _TEXT, "text": _TEXT, "action": _NONE, "class": _NONE}, "top"),
    "subscribeWidget": Kind("ctaCaption?", {"url": _TEXT, "text": _TEXT, "language": _TEXT}, "top"),
    "ctaCaption": Kind("text*", marks=False),
    "youtube2": Kind("", {"videoId": _TEXT}, "top"),
    "text": Kind(group="inline"),
    "hard_break": Kind(group="inline"),
    "footnoteAnchor": Kind("", {"number": _NUMBER}, "inline"),
    "inline_latex": Kind("", {"persistentExpression": _TEXT, "id": _TEXT}, "inline"),
}
"""Every type of node that a post written here may have. There is none for tables."""

MARKS: dict[str, Mapping[str, tuple[type, ...]]] = {
    "strong": {},
    "em": {},
    "code": {},
    "strikethrough": {},
    "superscript": {},
    "subscript": {},
    "link": {"href": _TEXT, "target": _TEXT_OR_NONE, "rel": _TEXT_OR_NONE, "class": _NONE},
}
"""Every mark that text may have, and its attributes."""

_HREF = re.compile(r"https?://\S+|mailto:\S+", re.IGNORECASE)
_VIDEO = re.compile(r"[\w-]{6,20}")
_SOURCE = re.compile(
    r"https?://\S+|data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+|(?:table|formula|image)-\d+"
)


def problems(post: JSON) -> list[str]:
    """Return what is wrong with *post*, a document of Substack's editor; nothing where the editor can show it."""
    if post.get("type") != "doc":
        return ["The post is no document."]
    return [*_node(post, "doc"), *_paywalls(post), *_footnotes(post)]


def _node(node: Any, path: str) -> Iterator[str]:
    if not isinstance(node, dict) or node.get("type") not in NODES:
        yield f"{path}: there is no such node: {str(node)[:80]}"
        return
    node = cast("JSON", node)
    kind = NODES[node["type"]]
    if unknown := set(node) - {"type", "attrs", "content", "marks", "text"}:
        yield f"{path}: unknown fields {sorted(unknown)}"
    yield from _attributes(node.get("attrs", {}), kind.attributes, path)
    yield from _RULES.get(node["type"], _no_rule)(node, path)
    if node["type"] != "text" and ("text" in node or "marks" in node):
        yield f"{path}: only text has words and marks"
    content = node.get("content", [])
    if not isinstance(content, list) or ("content" in node and not content):
        yield f"{path}: content is a list that is left out where it is empty"
        return
    names = "".join(f"{child.get('type') if isinstance(child, dict) else '?'} " for child in content)
    if not _pattern(kind.content).fullmatch(names):
        yield f"{path}: {node['type']} holds {names.strip() or 'nothing'} and may hold {kind.content or 'nothing'}"
    for at, child in enumerate(content):
        if not kind.marks and isinstance(child, dict) and child.get("marks"):
            yield f"{path}[{at}]: text in {node['type']} has no marks"
        yield from _node(child, f"{path}[{at}]")


def _attributes(found: Any, known: Mapping[str, tuple[type, ...]], path: str) -> Iterator[str]:
    if not isinstance(found, dict) or set(found) != set(known):
        yield f"{path}: attributes are {sorted(found)} and should be {sorted(known)}"
        return
    for name, types in known.items():
        # True is a number to Python.
        if type(found[name]) not in types:
            yield f"{path}: {name} cannot be {found[name]!r}"


def _no_rule(node: JSON, path: str) -> Iterator[str]:
    return iter(())


def _text(node: JSON, path: str) -> Iterator[str]:
    if not isinstance(node.get("text"), str) or not node["text"]:
        yield f"{path}: text without words"
    names = [mark.get("type") for mark in node.get("marks", [])]
    if len(set(names)) != len(names):
        yield f"{path}: a mark twice"
    for mark in node.get("marks", []):
        if mark.get("type") not in MARKS or set(mark) - {"type", "attrs"}:
            yield f"{path}: there is no such mark: {mark}"
            continue
        yield from _attributes(mark.get("attrs", {}), MARKS[mark["type"]], path)
        if mark["type"] == "link" and not _HREF.fullmatch(str(mark.get("attrs", {}).get("href"))):
            yield f"{path}: a link leads to {mark.get('attrs', {}).get('href')!r}"


def _heading(node: JSON, path: str) -> Iterator[str]:
    if node.get("attrs", {}).get("level") not in range(1, 7):
        yield f"{path}: a heading has a rank from 1 to 6"


def _code(node: JSON, path: str) -> Iterator[str]:
    language = node.get("attrs", {}).get("language")
    if not language or language != str(language).lower():
        yield f"{path}: a language is written in small letters"
    if len(node.get("content", [])) > 1:
        yield f"{path}: code is one text"


def _image(node: JSON, path: str) -> Iterator[str]:
    if not _SOURCE.fullmatch(str(node.get("attrs", {}).get("src"))):
        yield f"{path}: an image comes from {str(node.get('attrs', {}).get('src'))[:60]!r}"


def _button(node: JSON, path: str) -> Iterator[str]:
    attributes = node.get("attrs", {})
    if not attributes.get("text") or not re.fullmatch(r"https?://\S+|mailto:\S+|%%\w+%%", str(attributes.get("url"))):
        yield f"{path}: a button has words and an address"


def _video(node: JSON, path: str) -> Iterator[str]:
    if not _VIDEO.fullmatch(str(node.get("attrs", {}).get("videoId"))):
        yield f"{path}: there is no such video"


_RULES = {
    "text": _text,
    "heading": _heading,
    "highlighted_code_block": _code,
    "image2": _image,
    "button": _button,
    "subscribeWidget": _button,
    "youtube2": _video,
}


def _nodes(node: Any) -> Iterator[JSON]:
    if isinstance(node, dict):
        yield node
        for child in node.get("content", []):
            yield from _nodes(child)


def _paywalls(post: JSON) -> Iterator[str]:
    if sum(node.get("type") == "paywall" for node in _nodes(post)) > 1:
        yield "A post has one paywall at most."


def _footnotes(post: JSON) -> Iterator[str]:
    """Numbers are places: the editor counts anchors and notes by itself."""
    anchors, notes = (
        [node.get("attrs", {}).get("number") for node in _nodes(post) if node.get("type") == kind]
        for kind in ("footnoteAnchor", "footnote")
    )
    expected = list(range(1, len(notes) + 1))
    if notes != expected or anchors != expected:
        yield f"Footnotes are numbered {notes} and marked {anchors}; each has one mark, and they count from 1."


@cache
def _pattern(content: str) -> re.Pattern[str]:
    return re.compile("".join(map(_piece, content.split())))


def _piece(named: str) -> str:
    name, often = (named[:-1], named[-1]) if named[-1] in "+*?" else (named, "")
    groups = {name, "block"} if name == "top" else {name}
    names = [one for one, kind in NODES.items() if one == name or kind.group in groups]
    return f"(?:{'|'.join(f'{one} ' for one in names)}){often}"
