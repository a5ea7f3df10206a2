"""Prompts read ahead, before anybody asks for an answer to them. Knows no pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meai.inference.cache import Cache, Seat
from meai.inference.llama import Adapted


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be read."""

    tokens: Sequence[int]
    adapted: Adapted = ()
    """The adapters that its answer will be written with."""


class Warming:
    """Reads *prompts* into the cache, one after another, *chunk* tokens at a time. `close` gives back what it holds."""

    def __init__(self, prompts: Sequence[Prompt], *, cache: Cache, chunk: int) -> None:
        self._prompts = list(prompts)
        self._cache = cache
        self._chunk = chunk
        self._seat = self._next_seat()

    @property
    def finished(self) -> bool:
        """Whether all is read."""
        return not self._prompts

    def step(self) -> None:
        """Evaluate one chunk, or nothing when interrupted. Raises NoRoom when the cache has no room for it."""
        prompt = self._prompts[0].tokens
        sequence = self._seat.take(prompt)
        # The last token is evaluated with the answer, which needs its logits.
        rest = prompt[self._cache.length(sequence) : -1]
        done = not rest or self._cache.evaluate(sequence, rest[: self._chunk], logits=0)
        if len(rest) <= self._chunk and done:
            self._seat.leave()
            del self._prompts[0]
            self._seat = self._next_seat()

    def pause(self) -> None:
        """Give the sequence back empty and leave the rest unread: room is wanted, and nobody waits for this."""
        self._seat.clear()
        self._prompts.clear()

    def close(self) -> None:
        """Give back what it holds; what was read stays in the cache for others."""
        self._seat.leave()

    def _next_seat(self) -> Seat:
        return Seat(self._cache, self._prompts[0].adapted if self._prompts else ())
