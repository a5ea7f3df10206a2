"""What a writer may choose for an export. A format heeds the choices that its row of the table names, no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from meai.errors import BadInput

CHOICES: dict[str, tuple[str | bool, ...]] = {
    "tables": ("best", "picture", "list", "code"),
    "images": ("embed", "link"),
    "theme": ("system", "light", "dark"),
    "toc": (False, True),
    "formulas": ("picture", "text"),
    "pictures": ("drawn", "described"),
}
"""What each option may be; the first is what it is unless chosen. `best` is the best that the target can show."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen."""

    tables: str = "best"
    images: str = "embed"
    """Whether images of the workspace are put into the export, or named by their address as in the source."""
    theme: str = "system"
    toc: bool = False
    """Whether a table of contents stands above the text."""
    formulas: str = "picture"
    """What a formula that stands alone becomes where a target shows none."""
    pictures: str = "drawn"
    """`described`: whoever asked draws tables and formulas that become pictures; `parts` say what of."""


def options(chosen: Mapping[str, Any]) -> Options:
    """Return *chosen*, by name. Raises BadInput for an option or a choice that there is not."""
    for name, value in chosen.items():
        if name not in CHOICES:
            raise BadInput(f"There is no export option “{name}”; choose among {', '.join(CHOICES)}.")
        if not any(value == choice and type(value) is type(choice) for choice in CHOICES[name]):
            offered = ", ".join(str(choice).lower() for choice in CHOICES[name])
            raise BadInput(f"The export option “{name}” cannot be “{value}”; choose one of {offered}.")
    return Options(**chosen)


def parsed(settings: Iterable[str]) -> dict[str, str | bool]:
    """Return what *settings* say, each `name=choice`. Raises BadInput for one that is not of that form."""
    chosen: dict[str, str | bool] = {}
    for setting in settings:
        name, sign, choice = setting.partition("=")
        if not sign:
            raise BadInput(f"“{setting}” is no option; write name=choice, as toc=true.")
        chosen[name] = {"true": True, "false": False}.get(choice, choice)
    return chosen
