"""What may be wrong in a text and what may stand there instead. Values only: knows nobody who finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Dialect = Literal["american", "british", "australian", "canadian", "indian"]
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)


@dataclass(frozen=True, slots=True)
class Problem:
    """A place in a text that a rule or a dictionary objects to."""

    start: int
    """Its first character, counted in code points."""
    end: int
    """The character after its last."""
    kind: str
    """Harper's word for what is wrong, such as `Spelling` or `Agreement`."""
    rule: str
    """Harper's name of the rule that found it."""
    message: str
    """One sentence for the writer."""
    suggestions: tuple[str, ...]
    """What may stand there instead, the likeliest first; an empty one takes the words out."""

    @property
    def is_word(self) -> bool:
        """Whether no dictionary has the word that stands there."""
        return self.rule in _UNKNOWN_WORD


_UNKNOWN_WORD = frozenset(["SpellCheck", "SplitWords"])
