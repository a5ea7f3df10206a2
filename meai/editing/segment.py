"""A selection as pieces: what may be rewritten, and what stands between. Knows Markdown's blocks, not its rendering.

Joined again the pieces are the selection, character for character. Headings' marks, list markers, quotes, code,
tables, HTML and front matter are never part of what a model rewrites.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from meai.editing.protect import protected_ranges, without_protected
from meai.markdown.frontmatter import split
from meai.markdown.parser import parser


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a selection."""

    source: str
    """The text as it stands, with `\\n` line ends."""
    prose: bool
    """Whether it may be rewritten; otherwise it stays as it is."""
    margin: str = ""
    """What every line after the first begins with: `> ` in a quote, blanks in a list item."""

    @property
    def words(self) -> str:
        """The text without the margin: what a model gets to read."""
        return self.source.replace("\n" + self.margin, "\n")

    def put(self, answer: str) -> str:
        """Return *answer* in the place of `words`: broken into lines where the source was, with its margin."""
        return _broken_as(self.words, answer).replace("\n", "\n" + self.margin)


LONGEST_PARAGRAPH = 2000
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_SENTENCE_END = re.compile(
    r"""(?<=[.!?…])["'”’)\]*_]*
        (?<!\b[A-Z]\.)(?<!\b[A-Za-z]\.[A-Za-z]\.)(?<!\betc\.)(?<!\b[DMS]r\.)(?<!\bMrs\.)(?<!\bSt\.)(?<!\bNo\.)(?<!\bvs\.)
        \s+(?=["'“‘(\[*_]*(?:[^\W\d_a-z]|\d))""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


def pieces(selection: str, *, sentences: bool) -> list[Piece]:
    """Cut *selection* (with `\\n` line ends) into pieces, paragraph by paragraph, or by *sentences*.

    A paragraph above LONGEST_PARAGRAPH characters is cut into sentences in any case.
    """
    # Not splitlines: U+2028 and its like end no line in Markdown.
    lines = re.findall(r"[^\n]*\n|[^\n]+", selection)
    found: list[Piece] = []
    at = 0
    for first, last, content in _paragraphs(selection):
        block = _prose_of(lines[first:last], content)
        if first < at or block is None:
            continue
        found.append(Piece("".join(lines[at:first]), prose=False))
        long = sum(len(piece.source) for piece in block) > LONGEST_PARAGRAPH
        found += _by_sentence(block) if sentences or long else block
        at = last
    found.append(Piece("".join(lines[at:]), prose=False))
    return [piece for piece in found if piece.source]


def _paragraphs(selection: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the first line, the line after the last, and the bare lines of each paragraph and heading."""
    front, body = split(selection)
    md = parser()
    md.core.ruler.enableOnly(["normalize", "block"])
    for opening, inline in itertools.pairwise(md.parse(body)):
        if inline.type == "inline" and inline.map and opening.type in ("paragraph_open", "heading_open"):
            content = inline.content.split("\n")
            first = inline.map[0] + front.count("\n")
            yield first, first + len(content), content


def _prose_of(lines: list[str], content: list[str]) -> list[Piece] | None:
    """Return a block as its mark, its words and the rest; None when its words are not found in its lines."""
    starts = [line.find(bare) for line, bare in zip(lines, content, strict=True)]
    margins = {line[:start] for line, start in zip(lines[1:], starts[1:], strict=True)}
    if -1 in starts or len(margins) > 1:
        return None
    task = _TASK.match(content[0])
    start = starts[0] + (task.end() if task else 0)
    whole = "".join(lines)
    end = len(whole) - len(lines[-1]) + starts[-1] + len(content[-1])
    core = whole[start:end]
    if not _WORD.search(without_protected(core)):
        return None
    return [
        Piece(whole[:start], prose=False),
        Piece(core, prose=True, margin=margins.pop() if margins else ""),
        Piece(whole[end:], prose=False),
    ]


def _by_sentence(block: list[Piece]) -> Iterator[Piece]:
    for piece in block:
        if not piece.prose:
            yield piece
            continue
        start = 0
        inside = protected_ranges(piece.source)
        for match in _SENTENCE_END.finditer(piece.source):
            if any(first < match.end() and match.start() < last for first, last in inside):
                continue
            end = start + len(piece.source[start : match.end()].rstrip())
            yield _sentence(piece.source[start:end], piece.margin)
            yield Piece(piece.source[end : match.end()], prose=False)
            start = match.end()
        yield _sentence(piece.source[start:], piece.margin)


def _sentence(source: str, margin: str) -> Piece:
    return Piece(source, prose=_WORD.search(without_protected(source)) is not None, margin=margin)


def _broken_as(source: str, answer: str) -> str:
    """Return *answer* with a line end after the word that stands where *source* has one, if it has none itself."""
    if "\n" not in source or "\n" in answer:
        return answer
    ours, theirs = source.split(), answer.split()
    where = _positions(ours, theirs)
    words = list(theirs)
    count = 0
    for line in source.split("\n")[:-1]:
        count += len(line.split())
        at = where[count]
        if 0 < at < len(words):
            words[at - 1] += "\n"
    return " ".join(words).replace("\n ", "\n")


def _positions(ours: list[str], theirs: list[str]) -> list[int]:
    """Return for each place between words of *ours* the place in *theirs* that it corresponds to."""
    where = [0] * (len(ours) + 1)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        for place in range(start, end + 1):
            share = (place - start) / (end - start) if end > start else 1
            where[place] = other_start + round(share * (other_end - other_start))
    return where
