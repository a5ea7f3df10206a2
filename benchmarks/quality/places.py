"""Places in a newsletter where some words are missing: cut out of the paragraphs, always the same. Knows no model."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from meai.quality.paragraphs import paragraphs

FEWEST, MOST = 3, 8
"""Words that are cut out."""
LEAD, REST = 4, 3
"""Words that stay before and after them in their sentence, at least."""
_SENTENCE = re.compile(r"[^.!?]+[.!?]+[\"'”’]?\s*")
_MARKUP = re.compile(r"[`$<>|\[\]{}*#]|^(?:-|\d+\.) |[^\x00-\u024f“”‘’–—°€]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where words are missing."""

    before: str
    """Up to the space before them."""
    words: str
    after: str
    """From the space after them on, to the end of the paragraph."""


def places(count: int) -> list[Place]:
    """Return *count* of them, spread evenly over the paragraphs, or all where there are fewer."""
    every = [place for paragraph in paragraphs() for text in paragraph.wanted.split("\n\n") for place in _in(text)]
    return every[:: max(len(every) // count, 1)][:count]


def _in(paragraph: str) -> list[Place]:
    text = paragraph.strip().replace("\n", " ")
    if _MARKUP.search(text) or " und " in text:
        return []
    found = (_cut(text, sentence.start(), sentence.group()) for sentence in _SENTENCE.finditer(text))
    return [place for place in found if place is not None]


def _cut(text: str, start: int, sentence: str) -> Place | None:
    words = list(re.finditer(r"\S+", sentence))
    chance = zlib.crc32(sentence.encode())
    length = FEWEST + chance % (MOST - FEWEST + 1)
    spare = len(words) - LEAD - length - REST
    if spare < 0:
        return None
    first = LEAD + (chance >> 8) % (spare + 1)
    begin, end = start + words[first].start(), start + words[first + length - 1].end()
    return Place(text[:begin], text[begin:end], text[end:])
