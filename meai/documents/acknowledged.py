"""Which saves have been answered, so that one whose answer was lost may be repeated. Knows no file and no clock."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

KEPT_PER_DOCUMENT = 256
_MAX_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a page calls one of its saves; the same again means the same save."""

    client: str
    seq: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a save."""

    name: str
    etag: str
    rev: int


class Acknowledged:
    """The last saves of the documents worked on lately. Any thread may call; gone with the process.

    After that it is the bytes that tell: a save of what is there already succeeds.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._documents: OrderedDict[str, OrderedDict[tuple[Attempt, bytes], Answer]] = OrderedDict()

    def find(self, name: str, attempt: Attempt, text: bytes) -> Answer | None:
        """Return what *attempt* to save *text* as *name* was answered; None also where it was to save another text."""
        with self._turn:
            return self._documents.get(name, OrderedDict()).get((attempt, _digest(text)))

    def keep(self, name: str, attempt: Attempt, text: bytes, answer: Answer) -> None:
        """Remember *answer*; the oldest of a document, and the documents not saved for longest, are forgotten."""
        with self._turn:
            answers = self._documents.setdefault(name, OrderedDict())
            answers[attempt, _digest(text)] = answer
            self._documents.move_to_end(name)
            if len(answers) > KEPT_PER_DOCUMENT:
                answers.popitem(last=False)
            if len(self._documents) > _MAX_DOCUMENTS:
                self._documents.popitem(last=False)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()
