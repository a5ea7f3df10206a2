"""Where a text will probably be mended, and which word was meant. Knows words, no model and no grammar.

Only a guess for the model to check: a wrong one costs a moment and changes no answer. A model's own vocabulary is the
dictionary, since nearly every common word is one token of it, the more common the smaller its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SHORTEST, LONGEST = 3, 24
"""Letters: in shorter words nearly everything is a typing error of something."""
MOST_UNKNOWN, UNKNOWN_SHARE = 8, 0.3
"""Where more words than this and than this part of all are unknown, the text is in a language that is not the model's:
there is nothing to mend it by, and to look costs a tenth of a millisecond for each of them."""
_WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?![\w'’-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Slip:
    """A word that is probably mistyped, from the character *start* of its text to *end*."""

    start: int
    end: int
    meant: str


def slips(text: str, words: Mapping[str, int]) -> Iterator[Slip]:
    """Yield the words of *text* that *words* does not know, with the commonest one that is a typing error away.

    *words* maps each known word to its number, the commoner the smaller. A text in another language has none.
    """
    there = list(_WORD.finditer(text))
    unknown = [each for each in there if _unknown(each[0], words)]
    if len(unknown) > max(MOST_UNKNOWN, UNKNOWN_SHARE * len(there)):
        return
    for each in unknown:
        near = min((word for word in _near(each[0].lower()) if word in words), key=words.__getitem__, default="")
        if near:
            yield Slip(each.start(), each.end(), near.capitalize() if each[0][0].isupper() else near)


def _unknown(word: str, words: Mapping[str, int]) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word not in words and word.lower() not in words


def _near(word: str) -> Iterator[str]:
    """Yield what *word* may be a typing error of: letters swapped, one too many, one missing, one wrong."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
