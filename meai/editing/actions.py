"""The catalogue of what a writer can ask for. Data only: knows no prompt and no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from meai.editing.verify import Budget, no_prose, no_summary

Scope = Literal["replace", "insert", "below"]
Unit = Literal["part", "whole", "caret"]
Needs = Literal["", "instruction", "language"]
SELECTION = "{{selection}}"
"""What stands in a writer's own instruction for the text it is about."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a writer can ask for."""

    name: str
    """Its word on the command line and on the wire."""
    label: str
    """Its words in the page."""
    scope: Scope
    """`replace`: the answer stands for the selection; `insert`: it goes to the caret and nothing is replaced; `below`:
    it goes below the selection, which stays."""
    unit: Unit = "part"
    """What the model gets at a time: a sentence or paragraph, the whole selection, or what stands before the caret."""
    budget: Budget | None = None
    """How far each unit may move from its source; None where the answer is new text."""
    needs: Needs = ""
    """What the writer must say besides."""
    cells: bool = False
    """Whether table cells and links that stand alone are worked on as well."""
    choices: int = 0
    """How many answers to choose from are asked for; 0: one answer."""
    instruction: str = ""
    """Of a writer's own action: what it asks for, with or without SELECTION."""
    check: Callable[[str, str], str] | None = None
    """Of an action about the whole: why its answer is none to the selection, or nothing."""
    key: str = ""
    """Of a writer's own action: its key as CodeMirror writes keys, or none."""


_REWORDED = Budget(least_kept=0.1, must_change=True, longest=1.8)
ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action(
            "correct-spelling",
            "Correct spelling",
            "replace",
            budget=Budget(least_kept=0.6, may_reword=False),
            cells=True,
        ),
        Action("make-fluent", "Make it fluent", "replace", budget=Budget(least_kept=0.35)),
        Action("paraphrase", "Paraphrase", "replace", budget=Budget(least_kept=0.1, must_change=True)),
        Action(
            "shorten", "Shorten", "replace", budget=Budget(0.1, must_change=True, shortest=0.2, longest=0.95, slack=0)
        ),
        Action(
            "expand", "Expand", "replace", budget=Budget(0.4, must_change=True, shortest=1.05, longest=3.0, slack=0)
        ),
        Action("simplify", "Simplify", "replace", budget=_REWORDED),
        Action("more-formal", "More formal", "replace", budget=_REWORDED),
        Action("more-friendly", "More friendly", "replace", budget=_REWORDED),
        Action("summarise", "Summarise", "below", unit="whole", check=no_summary),
        Action("headlines", "Headline ideas", "below", unit="whole", choices=5),
        Action("prose", "Turn notes into prose", "replace", unit="whole", check=no_prose),
        Action(
            "translate",
            "Translate to…",
            "replace",
            budget=Budget(0.0, shortest=0.3, longest=3.0, changes_language=True),
            needs="language",
            cells=True,
        ),
        Action("autocomplete", "Autocomplete", "insert", unit="caret"),
        Action("ask", "Ask AI", "replace", unit="whole", needs="instruction"),
    )
}


def own_action(label: str, instruction: str, key: str = "") -> Action:
    """Return a writer's own action, called *label*. Its name is made of that and begins with `own-`."""
    words = "-".join(re.findall(r"\w+", label.casefold()))
    return Action(f"own-{words}", label, "replace", unit="whole", instruction=instruction, key=key)


def with_own(own: Iterable[Action]) -> dict[str, Action]:
    """Return the built-in actions and the writer's *own*, which stand before `autocomplete`."""
    built_in = list(ACTIONS.values())
    return {action.name: action for action in (*built_in[:-2], *own, *built_in[-2:])}


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that a writer could get, for an action that is beyond the one in use."""

    label: str
    size: int
    """Bytes of its file."""
    actions: tuple[str, ...]
    """What it is fit for."""
