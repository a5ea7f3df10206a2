"""What a text will probably read like once its misspelt words are mended. Knows words, no model and no grammar.

Only a guess for the model to check: a wrong one costs a moment and changes no answer. A model's own vocabulary is the
dictionary, since nearly every common word is one token of it, the more common the smaller its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

SHORTEST, LONGEST = 3, 24
"""Letters: in shorter words nearly everything is a typing error of something."""
_WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?![\w'’-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def expected(source: str, words: Mapping[str, int]) -> str:
    """Return *source* with each word that *words* does not know replaced by the commonest one a typing error away.

    *words* maps each known word to its number, the commoner the smaller.
    """

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if word in words or word.lower() in words or not SHORTEST <= len(word) <= LONGEST:
            return word
        near = min((each for each in _near(word.lower()) if each in words), key=words.__getitem__, default="")
        return (near.capitalize() if word[0].isupper() else near) or word

    return _WORD.sub(mend, source)


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
