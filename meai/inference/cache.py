"""The KV cache at work: llama.cpp's sequences and the mirror of what they hold, always changed together.

Knows no request. Who wants to evaluate takes a sequence for a prompt, evaluates tokens at its end and gives it back;
what it holds then stays for the next prompt that begins like it: in the cache while it was the last at work, and
afterwards in a copy outside, since cells that nobody works on slow down all that are evaluated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from meai.inference.llama import SEQUENCES, Adapted, Model, NoRoom, Run
from meai.inference.pace import Pace
from meai.inference.parking import Parking
from meai.inference.prefix import WORTH_KEEPING, Sequences, common_prefix

BRANCHES = 8
"""Sequences set apart for variants of one text, which live only as long as they are compared."""


class Cache:
    """The sequences of *model*. One thread only."""

    def __init__(self, model: Model, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self.model = model
        self._pace = pace
        self._clock = clock
        # The sets of adapters that were used; what a token left in the cache under one is another token under another.
        self._adapted: list[Adapted] = [()]
        self._under: dict[int, int] = {}
        self._sequences = Sequences(SEQUENCES - BRANCHES, rewinds=model.rewinds)
        # What a model that cannot rewind holds is rarely of use, and its idle sequences cost others nothing.
        self._parking = Parking(model.cells * model.cell_bytes if model.rewinds else 0)

    @property
    def taken(self) -> int:
        """How many sequences are taken."""
        return self._sequences.taken

    @property
    def parked_bytes(self) -> int:
        """What is kept outside the cache."""
        return self._parking.bytes

    def take(self, prompt: Sequence[int], adapted: Adapted = ()) -> int:
        """Take a sequence that holds as much of *prompt*'s beginning as any. Raises NoRoom when all are taken.

        What is evaluated in it is computed with the adapters *adapted*, and so was what it holds. At least the last
        token of *prompt* is not held. The caller gives the sequence back with `release`.
        """
        if adapted not in self._adapted:
            self._adapted.append(adapted)
        under = self._adapted.index(adapted)
        prompt = _marked(prompt, under)
        self._fetch(prompt)
        place = self._sequences.take(prompt)
        if place is None:
            raise NoRoom("All sequences are taken.")
        if place.copied_from is None:
            # After a failed evaluation a model that cannot rewind may hold more than is known, and loses all of it.
            if not self.model.forget(place.sequence, place.kept):
                self._sequences.cut(place.sequence, 0)
        else:
            self.model.forget(place.sequence)
            self.model.share(place.copied_from, place.sequence, place.kept)
        self._under[place.sequence] = under
        self._clear_idle(self._sequences.held(place.sequence))
        return place.sequence

    def length(self, sequence: int) -> int:
        """Return how many tokens *sequence* holds."""
        return len(self._sequences.held(sequence))

    def evaluate(self, sequence: int, tokens: Sequence[int], logits: int) -> bool:
        """Evaluate *tokens* at the end of *sequence*, with the logits after the last *logits* of them.

        Idle sequences make room where there is none. False when interrupted: nothing has changed then. Raises NoRoom
        when the sequences at work fill the cache.
        """
        if not self._evaluate(sequence, len(tokens), Run(tokens, self.length(sequence), sequence, logits)):
            return False
        under = self._under[sequence]
        self._sequences.extend(sequence, _marked(tokens, under) if under else tokens)
        return True

    def branch(self, sequence: int, variants: Sequence[Sequence[int]]) -> bool:
        """Evaluate *variants*, at most BRANCHES, each as if it stood at the end of *sequence*, with all their logits.

        Nothing of it stays. False when interrupted. Raises like `evaluate`.
        """
        start = self.length(sequence)
        branches = range(SEQUENCES - BRANCHES, SEQUENCES - BRANCHES + len(variants))
        for branch in branches:
            self.model.share(sequence, branch, start)
        try:
            pairs = zip(variants, branches, strict=True)
            runs = (Run(variant, start, branch, len(variant)) for variant, branch in pairs)
            return self._evaluate(sequence, sum(map(len, variants)), *runs)
        finally:
            for branch in branches:
                self.model.forget(branch)

    def cut(self, sequence: int, end: int) -> None:
        """Drop what *sequence* holds from *end* on."""
        if end < self.length(sequence):
            self._sequences.cut(sequence, end if self.model.forget(sequence, end) else 0)

    def release(self, sequence: int) -> None:
        """Give *sequence* back."""
        self._sequences.release(sequence)

    def leave(self, sequence: int) -> None:
        """Give *sequence* back, and its room with it."""
        self._park(sequence)
        self.release(sequence)

    def _fetch(self, prompt: Sequence[int]) -> None:
        """Take back into the cache what *prompt* begins with, where that is worth it."""
        found = self._parking.best(prompt)
        if found is None or found[0] < self._sequences.kept(prompt) + WORTH_KEEPING:
            return
        self._clear_idle(prompt)
        sequence, parked = self._sequences.vacant(), found[1]
        if sequence is not None and self.model.restore(sequence, parked.cells):
            self._sequences.extend(sequence, parked.tokens)

    def _clear_idle(self, work: Sequence[int]) -> None:
        """Empty the sequences that nobody works in; of what is no part of *work*, a copy is kept."""
        if not self.model.rewinds:
            return
        for sequence in self._sequences.idle:
            held = self._sequences.held(sequence)
            if len(held) - common_prefix(held, work) < WORTH_KEEPING:
                self.cut(sequence, 0)
            else:
                self._park(sequence)

    def _park(self, sequence: int) -> None:
        held = self._sequences.held(sequence)
        if self.model.rewinds and len(held) >= WORTH_KEEPING and not self._parking.holds(held):
            self._parking.put(held, self.model.save(sequence))
        self.cut(sequence, 0)

    def _evaluate(self, sequence: int, tokens: int, *runs: Run) -> bool:
        """Evaluate *runs*, so many *tokens*, which belong to *sequence* or stand at its end."""
        self.model.adapt(self._adapted[self._under[sequence]])
        while True:
            self.model.use_threads(self._pace.threads)
            began = self._clock()
            try:
                done = self.model.evaluate(*runs)
            except NoRoom:
                if not self._sequences.idle:
                    raise
                self._park(self._sequences.idle[0])
                continue
            ended = self._clock()
            if done:
                self._pace.note(tokens, ended - began, ended)
            return done


class Seat:
    """The sequence of one piece of work: taken when it is first needed, given back as it is or empty."""

    def __init__(self, cache: Cache, adapted: Adapted = ()) -> None:
        self._cache = cache
        self._adapted = adapted
        self._sequence: int | None = None

    def take(self, prompt: Sequence[int]) -> int:
        """Return the sequence, which is taken for *prompt* where there is none yet. Raises NoRoom."""
        if self._sequence is None:
            self._sequence = self._cache.take(prompt, self._adapted)
        return self._sequence

    def leave(self) -> None:
        """Give the sequence back; what it holds stays in the cache for others."""
        if self._sequence is not None:
            self._cache.release(self._sequence)
            self._sequence = None

    def clear(self) -> None:
        """Give the sequence back empty, since room is wanted."""
        if self._sequence is not None:
            self._cache.leave(self._sequence)
            self._sequence = None


def _marked(tokens: Sequence[int], under: int) -> list[int]:
    """Return *tokens* as they are told apart from those computed with another set of adapters."""
    return [token + (under << 32) for token in tokens] if under else list(tokens)
