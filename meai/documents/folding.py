"""Text as a search sees it: without case, accents and the shapes of quotes and dashes. Touches nothing.

Line ends stay, one for one, so that a place in the folded text is on the same line of the other.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CHUNK = 512
_ASCII = bytes(range(128))
# Accents, vowel points and what has no width: who looks for a word does not type them.
_MARKS = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\ufeff]"
)
# What Unicode does not take apart and a keyboard may lack.
_PLAIN = (
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
)
# Between two words: spaces, or one line end with spaces around it; an empty line parts them.
_GAP = r"(?:[ \t]+\n?|\n)[ \t]*"


def fold(text: str) -> str:
    """Return *text*, whose line ends are `\\n`, in the form that is compared."""
    if text.isascii():
        return text.lower()
    # A letter has few characters beyond ASCII: to fold each of those once is three times as fast as to fold the text.
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    for character in {*beyond}:
        if (folded := _folded(character)) != character:
            text = text.replace(character, folded)
    return text.casefold()


def pattern(words: str) -> re.Pattern[str] | None:
    """Return what finds *words* in a folded text, one after the other, also over a line end; None for no words."""
    parts = fold(words).split()
    return re.compile(_GAP.join(re.escape(part) for part in parts)) if parts else None


def unfold(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where in *text* stands what is from *start* to *end* in `fold(text)`, its accents included."""
    if text.isascii():
        return start, end
    first, last = _covering(text, start), _covering(text, end - 1) + 1
    while last < len(text) and not fold(text[last]):
        last += 1
    return first, last


@lru_cache(8192)
def _folded(character: str) -> str:
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_PLAIN.get(each, each) for each in plain)


def _covering(text: str, offset: int) -> int:
    """Return the index of the character of *text* that *offset* in `fold(text)` comes from."""
    for begin in range(0, len(text), _CHUNK):
        chunk = text[begin : begin + _CHUNK]
        width = len(fold(chunk))
        if offset < width:
            return begin + _within(chunk, offset)
        offset -= width
    return len(text)


def _within(chunk: str, offset: int) -> int:
    for index, character in enumerate(chunk):
        offset -= len(fold(character))
        if offset < 0:
            return index
    return len(chunk)
