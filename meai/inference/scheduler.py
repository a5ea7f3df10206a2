"""Which work the model does next. A pure policy: knows no model, no clock and no thread.

Text at the caret comes before rewrites, those before free prompts, and prompts read ahead come last. Among equals, the
editor that waited longest has its turn, so that a tab with three requests gets no more than a tab with one.
"""

from __future__ import annotations

from dataclasses import dataclass

from meai.inference.request import Purpose

URGENCY: dict[Purpose, int] = {"caret": 0, "rewrite": 1, "free": 2, "warm": 3}


@dataclass(frozen=True, slots=True)
class Work:
    """A request, as far as its turn depends on it."""

    number: int
    """Later requests have greater numbers."""
    purpose: Purpose
    editor: str
    """Empty: nobody's; such requests do not replace each other."""


class Schedule:
    """The work there is, and whose turn it is."""

    def __init__(self) -> None:
        self._work: dict[int, Work] = {}
        self._served: dict[int, int] = {}
        self._editors: dict[str, int] = {}
        self._aside: set[int] = set()
        self._turn = 0

    def __len__(self) -> int:
        return len(self._work)

    def add(self, work: Work) -> tuple[int, ...]:
        """Take *work*; return the numbers of what it replaces, which are gone from here.

        An editor's newest request for a purpose replaces its older one, and any replaces what it had read ahead. Where
        the newer came first, as after a wait for a model that all are let go from at once, *work* itself is replaced.
        """
        if any(old.number > work.number and _replaces(old, work) for old in self._work.values()):
            return (work.number,)
        replaced = tuple(old.number for old in self._work.values() if _replaces(work, old))
        for number in replaced:
            self.remove(number)
        self._work[work.number] = work
        return replaced

    def remove(self, number: int) -> bool:
        """Drop the work *number*, done or given up; false when it is not there. What was set aside may go on."""
        self._served.pop(number, None)
        if self._work.pop(number, None) is None:
            return False
        self._aside.clear()
        here = {work.editor for work in self._work.values()}
        self._editors = {editor: turn for editor, turn in self._editors.items() if editor in here}
        return True

    def set_aside(self, number: int) -> None:
        """Let the work *number* wait until other work is done."""
        self._aside.add(number)

    def least_urgent(self) -> int | None:
        """Return the number of the work that can wait best; None unless two are there that are not set aside."""
        work = self._going_on()
        return max(work, key=self._rank).number if len(work) > 1 else None

    def next(self) -> int | None:
        """Return the number of the work whose turn it is, and count the turn; None when there is none."""
        work = self._going_on()
        if not work:
            return None
        chosen = min(work, key=self._rank)
        self._turn += 1
        self._served[chosen.number] = self._editors[chosen.editor] = self._turn
        return chosen.number

    def _going_on(self) -> list[Work]:
        return [each for each in self._work.values() if each.number not in self._aside]

    def _rank(self, work: Work) -> tuple[int, int, int, int]:
        waited = self._editors.get(work.editor, 0)
        return (URGENCY[work.purpose], waited, self._served.get(work.number, 0), work.number)


def overtakes(new: Work, running: Work) -> bool:
    """Return whether *new* is worth breaking off an evaluation of *running* for.

    What an editor reads ahead is mostly the beginning of what it asks next, so that chunk is let finish.
    """
    if running.purpose == "warm" and _replaces(new, running):
        return False
    return URGENCY[new.purpose] < URGENCY[running.purpose] or _replaces(new, running)


def _replaces(new: Work, old: Work) -> bool:
    if not new.editor or new.editor != old.editor:
        return False
    return old.purpose == "warm" or old.purpose == new.purpose
