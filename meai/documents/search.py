"""Words looked for in the names and the texts of a workspace. Knows no page, and keeps nothing on the disk.

Every search looks at the documents as they are now. Folded texts are kept, so that only files with another stamp are
read again, and what is told of a document is read from it at that moment.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from meai.documents import encoding, files
from meai.documents.folding import fold, pattern, unfold
from meai.documents.listing import Entry
from meai.documents.store import DocumentStore
from meai.errors import MeaiError

WITHIN_S = 2.0
MAX_WORDS_CHARS = 200
MAX_NAMES = 50
MAX_LINES = 200
MAX_LINES_OF_ONE = 5
_KEPT_CHARS = 32 * 1024 * 1024
_BEFORE_CHARS, _AFTER_CHARS = 40, 100


@dataclass(frozen=True, slots=True)
class Match:
    """A place where the words stand, and its surroundings, all as they are written."""

    name: str
    line: int | None
    """The 0-based line of the text, or None where they stand in the name; then the three parts are the name."""
    before: str
    match: str
    after: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found."""

    matches: tuple[Match, ...]
    more: bool
    """Whether not everything was looked at or told."""


class Search:
    """Searches of one workspace. Any thread may call."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._texts = _FoldedTexts()
        self._turn = threading.Lock()
        self._newest: dict[str, object] = {}

    def find(self, words: str, *, page: str = "", within_s: float = WITHIN_S) -> Results:
        """Return where *words* stand: in names first, then in texts, of the documents changed last first.

        It ends after *within_s* seconds, or when a *page* that says who it is asks anew.
        """
        wanted = pattern(words[:MAX_WORDS_CHARS])
        if wanted is None:
            return Results((), more=False)
        ends_at = time.monotonic() + within_s
        mine = object()
        with self._turn:
            self._newest[page] = mine
        try:
            return self._look(wanted, lambda: time.monotonic() < ends_at and self._is_newest(page, mine))
        finally:
            with self._turn:
                if self._newest.get(page) is mine:
                    del self._newest[page]

    def _is_newest(self, page: str, mine: object) -> bool:
        return not page or self._newest.get(page) is mine

    def _look(self, wanted: re.Pattern[str], goes_on: Callable[[], bool]) -> Results:
        entries = sorted(self._store.list(), key=lambda entry: entry.modified_ns, reverse=True)
        names = _in_names(wanted, entries)
        matches = names[:MAX_NAMES]
        more = len(names) > MAX_NAMES
        for entry in entries:
            if len(matches) >= MAX_NAMES + MAX_LINES or not goes_on():
                return Results(tuple(matches), more=True)
            if wanted.search(self._folded(entry)):
                lines = list(islice(_in_text(wanted, entry), MAX_LINES_OF_ONE + 1))
                matches += lines[:MAX_LINES_OF_ONE]
                more = more or len(lines) > MAX_LINES_OF_ONE
        return Results(tuple(matches), more)

    def _folded(self, entry: Entry) -> str:
        folded = self._texts.get(entry)
        if folded is None:
            folded = fold(_text(entry))
            self._texts.keep(entry, folded)
        return folded


class _FoldedTexts:
    """The folded texts of the documents searched last, 32 million characters of them."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._texts: OrderedDict[str, tuple[Entry, str]] = OrderedDict()
        self._chars = 0

    def get(self, entry: Entry) -> str | None:
        """Return the folded text of *entry*, or None where it is not known or the file has another stamp now."""
        with self._turn:
            known, folded = self._texts.get(entry.name, (None, ""))
            if known is None or known.stamp != entry.stamp:
                return None
            self._texts.move_to_end(entry.name)
            return folded

    def keep(self, entry: Entry, folded: str) -> None:
        with self._turn:
            self._chars += len(folded) - len(self._texts.pop(entry.name, (None, ""))[1])
            self._texts[entry.name] = (entry, folded)
            while self._chars > _KEPT_CHARS:
                self._chars -= len(self._texts.popitem(last=False)[1][1])


def _in_names(wanted: re.Pattern[str], entries: list[Entry]) -> list[Match]:
    """Return the names that *wanted* stands in: those that begin with it first, then those with a word that does."""
    ranked: list[tuple[int, Match]] = []
    for entry in entries:
        stem = entry.name.rpartition(".")[0]
        folded = fold(stem)
        title = folded.rfind("/") + 1
        # In the title rather than in a folder's name, where it is in both.
        if match := wanted.search(folded, title) or wanted.search(folded):
            begins_word = not folded[: match.start()][-1:].isalnum()
            rank = 0 if match.start() == title else 1 if begins_word else 2
            start, end = unfold(stem, match.start(), match.end())
            ranked.append((rank, Match(entry.name, None, stem[:start], stem[start:end], entry.name[end:])))
    return [match for _, match in sorted(ranked, key=lambda pair: pair[0])]


def _in_text(wanted: re.Pattern[str], entry: Entry) -> Iterator[Match]:
    """Yield the lines of a document on which *wanted* begins."""
    text = _text(entry)
    folded = fold(text)
    lines = text.split("\n")
    line = begin = 0
    while match := wanted.search(folded, begin):
        line += folded.count("\n", begin, match.start())
        below = line + match[0].count("\n")
        start_of_line = folded.rfind("\n", 0, match.start()) + 1
        passage = "\n".join(lines[line : below + 1])
        yield _match(entry.name, line, passage, match.start() - start_of_line, match.end() - start_of_line)
        begin = folded.find("\n", match.end()) + 1
        line = below + 1
        if begin == 0:
            return


def _text(entry: Entry) -> str:
    # By the path of the list, which has followed the links: asking the store would follow them all anew.
    try:
        return encoding.shown(files.snapshot(entry.path).data)
    except MeaiError:  # gone, or too large: not to be found either
        return ""


def _match(name: str, line: int, passage: str, start: int, end: int) -> Match:
    start, end = unfold(passage, start, end)
    before, after = passage[:start].lstrip(), passage[end:].rstrip()
    if len(before) > _BEFORE_CHARS:
        before = "…" + before[-_BEFORE_CHARS:].partition(" ")[2]
    if len(after) > _AFTER_CHARS:
        after = after[:_AFTER_CHARS].rpartition(" ")[0] + "…"
    return Match(name, line, before, passage[start:end].replace("\n", " "), after)
