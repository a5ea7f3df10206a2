"""The block structure of a text that changes: its pieces at the top level and what they define.

Parses anew only what a change can have touched. Knows nothing of what is inline, or of how anything is drawn.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from meai.stretch import difference

AHEAD = 8
"""So many lines after a change are parsed with it at first."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One block at the top level, as it is written."""

    first: int
    """Its first line, from 0."""
    end: int
    """The line after its last."""
    source: str
    footnotes: tuple[str, ...]
    """The labels of the footnotes that it defines."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A link definition, `[label]: href "title"`."""

    line: int
    label: str
    """As links ask for it: case and spaces make no difference."""
    value: Mapping[str, Any]

    @property
    def meaning(self) -> tuple[str, str, str]:
        """What it says, wherever it stands."""
        return self.label, self.value["href"], self.value["title"]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A stretch of lines, parsed as if it were all; its own lines count from 0."""

    lines: Sequence[str]
    pieces: tuple[tuple[Piece, list[Token]], ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Splice:
    """What another text did to the pieces: those before `first` stayed, those from `old` on are from `new` on."""

    first: int
    old: int
    new: int
    moved: int
    """So many lines further down are the pieces from `new` on."""
    redefined: bool
    """Whether any link or footnote may be defined otherwise than before."""


@dataclass(slots=True)
class Outline:
    """The pieces of the last text that `read` was given, in order."""

    md: MarkdownIt
    pieces: list[Piece] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    _text: str = ""
    _lines: list[str] = field(default_factory=lambda: [""])
    _last: tuple[int, int] = (0, 0)
    """Where the last change began, and the line of that place."""
    _fresh: dict[str, tuple[int, list[Token]]] = field(default_factory=dict)

    def read(self, text: str) -> Splice:
        """Make the pieces those of *text*, which has `\\n` line ends, and return what that changed."""
        body = text.removesuffix("\n")
        if body == self._text:
            return Splice(0, 0, 0, 0, redefined=False)
        before = len(self._lines)
        head, end = self._replace(body)
        moved = len(self._lines) - before
        start, kept = self._restart(head)
        for stop in _stops(end, len(self._lines)):
            parsed = self._parse(self._lines[start:stop])
            met = self._meet(parsed, start, end, moved, stop == len(self._lines))
            if met is not None:
                break
        return self._put(parsed, start, kept, *(met or (len(parsed.pieces), len(self.pieces))), moved)

    def _replace(self, body: str) -> tuple[int, int]:
        """Make *body* the text; return the lines between which it differs from the one before."""
        stretch = difference(self._text, body)
        head = self._line_of(stretch.start)
        tail = len(self._lines) - 1 - head - self._text.count("\n", stretch.start, stretch.end)
        after = stretch.start + len(stretch.text)
        end = body.find("\n", after)
        lines = body[body.rfind("\n", 0, stretch.start) + 1 : end if end >= 0 else len(body)].split("\n")
        self._lines[head : len(self._lines) - tail] = lines
        self._text, self._last = body, (stretch.start, head)
        return head, head + len(lines)

    def _line_of(self, at: int) -> int:
        """Return the line of the character *at*, counted from the last change: mostly the next one is near."""
        known, line = self._last
        if at < known:
            return line - self._text.count("\n", at, known)
        return line + self._text.count("\n", known, at)

    def tokens(self, piece: Piece) -> tuple[int, list[Token]]:
        """Return the tokens of *piece*, before anything inline is parsed, and its first line as they count.

        They are the caller's to change: the next call parses the piece anew.
        """
        known = self._fresh.pop(piece.source, None)
        if known is not None:
            return known
        return 0, self._tokens(piece.source.split("\n"), {})

    def links(self) -> dict[str, Mapping[str, Any]]:
        """Return what each link label stands for; of several definitions the first counts."""
        return {reference.label: reference.value for reference in reversed(self.references)}

    def footnotes(self) -> Iterator[str]:
        """Yield the label of each footnote that is defined, in the order of the text."""
        for piece in self.pieces:
            yield from piece.footnotes

    def _restart(self, head: int) -> tuple[int, int]:
        """Return the line to parse from when *head* lines are as they were, and how many pieces before it stay.

        No rule looks further ahead than to the end of the run of lines after its block: to the next empty line. So all
        is as it was before the run that precedes the change's own.
        """
        line = _run_start(self._lines, _run_start(self._lines, head) - 1)
        kept = bisect_left(self.pieces, line + 1, key=lambda piece: piece.end)
        if kept < len(self.pieces):
            line = min(line, self.pieces[kept].first)
        return line, kept

    def _parse(self, lines: Sequence[str]) -> _Parsed:
        env: dict[str, Any] = {}
        return _Parsed(lines, tuple(_pieces(lines, self._tokens(lines, env))), tuple(_references(env)))

    def _tokens(self, lines: Sequence[str], env: dict[str, Any]) -> list[Token]:
        tokens: list[Token] = []
        # A last line without an end would be drawn otherwise than the same line in the middle of a text.
        self.md.block.parse("\n".join(lines) + "\n", self.md, env, tokens)
        return tokens

    def _meet(self, parsed: _Parsed, start: int, changed: int, moved: int, whole: bool) -> tuple[int, int] | None:
        """Return where new pieces and old ones begin on the same line again: the number of each.

        From a line on which both begin, all depends only on the lines after it; but the new pieces before it must not
        have taken the end of what was parsed for the end of the text.
        """
        for at, (piece, _) in enumerate(parsed.pieces):
            line = start + piece.first
            if line < changed:
                continue
            old = bisect_left(self.pieces, line - moved, key=lambda known: known.first)
            if old == len(self.pieces) or self.pieces[old].first != line - moved:
                continue
            if whole or any(_is_empty(one) for one in parsed.lines[piece.first :]):
                return at, old
        return (len(parsed.pieces), len(self.pieces)) if whole else None

    def _put(self, parsed: _Parsed, start: int, kept: int, new: int, old: int, moved: int) -> Splice:
        """Put the first *new* pieces of *parsed* in the place of the old ones from *kept* up to *old*."""
        found = parsed.pieces[:new]
        end = start + parsed.pieces[new][0].first if new < len(parsed.pieces) else len(parsed.lines) + start
        self._fresh = {piece.source: (piece.first, tokens) for piece, tokens in found}
        inside = [_moved(reference, start) for reference in parsed.references if reference.line + start < end]
        redefined = self._refer(inside, start, max(start, end - moved), moved)
        before, pieces = self.pieces[kept:old], [_shifted(piece, start) for piece, _ in found]
        redefined |= [one.footnotes for one in before if one.footnotes] != [
            one.footnotes for one in pieces if one.footnotes
        ]
        after = self.pieces[old:] if moved == 0 else [_shifted(piece, moved) for piece in self.pieces[old:]]
        self.pieces[kept:] = [*pieces, *after]
        head, tail = _unchanged(before, pieces, moved)
        return Splice(kept + head, old - tail, kept + len(pieces) - tail, moved, redefined)

    def _refer(self, inside: list[Reference], start: int, end: int, moved: int) -> bool:
        """Put *inside* in the place of the definitions from the old line *start* to *end*; say whether any is new."""
        above = [reference for reference in self.references if reference.line < start]
        before = [reference for reference in self.references if start <= reference.line < end]
        below = [_moved(reference, moved) for reference in self.references if reference.line >= end]
        self.references = [*above, *inside, *below]
        return [one.meaning for one in before] != [one.meaning for one in inside]


def _stops(changed: int, end: int) -> Iterator[int]:
    """Yield where parsing may stop, further and further after the line *changed*; the last is the *end*."""
    ahead = AHEAD
    while changed + ahead < end:
        yield changed + ahead
        ahead *= 4
    yield end


def _run_start(lines: Sequence[str], line: int) -> int:
    """Return the first line of the run that *line* follows or ends: after the last empty line before it."""
    while line > 0 and _is_empty(lines[line - 1]):
        line -= 1
    while line > 0 and not _is_empty(lines[line - 1]):
        line -= 1
    return max(0, line)


def _is_empty(line: str) -> bool:
    return not line.strip(" \t")


def _pieces(lines: Sequence[str], tokens: Sequence[Token]) -> Iterator[tuple[Piece, list[Token]]]:
    start = 0
    for end, token in enumerate(tokens, 1):
        if token.level == 0 and token.nesting <= 0:
            piece = list(tokens[start:end])
            first, after = piece[0].map or (0, 0)
            labels = tuple(one.meta["label"] for one in piece if one.type == "footnote_reference_open")
            yield Piece(first, after, "\n".join(lines[first:after]), labels), piece
            start = end


def _references(env: Mapping[str, Any]) -> list[Reference]:
    """All definitions in the order of their lines; of a label that has several, the first counts."""
    found = [Reference(value["map"][0], label, value) for label, value in env.get("references", {}).items()]
    found += [Reference(value["map"][0], value["label"], value) for value in env.get("duplicate_refs", ())]
    return sorted(found, key=lambda reference: reference.line)


def _shifted(piece: Piece, lines: int) -> Piece:
    return Piece(piece.first + lines, piece.end + lines, piece.source, piece.footnotes) if lines else piece


def _moved(reference: Reference, lines: int) -> Reference:
    return Reference(reference.line + lines, reference.label, reference.value) if lines else reference


def _unchanged(before: Sequence[Piece], after: Sequence[Piece], moved: int) -> tuple[int, int]:
    """Return how many pieces at the start stand as before, and how many of the rest at the end, *moved* by lines."""
    most = min(len(before), len(after))
    head = next((at for at in range(most) if before[at] != after[at]), most)
    ends = range(most - head)
    tail = next((at for at in ends if _shifted(before[-1 - at], moved) != after[-1 - at]), most - head)
    return head, tail
