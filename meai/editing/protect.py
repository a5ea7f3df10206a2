"""What of a text must never change: links, images, code, math, HTML, footnotes, tags. Knows text only."""

from __future__ import annotations

import re
from collections import Counter

_PROTECTED = re.compile(
    r"""
      (?<!`)(?P<ticks>`{1,8})(?!`).{1,1000}?(?<!`)(?P=ticks)(?!`)  # inline code
    | !?\[[^\[\]\n]*\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"\n]*")?\)  # inline link or image
    | !?\[[^\[\]\n]+\]\[[^\[\]\n]*\]                  # reference link or image
    | \[\^[^\[\]\s]+\]                                # footnote reference
    | \$\$.{1,2000}?\$\$ | (?<![\\$\w])\$(?=\S)[^$\n]*?(?<=[^\s\\])\$(?![\d$])  # math
    | \{\{.{0,500}?\}\} | \{%.{0,500}?%\}                         # template tags and shortcodes
    | <!--.{0,1000}?--> | </?[A-Za-z][^<>\n]{0,1000}>               # comments and HTML tags
    | <[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>              # autolinks
    | (?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?'"*_]  # bare addresses
    | (?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}                    # mail addresses
    """,
    re.VERBOSE | re.DOTALL,
)
# Every repeat that may cross what it looks for is bounded: without that, time grows with the square of a text.


def protected_ranges(text: str) -> list[tuple[int, int]]:
    """Return where *text* holds something protected, a link's words with it: starts and ends, in order."""
    return [match.span() for match in _PROTECTED.finditer(text)]


def protected_spans(text: str) -> list[str]:
    """Return what of *text* must come back exactly, in order, repeats included.

    Of a link only the destination is protected, since its words are the writer's and may be corrected.
    """
    return [_core(match.group()) for match in _PROTECTED.finditer(text)]


def lost_spans(source: str, answer: str) -> Counter[str]:
    """Return the protected spans of *source* that *answer* has less often."""
    return Counter(protected_spans(source)) - Counter(protected_spans(answer))


def added_spans(source: str, answer: str) -> Counter[str]:
    """Return the protected spans of *answer* that *source* has less often: invented, or doubled."""
    return lost_spans(answer, source)


def without_protected(text: str) -> str:
    """Return *text* with every protected span taken out, a link's words with it."""
    return _PROTECTED.sub("", text)


def _core(span: str) -> str:
    if span.startswith(("[", "![")) and "](" in span:
        mark = "!" if span.startswith("!") else ""
        return mark + span[span.index("](") :]
    return span
