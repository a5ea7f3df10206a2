"""What an export could not take along. Knows nothing of formats."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that the reader of an export will not get as it was written."""

    line: int
    """The line of the source, from 0."""
    message: str
    """One sentence for the writer."""


class Report:
    """Gathers losses, each once."""

    def __init__(self) -> None:
        self._losses: set[Loss] = set()

    def add(self, line: int, message: str) -> None:
        """Note a loss. The same again is the same loss."""
        self._losses.add(Loss(line, message))

    def losses(self) -> tuple[Loss, ...]:
        """Return what was noted, by line."""
        return tuple(sorted(self._losses, key=lambda loss: (loss.line, loss.message)))
