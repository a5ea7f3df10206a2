"""What each sequence of the KV cache holds, and which of them a prompt starts from. Knows no llama.cpp and no clock.

Idle sequences keep their tokens, since the next prompt often begins like one of them: typing goes on, the same action
is asked for the next sentence, a tab is chosen again. The one that was used longest ago makes room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WORTH_KEEPING = 32
"""Tokens: what a sequence holds beyond a shared beginning is kept for later when there is as much of it."""

STRETCH = 64


def common_prefix(held: Sequence[int], prompt: Sequence[int]) -> int:
    """Return how many leading tokens of *prompt* need not be evaluated again.

    At most all but one: the last token must be evaluated to get the logits that follow it.
    """
    limit = max(min(len(held), len(prompt) - 1), 0)
    # Whole stretches first: they are compared without Python.
    start = 0
    while start < limit and held[start : start + STRETCH] == prompt[start : start + STRETCH]:
        start += STRETCH
    for index in range(start, limit):
        if held[index] != prompt[index]:
            return index
    return limit


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a prompt is evaluated and what is done to the cache for it first."""

    sequence: int
    kept: int
    """Leading tokens of the prompt that need not be evaluated."""
    copied_from: int | None = None
    """The sequence to share them from; `sequence` is emptied first. None: they are in `sequence` already."""


class Sequences:
    """The mirror of *count* sequences. Whoever evaluates, drops or shares tokens tells it so."""

    def __init__(self, count: int, *, rewinds: bool = True) -> None:
        """With *rewinds* false the end of a sequence cannot be dropped, as in recurrent models, nor a part shared."""
        self._held: list[list[int]] = [[] for _ in range(count)]
        self._taken: set[int] = set()
        self._used = [0] * count
        self._turn = 0
        self._rewinds = rewinds

    def held(self, sequence: int) -> list[int]:
        """The tokens of *sequence*. To be changed by `extend` and `cut` only."""
        return self._held[sequence]

    @property
    def taken(self) -> int:
        """How many sequences are taken."""
        return len(self._taken)

    @property
    def idle(self) -> tuple[int, ...]:
        """The sequences that hold something and that nobody works in, the longest unused first."""
        free = [each for each in range(len(self._held)) if each not in self._taken and self._held[each]]
        return tuple(sorted(free, key=lambda each: self._used[each]))

    def kept(self, prompt: Sequence[int]) -> int:
        """Return how many leading tokens of *prompt* some sequence holds."""
        return self._donor(prompt)[1]

    def vacant(self) -> int | None:
        """Return a sequence that holds nothing and that nobody works in; None where there is none."""
        return next((each for each, held in enumerate(self._held) if not held and each not in self._taken), None)

    def take(self, prompt: Sequence[int]) -> Placement | None:
        """Choose the sequence for *prompt* and take it until `release`; None when all are taken.

        The caller then does what the placement says, also to the cache.
        """
        free = [each for each in range(len(self._held)) if each not in self._taken]
        if not free:
            return None
        donor, kept = self._donor(prompt)
        placement = self._placement(donor, kept, free)
        if placement.copied_from is not None:
            self._held[placement.sequence] = self._held[placement.copied_from][:kept]
        else:
            del self._held[placement.sequence][placement.kept :]
        self._taken.add(placement.sequence)
        self._touch(placement.sequence)
        return placement

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        """Note that *tokens* were evaluated at the end of *sequence*."""
        self._held[sequence] += tokens

    def cut(self, sequence: int, end: int) -> None:
        """Note that *sequence* was dropped from *end* on."""
        del self._held[sequence][end:]

    def release(self, sequence: int) -> None:
        """Give *sequence* back; what it holds stays for others."""
        self._taken.discard(sequence)
        self._touch(sequence)

    def _donor(self, prompt: Sequence[int]) -> tuple[int, int]:
        """Return the sequence that shares the most with *prompt*, one that nobody works in before one taken."""
        best, most = 0, -1
        for sequence, held in enumerate(self._held):
            kept = common_prefix(held, prompt)
            if not self._rewinds and kept < len(held):
                kept = 0
            if kept > most or (kept == most and best in self._taken and sequence not in self._taken):
                best, most = sequence, kept
        return best, most

    def _placement(self, donor: int, kept: int, free: list[int]) -> Placement:
        others = [each for each in free if each != donor]
        if donor in free and (len(self._held[donor]) - kept < WORTH_KEEPING or not others):
            return Placement(donor, kept)
        # An empty one, else the one that was used longest ago.
        other = min(others, key=lambda each: (bool(self._held[each]), self._used[each]))
        return Placement(other, kept, copied_from=donor) if kept else Placement(other, 0)

    def _touch(self, sequence: int) -> None:
        self._turn += 1
        self._used[sequence] = self._turn
