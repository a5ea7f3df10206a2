"""A document as blocks of HTML, drawn so that one keystroke draws one block. Knows nothing of sockets or processes.

Numbers that depend on the whole document (footnotes, headings of the same name) are given in a pass over the passages
that have any; a passage is drawn again only where its own numbers change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from markdown_it.token import Token

from meai.markdown import frontmatter
from meai.markdown.drawing import Drawing, Key
from meai.markdown.html import PLACE, HtmlRenderer, Place, footnotes
from meai.markdown.numbering import NONE, Numbering, Numbers
from meai.markdown.outline import Outline, Piece, Splice
from meai.markdown.parser import normalize, parser
from meai.markdown.passages import Definitions, Passage
from meai.markdown.sanitize import Sanitizer
from meai.markdown.sheet import Block, Change, Sheet, Shown
from meai.markdown.spans import Span, groups, shifted, spans


@dataclass(slots=True)
class _Kept:
    """How many passages at the start and at the end are drawn as before."""

    head: int
    tail: int

    def lose(self, first: int, end: int, count: int) -> None:
        """Those from *first* up to *end* are not, of *count* in all."""
        self.head = min(self.head, first)
        self.tail = min(self.tail, count - end)


class Blocks:
    """Draws one document again and again. Keeps what the last text used, and nothing else.

    *watch* is told the HTML of each block that is drawn before it is cleaned, and the line it begins on.
    """

    def __init__(self, sanitizer: Sanitizer | None = None, watch: Callable[[str, int], None] | None = None) -> None:
        self._watch = watch
        self._md = parser()
        self._renderer = HtmlRenderer(self._md)
        self._sanitizer = sanitizer or Sanitizer()
        self._outline = Outline(self._md)
        self._definitions = Definitions(self._md, {}, ())
        self._sheet = Sheet()
        self._passages: list[Passage] = []
        self._numbers: list[Numbers] = []
        self._spans: list[Span] = []
        self._uses: Sequence[int] = ()
        self._first_note: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the HTML of all blocks."""
        return self._sheet.size

    def render(self, text: str) -> tuple[Block, ...]:
        """Return the blocks of *text* in order; the footnotes are the last.

        Equal to what a new `Blocks` returns for it. Never raises for a text; takes as long as the text demands.
        """
        self.change(text)
        return self.all()

    def all(self) -> tuple[Block, ...]:
        """Return the blocks of the last text."""
        return self._sheet.all()

    def change(self, text: str) -> Change:
        """Return what *text* changes of the blocks of the last text; at first there are none.

        Takes as long as what has changed demands, and hardly longer in a long text.
        """
        matter, body = frontmatter.split(normalize(text))
        self._sheet.above = matter.count("\n")
        splice = self._outline.read(body)
        kept = _Kept(splice.first, len(self._outline.pieces) - splice.new)
        touched = [*self._passages[splice.first : splice.old], *self._read(splice, kept)]
        renumbered = splice.redefined or any(one.slugs or one.notes or one.definitions for one in touched)
        if renumbered:
            self._number(kept)
        self._join(splice, kept, anew=splice.redefined or any(one.tags for one in touched))
        self._draw(splice, kept)
        self._sheet.put_notes(self._footnotes() if renumbered else self._footnotes_moved(splice))
        return self._sheet.change(splice.moved)

    def _read(self, splice: Splice, kept: _Kept) -> Sequence[Passage]:
        """Parse what is new, and what was told otherwise of the rest; return what is new."""
        pieces = self._outline.pieces
        known = {passage.source: passage for passage in self._passages[splice.first : splice.old]}
        if splice.redefined:
            self._definitions = Definitions(self._md, self._outline.links(), self._outline.footnotes())
        for piece in pieces[splice.first : splice.new]:
            if piece.source not in known:
                known[piece.source] = self._parsed(piece)
        found = [known[piece.source] for piece in pieces[splice.first : splice.new]]
        self._passages[splice.first : splice.old] = found
        self._numbers[splice.first : splice.old] = [NONE] * len(found)
        if splice.redefined:
            self._parse_again(kept)
        return found

    def _parse_again(self, kept: _Kept) -> None:
        """Parse the passages that other definitions make another thing of."""
        pieces = self._outline.pieces
        for at, passage in enumerate(self._passages):
            if passage.asked and not self._definitions.holds(passage):
                self._passages[at] = self._parsed(pieces[at])
                self._numbers[at] = NONE
                kept.lose(at, at + 1, len(pieces))

    def _parsed(self, piece: Piece) -> Passage:
        return self._definitions.parse(piece.source, *self._outline.tokens(piece))

    def _number(self, kept: _Kept) -> None:
        numbering = Numbering()
        for at in [at for at, passage in enumerate(self._passages) if passage.slugs or passage.notes]:
            numbers = numbering.number(self._passages[at])
            if numbers != self._numbers[at]:
                self._numbers[at] = numbers
                kept.lose(at, at + 1, len(self._passages))
        self._uses = numbering.uses

    def _join(self, splice: Splice, kept: _Kept, *, anew: bool) -> None:
        """Find what raw HTML joins, and draw again all of what it joins otherwise than before."""
        before, more = self._spans, splice.new - splice.old
        self._spans = spans(self._passages) if anew else shifted(before, splice.old, more)
        size = None
        while size != (size := (kept.head, kept.tail)):
            _keep_alike(kept, self._spans, set(before), -more, len(self._passages))
            _keep_alike(kept, before, set(self._spans), more, len(self._passages) - more)

    def _draw(self, splice: Splice, kept: _Kept) -> None:
        """Draw what is not kept."""
        pieces, end = self._outline.pieces, len(self._passages) - kept.tail
        head = pieces[kept.head - 1].first if kept.head else None
        tail = pieces[end].first - splice.moved if kept.tail else None
        drawing = self._drawing(self._sheet.between(head, tail))
        joined = groups(kept.head, end, self._spans)
        fresh = [one for group in joined if (one := self._joined(group, drawing)) is not None]
        self._sheet.put(fresh, splice.moved)

    def _drawing(self, before: Iterable[Shown]) -> Drawing:
        return Drawing(self._html, self._sanitizer, ((one.drawn, one.clean) for one in before))

    def _html(self, tokens: Sequence[Token], place: Place) -> str:
        return self._renderer.render(tokens, self._md.options, {PLACE: place})

    def _joined(self, group: range, drawing: Drawing) -> Shown | None:
        line = self._outline.pieces[group[0]].first
        keys = [self._key(at, line) for at in group]
        drawn = {key: drawing.draw(key) for key in keys}
        return self._seen(line, "".join(drawn.values()), drawn, drawing)

    def _key(self, at: int, line: int | None, note: str | int | None = None) -> Key:
        """What is drawn of the passage *at* in a block from *line* on, or of its *note*, which names no lines."""
        passage = self._passages[at]
        counted = None if line is None else passage.first - (self._outline.pieces[at].first - line)
        return passage, counted, self._numbers[at], note

    def _seen(self, line: int, raw: str, drawn: dict[Key, str], drawing: Drawing) -> Shown | None:
        """Return the block of the HTML *raw*, or None where nothing is seen of it."""
        if not raw:
            return None
        if self._watch is not None:
            self._watch(raw, line + self._sheet.above)
        clean = drawing.clean(raw)
        return Shown(line, clean, drawn) if clean.name else None

    def _footnotes(self) -> Shown | None:
        """Return the block of all footnotes, which stands last wherever they are defined."""
        if not self._uses:
            return None
        notes = self._sheet.notes
        drawing = self._drawing([notes] if notes else [])
        drawn: dict[Key, str] = {}
        texts = [""] * len(self._uses)
        labelled = []
        for number, at, note in self._defined():
            key = self._key(at, None, note)
            drawn[key] = texts[number - 1] = drawing.draw(key)
            labelled += [at] * isinstance(note, str)
        self._first_note = min(labelled, default=None)
        html = footnotes(list(zip(texts, self._uses, strict=True)))
        return self._seen(self._notes_line(), html, drawn, drawing)

    def _footnotes_moved(self, splice: Splice) -> Shown | None:
        """Return the same block of all footnotes where it stands now."""
        notes = self._sheet.notes
        if notes is None:
            return None
        if self._first_note is not None and self._first_note >= splice.old:
            self._first_note += splice.new - splice.old
        return Shown(self._notes_line(), notes.clean, notes.drawn)

    def _notes_line(self) -> int:
        first = 0 if self._first_note is None else self._outline.pieces[self._first_note].first
        return max(first, self._sheet.last_line)

    def _defined(self) -> Iterator[tuple[int, int, str | int]]:
        """Yield of each use of a defined footnote its number, the passage that defines it, and its name there."""
        defining = {label: at for at, passage in enumerate(self._passages) for label in passage.definitions}
        for at in [at for at, passage in enumerate(self._passages) if passage.notes]:
            for count, note in enumerate(self._passages[at].notes):
                number = self._numbers[at][1][count][0]
                if note.label is None:
                    yield number, at, count
                elif note.label in defining:
                    yield number, defining[note.label], note.label


def _keep_alike(kept: _Kept, joined: Sequence[Span], others: Set[Span], shift: int, count: int) -> None:
    """Lose all of *joined* that are not among the *others*, where the last passages have a number *shift* higher."""
    for first, end in joined:
        above = end <= kept.head and (first, end) in others
        below = first >= count - kept.tail and (first + shift, end + shift) in others
        if not above and not below:
            kept.lose(first, end, count)
