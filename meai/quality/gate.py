"""Whether an adapter is taken or left: what was counted without it and with it. Pure comparison; measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meai.editing.rewrite import PROOFREAD
from meai.quality.outcome import Outcome

NOISE = 0.005
"""A share that moved by less is the same."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was counted both times, as a share of all."""

    action: str
    name: str
    without: float
    with_it: float
    more_is_better: bool

    @property
    def gain(self) -> float:
        """How much better it got; below 0: worse. What moved within the noise is 0."""
        moved = (self.with_it - self.without) * (1 if self.more_is_better else -1)
        return moved if abs(moved) > NOISE else 0.0


def compared(without: Sequence[Outcome], with_it: Sequence[Outcome]) -> tuple[Figure, ...]:
    """Return the figures of both, whose actions are the same in the same order; none of one that was not measured."""
    return tuple(
        Figure(before.action, name, share(before), share(after), more)
        for before, after in zip(without, with_it, strict=True)
        if before.paragraphs and after.paragraphs
        for name, share, more in _FIGURES
        if name not in (_OF_REWORDING if before.action == PROOFREAD else _OF_SPELLING)
    )


def verdict(figures: Sequence[Figure]) -> tuple[bool, str]:
    """Return whether the adapter may be taken, and why, as a sentence."""
    worse = "; ".join(f"{figure.action}: {figure.name}" for figure in figures if figure.gain < 0)
    better = "; ".join(f"{figure.action}: {figure.name}" for figure in figures if figure.gain > 0)
    if worse:
        return False, f"Leave it, as with it this is worse: {worse}."
    if better:
        return True, f"Take it, as nothing that was counted is worse, and this is better: {better}."
    return True, "It makes no difference to what was counted here; whether you like its style only reading will tell."


def as_table(figures: Sequence[Figure]) -> str:
    """Return *figures* as lines for a terminal, a column each without and with the adapter."""
    rows = [("", "", "without", "with")]
    rows += [
        (each.action, each.name, f"{100 * each.without:.1f} %", f"{100 * each.with_it:.1f} %{_MARKS[_sign(each.gain)]}")
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _sign(gain: float) -> int:
    return (gain > 0) - (gain < 0)


_MARKS = {-1: "  worse", 0: "", 1: "  better"}
_OF_SPELLING = ("corrections that are right", "mistakes that are corrected")
# A misspelled name or number that is corrected is a fact that turned, and meant.
_OF_REWORDING = ("passages in which a fact turned",)
_FIGURES: tuple[tuple[str, Callable[[Outcome], float], bool], ...] = (
    (_OF_SPELLING[0], lambda outcome: outcome.both.precision, True),
    (_OF_SPELLING[1], lambda outcome: outcome.both.recall, True),
    ("texts whose links, code and names stayed", lambda outcome: outcome.spans_kept / outcome.paragraphs, True),
    (_OF_REWORDING[0], lambda outcome: outcome.turned / max(outcome.units, 1), False),
    ("passages without a suggestion", lambda outcome: outcome.none / max(outcome.units, 1), False),
)
