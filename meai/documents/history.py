"""What a workspace's documents were, revision by revision. Knows no file of the workspace: a store tells it everything.

What it keeps is never in the way of a save: where the database fails, the answer is revision 0 and a sentence.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from meai.documents import tables
from meai.documents.database import Database
from meai.documents.encoding import etag_of, shown
from meai.documents.revisions import Kind, Origin, Recorded, Revision
from meai.errors import BadInput, DocumentNotFound, HistoryUnavailable

MAX_LABEL_CHARS = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gone:
    """A document that the workspace has no more, and its last revision."""

    id: int
    name: str
    """What it was called last."""
    last: Revision


class History:
    """The revisions of one workspace, in a database of `tables.SCHEMA`; any thread may call.

    *clock* tells seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why nothing is kept at the moment, one sentence, or None."""
        return self._problem

    @contextmanager
    def saving(self, name: str, data: bytes, *, before: bytes | None, origin: Origin) -> Iterator[Recorded]:
        """Keep *data* as `Keeper` says."""
        fresh = False

        def record(connection: sqlite3.Connection) -> int:
            nonlocal fresh
            document = tables.known_document(connection, name)
            if before is not None:
                self._see(connection, document, before)
            rev, fresh = tables.add(connection, document, data, origin, self._now_ms(), before)
            tables.set_pending(connection, document, rev if fresh else None)
            return rev

        recorded = self._recorded(record)
        try:
            yield recorded
        except BaseException:
            if fresh and recorded.rev:
                self._recorded(lambda connection: self._mark_unsaved(connection, name, recorded.rev))
            raise
        if fresh and recorded.rev:
            # Not waited for: what a power cut takes of this is noted again when the file is seen to have the text.
            with suppress(HistoryUnavailable):
                self._database.note(lambda connection: self._mark_arrived(connection, name, recorded.rev, origin.kind))

    def seen(self, name: str, data: bytes) -> Recorded:
        """Keep *data* as `Keeper` says."""
        with suppress(HistoryUnavailable):
            known = self._database.read(lambda connection: self._known(connection, name, data))
            if known:
                return Recorded(known, self._database.take_notice())
        return self._recorded(lambda connection: self._see(connection, tables.known_document(connection, name), data))

    def renamed(self, name: str, to: str) -> None:
        """Let the history of *name* be that of *to*."""

        def rename(connection: sqlite3.Connection) -> int:
            document = tables.known_document(connection, name)
            tables.give_name(connection, document, to)
            return document

        self._recorded(rename)

    def deleted(self, name: str, *, trash: str) -> None:
        """Note that the document *name* went to the trash, under the id *trash*."""
        statement = "UPDATE document SET key = NULL, trash = ? WHERE id = ?"

        def delete(connection: sqlite3.Connection) -> int:
            document = tables.known_document(connection, name)
            connection.execute(statement, (trash, document))
            return document

        self._recorded(delete)

    def returned(self, trash: str, name: str) -> None:
        """Let the document that went to the trash under the id *trash* be *name*, with its history."""

        def give_back(connection: sqlite3.Connection) -> int:
            row = connection.execute("SELECT id FROM document WHERE trash = ?", (trash,)).fetchone()
            if row is not None:
                tables.give_name(connection, row[0], name)
            return 0

        self._recorded(give_back)

    def revived(self, identity: int, name: str) -> None:
        """Let the document with the id *identity*, which was gone, be *name*, with its history."""

        def give_back(connection: sqlite3.Connection) -> int:
            tables.give_name(connection, identity, name)
            return identity

        self._recorded(give_back)

    def list(self, name: str) -> tuple[Revision, ...]:
        """Return the revisions of *name*, newest first; where it is gone, of the last that was called so.

        Raises HistoryUnavailable.
        """

        def look(connection: sqlite3.Connection) -> tuple[Revision, ...]:
            document = tables.document_ever(connection, name)
            return () if document is None else tables.revisions(connection, document)

        return self._database.read(look) or ()

    def read(self, name: str, rev: int) -> tuple[Revision, bytes]:
        """Return that revision of the document *name*, and its bytes.

        Raises DocumentNotFound, DocumentUnreadable where the disk has damaged it, or HistoryUnavailable.
        """

        def look(connection: sqlite3.Connection) -> tuple[Revision, bytes] | None:
            document = tables.document_ever(connection, name)
            found = None if document is None else tables.revision(connection, document, rev)
            data = tables.content(connection, found.etag) if found else None
            return (found, data) if found and data is not None else None

        return _found(self._database.read(look), name, rev)

    def text(self, etag: str) -> str:
        """Return the text of any content that is kept. Raises like `read`."""

        def look(connection: sqlite3.Connection) -> str | None:
            data = tables.content(connection, etag)
            return None if data is None else shown(data)

        found = self._database.read(look)
        if found is None:
            raise DocumentNotFound("The history does not have that text (any more).")
        return found

    def label(self, name: str, rev: int, label: str) -> Revision:
        """Call that revision *label*, so that it stays; an empty one takes the name off.

        Raises DocumentNotFound, BadInput for a label above 200 characters, or HistoryUnavailable.
        """
        if len(label) > MAX_LABEL_CHARS:
            raise BadInput(f"The name of a version may have {MAX_LABEL_CHARS} characters; this has {len(label)}.")
        if any("\ud800" <= character <= "\udfff" for character in label):
            raise BadInput(f"The name {label!a} has half of a character; please leave that out.")

        def write(connection: sqlite3.Connection) -> Revision | None:
            document = tables.document_ever(connection, name)
            if document is None or tables.revision(connection, document, rev) is None:
                return None
            tables.set_fields(connection, document, rev, label=label.strip() or None)
            return tables.revision(connection, document, rev)

        return _found(self._database.write(write), name, rev)

    def gone(self, *, there: Callable[[str], bool], trashed: Collection[str]) -> tuple[Gone, ...]:
        """Return the documents that the workspace and its trash do not have, the latest first.

        *there* tells whether the workspace has a document of a name; *trashed* holds the ids in the trash. Raises
        HistoryUnavailable.
        """

        def look(connection: sqlite3.Connection) -> list[Gone]:
            rows = connection.execute("SELECT id, name, key, trash FROM document").fetchall()
            lost = [row for row in rows if row[3] not in trashed and (row[2] is None or not there(row[1]))]
            found = ((row, tables.newest(connection, row[0])) for row in lost)
            return [Gone(row[0], row[1], last) for row, last in found if last is not None]

        return tuple(sorted(self._database.read(look) or (), key=lambda one: one.last.saved, reverse=True))

    def last(self, identity: int) -> tuple[str, bytes]:
        """Return the name and the newest content of the document with the id *identity*. Raises like `read`."""

        def look(connection: sqlite3.Connection) -> tuple[str, bytes] | None:
            row = connection.execute("SELECT name FROM document WHERE id = ?", (identity,)).fetchone()
            newest = tables.newest(connection, identity)
            data = tables.content(connection, newest.etag) if newest else None
            return None if row is None or data is None else (row[0], data)

        found = self._database.read(look)
        if found is None:
            raise DocumentNotFound("The history does not have that document (any more).")
        return found

    def _recorded(self, work: Callable[[sqlite3.Connection], int]) -> Recorded:
        try:
            rev = self._database.write(work)
        except HistoryUnavailable as error:
            self._problem = str(error)
            return Recorded(0, self._problem)
        self._problem = None
        return Recorded(rev, self._database.take_notice())

    def _see(self, connection: sqlite3.Connection, document: int, data: bytes) -> int:
        """Keep *data*, which the file was found to hold, unless that is known; return the number of its revision."""
        last = tables.newest(connection, document, on_disk=True)
        etag = etag_of(data)
        if last is not None and tables.is_pending(connection, document, last.rev):
            last = self._settled(connection, document, last, etag)
        if last is not None and last.etag == etag:
            return last.rev
        kind: Kind = "import" if last is None else "external"
        return tables.add(connection, document, data, Origin(kind), self._now_ms())[0]

    @staticmethod
    def _settled(connection: sqlite3.Connection, document: int, last: Revision, etag: str) -> Revision:
        """Return what the file with *etag* held last, where a crash left open whether that was *last*."""
        tables.set_pending(connection, document, None)
        before = tables.newest(connection, document, on_disk=True, below=last.rev)
        if etag == last.etag or before is None or before.etag != etag:
            return last
        tables.set_fields(connection, document, last.rev, kind="unsaved")
        return before

    @staticmethod
    def _known(connection: sqlite3.Connection, name: str, data: bytes) -> int:
        document = tables.document_id(connection, name)
        last = None if document is None else tables.newest(connection, document, on_disk=True)
        if last is None or document is None or last.etag != etag_of(data):
            return 0
        return 0 if tables.is_pending(connection, document, last.rev) else last.rev

    @staticmethod
    def _mark_unsaved(connection: sqlite3.Connection, name: str, rev: int) -> int:
        document = tables.document_id(connection, name)
        if document is not None:
            tables.set_fields(connection, document, rev, kind="unsaved")
            tables.set_pending(connection, document, None)
        return rev

    @staticmethod
    def _mark_arrived(connection: sqlite3.Connection, name: str, rev: int, kind: Kind) -> None:
        document = tables.document_id(connection, name)
        found = None if document is None else tables.revision(connection, document, rev)
        if document is None or found is None:
            return
        tables.set_pending(connection, document, None)
        if found.kind == "unsaved":  # as another process took it to be, which looked at the file meanwhile
            tables.set_fields(connection, document, rev, kind=kind)

    def _now_ms(self) -> int:
        return round(self._clock() * 1000)


def _found(found: T | None, name: str, rev: int) -> T:
    if found is None:
        raise DocumentNotFound(f"“{name}” has no revision {rev} (any more).")
    return found
