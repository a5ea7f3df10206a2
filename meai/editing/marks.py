"""What a page underlines while its writer types: problems told by line and text. Pure: knows no page and no process."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meai.editing.language import other_spelling
from meai.editing.problems import Problem
from meai.editing.protect import spans
from meai.editing.spelling import COMMON, frequent_words, is_name, likeliest_first, neighbours, slips
from meai.editing.technical import code_words, technical_ranges

MOST_SUGGESTIONS = 5
OFTEN = 3
"""A word that no dictionary has and that a text has so often is the writer's own, unless it is near a frequent one."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A problem where a page can find it again."""

    line: int
    """From 0, of the text that was looked at."""
    text: str
    nth: int
    """Which of the places in that line that have `text`, from 0."""
    is_word: bool
    """Whether it is a word that no dictionary has, and that could be added to the writer's."""
    message: str
    suggestions: tuple[str, ...]


def owned(text: str, words: frozenset[str]) -> Callable[[str], bool]:
    """Return what tells the writer's own words: those in *words*, and those that *text* has in code or so often."""
    often = Counter(_WORD.findall(text))
    code = code_words(text)

    def is_own(word: str) -> bool:
        if word in words or word.casefold() in words:
            return True
        if word.casefold() in code and not _is_near(word, COMMON):
            return True
        return often[word] >= OFTEN and not _is_near(word)

    return is_own


def _is_near(word: str, rank: int | None = None) -> bool:
    """Whether a slip turns a frequent word, one of the first *rank*, into *word*."""
    ranks = frequent_words()
    near = (other for other in neighbours(word) if slips(other, word) <= 1)
    return any(rank is None or ranks.get(other.lower(), rank) < rank for other in near)


def marks(
    text: str, problems: Sequence[Problem], known: Callable[[str], bool], *, any_dialect: bool
) -> tuple[Mark, ...]:
    """Return what of *problems* in *text* is worth a writer's while, in order, none over another.

    With *any_dialect* a word spelled as on the other side of the sea is none.
    """
    left = [*((span.start, span.end) for span in spans(text)), *technical_ranges(text)]
    found: list[Mark] = []
    at = 0
    for problem in problems:
        if problem.start < at or "\n" in text[problem.start : problem.end] or problem.start == problem.end:
            continue
        if any(start < problem.end and problem.start < end for start, end in left):
            continue
        if _is_wrong(text, problem, known, any_dialect=any_dialect):
            found.append(_mark(text, problem))
            at = problem.end
    return tuple(found)


def _is_wrong(text: str, problem: Problem, known: Callable[[str], bool], *, any_dialect: bool) -> bool:
    word = text[problem.start : problem.end]
    if not problem.is_word:
        return True
    if known(word) or is_name(text, problem.start, word):
        return False
    return not (any_dialect and any(other_spelling(word, other) for other in problem.suggestions))


def _mark(text: str, problem: Problem) -> Mark:
    start = text.rfind("\n", 0, problem.start) + 1
    line = text[start:].partition("\n")[0]
    words = text[problem.start : problem.end]
    places = [match.start() for match in re.finditer(f"(?={re.escape(words)})", line)]
    offered = likeliest_first(words, problem.suggestions) if problem.is_word else problem.suggestions
    suggestions = tuple(other for other in offered if other != words and "\n" not in other)
    return Mark(
        line=text.count("\n", 0, start),
        text=words,
        nth=places.index(problem.start - start),
        is_word=problem.is_word,
        message=problem.message,
        suggestions=suggestions[:MOST_SUGGESTIONS],
    )
