"""Whether an answer goes round in circles. Knows tokens only.

Greedy decoding of a small model easily falls into a loop that no end token leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_LOOP = 48
"""Tokens: a paragraph that a model repeats whole is caught by the edit checks, not here."""
MIN_LOOPED = 24
"""Tokens: shorter runs are left alone, since `----`, `ha ha ha` and table rules are a writer's own."""

_LOOPED = tuple(period * (max(3, -(-MIN_LOOPED // max(period, 1))) - 1) for period in range(LONGEST_LOOP + 1))
"""By the length of a block: the tokens of a loop after its first copy."""


def looped_tokens(tokens: Sequence[int]) -> int:
    """Return how many tokens at the end of *tokens* only repeat what stands before them, or 0.

    A loop is one block of at most LONGEST_LOOP tokens, three times in a row and at least MIN_LOOPED tokens long.
    The first copy of the block is not counted: cutting the result off leaves the block once.
    """
    for period in range(1, LONGEST_LOOP + 1):
        span = _LOOPED[period] + period
        if span > len(tokens) or tokens[-1] != tokens[-1 - period]:
            continue
        tail = tokens[-span:]
        if all(tail[index] == tail[index - period] for index in range(period, span)):
            return _LOOPED[period]
    return 0


class Loops:
    """Looks for a loop as tokens come, and finds one where `looped_tokens` of all of them is above 0."""

    def __init__(self) -> None:
        self._recent: list[int] = []
        # For each distance at which the last tokens repeat: how many of them, one after another.
        self._runs: dict[int, int] = {}

    def take(self, token: int) -> bool:
        """Take the next *token*; return whether the tokens so far end in a loop."""
        recent, runs = self._recent, self._runs
        self._runs = {}
        if token in recent:
            periods = (len(recent) - at for at, each in enumerate(recent) if each == token)
            self._runs = {period: runs.get(period, 0) + 1 for period in periods}
        recent.append(token)
        del recent[:-LONGEST_LOOP]
        return any(run >= _LOOPED[period] for period, run in self._runs.items())
