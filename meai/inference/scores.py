"""How probable each of several continuations of one prompt is. Knows tokens, no pipe.

What the candidates share is evaluated once, and where they part, several are evaluated in one batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from meai.inference.cache import BRANCHES, Cache, Seat
from meai.inference.llama import LOGIT_ROWS, Adapted


class Scores:
    """Scores *candidates*, continuations of *prompt*, all tokens, with the adapters *adapted*.

    `close` gives back what it holds.
    `result` then has for each candidate the natural logarithm of its probability, the sum over its tokens.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        candidates: Sequence[Sequence[int]],
        *,
        cache: Cache,
        chunk: int,
        adapted: Adapted = (),
    ) -> None:
        self._cache = cache
        self._chunk = chunk
        self._candidates = [list(candidate) for candidate in candidates]
        shared = _shared(self._candidates)
        self._trunk = [*prompt, *self._candidates[0][:shared]] if candidates else list(prompt)
        self._prompt_length = len(prompt)
        self._tails = [candidate[shared:] for candidate in self._candidates]
        self._seat = Seat(cache, adapted)
        self._trunk_score = 0.0
        self._scores: list[float] = []

    @property
    def finished(self) -> bool:
        """Whether all is scored."""
        return len(self._scores) == len(self._candidates)

    @property
    def result(self) -> tuple[float, ...]:
        """The scores, in the order of the candidates."""
        return tuple(self._scores)

    def step(self) -> None:
        """Evaluate one batch, or nothing when interrupted. Raises NoRoom when the cache has no room for it."""
        # What of the trunk is scored must be evaluated here, so only the prompt may come from the cache.
        sequence = self._seat.take(self._trunk[: self._prompt_length])
        if self._cache.length(sequence) < len(self._trunk) - 1:
            self._read(sequence)
        else:
            self._compare(sequence)

    def pause(self) -> None:
        """Give the sequence back empty; the next step reads anew what it held."""
        self._seat.clear()

    def close(self) -> None:
        """Give back what it holds; what was read stays in the cache for others."""
        self._seat.leave()

    def _read(self, sequence: int) -> None:
        """Evaluate more of the trunk but for its last token, scoring what of it belongs to the candidates."""
        held = self._cache.length(sequence)
        if held < self._prompt_length:
            # Also where what was scored got lost, since the model cannot drop the end of a sequence alone.
            self._trunk_score = 0.0
        before = self._prompt_length - 1 - held
        if before > 0:
            self._cache.evaluate(sequence, self._trunk[held : held + min(before, self._chunk)], logits=0)
            return
        end = min(len(self._trunk) - 1, held + LOGIT_ROWS)
        if self._cache.evaluate(sequence, self._trunk[held:end], logits=end - held):
            self._trunk_score += log_probability(self._cache.model.logits, self._trunk[held + 1 : end + 1])

    def _compare(self, sequence: int) -> None:
        """Score the next few candidates, each from the trunk's last token on."""
        runs = [[self._trunk[-1], *tail[:-1]] if tail else [] for tail in self._tails[len(self._scores) :][:BRANCHES]]
        if len(runs[0]) > LOGIT_ROWS:
            self._walk(sequence, runs[0])
            return
        while sum(map(len, runs)) > LOGIT_ROWS:
            runs.pop()
        if not any(runs) or self._cache.branch(sequence, [run for run in runs if run]):
            self._note(runs)

    def _walk(self, sequence: int, run: Sequence[int]) -> None:
        """Score one candidate that is too long for a single batch."""
        tail, start, score = self._tails[len(self._scores)], self._cache.length(sequence), self._trunk_score
        try:
            for at in range(0, len(run), LOGIT_ROWS):
                piece = run[at : at + LOGIT_ROWS]
                if not self._cache.evaluate(sequence, piece, logits=len(piece)):
                    return
                score += log_probability(self._cache.model.logits, tail[at : at + len(piece)])
        finally:
            self._cache.cut(sequence, start)
        self._scores.append(score)

    def _note(self, group: Sequence[Sequence[int]]) -> None:
        row = 0
        for run in group:
            tail = self._tails[len(self._scores)]
            score = self._trunk_score
            if run:
                score += log_probability(self._cache.model.logits[row : row + len(run)], tail)
            self._scores.append(score)
            row += len(run)


def _shared(candidates: Sequence[Sequence[int]]) -> int:
    """Return how many leading tokens all *candidates* share."""
    if not candidates:
        return 0
    first = candidates[0]
    return min(_agreeing(first, other) for other in candidates)


def _agreeing(one: Sequence[int], other: Sequence[int]) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def log_probability(rows: npt.NDArray[np.float32], tokens: Sequence[int]) -> float:
    """Return the logarithm of how probable *tokens* are, each by its own row of logits."""
    # Row by row: all at once would take several times their memory, 100 MB with a large vocabulary.
    return float(sum(row[token] - _log_total(row) for row, token in zip(rows, tokens, strict=True)))


def _log_total(row: npt.NDArray[np.float32]) -> float:
    highest = row.max()
    return float(highest + np.log(np.exp(row - highest).sum()))
