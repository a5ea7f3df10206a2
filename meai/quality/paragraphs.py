"""The paragraphs that were written for this, with their mistakes marked: `⟪wrong→right⟫`. Knows no model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("paragraphs.txt")
_NAME = re.compile(r"^%% (.*)\n", re.MULTILINE)
_MISTAKE = re.compile(r"⟪([^→⟪⟫]*)→([^⟪⟫]*)⟫")
THIRD = 3


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a newsletter."""

    name: str
    source: str
    """As somebody wrote it."""
    wanted: str
    """As a proofreader would return it."""
    held_out: bool
    """Whether nothing was tuned on it: so is every third."""


def paragraphs() -> list[Paragraph]:
    """Return them in the order of the file."""
    _, *parts = _NAME.split(_FILE.read_text(encoding="utf-8"))
    return [
        Paragraph(name, _MISTAKE.sub(r"\1", text), _MISTAKE.sub(r"\2", text), held_out=number % THIRD == THIRD - 1)
        for number, (name, text) in enumerate(zip(parts[::2], parts[1::2], strict=True))
    ]
