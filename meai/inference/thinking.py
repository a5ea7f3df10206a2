"""Removes the thoughts that a thinking model begins its answer with, piece by piece. Knows text only.

Only a block at the very beginning is thoughts: further on, `<think>` is the writer's own subject.
"""

from __future__ import annotations

BLOCKS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]"))


class Thoughts:
    """Takes an answer's text in pieces of any size and gives back what is no thought.

    Where they are *wanted*, since the model has none and `<think>` would be the writer's own, all comes back.
    """

    def __init__(self, *, wanted: bool = False) -> None:
        self._held = ""
        self._end: str | None = None
        """What ends the block that has begun."""
        self._thought = False
        self._over = wanted

    def push(self, piece: str) -> str:
        """Take the next *piece*; return what of the answer is certain now, perhaps nothing."""
        self._held += piece
        while not self._over:
            before = self._held
            self._advance()
            if self._held == before and not self._over:
                return ""
        text, self._held = self._held, ""
        return text

    def finish(self) -> str:
        """Return what was held back; a block that has not ended is thoughts to its last letter."""
        self._over = True
        return "" if self._end else self.push("")

    def _advance(self) -> None:
        """Drop what of the held text is thoughts; set `_over` once the answer itself begins."""
        if self._end is not None:
            self._skip(self._end)
            return
        begun = self._held.lstrip()
        if self._thought:
            self._held = begun
        for opening, end in BLOCKS:
            if begun.startswith(opening):
                self._held, self._end = begun[len(opening) :], end
                return
        self._over = not any(opening.startswith(begun) for opening, _ in BLOCKS)

    def _skip(self, end: str) -> None:
        _, found, after = self._held.partition(end)
        if found:
            self._held, self._end, self._thought = after, None, True
        else:
            # As much as may yet become the end.
            self._held = self._held[-(len(end) - 1) :]
