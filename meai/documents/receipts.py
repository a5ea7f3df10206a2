"""What a model wrote and the writer took, and what of that still stands. Knows no model and no file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from meai.documents import authorship, tables
from meai.documents.authorship import Piece
from meai.documents.database import Database


@dataclass(frozen=True, slots=True)
class Order:
    """What a model was asked, and its answer as the writer took it."""

    id: str
    """The page's own."""
    action: str
    model: str
    source: str
    """The words that the answer stands for; empty where it was put between words."""
    result: str
    instruction: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """An accepted answer of a model, and when that was."""

    at: datetime
    """In UTC. For people."""
    order: Order


class Receipts:
    """The receipts of one workspace's documents, in the database of its history; any thread may call.

    *clock* tells seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, order: Order) -> None:
        """Keep the receipt of *order* with the document *name*; the same id again is the same receipt.

        Raises HistoryUnavailable.
        """
        at = round(self._clock() * 1000)

        def write(connection: sqlite3.Connection) -> None:
            values = (tables.known_document(connection, name), order.id, at, order.action, order.model)
            statement = "INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            connection.execute(statement, (*values, order.source, order.result, order.instruction))

        self._database.write(write)

    def list(self, name: str) -> tuple[Receipt, ...]:
        """Return the receipts of the document *name*, the latest first. Raises HistoryUnavailable."""
        statement = (
            "SELECT at, receipt.id, action, model, source, result, instruction FROM receipt "
            "JOIN document ON document = document.id WHERE document.id = ? ORDER BY at DESC, receipt.id"
        )

        def look(connection: sqlite3.Connection) -> tuple[Receipt, ...]:
            rows = connection.execute(statement, (tables.document_id(connection, name),))
            return tuple(Receipt(tables.moment(at), Order(*order)) for at, *order in rows)

        return self._database.read(look) or ()

    def pieces(self, name: str, text: str | bytes) -> tuple[Piece, ...]:
        """Return what the model wrote of *text*, which the document *name* holds or is about to.

        A long *text* should come as UTF-8. Raises HistoryUnavailable.
        """

        def look(connection: sqlite3.Connection) -> tuple[tuple[Piece, ...], str]:
            document = tables.document_id(connection, name)
            last = None if document is None else tables.newest(connection, document)
            if document is None or last is None:
                return (), ""
            known = tables.pieces(connection, document, last.rev)
            return known, tables.text_of(connection, last) if known else ""

        known, before = self._database.read(look) or ((), "")
        if not known:
            return ()
        return authorship.carried(known, before, text.decode() if isinstance(text, bytes) else text)

    def disclosure(self, name: str, text: str) -> str | None:
        """Return the sentence that tells readers of *text* what part of it a model wrote, or None where none is.

        Raises HistoryUnavailable.
        """
        return authorship.sentence(authorship.share(text, self.pieces(name, text)))
