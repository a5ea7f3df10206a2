"""How many of the corrections that were made were wanted, and how many of those wanted were made. By word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """Words of a text, from `start` to before `end`, and what stands for them."""

    start: int
    end: int
    before: str
    after: str


def corrections(before: str, after: str) -> set[Correction]:
    """Return what turns *before* into *after*, word for word where as many stand on both sides."""
    return set(_corrections(_WORD.findall(before), _WORD.findall(after)))


def _corrections(ours: list[str], theirs: list[str]) -> Iterator[Correction]:
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "replace" and end - start == other_end - other_start:
            for at in range(end - start):
                yield Correction(start + at, start + at + 1, ours[start + at], theirs[other_start + at])
        elif kind != "equal":
            # Of a word written twice it is no matter which one goes.
            while kind == "delete" and start and end - start == 1 and ours[start - 1] == ours[start]:
                start, end = start - 1, end - 1
            yield Correction(start, end, " ".join(ours[start:end]), " ".join(theirs[other_start:other_end]))


@dataclass(slots=True)
class Count:
    """Corrections made and wanted."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, made: set[Correction], wanted: set[Correction]) -> None:
        """Count a paragraph."""
        self.right += len(made & wanted)
        self.wrong += len(made - wanted)
        self.missed += len(wanted - made)

    @property
    def precision(self) -> float:
        """Of those made, the share that was wanted; 1 where none was made."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of those wanted, the share that was made; 1 where none was wanted."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f_half(self) -> float:
        """Both in one, precision counting twice as much as recall."""
        weighed = 0.25 * self.precision + self.recall
        return 1.25 * self.precision * self.recall / weighed if weighed else 0.0
