"""The shapes of a prompt: a list of examples, a system prompt, an instruction. Knows no words but the editor's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from meai.inference.request import Request, Sampling, Turn

TOKENS_PER_BYTE = 0.75
"""Of UTF-8: above what English (0.3), Russian (0.4) and Japanese (0.5) take, so that an answer has room to grow."""
EDITOR = (
    "You are a careful editor. Edit the user's text as the user says. Keep links, code, names, numbers and Markdown "
    "marks exactly as they are, also marks such as [1]. Reply with the text alone."
)


class Prompt(Protocol):
    """Makes the request for one unit of a selection."""

    def __call__(self, unit: str, language: str = "") -> Request:
        """Return the request about *unit*; *language* is the one to translate into."""


@dataclass(frozen=True, slots=True)
class Examples:
    """A list of pairs that a small model goes on with."""

    before: str
    after: str
    pairs: tuple[tuple[str, str], ...]

    def __call__(self, unit: str, language: str = "") -> Request:
        """Return the request about *unit*, whose lines are one."""
        listed = "".join(f"{self.before}: {ours}\n{self.after}: {theirs}\n\n" for ours, theirs in self.pairs)
        line = unit.replace("\n", " ")
        start = f"{listed}{self.before}: {line}\n{self.after}:"
        return Request((), start, Sampling(max_tokens=limit(unit), stop=("\n",)), source=line, purpose="rewrite")


@dataclass(frozen=True, slots=True)
class SystemPrompt:
    """What the model was told beforehand; the unit is the writer's turn."""

    text: str

    def __call__(self, unit: str, language: str = "") -> Request:
        """Return the request about *unit*."""
        turns = (Turn("system", self.text), Turn("user", unit))
        return Request(turns, "", Sampling(max_tokens=limit(unit)), source=unit, purpose="rewrite")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a larger model is to do with the unit. It comes last: what was read up to it serves every instruction."""

    text: str
    sampling: Sampling = field(default_factory=Sampling)
    growth: float = 1.0
    """How much longer than the unit the answer may be."""

    def __call__(self, unit: str, language: str = "") -> Request:
        """Return the request about *unit*."""
        words = self.text.replace("{language}", language)
        turns = (Turn("system", EDITOR), Turn("user", about(unit, words)))
        sampling = replace(self.sampling, max_tokens=limit(unit, self.growth))
        return Request(turns, "", sampling, source=unit, purpose="rewrite")


def about(text: str, instruction: str) -> str:
    """Return the writer's turn: *text*, and then what is to be done with it."""
    return f"Text: {text}\n\n{instruction}"


def limit(unit: str, growth: float = 1.0) -> int:
    """Return how many tokens an answer about *unit* may have."""
    return 24 + int(len(unit.encode("utf-8", "replace")) * TOKENS_PER_BYTE * growth)
