"""What of a text must reach its readers as it is, once Markdown has read it. Knows neither models nor answers.

`protect` finds the same by its signs in any piece of text; this sees whether it still is what it was in its place: code
that is code, a destination that a link leads to, a footnote with its note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from meai.markdown.frontmatter import split
from meai.markdown.parser import parser

Anchor = tuple[str, ...]
"""What it is, and what it says."""


def anchors(text: str) -> Counter[Anchor]:
    """Return the destinations, pictures, code, formulas, HTML, footnotes and front matter of *text*."""
    front, body = split(text)
    found = Counter(_anchors(parser().parse(body)))
    return found + Counter([("front matter", front)] if front else [])


def lost_anchors(source: str, answer: str) -> Iterator[str]:
    """Yield what of *source* is less often in *answer*, as somebody would name it."""
    for _, *said in anchors(source) - anchors(answer):
        yield next((each.strip() for each in said if each.strip()), "a mark")


def _anchors(tokens: Iterable[Token]) -> Iterator[Anchor]:
    for token in tokens:
        if token.type == "link_open":
            yield "link", str(token.attrGet("href") or ""), str(token.attrGet("title") or "")
        elif token.type == "image":
            yield "picture", str(token.attrGet("src") or ""), str(token.attrGet("title") or "")
        elif token.type in ("footnote_ref", "footnote_reference_open"):
            yield token.type, f"[^{token.meta.get('label') or ''}]"
        elif token.type in _VERBATIM:
            # Only in a table a bar in code is written with a backslash.
            yield token.type, token.content.replace("\\|", "|"), token.info
        yield from _anchors(token.children or ())


_VERBATIM = frozenset(
    [
        "code_inline",
        "code_block",
        "fence",
        "html_inline",
        "html_block",
        "math_inline",
        "math_inline_double",
        "math_block",
    ]
)
