"""A text that leaves nothing open behind it, so that what follows it is read as before. Pure: knows blocks only."""

from __future__ import annotations

from meai.markdown.parser import parser

_ENDS = ("\n```", "\n~~~", "\n````", "\n-->", "\n:::")
_FOLLOWING = "\n\nWords.\n"


def closed(text: str) -> str:
    """Return *text* with the end of the code, comment or callout that it leaves open; nothing where none helps."""
    return next((text + end for end in ("", *_ENDS) if is_closed(text + end)), "")


def is_closed(text: str) -> bool:
    """Return whether a paragraph after *text* is one for itself."""
    md = parser()
    md.core.ruler.enableOnly(["normalize", "block"])
    last = [(token.type, token.level, token.content) for token in md.parse(text + _FOLLOWING)[-3:-1]]
    return last == [("paragraph_open", 0, ""), ("inline", 1, _FOLLOWING.strip())]
