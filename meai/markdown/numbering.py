"""The numbers of footnotes and the names of headings, given in the order of the text. Knows nothing of HTML."""

from __future__ import annotations

from collections import Counter

from meai.markdown.passages import Note, Passage

Numbers = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]
"""Of a passage: the id of each heading; of each footnote its number, from 1, and how often it was used before."""

NONE: Numbers = ((), ())
"""Of a passage that has neither."""


class Numbering:
    """Gives footnotes and headings their names; it is asked about passages in the order of the text."""

    def __init__(self) -> None:
        self.uses: list[int] = []
        """Of each footnote by number, from 0: how often the text refers to it."""
        self._labels: dict[str, int] = {}
        self._anchors: set[str] = set()
        self._slugs: Counter[str] = Counter()

    def number(self, passage: Passage) -> Numbers:
        """Return the numbers of *passage*."""
        return tuple(map(self._anchor, passage.slugs)), tuple(map(self._note, passage.notes))

    def _anchor(self, slug: str) -> str:
        anchor = slug
        while anchor in self._anchors:
            self._slugs[slug] += 1
            anchor = f"{slug}-{self._slugs[slug]}"
        self._anchors.add(anchor)
        return anchor

    def _note(self, note: Note) -> tuple[int, int]:
        at = len(self.uses) if note.label is None else self._labels.setdefault(note.label, len(self.uses))
        if at == len(self.uses):
            self.uses.append(0)
        before = self.uses[at]
        self.uses[at] += note.uses
        return at + 1, before
