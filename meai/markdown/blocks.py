"""A document as blocks of HTML, drawn so that one keystroke draws one block. Knows nothing of sockets or processes.

Numbers that depend on the whole document (footnotes, headings of the same name) are given in a pass over what the
passages keep; a passage is drawn again only where its own numbers change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from markdown_it.token import Token

from meai.markdown import frontmatter
from meai.markdown.html import PLACE, HtmlRenderer, Place, footnotes
from meai.markdown.outline import Outline, Piece
from meai.markdown.parser import normalize, parser
from meai.markdown.passages import Definitions, Note, Passage
from meai.markdown.sanitize import Sanitizer


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the page that stands alone: its HTML leaves no element open."""

    id: str
    """The same for the same HTML, and different from all others of the document."""
    line: int
    """The source line it begins on, from 0, front matter counted. Lines inside its HTML count from it."""
    html: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A passage and where it stands in this text."""

    passage: Passage
    line: int
    anchors: tuple[str, ...]
    notes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    line: int
    html: str


@dataclass(frozen=True, slots=True)
class _Clean:
    html: str
    name: str
    """The same for the same HTML; empty where nothing is seen of it."""


class Blocks:
    """Draws one document again and again. Keeps what the last text used, and nothing else.

    *watch* is told the HTML of each block before it is cleaned, and the line it begins on.
    """

    def __init__(self, sanitizer: Sanitizer | None = None, watch: Callable[[str, int], None] | None = None) -> None:
        self._watch = watch
        self._md = parser()
        self._renderer = HtmlRenderer(self._md)
        self._sanitizer = sanitizer or Sanitizer()
        self._outline = Outline(self._md)
        self._passages: dict[str, Passage] = {}
        self._drawn: dict[_Drawing, str] = {}
        self._clean: dict[str, _Clean] = {}

    def render(self, text: str) -> tuple[Block, ...]:
        """Return the blocks of *text* in order; the footnotes are the last.

        Equal to what a new `Blocks` returns for it. Never raises for a text; takes as long as the text demands.
        """
        matter, body = frontmatter.split(normalize(text))
        numbering = Numbering()
        self._outline.read(body)
        placed = self._place(self._outline.pieces, numbering)
        drawing = _Drawings(self._html, self._drawn)
        drawn = [*_text(placed, drawing), *_notes(placed, numbering, drawing)]
        self._drawn = drawing.used
        self._clean = {one.html: self._clean.get(one.html) or self._cleaned(one.html) for one in drawn}
        above = matter.count("\n")
        if self._watch is not None:
            for one in drawn:
                self._watch(one.html, one.line + above)
        return tuple(_blocks([(one.line + above, self._clean[one.html]) for one in drawn]))

    def _place(self, pieces: Sequence[Piece], numbering: Numbering) -> list[_Placed]:
        outline = self._outline
        definitions = Definitions(self._md, outline.links(), outline.footnotes())
        known: dict[str, Passage] = {}
        placed = []
        for piece in pieces:
            passage = known.get(piece.source) or self._passages.get(piece.source)
            if passage is None or not definitions.holds(passage):
                passage = definitions.parse(piece.source, *outline.tokens(piece))
            known[piece.source] = passage
            placed.append(_Placed(passage, piece.first, *numbering.number(passage)))
        self._passages = known
        return placed

    def _cleaned(self, html: str) -> _Clean:
        clean = self._sanitizer.clean(html)
        return _Clean(clean, blake2b(clean.encode(), digest_size=8).hexdigest() if clean.strip() else "")

    def _html(self, tokens: Sequence[Token], place: Place) -> str:
        return self._renderer.render(tokens, self._md.options, {PLACE: place})


_Drawing = tuple[Passage, "int | None", tuple[str, ...], tuple[tuple[int, int], ...], "str | int | None"]


class _Drawings:
    """HTML by passage, place and, for a footnote, its label or number; draws what was not there the last time."""

    def __init__(self, html: Callable[[Sequence[Token], Place], str], before: Mapping[_Drawing, str]) -> None:
        self._html = html
        self._before = before
        self.used: dict[_Drawing, str] = {}

    def draw(self, one: _Placed, line: int | None, note: str | int | None = None) -> str:
        """Return the HTML of *one*, or of its *note*, where `data-line` counts from *line*."""
        key = (one.passage, line, one.anchors, one.notes, note)
        html = self.used.get(key)
        if html is None:
            html = self._before.get(key)
            if html is None:
                html = self._html(_tokens(one.passage, note), Place(line, one.anchors, one.notes))
            self.used[key] = html
        return html


def _tokens(passage: Passage, note: str | int | None) -> Sequence[Token]:
    if note is None:
        return passage.tokens
    return passage.definitions[note] if isinstance(note, str) else passage.notes[note].tokens


class Numbering:
    """Gives footnotes and headings their names, in the order of the text."""

    def __init__(self) -> None:
        self.uses: list[int] = []
        """Of each footnote by number, from 0: how often the text refers to it."""
        self._labels: dict[str, int] = {}
        self._anchors: set[str] = set()
        self._slugs: Counter[str] = Counter()

    def number(self, passage: Passage) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
        """Return the id of each heading of *passage*, and of each footnote its number and its uses before."""
        return tuple(map(self._anchor, passage.slugs)), tuple(map(self._note, passage.notes))

    def _anchor(self, slug: str) -> str:
        anchor = slug
        while anchor in self._anchors:
            self._slugs[slug] += 1
            anchor = f"{slug}-{self._slugs[slug]}"
        self._anchors.add(anchor)
        return anchor

    def _note(self, note: Note) -> tuple[int, int]:
        at = len(self.uses) if note.label is None else self._labels.setdefault(note.label, len(self.uses))
        if at == len(self.uses):
            self.uses.append(0)
        before = self.uses[at]
        self.uses[at] += note.uses
        return at + 1, before


def _text(placed: Sequence[_Placed], drawing: _Drawings) -> Iterator[_Drawn]:
    for group in _groups(placed):
        line = group[0].line
        html = "".join(drawing.draw(one, one.passage.first - (one.line - line)) for one in group)
        if html:
            yield _Drawn(line, html)


def _groups(placed: Sequence[_Placed]) -> Iterator[Sequence[_Placed]]:
    """Keep together what raw HTML joins: an element opened in one passage and closed in a later one.

    An element that nothing closes ends with its passage, so that one missing tag does not swallow the rest.
    """
    reach = _reach(placed)
    start = 0
    while start < len(placed):
        end = at = start
        while at <= end:
            end = max(end, reach[at])
            at += 1
        yield placed[start:at]
        start = at


def _reach(placed: Sequence[_Placed]) -> list[int]:
    """Of each passage, the last one that closes an element it opened."""
    reach = list(range(len(placed)))
    unclosed: dict[str, list[int]] = {}
    for at, one in enumerate(placed):
        for name, opens in one.passage.tags:
            if opens:
                unclosed.setdefault(name, []).append(at)
            elif unclosed.get(name):
                reach[unclosed[name].pop()] = at
    return reach


def _notes(placed: Sequence[_Placed], numbering: Numbering, drawing: _Drawings) -> Iterator[_Drawn]:
    if not numbering.uses:
        return
    defining = {label: one for one in placed for label in one.passage.definitions}
    texts = [""] * len(numbering.uses)
    lines = []
    for one in placed:
        for at, note in enumerate(one.passage.notes):
            where = one if note.label is None else defining.get(note.label)
            if where is not None:
                texts[one.notes[at][0] - 1] = drawing.draw(where, None, at if note.label is None else note.label)
                lines += [where.line] * (note.label is not None)
    yield _Drawn(min(lines, default=0), footnotes(list(zip(texts, numbering.uses, strict=True))))


def _blocks(drawn: Sequence[tuple[int, _Clean]]) -> Iterator[Block]:
    seen: dict[str, int] = {}
    line = 0
    for first, clean in drawn:
        if clean.name:
            line = max(line, first)  # footnotes stand last, wherever they are defined
            before = seen.get(clean.name, 0)
            yield Block(f"{clean.name}-{before}", line, clean.html)
            seen[clean.name] = before + 1
