"""What a writer wants forgotten for good: versions, and all else that is kept of their words. Knows no page.

What the document says now stays, since the file says it. What is forgotten is in no file of ME_AI's afterwards: not in
the history, its log and its backups, not in receipts and drafts, and not in the trash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from meai.documents import tables
from meai.documents.database import Database
from meai.documents.encoding import shown
from meai.documents.folding import fold, pattern
from meai.documents.journal import Draft, Journal
from meai.documents.revisions import Revision
from meai.documents.store import DocumentStore
from meai.errors import BadInput, DocumentNotFound, DocumentUnreadable, MeaiError

Texts = Callable[[Revision], str | None]
"""Returns what a revision says; None where the disk has damaged it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be forgotten of a document: all, unless one of these says which part."""

    last: int | None = None
    """The version of that number and those before it, from `first` on."""
    first: int = 0
    before: datetime | None = None
    """What was saved before that moment, which has a time zone."""
    words: str | None = None
    """Every version with these words, however they are written: as a search finds them."""

    @property
    def is_all(self) -> bool:
        """Whether nothing but the text as it is now may stay."""
        return (self.last, self.before, self.words) == (None, None, None)

    def spans(self, rev: int) -> bool:
        """Whether *rev* is one of the numbers that it asks for."""
        return self.last is not None and self.first <= rev <= self.last


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, or would be."""

    versions: int
    named: int
    """How many of them the writer gave a name."""
    receipts: int
    drafts: int
    stays: int
    """How many versions are left."""
    elsewhere: tuple[str, ...] = ()
    """Other documents whose history has such a text, too."""
    damaged: tuple[str, ...] = ()
    """Files with a damaged history, from which nothing can be taken out."""


class Forgetting:
    """Forgets what *database*, of `tables.SCHEMA`, and *journal* keep of the documents of *store*.

    Any thread may call; a save that comes meanwhile waits until the database is written anew.
    """

    def __init__(self, store: DocumentStore, database: Database, journal: Journal) -> None:
        self._store = store
        self._database = database
        self._journal = journal

    def look(self, name: str, wish: Wish) -> Forgotten:
        """Return what `forget` would do. Raises like it."""
        return self._done(name, wish, commit=False)

    def forget(self, name: str, wish: Wish) -> Forgotten:
        """Forget what *wish* says of the document *name*; where it is gone, of the last that was called so.

        Raises DocumentNotFound where nothing is known of it, BadInput for words that it still has or that are none,
        and HistoryUnavailable, after which no list shows what was forgotten, but a file may still have its bytes.
        """
        return self._done(name, wish, commit=True)

    def forget_gone(self, identity: int) -> None:
        """Forget all of the document with the id *identity*, which the workspace has no more. Raises like `forget`."""

        def write(connection: sqlite3.Connection) -> str | None:
            row = connection.execute("SELECT name, key FROM document WHERE id = ?", (identity,)).fetchone()
            if row is None or not self._store.shows(row[0]) or (row[1] is not None and self._store.has(row[0])):
                return None
            tables.forget_document(connection, identity)
            return str(row[0])

        name = self._database.write(write)
        if name is None:
            raise DocumentNotFound("The history does not have that document (any more).")
        if not self._store.has(name):
            self._drop(self._drafts(name, Wish()))
        self._database.erase()

    def _done(self, name: str, wish: Wish, *, commit: bool) -> Forgotten:
        wanted = _pattern(wish)
        if not self._store.shows(name):
            raise DocumentNotFound(f"There is no document “{name}” open here.")
        is_there = self._store.has(name)
        if is_there:
            now = self._store.read(name).text  # what another program wrote is known to the history from here on
            if wanted and wanted(now):
                raise BadInput(f"“{name}” still has these words; take them out, save it, and have them forgotten then.")
        drafts = self._drafts(name, wish)

        def work(connection: sqlite3.Connection) -> tuple[Forgotten, str | None]:
            document = tables.document_ever(connection, name)
            if document is None:
                raise DocumentNotFound(f"“{name}” has no history; ME_AI keeps one of every document that it opens.")
            rows = _Rows(connection, document)
            if wish.last is not None and not any(map(wish.spans, rows.numbers)):
                raise DocumentNotFound(f"“{name}” has no revision {wish.last} (any more).")
            gone = rows.gone(wish, wanted, is_there=is_there)
            receipts = rows.receipts(wish, wanted, gone)
            told = rows.told(gone, receipts, len(drafts))
            trashed = rows.trashed(gone)
            if commit:
                rows.remove(gone, receipts)
            return told, trashed

        told, trashed = (self._database.write if commit else self._read)(work)
        if not commit:
            return told
        self._drop(drafts)
        if trashed is not None:
            with suppress(MeaiError):
                self._store.trash.remove(trashed)
        return _with_damaged(told, self._database.erase())

    def _read(self, work: Callable[[sqlite3.Connection], tuple[Forgotten, str | None]]) -> tuple[Forgotten, str | None]:
        found = self._database.read(work)
        if found is None:
            raise DocumentNotFound("Nothing has been saved here yet, so there is nothing to forget.")
        return found

    def _drafts(self, name: str, wish: Wish) -> list[Draft]:
        wanted = _pattern(wish)
        kept = [(draft, at) for draft, at in self._journal.list() if draft.name == name]
        return [
            draft
            for draft, at in kept
            if wish.is_all or (wish.before and at < wish.before) or (wanted and wanted(draft.text))
        ]

    def _drop(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            self._journal.drop(draft.name, draft.client)


class _Rows:
    """The rows of one document, in a transaction that is the caller's."""

    def __init__(self, connection: sqlite3.Connection, document: int) -> None:
        self._connection = connection
        self._document = document
        self._revisions = tables.revisions(connection, document)

    @property
    def numbers(self) -> list[int]:
        """Which revisions there are."""
        return [one.rev for one in self._revisions]

    def gone(self, wish: Wish, wanted: Callable[[str], bool] | None, *, is_there: bool) -> list[Revision]:
        """Return the revisions that *wish* takes; what the file has stays where it *is_there*."""
        now = tables.newest(self._connection, self._document, on_disk=True) if is_there else None
        old = [one for one in self._revisions if now is None or one.rev != now.rev]
        if wish.is_all:
            return old
        if wanted:
            return [one for one in old if (text := self._text(one)) is None or wanted(text)]
        if wish.before is not None:
            return [one for one in old if one.saved < wish.before]
        return [one for one in old if wish.spans(one.rev)]

    def receipts(self, wish: Wish, wanted: Callable[[str], bool] | None, gone: Collection[Revision]) -> list[str]:
        """Return the receipts that go: those that quote what stands in no version any more."""
        statement = "SELECT id, source, result, instruction FROM receipt WHERE document = ?"
        found = self._connection.execute(statement, (self._document,)).fetchall()
        if wish.is_all or not found or not gone:
            return [row[0] for row in found if wish.is_all or (wanted and any(map(wanted, row[1:])))]
        numbers = {one.rev for one in gone}
        left = [self._text(one) or "" for one in self._revisions if one.rev not in numbers]

        def stands(words: str) -> bool:
            return any(words in text for text in left)

        return [
            identity
            for identity, source, result, instruction in found
            if not (stands(source) and stands(result)) or (wanted and any(map(wanted, (source, result, instruction))))
        ]

    def told(self, gone: Collection[Revision], receipts: Collection[str], drafts: int) -> Forgotten:
        """Return what that comes to."""
        named = sum(one.label is not None for one in gone)
        elsewhere = {name for one in gone for name in tables.names_with(self._connection, one.etag, but=self._document)}
        stays = len(self._revisions) - len(gone)
        return Forgotten(len(gone), named, len(receipts), drafts, stays, tuple(sorted(elsewhere)))

    def trashed(self, gone: Collection[Revision]) -> str | None:
        """Return the id in the trash under which the document lies there with one of the texts that are *gone*."""
        row = self._connection.execute("SELECT trash FROM document WHERE id = ?", (self._document,)).fetchone()
        return row[0] if self._revisions and self._revisions[0] in gone else None

    def remove(self, gone: Collection[Revision], receipts: Iterable[str]) -> None:
        """Delete those rows; of a document of which nothing is left, all."""
        if len(gone) == len(self._revisions):
            tables.forget_document(self._connection, self._document)
            return
        tables.remove(self._connection, self._document, (one.rev for one in gone))
        rows = ((self._document, identity) for identity in receipts)
        self._connection.executemany("DELETE FROM receipt WHERE document = ? AND id = ?", rows)

    def _text(self, of: Revision) -> str | None:
        try:
            data = tables.content(self._connection, of.etag)
        except DocumentUnreadable:
            return None
        return None if data is None else shown(data)


def _pattern(wish: Wish) -> Callable[[str], bool] | None:
    """Return what tells whether a text has the words of *wish*; None where it has none. Raises BadInput."""
    if wish.words is None:
        return None
    found = pattern(wish.words)
    if found is None:
        raise BadInput("There is no word to look for; please say which words are to be forgotten.")
    return lambda text: found.search(fold(text)) is not None


def _with_damaged(told: Forgotten, damaged: tuple[str, ...]) -> Forgotten:
    return Forgotten(told.versions, told.named, told.receipts, told.drafts, told.stays, told.elsewhere, damaged)
