"""One sentence or paragraph from its source to an answer that may stand for it. Knows no selection round it.

What is protected is put away; each way of asking is tried until an answer passes its checks; else the source stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from meai.editing.asking import Prompt
from meai.editing.facts import Flag, changed_facts
from meai.editing.frozen import Frozen, Thawing, freeze, freeze_leaving_out
from meai.editing.mend import corrections_only, with_edges_of
from meai.editing.order import Emit, Screen, Unit, unseen
from meai.editing.prompts import varied
from meai.editing.protect import added_spans, lost_spans, named
from meai.editing.repair import repaired
from meai.editing.segment import Piece, sentences_of
from meai.editing.verify import Budget, not_translated, objection
from meai.inference.request import Completion, FinishReason, Request

LONGEST_UNIT = 4000
"""Characters of one sentence; a text without any is no prose."""
UNFINISHED: dict[FinishReason, str] = {
    "length": "the answer was cut off",
    "repetition": "the model went round in circles",
}

Ask = Callable[[Request, Emit], Completion]


@dataclass(frozen=True, slots=True)
class Manner:
    """How units are asked for and how far they may move."""

    prompts: tuple[Prompt, ...]
    """In the order to try them."""
    budget: Budget
    small: bool
    """Whether the model is one for single sentences."""
    language: str = ""
    """The one to translate into."""
    variation: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that passed its checks, and what it turned."""

    text: str
    flags: tuple[Flag, ...]


def answered(piece: Piece, manner: Manner, screen: Screen, ask: Ask) -> list[Unit | str]:
    """Return what became of *piece*: its units, and the white space between them. *screen* gets it as it comes."""
    unit = _unit(piece, manner, screen, ask)
    sentences = sentences_of(piece)
    if not unit.reason or manner.small or len(sentences) < 2 or len(piece.words) > LONGEST_UNIT:
        screen.emit(unit.text)
        return [unit]
    last = Manner(manner.prompts[-1:], manner.budget, True, manner.language, manner.variation)
    parts: list[Unit | str] = []
    for each in sentences:
        part = _unit(each, last, screen, ask) if each.prose else each.source
        screen.emit(part if isinstance(part, str) else part.text)
        parts.append(part)
    return parts


def first_request(words: str, manner: Manner) -> Request:
    """Return what is asked first about *words*."""
    request, _ = next(_attempts(words, manner))
    return request


def _unit(piece: Piece, manner: Manner, screen: Screen, ask: Ask) -> Unit:
    """Ask for *piece* in one way after another; only the first answer of a larger model is sketched."""
    reason = "it is too long" if len(piece.words) > LONGEST_UNIT else ""
    best: Answered | None = None
    sketched = not manner.small
    for request, frozen in () if reason else _attempts(piece.words, manner):
        shown = Thawing(frozen, Trimmed(screen.sketch if sketched else unseen))
        answer = ask(request, shown)
        shown.flush()
        found, reason = _checked(piece.words, frozen, answer, manner)
        if sketched and not found:
            screen.withdraw()
        sketched = False
        if found and (best is None or len(found.flags) < len(best.flags)):
            best = found
        if found and not found.flags:
            break
    return _kept(piece, reason) if best is None else Unit(piece.source, piece.put(best.text), "", best.flags)


def _kept(piece: Piece, reason: str) -> Unit:
    return Unit(piece.source, piece.source, f"No safe suggestion for this sentence: {reason}.")


def _attempts(words: str, manner: Manner) -> Iterator[tuple[Request, Frozen]]:
    """Yield each way of asking about *words*: by another prompt, or with what is protected put away otherwise."""
    frozen, marked = (freeze_leaving_out(words) if manner.small else freeze(words)), freeze(words)
    forms = [frozen] + [marked] * (len(manner.prompts) - 1)
    ways = list(zip(manner.prompts, forms, strict=True))
    if manner.small and len(ways) == 1 and frozen != marked:
        ways.append((manner.prompts[0], marked))
    for prompt, form in ways:
        yield varied(prompt(form.text, manner.language), manner.variation), form


def _checked(words: str, frozen: Frozen, answer: Completion, manner: Manner) -> tuple[Answered | None, str]:
    """Return what of *answer* may stand for *words*; None and the reason where nothing may."""
    budget = manner.budget
    text = with_edges_of(frozen.text, repaired(answer.text, frozen.text))
    reason = UNFINISHED.get(answer.reason, "")
    mended = text if budget.may_reword else corrections_only(frozen.text, text)
    # Where nothing is left of it, the whole answer tells why.
    reason = reason or objection(frozen.text, text if mended == frozen.text else mended, budget)
    thawed, lost = frozen.thawed(mended, in_order=not budget.may_reword)
    reason = reason or lost or _misplaced(words, thawed)
    if reason:
        return None, frozen.shown(reason)
    if manner.language and not_translated(frozen.text, mended, manner.language):
        return None, "the answer was not translated"
    flags = changed_facts(frozen.text, mended)
    if budget.changes_language:
        flags = tuple(flag for flag in flags if flag.kind == "number")
    return Answered(thawed, flags), ""


def _misplaced(words: str, answer: str) -> str:
    """Return why what is protected is not the same in both, however that came about, or nothing."""
    wrong = lost_spans(words, answer) + added_spans(words, answer)
    return f"the answer has no place for {named(next(iter(wrong)))}" if wrong else ""


class Trimmed:
    """Passes text on without the white space it begins with."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._begun = False

    def __call__(self, text: str) -> None:
        """Take more of the answer."""
        text = text if self._begun else text.lstrip()
        if text:
            self._begun = True
            self._emit(text)
