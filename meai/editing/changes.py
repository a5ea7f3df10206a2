"""What differs between a text and its rewrite, by word. Knows nothing of models, proposals or pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """Words that stand for other words; one side is empty where words were added or left out."""

    before: str
    after: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """Return what turns *before* into *after*, in the order of the text."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        Change("".join(old[old_from:old_to]), "".join(new[new_from:new_to]))
        for step, old_from, old_to, new_from, new_to in steps
        if step != "equal"
    )
