"""What sequences held that had to leave the KV cache, kept in ordinary memory. Knows tokens and bytes, no llama.cpp.

llama.cpp looks at every cell in use for every token it evaluates, also at those of other sequences: beside four long
texts that nobody works on, a prompt takes 1.8 times as long. Copying a text out or in takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from meai.inference.prefix import common_prefix

Cells = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Parked:
    """A sequence's tokens and what llama.cpp has of them."""

    tokens: list[int]
    cells: Cells


class Parking:
    """The parked sequences, at most *limit_bytes* of them; the one that was looked for longest ago leaves first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._parked: list[Parked] = []

    @property
    def bytes(self) -> int:
        """What they take in memory."""
        return sum(each.cells.nbytes for each in self._parked)

    def holds(self, tokens: Sequence[int]) -> bool:
        """Whether a parked sequence begins with *tokens*, or is them."""
        wanted = list(tokens)
        return any(each.tokens[: len(wanted)] == wanted for each in self._parked)

    def put(self, tokens: Sequence[int], cells: Cells) -> None:
        """Park *tokens*, in place of those that they begin with. Nothing happens where they are too many."""
        if cells.nbytes > self._limit_bytes:
            return
        new = Parked(list(tokens), cells)
        self._parked = [each for each in self._parked if new.tokens[: len(each.tokens)] != each.tokens]
        self._parked.append(new)
        while self.bytes > self._limit_bytes:
            del self._parked[0]

    def best(self, prompt: Sequence[int]) -> tuple[int, Parked] | None:
        """Return the parked sequence that shares the most with *prompt*, after how many tokens it shares; it stays."""
        if not self._parked:
            return None
        kept, at = max((common_prefix(each.tokens, prompt), at) for at, each in enumerate(self._parked))
        self._parked.append(self._parked.pop(at))
        return kept, self._parked[-1]
