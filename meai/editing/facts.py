"""What a text states that a rewrite must not turn: numbers, dates, names, quotations, negations. Pure: knows no model.

A guess by signs, good for a warning: it finds what changed, and knows neither what is true nor what is meant. A fact
that is misspelled is the same fact spelled right, as far as it can be told which one it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Literal

from meai.editing.spelling import farthest, frequent_words, slips

Kind = Literal["number", "date", "name", "quotation", "negation"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact that stands in one text alone; one side is empty where nothing stands for the other."""

    before: str
    after: str
    kind: Kind

    def __str__(self) -> str:
        if not self.before:
            return f"{self.kind} added: {self.after}"
        return (
            f"{self.kind} changed: {self.before} → {self.after}" if self.after else f"{self.kind} lost: {self.before}"
        )


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS.split(), 2)} | {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "hundred": "100",
    "thousand": "1000",
}
_DATE_WORDS = (
    "monday tuesday wednesday thursday friday saturday sunday january february april june july august september "
    "october november december today tomorrow yesterday tonight montag dienstag mittwoch donnerstag freitag samstag "
    "sonntag januar februar märz juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche"
)
_DATES = frozenset(_DATE_WORDS.split())
# These are words of another kind as well, and months only with a capital.
_CAPITAL_DATES = frozenset(["March", "May"])
_NEGATING_WORDS = (
    "not no never none nobody nothing neither nor without cannot nowhere hardly nicht kein keine keinen nie niemals "
    "ohne pas jamais sans nunca jamás sin non mai senza não niet geen nooit"
)
_NEGATIONS = frozenset(_NEGATING_WORDS.split())
_SHORT_NEGATION = re.compile(
    r"(?:ai|are|ca|could|dare|did|do|does|had|has|have|is|might|must|need|ought|sha|should|was|were|wo|would)n['’]?t"
)
_LEAST_LETTERS = 5
"""Shorter words are a slip away from too many others."""
_QUOTATION = re.compile(r"“([^“”\n]{3,600})”|„([^„“”\n]{3,600})[“”]|«\s*([^«»\n]{3,600})\s*»|\"([^\"\n]{3,600})\"")
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:]\s|\n)[\s\"'“‘(\[*_>#-]*\Z")
_THE_WRITER = frozenset(["i", "i'm", "i'll", "i've", "i'd", "i’m", "i’ll", "i’ve", "i’d"])


def changed_facts(source: str, answer: str) -> tuple[Flag, ...]:
    """Return the facts in which *answer* differs from *source*: what stands in one of them and not in the other."""
    return tuple(flag for kind, compare in _COMPARISONS for flag in compare(source, answer, kind))


def _counted(find: Callable[[str], list[str]]) -> Callable[[str, str, Kind], Iterator[Flag]]:
    def compare(source: str, answer: str, kind: Kind) -> Iterator[Flag]:
        ours, theirs = find(source), find(answer)
        lost = list((Counter(map(_plain, ours)) - Counter(map(_plain, theirs))).elements())
        new = list((Counter(map(_plain, theirs)) - Counter(map(_plain, ours))).elements())
        for before, after in zip_longest(lost, new, fillvalue=""):
            yield Flag(_as_written(before, ours), _as_written(after, theirs), kind)

    return compare


def _plain(fact: str) -> str:
    lower = _meant(fact) or fact.casefold()
    return _DIGITS.get(lower) or (lower.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", fact) else lower)


def _as_written(plain: str, facts: list[str]) -> str:
    return next((fact for fact in facts if _plain(fact) == plain), "")


@lru_cache(maxsize=10_000)
def _meant(word: str) -> str:
    """Return the date or number that *word*, which is no frequent word, is a slip of; nothing where that is unsure."""
    lower = word.casefold()
    if len(lower) < _LEAST_LETTERS or lower in frequent_words() or lower in _DATES:
        return ""
    away = {fact: slips(fact, lower) for fact in (*_DATES, *_DIGITS) if fact[0] == lower[0]}
    least = min(away.values(), default=farthest(lower) + 1)
    nearest = [fact for fact, far in away.items() if far == least]
    return nearest[0] if least <= farthest(lower) and len(nearest) == 1 else ""


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text) + _said(text, lambda word: word.casefold() in _DIGITS or _meant(word) in _DIGITS)


def _dates(text: str) -> list[str]:
    return _said(text, _is_date)


def _is_date(word: str) -> bool:
    return word.casefold() in _DATES or word in _CAPITAL_DATES or _meant(word) in _DATES


def _said(text: str, is_fact: Callable[[str], bool]) -> list[str]:
    return [word for word in _WORD.findall(text) if is_fact(word)]


def _names(source: str, answer: str, kind: Kind) -> Iterator[Flag]:
    """Compare words with a capital inside a sentence; one that only got or lost its capital is the same word."""
    ours, theirs = _stems(source), _stems(answer)
    lost = [name for name in _capitalised(source) if theirs.isdisjoint(_stems(name))]
    new = [name for name in _capitalised(answer) if ours.isdisjoint(_stems(name))]
    for before, after in zip_longest(lost, new, fillvalue=""):
        yield Flag(before, after, kind)


def _capitalised(text: str) -> list[str]:
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word = match.group()
        inside = word[1:] != word[1:].lower() or not _SENTENCE_START.search(
            text[max(0, match.start() - 12) : match.start()]
        )
        known = word.casefold() in _THE_WRITER or _is_date(word)
        if word[0].isupper() and inside and not known:
            found[word] = None
    return list(found)


def _stems(text: str) -> set[str]:
    """Return the words of *text* without the `'s` of what is somebody's, and without its apostrophe."""
    words = _WORD.findall(text.casefold())
    return {form for word in words for form in (re.sub(r"['’]s$", "", word), re.sub("['’]", "", word))}


def _quotations(text: str) -> list[str]:
    return ["".join(match.groups("")) for match in _QUOTATION.finditer(text)]


def _negations(source: str, answer: str, kind: Kind) -> Iterator[Flag]:
    ours, theirs = _negating(source), _negating(answer)
    if len(ours) != len(theirs):
        lost, new = ours[len(theirs) :], theirs[len(ours) :]
        for before, after in zip_longest(lost, new, fillvalue=""):
            yield Flag(before, after, kind)


def _negating(text: str) -> list[str]:
    return _said(text, lambda word: word.casefold() in _NEGATIONS or bool(_SHORT_NEGATION.fullmatch(word.casefold())))


_COMPARISONS: tuple[tuple[Kind, Callable[[str, str, Kind], Iterator[Flag]]], ...] = (
    ("number", _counted(_numbers)),
    ("date", _counted(_dates)),
    ("name", _names),
    ("quotation", _counted(_quotations)),
    ("negation", _negations),
)
