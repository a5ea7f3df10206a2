"""Looking after the history while nobody waits: the check after an unclean end, thinning, backups. Decides nothing."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from meai.documents import tables, thinning
from meai.documents.database import Database
from meai.documents.thinning import Aged
from meai.errors import HistoryUnavailable

FIRST_AFTER_S = 60.0
EVERY_S = 3600.0


class Upkeep:
    """A thread that looks after *database*, of `tables.SCHEMA`; *clock* tells seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def close(self) -> None:
        """End it and let go of the database."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(1)
        self._database.close()

    def _run(self) -> None:
        with suppress(HistoryUnavailable):
            self._database.check()
        wait_s = FIRST_AFTER_S
        while not self._stopped.wait(wait_s):
            with suppress(HistoryUnavailable):
                look_after(self._database, self._clock())
            wait_s = EVERY_S


def look_after(database: Database, now: float) -> None:
    """Thin *database* as of *now*, seconds since 1970, and back it up. Raises HistoryUnavailable."""
    if thin(database, now):
        database.shrink()
    database.backup()


def thin(database: Database, now: float, limit: int = thinning.MAX_BYTES) -> int:
    """Delete the revisions that the rule lets go at *now*, and return how many. Raises HistoryUnavailable."""
    documents = database.read(_aged) or {}
    gone = {document: _numbers(aged) - thinning.kept(aged, int(now)) for document, aged in documents.items()}
    rest = [[one for one in aged if one.rev not in gone[document]] for document, aged in documents.items()]
    for document, too_much in zip(documents, thinning.above_limit(rest, limit), strict=True):
        gone[document] |= too_much
    for document, numbers in gone.items():
        if numbers:
            # A transaction for each document, so that a save waits for one at most.
            database.write(partial(tables.remove, document=document, gone=numbers))
    return sum(map(len, gone.values()))


def _aged(connection: sqlite3.Connection) -> dict[int, list[Aged]]:
    rows = connection.execute(
        "SELECT document, rev, saved / 1000, label IS NOT NULL, hash, length(packed) "
        "FROM revision JOIN content USING (hash) ORDER BY document, rev"
    )
    documents: dict[int, list[Aged]] = {}
    for document, rev, saved, named, content, size in rows:
        documents.setdefault(document, []).append(Aged(rev, saved, bool(named), content, size))
    return documents


def _numbers(revisions: list[Aged]) -> set[int]:
    return {revision.rev for revision in revisions}
