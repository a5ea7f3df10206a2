"""Garbled characters in a text from elsewhere, and what they were meant to be. Never changes a document by itself.

UTF-8 read as Windows-1252 or Latin-1 turns 👉 into `ðŸ‘‰`. Only that is mended: no quote is straightened, no form
normalised, no entity decoded, no line end touched. Code stays as it is, fenced or inline: there, such characters may be
what the code is about. (A block indented by four spaces is prose to this module; a writer sees each change anyway.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)
# Above this, looking would delay the opening by a good part of a second.
MAX_CHARS = 2_000_000
# Above this many words a comparison takes seconds; the line then counts as one change.
_MAX_COMPARED_WORDS = 4000


@dataclass(frozen=True, slots=True)
class RepairChange:
    """One garbled passage."""

    line: int
    """0-based."""
    before: str
    """The passage as it stands, with the rest of its word."""
    after: str
    """What it was meant to be."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A text with its garbled characters mended, for a writer to take or leave."""

    text: str
    """The whole text, mended."""
    changes: tuple[RepairChange, ...]
    """What differs from the text given, in order."""


def repair(text: str) -> Repair | None:
    """Return what the garbled characters of *text* were meant to be, or None where there are none or *text* is huge.

    *text* has `\\n` line ends; so has the answer, with the same number of lines.
    """
    if text.isascii() or len(text) > MAX_CHARS:
        return None
    # ftfy takes a twentieth of a second to import, which a start need not pay.
    from ftfy.badness import is_bad

    if not is_bad(text):
        return None
    lines = text.split("\n")
    changes: list[RepairChange] = []
    for number in _prose(lines):
        if not lines[number].isascii() and (mended := _mend(lines[number])) != lines[number]:
            changes += _changes(number, lines[number], mended)
            lines[number] = mended
    return Repair("\n".join(lines), tuple(changes)) if changes else None


def _prose(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of the lines outside fenced code."""
    fence = ""
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if not fence and match:
            fence = match[1]
        elif fence:
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        else:
            yield number


def _mend(line: str) -> str:
    """Return *line* with its garbled characters mended outside inline code."""
    from ftfy import TextFixerConfig, fix_encoding

    # `replace_lossy_sequences` would put a question mark where a garbled character can no longer be told.
    config = TextFixerConfig(replace_lossy_sequences=False, fix_c1_controls=False)
    pieces = []
    start = 0
    for code_start, code_end in _code_spans(line):
        pieces += [fix_encoding(line[start:code_start], config), line[code_start:code_end]]
        start = code_end
    mended = "".join([*pieces, fix_encoding(line[start:], config)])
    # A character that was meant to end a line would shift every line below; better garbled than that.
    return line if "\n" in mended or "\r" in mended else mended


def _code_spans(line: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each inline code span: a run of backticks to the next run of the same length."""
    runs = [run.span() for run in re.finditer("`+", line)]
    closing: list[int | None] = [None] * len(runs)
    latest: dict[int, int] = {}
    for index in reversed(range(len(runs))):
        length = runs[index][1] - runs[index][0]
        closing[index] = latest.get(length)
        latest[length] = index
    index = 0
    while index < len(runs):
        close = closing[index]
        if close is not None:
            yield runs[index][0], runs[close][1]
        index = (index if close is None else close) + 1


def _changes(number: int, before: str, after: str) -> Iterator[RepairChange]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) > _MAX_COMPARED_WORDS:
        yield RepairChange(number, before, after)
        return
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield RepairChange(number, "".join(old[old_from:old_to]), "".join(new[new_from:new_to]))
