"""From what a writer asks to a checked proposal. Knows no socket and no model: it is given what answers requests.

The story: cut the selection into units, ask the model for each, check each answer, keep the source where none passes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Protocol

from meai.editing.actions import ACTIONS, Action, KnownModel
from meai.editing.anchors import anchors
from meai.editing.complete import Compare, continued
from meai.editing.order import Emit, Proposal, RewriteOrder, Screen, Unit, unseen
from meai.editing.problems import DIALECTS
from meai.editing.prompts import by_sentence, continuation, free_instruction, larger, obstacle, prompts_for
from meai.editing.protect import named, parted_span, protected_spans
from meai.editing.segment import pieces
from meai.editing.units import LONGEST_UNIT, Ask, Manner, answered, first_request
from meai.editing.verify import shape
from meai.editing.whole import frozen_subject, whole
from meai.errors import BadInput, Cancelled, MeaiError
from meai.inference.request import Completion, ModelTraits, Request

__all__ = ["Answers", "Emit", "Proposal", "RewriteOrder", "Rewriter", "Unit"]

LONGEST_SELECTION = 40_000
"""Characters: an hour of work for a small machine, and what the checks can bear."""
READ_AHEAD = 4000
"""Characters of a selection that are looked at to read ahead: its first unit begins there."""
LIKELY = ("correct-spelling", "make-fluent", "paraphrase")
"""Actions that are read ahead for besides the one that was asked for last."""
PROOFREAD = "correct-spelling"
"""The action that a proofreader does."""

_LEFT = ("Tables, code, HTML and links that stand alone were left as they are.",)
_LEFT_OF_CELLS = ("Code, HTML and links were left as they are.",)


class Answers(Protocol):
    """What a rewriter needs of an engine."""

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        """Return what the model file says of itself, waiting for a model that is being loaded."""

    def generate(self, request: Request, emit: Emit, cancelled: threading.Event) -> Completion:
        """Answer *request*, each new piece of text going to *emit*."""

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> Sequence[float]:
        """Return how probable each of *candidates* is as a continuation of *request*, where the model can tell."""

    def warm(self, requests: Sequence[Request]) -> None:
        """Read the prompts of *requests*, of one editor, while nobody waits. Returns at once and never raises."""


class Proofreads(Protocol):
    """What a rewriter needs of a proofreader."""

    def proofread(
        self, order: RewriteOrder, emit: Emit, cancelled: threading.Event, *, cells: bool
    ) -> list[Unit | str] | None:
        """Return the selection's sentences and what stands between; None where it cannot judge this text."""


class Rewriter:
    """Turns orders into proposals with the model of *engine*. May be used from several threads.

    *actions* are what can be asked for; *known* the models that could be named for what is beyond the one in use.
    *proofreader* corrects spelling where it can judge the text; elsewhere, or without one, the model writes it anew.
    """

    def __init__(
        self,
        engine: Answers,
        actions: Mapping[str, Action] | None = None,
        known: Iterable[KnownModel] = (),
        proofreader: Proofreads | None = None,
    ) -> None:
        self._engine = engine
        self._proofreader = proofreader
        self.actions: Mapping[str, Action] = ACTIONS if actions is None else actions
        self._known = tuple(known)
        self._at_once = threading.Event()
        self._at_once.set()

    def rewrite(self, order: RewriteOrder, emit: Emit, cancelled: threading.Event, sketch: Emit = unseen) -> Proposal:
        """Answer *order*; *emit* and *sketch* get the text as it comes, as of a Screen; the proposal then replaces it.

        Raises BadInput for an order that makes no sense, Cancelled soon after *cancelled* is set, NoModel, EngineGone.
        """
        action = self._action_of(order)
        ask = partial(self._generate, order, cancelled)
        screen = Screen(emit, sketch)
        if action.unit == "caret":
            return continued(order, screen, ask, _unread, self._comparing(order, cancelled))
        model = self._engine.traits(cancelled)
        if too_small := obstacle(action, model, self._known):
            raise BadInput(too_small)
        if order.draft or action.budget is None:
            heard: list[Completion] = []
            proposal = whole(order, action, model, screen, _overheard(ask, heard))
            return replace(proposal, warnings=_unread(heard[-1]) + proposal.warnings)
        parts = None
        if action.name == PROOFREAD and self._proofreader is not None and model.compares:
            parts = self._proofreader.proofread(order, emit, cancelled, cells=action.cells)
        if parts is None:
            parts = _by_unit(order, action, model, screen, ask)
        return self._proposal(parts, action, model)

    def obstacles(self) -> dict[str, str]:
        """Return why actions are beyond the model in use, by their names; nothing while none is ready."""
        try:
            model = self._engine.traits(self._at_once)
        except MeaiError:
            return {}
        told = {name: obstacle(action, model, self._known) for name, action in self.actions.items()}
        return {name: sentence for name, sentence in told.items() if sentence}

    def warm(self, order: RewriteOrder) -> None:
        """Let the model read ahead what *order* may ask it first; without a selection, what text at the caret would.

        Returns soon, and does nothing where no model is ready.
        """
        # Nobody waits for it: who asks for the answer itself will hear why there is none.
        with suppress(MeaiError):
            model = self._engine.traits(self._at_once)
            self._engine.warm([replace(each, editor=order.editor) for each in _first_requests(order, model)])

    def _generate(self, order: RewriteOrder, cancelled: threading.Event, request: Request, emit: Emit) -> Completion:
        # Before it is sent: it would take the place of the order that this one was given up for.
        if cancelled.is_set():
            raise Cancelled("It was stopped.")
        return self._engine.generate(replace(request, editor=order.editor, action=order.action), emit, cancelled)

    def _comparing(self, order: RewriteOrder, cancelled: threading.Event) -> Compare | None:
        """Return what compares continuations for *order*; None where nothing follows or the model cannot."""

        def compare(request: Request, candidates: Sequence[str]) -> Sequence[float]:
            if cancelled.is_set():
                raise Cancelled("It was stopped.")
            asked = replace(request, editor=order.editor, action=order.action)
            return self._engine.score(asked, candidates, cancelled)

        needed = order.one_sentence and order.after
        return compare if needed and self._engine.traits(cancelled).compares else None

    def _action_of(self, order: RewriteOrder) -> Action:
        action = self.actions.get(order.action)
        if action is None:
            raise BadInput(f"There is no action {order.action!r}; choose one of {', '.join(self.actions)}.")
        if len(order.selection) > LONGEST_SELECTION:
            length, most = f"{len(order.selection):,}", f"{LONGEST_SELECTION:,}"
            raise BadInput(f"The selection has {length} characters; select at most {most} at a time.")
        if order.dialect not in ("", *DIALECTS):
            raise BadInput(f"There is no English called {order.dialect!r}; choose one of {', '.join(DIALECTS)}.")
        if action.needs and not order.instruction.strip():
            raise BadInput(_MISSING[action.needs])
        parted = parted_span(order.before, order.selection, order.after) if order.selection.strip() else ""
        if parted and action.scope == "replace":
            raise BadInput(f"The selection has only a part of {named(parted)}; select all of it or nothing of it.")
        return action

    def _proposal(self, parts: list[Unit | str], action: Action, model: ModelTraits) -> Proposal:
        parts = _kept_whole(parts)
        units = tuple(part for part in parts if isinstance(part, Unit))
        if not units:
            raise BadInput("There is no sentence to work on here: tables, code, HTML and links stay as they are.")
        return Proposal(
            "".join(_text(part) for part in parts), units, (*_left(parts, action), *self._better(units, action, model))
        )

    def _better(self, units: Sequence[Unit], action: Action, model: ModelTraits) -> tuple[str, ...]:
        """Return which model may do better where a small one failed at more than half of the *units*."""
        failed = sum(bool(unit.reason) for unit in units)
        if not by_sentence(model) or failed * 2 <= len(units):
            return ()
        return (f"A larger model than this one may do better. {larger(self._known, action)}",)


_MISSING = {"instruction": "Say what the model shall do.", "language": "Say which language to translate into."}


def _manner(order: RewriteOrder, action: Action, model: ModelTraits) -> Manner:
    assert action.budget is not None
    prompts = prompts_for(action.name, model, order.variation)
    language = order.instruction.strip() if action.needs == "language" else ""
    return Manner(prompts, action.budget, by_sentence(model), language, order.variation)


def _by_unit(order: RewriteOrder, action: Action, model: ModelTraits, screen: Screen, ask: Ask) -> list[Unit | str]:
    manner = _manner(order, action, model)
    parts: list[Unit | str] = []
    for piece in pieces(order.selection, sentences=manner.small, cells=action.cells):
        if piece.prose:
            parts += answered(piece, manner, screen, ask)
        else:
            screen.emit(piece.source)
            parts.append(piece.source)
    return parts


def _first_requests(order: RewriteOrder, model: ModelTraits) -> tuple[Request, ...]:
    """Return what *order*, and after it the other actions, would ask first, as far as that is known beforehand.

    With the instruction first, as small models get it, nothing of a free prompt is known.
    """
    selection = order.selection[:READ_AHEAD]
    if not selection.strip():
        return (replace(continuation(order.before), action="autocomplete"),) if order.before.strip() else ()
    small = by_sentence(model)
    first: dict[str, Request] = {}
    for name in {order.action: None} | dict.fromkeys(LIKELY):
        action = ACTIONS.get(name)
        unit = _first_unit(selection, action, small) if action and action.budget and not action.needs else ""
        if action and unit and prompts_for(name, model):
            first[name] = first_request(unit, _manner(order, action, model))
    if not small:
        first["ask"] = free_instruction("", frozen_subject(replace(order, selection=selection)).text, model)
    named = sorted(first, key=lambda name: name != order.action)
    return tuple(replace(first[name], action=name) for name in named)


def _first_unit(selection: str, action: Action, small: bool) -> str:
    units = (piece.words for piece in pieces(selection, sentences=small, cells=action.cells) if piece.prose)
    return next((words for words in units if len(words) <= LONGEST_UNIT), "")


def _kept_whole(parts: list[Unit | str]) -> list[Unit | str]:
    """Return *parts* with the source of those units that break the text's structure only together with the others."""
    if _is_whole(parts, parts):
        return parts
    kept: list[Unit | str] = [part if isinstance(part, str) else _undone(part) for part in parts]
    changed = [number for number, part in enumerate(parts) if isinstance(part, Unit) and part.text != part.source]
    _redo(kept, parts, changed)
    return kept


def _redo(kept: list[Unit | str], parts: list[Unit | str], numbers: Sequence[int]) -> None:
    """Put those of *numbers* from *parts* into *kept* with which it stays whole."""
    tried = list(kept)
    for number in numbers:
        tried[number] = parts[number]
    if not numbers or _is_whole(tried, parts):
        kept[:] = tried
    elif len(numbers) > 1:
        half = len(numbers) // 2
        _redo(kept, parts, numbers[:half])
        _redo(kept, parts, numbers[half:])


def _is_whole(tried: Sequence[Unit | str], parts: Sequence[Unit | str]) -> bool:
    source = "".join(part if isinstance(part, str) else part.source for part in parts)
    text = "".join(_text(part) for part in tried)
    same = sorted(protected_spans(text)) == sorted(protected_spans(source)) and shape(text) == shape(source)
    return same and anchors(text) == anchors(source)


def _undone(unit: Unit) -> Unit:
    return Unit(unit.source, unit.source, unit.reason or _TOGETHER)


_TOGETHER = "No safe suggestion for this sentence: with it the text around would read otherwise."


def _text(part: Unit | str) -> str:
    return part if isinstance(part, str) else part.text


def _left(parts: Iterable[Unit | str], action: Action) -> tuple[str, ...]:
    """Return what the writer is to know of words that were no unit."""
    left = any(isinstance(part, str) and _has_words(part) for part in parts)
    return (_LEFT_OF_CELLS if action.cells else _LEFT) if left else ()


def _has_words(text: str) -> bool:
    letters = "".join(letter if letter.isalpha() else " " for letter in text)
    return any(len(word) > 1 for word in letters.split())


def _overheard(ask: Ask, heard: list[Completion]) -> Callable[[Request, Emit], Completion]:
    def asked(request: Request, emit: Emit) -> Completion:
        heard.append(ask(request, emit))
        return heard[-1]

    return asked


def _unread(answer: Completion) -> tuple[str, ...]:
    """Return what the writer is to know of a text that did not fit into the model's memory."""
    if not answer.left_out:
        return ()
    return (f"The text is long for this model; it read it without {answer.left_out:,} characters.",)
