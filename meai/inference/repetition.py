"""Whether an answer goes round in circles. Knows tokens only.

Greedy decoding of a small model easily falls into a loop that no end token leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_LOOP = 48
"""Tokens: a paragraph that a model repeats whole is caught by the edit checks, not here."""
MIN_LOOPED = 24
"""Tokens: shorter runs are left alone, since `----`, `ha ha ha` and table rules are a writer's own."""


def looped_tokens(tokens: Sequence[int]) -> int:
    """Return how many tokens at the end of *tokens* only repeat what stands before them, or 0.

    A loop is one block of at most LONGEST_LOOP tokens, three times in a row and at least MIN_LOOPED tokens long.
    The first copy of the block is not counted: cutting the result off leaves the block once.
    """
    for period in range(1, LONGEST_LOOP + 1):
        copies = max(3, -(-MIN_LOOPED // period))
        span = period * copies
        if span > len(tokens) or tokens[-1] != tokens[-1 - period]:
            continue
        tail = tokens[-span:]
        if all(tail[index] == tail[index - period] for index in range(period, span)):
            return span - period
    return 0
