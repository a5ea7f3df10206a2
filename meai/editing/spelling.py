"""How a word may have been mistyped, and how likely that is. Pure: knows words alone, no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
LEAST_LETTERS = 4
"""Shorter words have too many neighbours: only those with two letters exchanged count."""
NEIGHBOURS = 5
FARTHEST = 2.0
"""Slips that the words may be away which a long word may have been meant for."""
COMMON = 1500
"""Words up to this rank are so common that they are written together by mistake."""
_SHORT = frozenset(["as", "at", "by", "in", "is", "it", "my", "of", "on", "or", "so", "to", "we"])


@cache
def frequent_words() -> dict[str, int]:
    """Return the frequent words of English and the rank of each, the most frequent first.

    They are the whole words of SmolLM2's vocabulary, in its order.
    """
    text = files("meai.editing").joinpath("frequent.txt").read_text(encoding="utf-8")
    return {word: rank for rank, word in enumerate(text.split())}


def neighbours(word: str) -> tuple[str, ...]:
    """Return the frequent words that a slip or two turn into *word*, the likeliest first, in its case."""
    if not word.isascii() or not word.isalpha():
        return ()
    lower, ranks = word.lower(), frequent_words()
    if len(word) < LEAST_LETTERS:
        swapped = {other for other in _swapped_letters(lower) if other in ranks or other in _SHORT}
        return tuple(in_case_of(word, other) for other in sorted(swapped))
    close = {other: slips(other, lower) for other in {*_one_slip(lower), *_alike(lower)} if other in ranks}
    near = [other for other, far in close.items() if far <= farthest(word)]
    near.sort(key=lambda one: (close[one], ranks[one]))
    return tuple(in_case_of(word, other) for other in near[:NEIGHBOURS])


def likeliest_first(word: str, others: Iterable[str]) -> tuple[str, ...]:
    """Return *others* and the frequent words near *word*, those first that fewer slips and more use speak for."""
    ranks = frequent_words()
    every = dict.fromkeys((*others, *neighbours(word)))
    return tuple(sorted(every, key=lambda other: (slips(other, word), ranks.get(other.lower(), len(ranks)))))


def parted(word: str) -> tuple[str, ...]:
    """Return *word* as two frequent words, where it may be two that were written together."""
    ranks = frequent_words()
    lower = word.lower()
    ways = [(lower[:at], lower[at:]) for at in range(2, len(word) - 1)]
    best = [pair for pair in ways if all(ranks.get(part, COMMON) < COMMON or part in _SHORT for part in pair)]
    return tuple(in_case_of(word, " ".join(pair)) for pair in best[:2])


def farthest(word: str) -> float:
    """Return how many slips a word that was meant may be away from *word*: in a short one few make another."""
    return 1.0 if len(word) < 5 else 1.6 if len(word) < 7 else FARTHEST


def in_case_of(word: str, other: str) -> str:
    """Return *other* with the capitals of *word*."""
    if len(word) > 1 and word.isupper():
        return other.upper()
    return other[:1].upper() + other[1:] if word[:1].isupper() else other


@cache
def _by_first_letter() -> dict[str, tuple[tuple[str, int], ...]]:
    """Return the frequent words by their first letter, each with a bit for every letter that it has."""
    table: dict[str, list[tuple[str, int]]] = {}
    for word in frequent_words():
        table.setdefault(word[0], []).append((word, _letters(word)))
    return {letter: tuple(words) for letter, words in table.items()}


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) - ord("a"))
    return bits


def _alike(word: str) -> Iterator[str]:
    """Yield the frequent words that begin as *word* does and have nearly its letters."""
    letters = _letters(word)
    for other, theirs in _by_first_letter().get(word[0], ()):
        if (letters ^ theirs).bit_count() <= 3 and abs(len(other) - len(word)) <= 2:
            yield other


def _swapped_letters(word: str) -> Iterator[str]:
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _one_slip(word: str) -> Iterator[str]:
    yield from _swapped_letters(word)
    for at in range(len(word) + 1):
        left, right = word[:at], word[at:]
        yield left + right[1:]
        for letter in _LETTERS:
            yield left + letter + right
            if right:
                yield left + letter + right[1:]


def slips(meant: str, typed: str) -> float:
    """Return how many slips turn *meant* into *typed*: 1 for a letter more, less or other, or for two exchanged.

    What fingers and ears do most (a doubled letter, one vowel for another, a lost apostrophe, case) counts less.
    """
    if meant.endswith("ies") and typed.endswith("ys"):
        return 0.6 + slips(meant[:-3], typed[:-2])
    a, b = meant, typed
    previous: list[float] = []
    row: list[float] = [0.0]
    for letter in b:
        row.append(row[-1] + _one(letter, ""))
    for i, mine in enumerate(a, 1):
        older, previous = previous, row
        row = [previous[0] + _one(mine, "")]
        for j, theirs in enumerate(b, 1):
            best = previous[j - 1] + (0.0 if mine == theirs else _swapped(mine, theirs))
            best = min(best, previous[j] + _one(mine, a[i - 2 : i - 1]), row[j - 1] + _one(theirs, b[j - 2 : j - 1]))
            if i > 1 and j > 1 and mine == b[j - 2] and theirs == a[i - 2] and mine != theirs:
                best = min(best, older[j - 2] + 0.8)
            row.append(best)
    return row[-1]


def _one(letter: str, before: str) -> float:
    """What a *letter* more or less costs after *before*."""
    if letter in "'’-":
        return 0.4
    return 0.5 if letter == before else 1.0


def _swapped(mine: str, theirs: str) -> float:
    if mine.casefold() == theirs.casefold():
        return 0.3
    return 0.6 if mine in _VOWELS and theirs in _VOWELS else 1.0


_BEGINNING = re.compile(r"(?:^|[.!?:…][\"'”’)]*\s+|[\"“(\[*_])$")
_OWNER = re.compile(r"([^\W\d_]+)['’]s")
# Whose `'s` is a slip.
_PRONOUNS = frozenset(
    ["he", "her", "him", "his", "it", "my", "our", "she", "their", "them", "they", "who", "you", "your"]
)
_NAME = re.compile(r"[^\W\d_]*[a-z][^\W\d_]*[A-Z]|.*[\d_]|[A-Z]{2,}")


def is_name(text: str, start: int, word: str) -> bool:
    """Return whether *word*, which no dictionary has and which *text* has at *start*, may be a name or foreign.

    It has capitals inside, digits, or nothing but capitals (`VampNet`, `GPT4`, `NASA`), a letter that English does not
    have (`çay`), or a capital that no beginning of a sentence explains; or a frequent word's `'s`, which not every
    dictionary has.
    """
    owner = _OWNER.fullmatch(word)
    if owner and owner[1].lower() in frequent_words() and owner[1].lower() not in _PRONOUNS:
        return True
    if not word.replace("’", "'").isascii():
        return True
    return _NAME.match(word) is not None or (word[:1].isupper() and _BEGINNING.search(text, 0, start) is None)
