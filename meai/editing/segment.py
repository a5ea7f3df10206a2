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

from markdown_it.token import Token

from meai.editing.protect import link_words, protected_ranges, without_protected
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
_LIST_MARK = re.compile(r"[ >]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_CELL = re.compile(r"(?:\\.|`[^`\n]*`|[^\s|>`])(?:(?:\\.|`[^`\n]*`|[^|\\`\n])*(?:\\.|`[^`\n]*`|[^|\\`\s]))?")
_VERBATIM = frozenset(["fence", "code_block", "html_block", "math_block", "math_block_label"])


def pieces(selection: str, *, sentences: bool, cells: bool = False) -> list[Piece]:
    """Cut *selection* (with `\\n` line ends) into pieces, paragraph by paragraph, or by *sentences*.

    A paragraph above LONGEST_PARAGRAPH characters is cut into sentences in any case. With *cells* the cells of tables
    and the words of links that stand alone are prose as well.
    """
    # Not splitlines: U+2028 and its like end no line in Markdown.
    lines = re.findall(r"[^\n]*\n|[^\n]+", selection)
    found: list[Piece] = []
    at = 0
    for first, last, content in _blocks(selection):
        block = _prose_of(lines[first:last], content, cells=cells) if content else _cells_of(lines[first:last], cells)
        if first < at or block is None:
            continue
        found.append(Piece("".join(lines[at:first]), prose=False))
        long = sum(len(piece.source) for piece in block) > LONGEST_PARAGRAPH
        found += _by_sentence(block) if sentences or long else block
        at = last
    found.append(Piece("".join(lines[at:]), prose=False))
    return [piece for piece in found if piece.source]


def sentences_of(piece: Piece) -> list[Piece]:
    """Cut *piece* into its sentences and what stands between them."""
    return [part for part in _by_sentence([piece]) if part.source]


def verbatim_ranges(selection: str) -> list[tuple[int, int]]:
    """Return where *selection* has front matter, code, HTML and formulas that fill lines of their own."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", selection)
    offsets = [0, *itertools.accumulate(len(line) for line in lines)]
    front, body = split(selection)
    skipped = front.count("\n")
    blocks = (token.map for token in _parsed(body) if token.type in _VERBATIM and token.map)
    ranges = [(0, len(front.rstrip("\n")))] if front else []
    for first, last in blocks:
        start, end = offsets[first + skipped], offsets[min(last + skipped, len(lines))]
        ranges.append((start, start + len(selection[start:end].rstrip())))
    return [each for each in ranges if each[0] < each[1]]


def _parsed(body: str) -> list[Token]:
    md = parser()
    md.core.ruler.enableOnly(["normalize", "block"])
    return md.parse(body)


def _blocks(selection: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the first line, the line after the last, and the bare lines of each paragraph and heading.

    Of a table there are no bare lines.
    """
    front, body = split(selection)
    skipped = front.count("\n")
    for opening, inline in itertools.pairwise(_parsed(body)):
        if opening.type == "table_open" and opening.map:
            yield opening.map[0] + skipped, opening.map[1] + skipped, []
        if inline.type == "inline" and inline.map and opening.type in ("paragraph_open", "heading_open"):
            content = inline.content.split("\n")
            first = inline.map[0] + skipped
            yield first, first + len(content), content


def _prose_of(lines: list[str], content: list[str], *, cells: bool) -> list[Piece] | None:
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
        words = _linked(core) if cells and "\n" not in core else []
        return [Piece(whole[:start], prose=False), *words, Piece(whole[end:], prose=False)] if words else None
    return [
        Piece(whole[:start], prose=False),
        Piece(core, prose=True, margin=margins.pop() if margins else ""),
        Piece(whole[end:], prose=False),
    ]


def _linked(text: str) -> list[Piece]:
    """Return *text*, which has no words of its own, as the words of its links and what is round them."""
    found, at = [], 0
    for start, end in link_words(text):
        found += [Piece(text[at:start], prose=False), _sentence(text[start:end], "")]
        at = end
    return [*found, Piece(text[at:], prose=False)] if found else []


def _cells_of(lines: list[str], wanted: bool) -> list[Piece] | None:
    """Return a table's lines with the words of each cell as a piece; the second line says how columns are aligned."""
    if not wanted:
        return None
    found: list[Piece] = []
    for number, line in enumerate(lines):
        if number == 1 or _LIST_MARK.match(line):
            found.append(Piece(line, prose=False))
            continue
        at = 0
        for cell in _CELL.finditer(line):
            found += [Piece(line[at : cell.start()], prose=False), *_cell(cell.group())]
            at = cell.end()
        found.append(Piece(line[at:], prose=False))
    return found


def _cell(text: str) -> list[Piece]:
    return [Piece(text, prose=True)] if _WORD.search(without_protected(text)) else _linked(text) or [Piece(text, False)]


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
    """Return *answer* with a line end after the word that stands where *source* has one, hard ends as there."""
    lines = source.split("\n")
    if len(lines) == 1 or answer.count("\n") == len(lines) - 1:
        return answer
    ours, words = source.split(), answer.split()
    where = _positions(ours, words)
    count = last = 0
    for number, line in enumerate(lines[:-1], 1):
        count += len(line.split())
        # At least one word for each line, as far as there are so many.
        at = max(last + 1, min(where[count], len(words) - (len(lines) - number)))
        if at >= len(words):
            break
        words[at - 1] += _hard_end(line, words[at - 1]) + "\n"
        last = at
    return " ".join(words).replace("\n ", "\n")


def _hard_end(line: str, word: str) -> str:
    if line.endswith("  "):
        return "  "
    return "\\" if line.endswith("\\") and not word.endswith("\\") else ""


def _positions(ours: list[str], theirs: list[str]) -> list[int]:
    """Return for each place between words of *ours* the place in *theirs* that it corresponds to."""
    where = [0] * (len(ours) + 1)
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        for place in range(start, end + 1):
            share = (place - start) / (end - start) if end > start else 1
            where[place] = other_start + round(share * (other_end - other_start))
    return where
