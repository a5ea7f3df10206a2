"""What a text will probably read like once its misspelt words are mended. Knows words, no model and no grammar.

Only a guess for the model to check: a wrong one costs a moment and changes no answer. A model's own vocabulary is the
dictionary, since nearly every common word is one token of it, the more common the smaller its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

SHORTEST, LONGEST = 3, 24
"""Letters: in shorter words nearly everything is a typing error of something."""
MOST_UNKNOWN, UNKNOWN_SHARE = 8, 0.3
"""Where more words than this and than this part of all are unknown, the text is in a language that is not the model's:
there is nothing to mend it by, and to look costs a tenth of a millisecond for each of them."""
_WORD = re.compile(r"(?<![\w'’-])[A-Za-z]+(?![\w'’-])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def expected(source: str, words: Mapping[str, int]) -> str:
    """Return *source* with each word that *words* does not know replaced by the commonest one a typing error away.

    *words* maps each known word to its number, the commoner the smaller. A text in another language stays as it is.
    """
    there = _WORD.findall(source)
    unknown = {word for word in there if _unknown(word, words)}
    if len(unknown) > max(MOST_UNKNOWN, UNKNOWN_SHARE * len(there)):
        return source

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if word not in unknown:
            return word
        near = min((each for each in _near(word.lower()) if each in words), key=words.__getitem__, default="")
        return (near.capitalize() if word[0].isupper() else near) or word

    return _WORD.sub(mend, source)


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
