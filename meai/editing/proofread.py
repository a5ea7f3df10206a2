"""A selection of English proofread, sentence by sentence. Knows neither Harper nor llama.cpp: both are given to it.

Harper's process says where something may be wrong, the model says what is more probable, and nothing else is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from meai.editing.facts import changed_facts
from meai.editing.language import dialect_of, is_english
from meai.editing.marks import owned
from meai.editing.order import RewriteOrder, Unit
from meai.editing.problems import DIALECTS, Dialect, Problem
from meai.editing.ranking import Score, Weights, corrected
from meai.editing.segment import Piece, pieces
from meai.errors import Cancelled
from meai.inference.request import Request

NEAR = 4000
"""Characters around a selection that tell its language."""

Emit = Callable[[str], None]


class Problems(Protocol):
    """What a proofreader needs of a checker."""

    def problems(
        self, texts: Sequence[str], dialect: Dialect, words: Iterable[str]
    ) -> list[tuple[Problem, ...]] | None:
        """Return what is wrong in each of *texts* but for *words*; None where that cannot be told."""


class Scores(Protocol):
    """What a proofreader needs of an engine."""

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        """Return how probable each of *candidates* is as a continuation of *request*."""


class Proofreader:
    """Corrects English with *checker* and the model of *engine*. *words* tells the writer's dictionary as it is now."""

    def __init__(
        self, checker: Problems, engine: Scores, words: Callable[[], frozenset[str]], weights: Weights | None = None
    ) -> None:
        self._checker = checker
        self._engine = engine
        self._words = words
        self._weights = weights or Weights()

    def proofread(
        self, order: RewriteOrder, emit: Emit, cancelled: threading.Event, *, cells: bool = True
    ) -> list[Unit | str] | None:
        """Return the sentences of *order*'s selection, corrected, and what stands between; *emit* gets each when done.

        With *cells* those of tables are sentences as well. None where this is no English text or nothing can check
        it. Raises as the engine does.
        """
        around = order.before[-NEAR:] + order.selection + order.after[:NEAR]
        if not is_english(order.selection, around):
            return None
        selected = pieces(order.selection, sentences=True, cells=cells)
        own = self._words()
        prose = [piece.words for piece in selected if piece.prose]
        chosen = next((each for each in DIALECTS if each == order.dialect), None)
        dialect = chosen or dialect_of(order.before + order.selection + order.after)
        found = self._checker.problems(prose, dialect, own)
        if found is None:
            return None
        score = self._score(order, cancelled)
        known = owned(order.before + order.selection + order.after, own)
        parts: list[Unit | str] = []
        text, problems = order.before, iter(found)
        for piece in selected:
            part = self._unit(piece, next(problems), text, known, score) if piece.prose else piece.source
            done = part if isinstance(part, str) else part.text
            emit(done)
            text += done
            parts.append(part)
        return parts

    def _unit(
        self, piece: Piece, problems: Sequence[Problem], before: str, known: Callable[[str], bool], score: Score
    ) -> Unit:
        words = corrected(piece.words, problems, before, score, known, self._weights)
        return Unit(piece.source, words.replace("\n", "\n" + piece.margin), flags=changed_facts(piece.words, words))

    def _score(self, order: RewriteOrder, cancelled: threading.Event) -> Score:
        def score(start: str, candidates: Sequence[str]) -> Sequence[float]:
            if cancelled.is_set():
                raise Cancelled("It was stopped.")
            request = Request((), start, purpose="rewrite", action=order.action, editor=order.editor)
            return self._engine.score(request, candidates, cancelled)

        return score
