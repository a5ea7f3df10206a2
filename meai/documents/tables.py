"""The history's tables, and what is done to their rows in a transaction that is the caller's. Knows no file."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from datetime import UTC, datetime

from meai.documents import authorship, names
from meai.documents.authorship import Piece
from meai.documents.encoding import etag_of, shown
from meai.documents.revisions import Kind, Origin, Revision
from meai.documents.wordcount import difference
from meai.errors import DocumentUnreadable

# A document's `key` is null once it was deleted here; `trash` is then its id there. Times are milliseconds since 1970.
# What is `pending` may not have reached its file: the process ended before it said so.
SCHEMA = (
    """
    CREATE TABLE document (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT UNIQUE, trash TEXT
    ) STRICT;
    CREATE TABLE content (hash TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT;
    CREATE TABLE revision (
        document INTEGER NOT NULL REFERENCES document, rev INTEGER NOT NULL,
        hash TEXT NOT NULL REFERENCES content, saved INTEGER NOT NULL, label TEXT, kind TEXT NOT NULL,
        words INTEGER NOT NULL, added INTEGER NOT NULL, removed INTEGER NOT NULL, authorship TEXT NOT NULL,
        PRIMARY KEY (document, rev)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX revision_of_content ON revision (hash);
    CREATE TABLE receipt (
        document INTEGER NOT NULL REFERENCES document, id TEXT NOT NULL, at INTEGER NOT NULL, action TEXT NOT NULL,
        model TEXT NOT NULL, source TEXT NOT NULL, result TEXT NOT NULL, instruction TEXT NOT NULL,
        PRIMARY KEY (document, id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE pending (document INTEGER PRIMARY KEY REFERENCES document, rev INTEGER NOT NULL) STRICT",
)
_REVISION = "SELECT rev, hash, saved, label, kind, words, added, removed FROM revision"
# Half the time of zlib's own choice, for a tenth more space: a writer waits for it at each save.
_LEVEL = 3
_MAX_INTEGER = 2**63 - 1


def document_id(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the id of the document *name*, or None where nothing is known of it."""
    row = connection.execute("SELECT id FROM document WHERE key = ?", (names.key(name),)).fetchone()
    return None if row is None else int(row[0])


def document_ever(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the id of the document *name*; where there is none now, of the last that was called so."""
    found = document_id(connection, name)
    if found is None:
        statement = "SELECT max(id) FROM document WHERE key IS NULL AND name = ?"
        found = connection.execute(statement, (name,)).fetchone()[0]
    return found


def known_document(connection: sqlite3.Connection, name: str) -> int:
    """Return the id of the document *name*, which is noted where it is not known."""
    found = document_id(connection, name)
    if found is None:
        values = (name, names.key(name))
        found = connection.execute("INSERT INTO document (name, key) VALUES (?, ?)", values).lastrowid
        assert found is not None
    return found


def give_name(connection: sqlite3.Connection, document: int, name: str) -> None:
    """Let *document* be the one that is called *name*; another that was is so no longer."""
    connection.execute("UPDATE document SET key = NULL WHERE key = ? AND id <> ?", (names.key(name), document))
    values = (name, names.key(name), document)
    connection.execute("UPDATE document SET name = ?, key = ?, trash = NULL WHERE id = ?", values)


def revisions(connection: sqlite3.Connection, document: int) -> tuple[Revision, ...]:
    """Return the revisions of *document*, newest first."""
    rows = connection.execute(f"{_REVISION} WHERE document = ? ORDER BY rev DESC", (document,))
    return tuple(map(_revision, rows))


def revision(connection: sqlite3.Connection, document: int, rev: int) -> Revision | None:
    """Return that revision of *document*, or None."""
    if rev > _MAX_INTEGER:
        return None
    row = connection.execute(f"{_REVISION} WHERE document = ? AND rev = ?", (document, rev)).fetchone()
    return None if row is None else _revision(row)


def newest(
    connection: sqlite3.Connection, document: int, *, on_disk: bool = False, below: int = _MAX_INTEGER
) -> Revision | None:
    """Return the newest revision of *document* with a number *below* that; *on_disk*, the newest that its file held."""
    refused = " AND kind <> 'unsaved'" if on_disk else ""
    statement = f"{_REVISION} WHERE document = ? AND rev < ?{refused} ORDER BY rev DESC LIMIT 1"
    row = connection.execute(statement, (document, below)).fetchone()
    return None if row is None else _revision(row)


def content(connection: sqlite3.Connection, etag: str) -> bytes | None:
    """Return the bytes that have *etag*, or None. Raises DocumentUnreadable where the disk has damaged them."""
    row = connection.execute("SELECT packed FROM content WHERE hash = ?", (_hash(etag),)).fetchone()
    if row is None:
        return None
    try:
        data = zlib.decompress(row[0])
    except zlib.error:
        data = b""
    if etag_of(data) != _etag(_hash(etag)):
        raise DocumentUnreadable("The disk has damaged this revision; please take the one before or after it.")
    return data


def pieces(connection: sqlite3.Connection, document: int, rev: int) -> tuple[Piece, ...]:
    """Return what the model wrote of that revision."""
    statement = "SELECT authorship FROM revision WHERE document = ? AND rev = ?"
    row = connection.execute(statement, (document, rev)).fetchone()
    return _pieces(row[0]) if row else ()


def add(
    connection: sqlite3.Connection, document: int, data: bytes, origin: Origin, saved: int, before: bytes | None = None
) -> tuple[int, bool]:
    """Make *data* the newest content of *document* and return the number of its revision, and whether that is new.

    *before* may be the bytes of the newest one until now; they need not be unpacked then.
    """
    by_model = origin.authorship
    etag = etag_of(data)
    last = newest(connection, document)
    if last is not None and last.etag == etag:
        if last.kind == "unsaved":
            set_fields(connection, document, last.rev, kind=origin.kind, saved=saved)
        if by_model is not None:
            set_fields(connection, document, last.rev, authorship=_standing(data, by_model))
        return last.rev, last.kind == "unsaved"
    is_last = last is not None and before is not None and last.etag == etag_of(before)
    old = before if is_last and before is not None else _content_or_nothing(connection, last)
    if by_model is None:
        by_model = _remembered(connection, document, etag)
    if by_model is None:
        known = pieces(connection, document, last.rev) if last else ()
        by_model = authorship.carried(known, shown(old), shown(data)) if known else ()
    added, removed = difference(old, data)
    # Counting only what changed; a damaged revision before, which reads as nothing, must not spoil the sum.
    words = last.words + added - removed if last and (old or not last.words) else added
    rev = last.rev + 1 if last else 1
    _store(connection, etag, data)
    noted = _standing(data, by_model)
    values = (document, rev, _hash(etag), saved, origin.kind, words, added, removed, noted)
    connection.execute("INSERT INTO revision VALUES (?, ?, ?, ?, NULL, ?, ?, ?, ?, ?)", values)
    return rev, True


def set_fields(connection: sqlite3.Connection, document: int, rev: int, **fields: str | int | None) -> None:
    """Change columns of a revision."""
    columns = ", ".join(f"{column} = ?" for column in fields)
    statement = f"UPDATE revision SET {columns} WHERE document = ? AND rev = ?"  # noqa: S608 - our own words
    connection.execute(statement, (*fields.values(), document, rev))


def set_pending(connection: sqlite3.Connection, document: int, rev: int | None) -> None:
    """Note that *rev*, the newest of *document*, is on its way to the file; None where all have arrived."""
    connection.execute("DELETE FROM pending WHERE document = ?", (document,))
    if rev is not None:
        connection.execute("INSERT INTO pending VALUES (?, ?)", (document, rev))


def is_pending(connection: sqlite3.Connection, document: int, rev: int) -> bool:
    """Whether nobody has said that *rev* of *document* reached the file."""
    statement = "SELECT 1 FROM pending WHERE document = ? AND rev = ?"
    return connection.execute(statement, (document, rev)).fetchone() is not None


def remove(connection: sqlite3.Connection, document: int, gone: Iterable[int]) -> None:
    """Delete revisions of *document*; those that follow are compared with what is before them now."""
    numbers = set(gone)
    for one in [one for one in revisions(connection, document) if one.rev in numbers]:
        connection.execute("DELETE FROM revision WHERE document = ? AND rev = ?", (document, one.rev))
        unused = "DELETE FROM content WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM revision WHERE revision.hash = ?)"
        connection.execute(unused, (_hash(one.etag), _hash(one.etag)))
    rest = revisions(connection, document) if numbers else ()
    for above, below in zip(rest, (*rest[1:], None), strict=False):
        if above.rev - 1 in numbers:
            added, removed = difference(_content_or_nothing(connection, below), _content_or_nothing(connection, above))
            set_fields(connection, document, above.rev, added=added, removed=removed)


def forget_document(connection: sqlite3.Connection, document: int) -> None:
    """Delete *document*, its revisions and its receipts."""
    remove(connection, document, [one.rev for one in revisions(connection, document)])
    connection.execute("DELETE FROM receipt WHERE document = ?", (document,))
    set_pending(connection, document, None)
    connection.execute("DELETE FROM document WHERE id = ?", (document,))


def names_with(connection: sqlite3.Connection, etag: str, *, but: int) -> list[str]:
    """Return the names of the documents other than *but* that have had the content with *etag*."""
    statement = (
        "SELECT DISTINCT name FROM revision JOIN document ON document.id = revision.document "
        "WHERE hash = ? AND document.id <> ?"
    )
    return [name for (name,) in connection.execute(statement, (_hash(etag), but))]


def text_of(connection: sqlite3.Connection, of: Revision | None) -> str:
    """Return the text of *of*; nothing where there is none or the disk has damaged it."""
    return shown(_content_or_nothing(connection, of))


def moment(milliseconds: int) -> datetime:
    """Return the time of a row, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _revision(row: tuple[int, str, int, str | None, Kind, int, int, int]) -> Revision:
    rev, content_hash, saved, label, kind, words, added, removed = row
    return Revision(rev, _etag(content_hash), moment(saved), label, kind, words, added, removed)


def _store(connection: sqlite3.Connection, etag: str, data: bytes) -> None:
    # Written also where it is known: what the disk has damaged is whole again then.
    statement = "INSERT INTO content VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET packed = excluded.packed"
    connection.execute(statement, (_hash(etag), zlib.compress(data, _LEVEL)))


def _remembered(connection: sqlite3.Connection, document: int, etag: str) -> tuple[Piece, ...] | None:
    """Return what the model wrote of the content with *etag* when *document* held it last, or None."""
    statement = "SELECT authorship FROM revision WHERE document = ? AND hash = ? ORDER BY rev DESC LIMIT 1"
    row = connection.execute(statement, (document, _hash(etag))).fetchone()
    return _pieces(row[0]) if row else None


def _content_or_nothing(connection: sqlite3.Connection, of: Revision | None) -> bytes:
    try:
        return (content(connection, of.etag) if of else None) or b""
    except DocumentUnreadable:
        return b""


def _standing(data: bytes, of: Sequence[Piece]) -> str:
    return _noted(authorship.standing(shown(data), of) if of else ())


def _noted(of: Iterable[Piece]) -> str:
    return json.dumps([astuple(piece) for piece in of], ensure_ascii=False, separators=(",", ":"))


def _pieces(noted: str) -> tuple[Piece, ...]:
    return tuple(Piece(*fields) for fields in json.loads(noted))


def _hash(etag: str) -> str:
    return etag.strip('"').removeprefix("sha256-")


def _etag(content_hash: str) -> str:
    return f'"sha256-{content_hash}"'
