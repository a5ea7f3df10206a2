"""From what a writer asks to a checked proposal. Knows no socket and no model: it is given what answers requests.

The story: cut the selection into units, ask the model for each, check each answer, keep the source where none passes.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from meai.editing.actions import ACTIONS, Action
from meai.editing.mend import corrections_only, with_edges_of
from meai.editing.prompts import Prompt, by_sentence, continuation, free_instruction, prompts_for
from meai.editing.protect import lost_spans
from meai.editing.segment import Piece, pieces
from meai.editing.verify import Budget, objection, without_preamble
from meai.errors import BadInput, Cancelled, MeaiError
from meai.inference.request import Completion, FinishReason, ModelTraits, Request

LONGEST_SELECTION = 40_000
"""Characters: an hour of work for a small machine, and what the checks can bear."""
LONGEST_UNIT = 4000
"""Characters of one sentence; a text without any is no prose."""

READ_AHEAD = 4000
"""Characters of a selection that are looked at to read ahead: its first unit begins there."""

Emit = Callable[[str], None]
Ask = Callable[[Request, Emit], Completion]
_UNFINISHED: dict[FinishReason, str] = {
    "length": "the answer was cut off",
    "repetition": "the model went round in circles",
}
_LEFT = ("Tables, code, HTML and links that stand alone were left as they are.",)
_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKUP = re.compile(r"[#>|`~<\[]|[-*+](?:\s|-|$)|\d+[.)]?(?:\s|$)|:::")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)]*(?=\s|$)""")


@dataclass(frozen=True, slots=True)
class RewriteOrder:
    """What a writer asked for."""

    action: str
    """A name in ACTIONS."""
    selection: str
    """The text to work on, with `\\n` line ends; may be empty for `autocomplete` and `ask`."""
    before: str = ""
    """The text before the selection, as far as it was sent."""
    after: str = ""
    """The text after it."""
    instruction: str = ""
    """The writer's own words, for `ask`."""
    editor: str = ""
    """Who asks: an editor's newest order takes the place of its older ones; empty: nobody's, which replace nothing."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or paragraph of the selection and what became of it."""

    source: str
    text: str
    reason: str = ""
    """Why the source was kept, as a sentence; empty where the answer passed its checks."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked answer. What was no unit (marks, code, blank lines) is in `text` as it was."""

    text: str
    units: tuple[Unit, ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences for the writer about the whole answer."""


class Answers(Protocol):
    """What a rewriter needs of an engine."""

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        """Return what the model file says of itself, waiting for a model that is being loaded."""

    def generate(self, request: Request, emit: Emit, cancelled: threading.Event) -> Completion:
        """Answer *request*, each new piece of text going to *emit*."""

    def warm(self, requests: Sequence[Request]) -> None:
        """Read the prompts of *requests*, of one editor, while nobody waits. Returns at once and never raises."""


class Rewriter:
    """Turns orders into proposals with the model of *engine*. May be used from several threads."""

    def __init__(self, engine: Answers) -> None:
        self._engine = engine
        self._at_once = threading.Event()
        self._at_once.set()

    def rewrite(self, order: RewriteOrder, emit: Emit, cancelled: threading.Event) -> Proposal:
        """Answer *order*; *emit* gets the text as it comes, which the proposal then replaces.

        Raises BadInput for an order that makes no sense, Cancelled soon after *cancelled* is set, NoModel, EngineGone.
        """
        action = _action_of(order)
        ask = partial(self._generate, order.editor, cancelled)
        if order.action == "autocomplete":
            return _continued(order, emit, ask)
        model = self._engine.traits(cancelled)
        if action.budget is None:
            return _asked(order, model, emit, ask)
        return _rewritten(order, action.budget, model, emit, ask)

    def warm(self, order: RewriteOrder) -> None:
        """Let the model read ahead what *order* may ask it first; without a selection, what text at the caret would.

        Returns soon, and does nothing where no model is ready.
        """
        # Nobody waits for it: who asks for the answer itself will hear why there is none.
        with suppress(MeaiError):
            model = self._engine.traits(self._at_once)
            self._engine.warm([replace(each, editor=order.editor) for each in _first_requests(order, model)])

    def _generate(self, editor: str, cancelled: threading.Event, request: Request, emit: Emit) -> Completion:
        # Before it is sent: it would take the place of the order that this one was given up for.
        if cancelled.is_set():
            raise Cancelled("It was stopped.")
        return self._engine.generate(replace(request, editor=editor), emit, cancelled)


def _rewritten(order: RewriteOrder, budget: Budget, model: ModelTraits, emit: Emit, ask: Ask) -> Proposal:
    prompts = prompts_for(order.action, model)
    text, units, left = "", [], False
    for piece in pieces(order.selection, sentences=by_sentence(model)):
        if piece.prose:
            unit = _unit(piece, prompts, budget, emit, ask)
            units.append(unit)
            text += unit.text
        else:
            emit(piece.source)
            text += piece.source
            left = left or _WORD.search(piece.source) is not None
    if not units:
        raise BadInput("There is no sentence to work on here: tables, code, HTML and links stay as they are.")
    return Proposal(text, tuple(units), _LEFT if left else ())


def _unit(piece: Piece, prompts: tuple[Prompt, ...], budget: Budget, emit: Emit, ask: Ask) -> Unit:
    """Ask for *piece* with one prompt after another until an answer passes; only the first one streams."""
    reason = "it is too long" if len(piece.words) > LONGEST_UNIT else ""
    for prompt in () if reason else prompts:
        answer = ask(prompt(piece.words), _silent if reason else _Trimmed(emit))
        text, reason = _checked(piece.words, answer.text, budget)
        reason = _UNFINISHED.get(answer.reason, reason)
        if not reason:
            return Unit(piece.source, piece.put(text))
    return Unit(piece.source, piece.source, f"No safe suggestion for this sentence: {reason}.")


def _continued(order: RewriteOrder, emit: Emit, ask: Ask) -> Proposal:
    written = order.before + order.selection
    if not written.strip():
        raise BadInput("There is nothing to continue yet; write a few words first.")
    line = _OneLine(emit, space="" if written[-1].isspace() else " ")
    answer = ask(continuation(written), line)
    text = line.text if line.ended or answer.reason != "length" else _whole_sentences(line.text)
    if not text.strip():
        raise BadInput("The model has nothing to add here; write a few more words and try again.")
    return Proposal(text, (), _unread(answer))


def _asked(order: RewriteOrder, model: ModelTraits, emit: Emit, ask: Ask) -> Proposal:
    answer = ask(free_instruction(order.instruction.strip(), order.selection, model), _Trimmed(emit))
    text = without_preamble(answer.text, order.selection)
    if not text:
        raise BadInput("The model gave no answer; say it in other words and try again.")
    core = order.selection.strip()
    if core:
        start = order.selection.index(core)
        text = order.selection[:start] + text + order.selection[start + len(core) :]
    warnings = tuple(f"The answer leaves out {span}" for span in lost_spans(order.selection, text))
    if answer.reason in _UNFINISHED:
        warnings = (f"This is not the whole text: {_UNFINISHED[answer.reason]}.", *warnings)
    return Proposal(text, (), _unread(answer) + warnings)


def _first_requests(order: RewriteOrder, model: ModelTraits) -> tuple[Request, ...]:
    """Return what *order*, and after it the other actions, would ask first, as far as that is known beforehand.

    With the instruction first, as small models get it, nothing of a free prompt is known.
    """
    selection = order.selection[:READ_AHEAD]
    if not selection.strip():
        return (continuation(order.before),) if order.before.strip() else ()
    small = by_sentence(model)
    units = (piece.words for piece in pieces(selection, sentences=small) if piece.prose)
    unit = next((words for words in units if len(words) <= LONGEST_UNIT), None)
    first = {name: prompts_for(name, model)[0](unit) for name in ACTIONS if ACTIONS[name].budget and unit is not None}
    if not small:
        first["ask"] = free_instruction("", selection, model)
    return tuple(first[name] for name in sorted(first, key=lambda name: name != order.action))


def _checked(source: str, answer: str, budget: Budget) -> tuple[str, str]:
    """Return what of *answer* may stand for *source*, and why nothing may, or an empty reason."""
    text = with_edges_of(source, without_preamble(answer, source))
    if budget.may_reword:
        return text, objection(source, text, budget)
    mended = corrections_only(source, text)
    # Where nothing is left of it, the whole answer tells why.
    return mended, objection(source, text if mended == source else mended, budget)


class _OneLine:
    """Passes on the first line of an answer that has words, since a continuation stays in its paragraph.

    What begins as a list, a table, a fence or a heading is no sentence and is dropped. *space* stands for the line ends
    before a new paragraph; it is empty where the text before ends with white space already.
    """

    def __init__(self, emit: Emit, *, space: str) -> None:
        self._emit = emit
        self._space = space
        self._start = ""
        self.text = ""
        self.ended = False

    def __call__(self, piece: str) -> None:
        if not self.text and not self.ended:
            piece = self._first(piece)
        if self.ended or not piece:
            return
        line, newline, _ = piece.partition("\n")
        self.text += line
        self.ended = bool(newline)
        self._emit(line)

    def _first(self, piece: str) -> str:
        self._start += piece
        words = self._start.lstrip()
        blank = self._start[: len(self._start) - len(words)]
        new_line = not self._space or "\n" in blank
        self.ended = new_line and _MARKUP.match(words) is not None
        if not words:
            return ""
        return (blank if self._space and "\n" not in blank else self._space) + words


class _Trimmed:
    """Passes text on without the white space it begins with."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._begun = False

    def __call__(self, text: str) -> None:
        text = text if self._begun else text.lstrip()
        if text:
            self._begun = True
            self._emit(text)


def _unread(answer: Completion) -> tuple[str, ...]:
    """Return what the writer is to know of a text that did not fit into the model's memory."""
    if not answer.left_out:
        return ()
    return (f"The text is long for this model; it read it without {answer.left_out:,} characters.",)


def _silent(_text: str) -> None:
    """Let an answer come unseen."""


def _action_of(order: RewriteOrder) -> Action:
    action = ACTIONS.get(order.action)
    if action is None:
        raise BadInput(f"There is no action {order.action!r}; choose one of {', '.join(ACTIONS)}.")
    if len(order.selection) > LONGEST_SELECTION:
        raise BadInput(
            f"The selection has {len(order.selection):,} characters; select at most {LONGEST_SELECTION:,} at a time."
        )
    if order.action == "ask" and not order.instruction.strip():
        raise BadInput("Say what the model shall do.")
    return action


def _whole_sentences(text: str) -> str:
    """Return *text* up to the end of its last whole sentence, or all of it when it has none."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else text
