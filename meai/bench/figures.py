"""Measured figures, their spread and what they should be, as a table or JSON. Measures nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be."""

    limit: float
    at_least: bool
    """Else at most."""

    def met_by(self, value: float) -> bool:
        """Return whether *value* is as it should be."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured several times."""

    key: str
    values: tuple[float, ...]
    goal: Goal | None = None
    percentile: int = 50
    """Which value stands for all: the middle one, or a worse one."""

    @property
    def value(self) -> float:
        """The value that stands for all."""
        if self.percentile == 50:
            return statistics.median(self.values)
        return sorted(self.values)[math.ceil(self.percentile / 100 * len(self.values)) - 1]

    @property
    def fields(self) -> dict[str, Any]:
        """The figure as JSON-ready values."""
        told = {"value": round(self.value, 3), "low": round(min(self.values), 3), "high": round(max(self.values), 3)}
        goal = {"goal": str(self.goal), "met": self.goal.met_by(self.value)} if self.goal is not None else {}
        return {**told, "runs": len(self.values), **goal}


def as_table(figures: Sequence[Figure]) -> str:
    """Return *figures* as lines for a terminal."""
    rows = [("figure", "value", "low", "high", "goal", "")]
    for figure in figures:
        told = figure.fields
        met = {True: "met", False: "MISSED", None: ""}[told.get("met")]
        rows.append(
            (figure.key, *(f"{told[name]:.2f}" for name in ("value", "low", "high")), told.get("goal", ""), met)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
