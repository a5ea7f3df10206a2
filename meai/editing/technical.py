"""Words for machines in a text for people: file names, flags, paths, units, and what its code is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meai.editing.protect import spans
from meai.editing.spelling import frequent_words

_TOKEN = re.compile(
    r"""
      (?<![\w-])(?:--[A-Za-z][\w-]*(?:=\S+)?|-[A-Za-z]\b)     # flags
    | (?<![\w./~])(?:~|\.{1,2})?/[\w.~-]+(?:/[\w.~-]*)*           # paths
    | (?:[\w.-]+/)+(?!\w)                                        # folders
    | [\w.-]+/[\w.-]+\#\d+                                      # an issue of a repository
    | (?<![\w.])\.[a-z]\w{0,9}\b                                 # endings of files
    | (?:[\w.-]+/)*(?:\w+-)*\w+(?:\.(?P<ending>[a-z0-9]\w*))+    # files, hosts, attributes
    | [^\W_]+(?:_[^\W_]+)+                                       # names of variables
    | (?<![\w@])[@\#$][A-Za-z_][\w-]*                            # handles, tags, variables
    | \b[A-Za-z_]\w*\(\)                                         # functions
    """,
    re.VERBOSE,
)
_UNIT = re.compile(
    r"\d[ \u00a0]?(?P<unit>[mnµ]?s|h|min|[kcmµn]?m|[km]?g|[mcd]?l|[kmgt]i?b|b|[kmg]?hz|[km]?w|px|pt|em|rem|dpi|fps)\b",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^[ >]*(`{3,}|~{3,})[^\n]*\n(.*?)(?:^[ >]*\1|\Z)", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")


def technical_ranges(text: str) -> list[tuple[int, int]]:
    """Return where *text* has words for machines outside code: starts and ends, in order of their kinds."""
    return [*_tokens(text), *(match.span("unit") for match in _UNIT.finditer(text))]


def code_words(text: str) -> frozenset[str]:
    """Return the words, in lower case, that the code, file names and flags in *text* are made of.

    What an author writes as code is what it is called, so the same word elsewhere is no slip.
    """
    code = [span.text for span in spans(text) if span.text.startswith("`")]
    code += [match[2] for match in _FENCE.finditer(text)]
    code += [text[start:end] for start, end in _tokens(text)]
    return frozenset(word.casefold() for part in code for word in _WORD.findall(part))


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    frozen = tuple(spans(text))
    for match in _TOKEN.finditer(text):
        if any(span.start < match.end() and match.start() < span.end for span in frozen):
            continue
        # A blank forgotten after a full stop makes no file: `there.then`.
        if (match["ending"] or "") not in frequent_words():
            yield match.span()
