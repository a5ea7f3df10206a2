"""Which words of a text a model wrote: pieces of it, found again after edits, counted and said. Pure: touches no disk.

A piece is told by its line and its text, not by an offset, so that everyone who counts characters in another way finds
the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

# A letter or digit of Chinese or Japanese, which put no space between words, is a word by itself.
_ALONE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+(?:[-'’][^\W_{_ALONE}]+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|\s+|.")
# A quadratic comparison of more than this takes seconds; what stands on lines that did not change is followed anyway.
_MAX_COMPARED = 16_000_000
# So many words in a row are no coincidence: they are the model's wherever they were moved to.
_MIN_MOVED_WORDS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that a model wrote and that still stand."""

    receipt: str
    """The id of the receipt that tells how they came."""
    line: int
    """From 0."""
    text: str
    """Not empty, and never over a line's end."""
    nth: int
    """Which occurrence of the text on that line, from 0; they may overlap."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a text a model wrote."""

    words: int
    suggested: int
    """Words that are the model's by more than half of their characters."""


def words(text: str) -> list[str]:
    """Return the words of *text*, in order."""
    return _WORD.findall(text)


def share(text: str, pieces: Iterable[Piece]) -> Share:
    """Return how many words *text* has and how many of them stand in *pieces*."""
    lines = text.split("\n")
    theirs = sum(
        _is_theirs(word.span(), spans)
        for line, spans in _spans(lines, pieces).items()
        for word in _WORD.finditer(lines[line])
    )
    return Share(len(words(text)), theirs)


def shared(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Return how many lines *old* and *new* both begin with, and of the others how many they both end with."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - start
    return start, next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)


def sentence(of: Share) -> str | None:
    """Return what tells readers of the model's part, or None where it has none."""
    if not of.suggested:
        return None
    if of.suggested == of.words:
        return "All of this text was suggested by a language model."
    percent = round(100 * of.suggested / of.words)
    if percent < 1:
        return "Less than 1 % of this text was suggested by a language model."
    return f"About {min(percent, 99)} % of this text was suggested by a language model."


def standing(text: str, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return those of *pieces* that *text* has where they say."""
    lines = text.split("\n") if pieces else []
    return tuple(piece for piece in pieces if _place(lines, piece) is not None)


def carried(pieces: Sequence[Piece], before: str, after: str) -> tuple[Piece, ...]:
    """Return what of *pieces* of the text *before* still stands in *after*, where it stands now."""
    if before == after or not pieces:
        return tuple(pieces)
    old, new = before.split("\n"), after.split("\n")
    spans = _spans(old, pieces)
    kept: list[Piece] = []
    lost: list[Piece] = []
    free: list[int] = []
    for kind, old_from, old_to, new_from, new_to in _compared(old, new):
        if kind == "equal":
            kept += (_moved(piece, new_from - old_from) for piece in pieces if old_from <= piece.line < old_to)
            continue
        free += range(new_from, new_to)
        there = {line - old_from: spans[line] for line in range(old_from, old_to) if line in spans}
        followed = list(_follow(old[old_from:old_to], there, new[new_from:new_to], new_from))
        kept += followed
        if not followed:
            lost += (piece for piece in pieces if old_from <= piece.line < old_to)
    kept += (found for piece in lost for found in _elsewhere(piece, new, free))
    return tuple(sorted(kept, key=lambda piece: (piece.line, new[piece.line].find(piece.text), piece.nth)))


Span = tuple[int, int, str]
"""Where a piece begins and ends on its line, and its receipt."""


def _spans(lines: Sequence[str], pieces: Iterable[Piece]) -> dict[int, list[Span]]:
    """Return where *pieces* stand, by line; what stands nowhere is left out."""
    found: dict[int, list[Span]] = {}
    for piece in pieces:
        if (start := _place(lines, piece)) is not None:
            found.setdefault(piece.line, []).append((start, start + len(piece.text), piece.receipt))
    return found


def _place(lines: Sequence[str], piece: Piece) -> int | None:
    if not piece.text or not 0 <= piece.line < len(lines) or piece.nth < 0:
        return None
    start = -1
    for _ in range(piece.nth + 1):
        start = lines[piece.line].find(piece.text, start + 1)
        if start < 0:
            return None
    return start


def _is_theirs(word: tuple[int, int], spans: Iterable[Span]) -> bool:
    """Whether more than half of the characters of *word* lie in *spans*, which may overlap."""
    start, end = word
    inside = {at for first, last, _ in spans for at in range(max(start, first), min(end, last))}
    return 2 * len(inside) > end - start


def _compared(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Return how *new* came of *old*, as SequenceMatcher tells it; what both begin and end with is no work."""
    start, tail = shared(old, new)
    inner_old, inner_new = old[start : len(old) - tail], new[start : len(new) - tail]
    if len(inner_old) * len(inner_new) > _MAX_COMPARED:
        inner = [("replace", 0, len(inner_old), 0, len(inner_new))]
    else:
        inner = list(SequenceMatcher(None, inner_old, inner_new, autojunk=True).get_opcodes())
    return [
        ("equal", 0, start, 0, start),
        *((kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in inner),
        ("equal", len(old) - tail, len(old), len(new) - tail, len(new)),
    ]


def _moved(piece: Piece, by: int) -> Piece:
    return Piece(piece.receipt, piece.line + by, piece.text, piece.nth)


def _follow(old: list[str], spans: dict[int, list[Span]], new: list[str], first: int) -> Iterator[Piece]:
    """Yield the words of *spans*, on lines of *old*, that came through into *new*, whose first line is *first*."""
    if not spans or not new:
        return
    before, after = list(_tokens(old)), list(_tokens(new))
    if len(before) * len(after) > _MAX_COMPARED:
        return
    owners: list[str | None] = [None] * len(after)
    matcher = SequenceMatcher(None, [word for _, _, word in before], [word for _, _, word in after], autojunk=True)
    for block in matcher.get_matching_blocks():
        for at in range(block.size):
            line, start, word = before[block.a + at]
            there = spans.get(line, ())
            owner = next((r for a, b, r in there if _is_theirs((start, start + len(word)), [(a, b, r)])), None)
            owners[block.b + at] = owner
    for (owner, line), run in groupby(range(len(after)), key=lambda at: (owners[at], after[at][0])):
        if owner is not None and (piece := _joined(owner, [after[at] for at in run], new[line], line + first)):
            yield piece


def _tokens(lines: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Yield each token with its line and where it begins there; a line's end is one, too."""
    for number, line in enumerate(lines):
        yield from ((number, token.start(), token[0]) for token in _TOKEN.finditer(line))
        yield (number, len(line), "\n")


def _joined(receipt: str, run: list[tuple[int, int, str]], line: str, number: int) -> Piece | None:
    start, end = run[0][1], run[-1][1] + len(run[-1][2])
    text = line[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return Piece(receipt, number, text, _nth(line, text, start)) if _WORD.search(text) else None


def _nth(line: str, text: str, start: int) -> int:
    """Return which occurrence of *text* on *line* begins at *start*."""
    count, at = 0, line.find(text)
    while at < start:
        count, at = count + 1, line.find(text, at + 1)
    return count


def _elsewhere(piece: Piece, new: list[str], lines: Iterable[int]) -> Iterator[Piece]:
    """Yield *piece* where it was moved to among *lines* of *new*, if it is long enough to be known again."""
    if len(words(piece.text)) >= _MIN_MOVED_WORDS:
        found = next((line for line in lines if piece.text in new[line]), None)
        if found is not None:
            yield Piece(piece.receipt, found, piece.text, 0)
