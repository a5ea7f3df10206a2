"""The catalogue of what a writer can ask for. Data only: knows no prompt and no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from meai.editing.verify import Budget


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a writer can ask for."""

    name: str
    """Its word on the command line and on the wire."""
    label: str
    """Its words in the page."""
    scope: Literal["replace", "insert"]
    """`replace`: the answer stands for the selection; `insert`: it goes to the caret and nothing is replaced."""
    budget: Budget | None = None
    """How far each sentence may move from its source; None where the answer is new text."""


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("correct-spelling", "Correct spelling", "replace", Budget(least_kept=0.6, may_reword=False)),
        Action("make-fluent", "Make it fluent", "replace", Budget(least_kept=0.35)),
        Action("paraphrase", "Paraphrase", "replace", Budget(least_kept=0.1, must_change=True)),
        Action("autocomplete", "Autocomplete", "insert"),
        Action("ask", "Ask AI", "replace"),
    )
}
