"""A text whose protected spans are put away before a model reads it, and put back after. Pure: knows no prompt.

Two ways: a mark such as `[1]` stands for a span, which models carry along more often than brackets of other kinds;
or a link's marks and a footnote are left out, and find their place again at the words they stood beside.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from meai.editing.protect import Span, named, spans

CLOSE = 0.6
"""How alike a word must be to the one that something was left out beside, as difflib measures it, 0 to 1."""

_WORD = re.compile(r"\[\d+\]|[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_MARK = re.compile(r"\[(\d+)\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
_GLUE = re.compile(r"[^\W_]")
_BEFORE = re.compile(r"""(?:\A|[\s("'“‘])\Z""")
_AFTER = re.compile(r"""\Z|[\s.,;:!?)"'”’]""")


@dataclass(frozen=True, slots=True)
class Cut:
    """Something left out, and where of the text that was left."""

    at: int
    text: str
    binds: Literal["left", "right"]
    """The word that it stands beside."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a model reads, and what was put away."""

    text: str
    marks: tuple[tuple[str, str], ...] = ()
    """Each mark and what it stands for, in the order of the text."""
    cuts: tuple[Cut, ...] = ()

    def thawed(self, answer: str, *, in_order: bool = False) -> tuple[str, str]:
        """Return *answer* with everything put back, and why that cannot be done, or an empty reason."""
        text, reason = _with_cuts(self, answer)
        reason = reason or _wrong_marks(self, text, in_order=in_order)
        return ("", reason) if reason else (self.shown(_as_close(self, text)), "")

    def shown(self, answer: str) -> str:
        """Return *answer* with what its marks stand for, as far as it has them."""
        meant = dict(self.marks)
        return _MARK.sub(lambda match: meant.get(match.group(), match.group()), answer)


def freeze(text: str, verbatim: Sequence[tuple[int, int]] = ()) -> Frozen:
    """Return *text* with a mark for each protected span, and for each of the *verbatim* ranges, which are in order."""
    return _frozen(text, _spans_beside(text, verbatim), lambda span: False)


def freeze_leaving_out(text: str) -> Frozen:
    """Return *text* without the marks of links and footnotes that stand beside a word, and marks for all else."""
    return _frozen(text, spans(text), lambda span: _can_be_left_out(text, span))


def _spans_beside(text: str, verbatim: Sequence[tuple[int, int]]) -> Iterator[Span]:
    at = 0
    for start, end in (*verbatim, (len(text), len(text))):
        for span in spans(text[at:start]):
            opening = span.opening + at if span.opening >= 0 else -1
            yield Span(span.start + at, span.end + at, span.text, opening)
        if start < end:
            yield Span(start, end, text[start:end])
        at = end


def _frozen(text: str, found: Iterable[Span], leaves_out: Callable[[Span], bool]) -> Frozen:
    first = _first_free_number(text)
    pieces: list[tuple[int, int, str]] = []
    marks: list[tuple[str, str]] = []
    for span in found:
        if leaves_out(span):
            if span.opening >= 0:
                pieces.append((span.opening, span.opening + 1, ""))
            pieces.append((span.start, span.end, ""))
            continue
        mark = f"[{first + len(marks)}]"
        # Of a link the bracket stays: `[words][1]` is what models know as a reference.
        bracket = "]" if span.opening >= 0 else ""
        pieces.append((span.start, span.end, bracket + mark))
        marks.append((mark, span.text.removeprefix("]") if bracket else span.text))
    return _assembled(text, sorted(pieces), tuple(marks))


def _assembled(text: str, pieces: list[tuple[int, int, str]], marks: tuple[tuple[str, str], ...]) -> Frozen:
    words, at = "", 0
    cuts: list[Cut] = []
    for start, end, instead in pieces:
        words += text[at:start] + instead
        if not instead:
            cuts.append(Cut(len(words), text[start:end], "right" if end - start == 1 else "left"))
        at = end
    return Frozen(words + text[at:], marks, tuple(cuts))


def _can_be_left_out(text: str, span: Span) -> bool:
    """Whether *span* ends a word that it shares with nothing else, so that its place is found by that word."""
    if not _GLUE.match(text[span.start - 1 : span.start]) or not _AFTER.match(text, span.end):
        return False
    if span.opening < 0:
        return _FOOTNOTE.fullmatch(span.text) is not None
    words = text[span.opening + 1 : span.start]
    return _BEFORE.search(text[: span.opening]) is not None and _GLUE.match(words) is not None and not any(spans(words))


def _first_free_number(text: str) -> int:
    taken = {int(number) for number in _MARK.findall(text) if len(number) < 9}
    return next(number for number in range(1, 10 + 200 * (len(taken) + 1), 100) if _free(number, taken))


def _free(number: int, taken: set[int]) -> bool:
    return taken.isdisjoint(range(number, number + 100))


def _with_cuts(frozen: Frozen, answer: str) -> tuple[str, str]:
    """Return *answer* with what was left out at the words it stood beside, or why there is no such place."""
    if not frozen.cuts:
        return answer, ""
    ours, theirs = list(_WORD.finditer(frozen.text)), list(_WORD.finditer(answer))
    partner = _partners([word.group() for word in ours], [word.group() for word in theirs])
    text, at = "", 0
    for cut in frozen.cuts:
        beside = _beside(ours, cut)
        other = partner.get(beside) if beside is not None else None
        if other is None:
            return "", f"the answer has no place for {named(cut.text)}"
        place = theirs[other].start() if cut.binds == "right" else theirs[other].end()
        if place < at:
            return "", f"the answer has no place for {named(cut.text)}"
        text += answer[at:place] + cut.text
        at = place
    return text + answer[at:], ""


def _beside(words: list[re.Match[str]], cut: Cut) -> int | None:
    if cut.binds == "right":
        return next((number for number, word in enumerate(words) if word.start() >= cut.at), None)
    return next((number for number in reversed(range(len(words))) if words[number].end() <= cut.at), None)


def _partners(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """Return which word of *theirs* each word of *ours* became, for those that stayed or are spelled alike."""
    lower, other_lower = [word.casefold() for word in ours], [word.casefold() for word in theirs]
    matcher = difflib.SequenceMatcher(None, lower, other_lower, autojunk=False)
    found: dict[int, int] = {}
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind in ("insert", "delete") or (kind == "replace" and end - start != other_end - other_start):
            continue
        for mine, other in zip(range(start, end), range(other_start, other_end), strict=True):
            if kind == "equal" or difflib.SequenceMatcher(None, lower[mine], other_lower[other]).ratio() >= CLOSE:
                found[mine] = other
    return found


def _wrong_marks(frozen: Frozen, answer: str, *, in_order: bool) -> str:
    """Return why the marks in *answer* are not those of *frozen*, each once and not glued to other words."""
    meant = dict(frozen.marks)
    there = [match.group() for match in _MARK.finditer(answer) if match.group() in meant]
    for mark, text in frozen.marks:
        if there.count(mark) != 1:
            return f"the answer {'doubled' if mark in there else 'lost'} {named(text)}"
    if in_order and there != [mark for mark, _ in frozen.marks]:
        return "the answer put links or code in another order"
    for mark, text in frozen.marks:
        if _glued(answer, mark) and not _glued(frozen.text, mark):
            return f"the answer has no place for {named(text)}"
    return ""


def _glued(text: str, mark: str) -> bool:
    start = text.index(mark)
    return _GLUE.match(text[start - 1 : start] or " ") is not None or (
        _GLUE.match(text[start + len(mark) :]) is not None
    )


def _as_close(frozen: Frozen, answer: str) -> str:
    """Return *answer* without the space that it puts between a word and a tag or footnote that stood close to one."""
    for mark, meant in frozen.marks:
        if not meant.startswith(("<", "[^")):
            continue
        at = frozen.text.index(mark)
        if _GLUE.match(frozen.text[max(at - 1, 0) : at]):
            answer = answer.replace(f" {mark}", mark)
        if _GLUE.match(frozen.text[at + len(mark) :]):
            answer = answer.replace(f"{mark} ", mark)
    return answer


class Thawing:
    """Passes an answer on with its marks replaced as it comes; half a mark waits for its other half."""

    def __init__(self, frozen: Frozen, emit: Callable[[str], None]) -> None:
        self._frozen = frozen
        self._emit = emit
        self._held = ""

    def __call__(self, piece: str) -> None:
        """Take more of the answer."""
        text = self._held + piece
        start = text.rfind("[")
        whole = start < 0 or "]" in text[start:] or len(text) - start > 8
        self._held = "" if whole else text[start:]
        ready = text if whole else text[:start]
        if ready:
            self._emit(self._frozen.shown(ready))

    def flush(self) -> None:
        """Pass on what waits."""
        if self._held:
            self._emit(self._held)
        self._held = ""
