"""Receipts: what a model wrote and the writer took, and what of it still stands in the text at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meai.documents import tables
from meai.documents.authorship import Piece
from meai.documents.database import Database
from meai.documents.history import History
from meai.documents.receipts import Order, Receipts
from meai.documents.revisions import Origin
from meai.documents.store import DocumentStore

ORDER = Order("r1", "make-fluent", "smollm2-135m", "was clumsy", "reads well now", "")
PIECE = Piece("r1", 0, "reads well now", 0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "history.sqlite", tables.SCHEMA)
    yield database
    database.close()


@pytest.fixture
def receipts(database: Database) -> Receipts:
    ticks = iter(range(1_800_000_000, 1_900_000_000))
    return Receipts(database, lambda: next(ticks))


@pytest.fixture
def store(tmp_path: Path, database: Database) -> DocumentStore:
    (tmp_path / "ME_AI").mkdir()
    return DocumentStore(tmp_path / "ME_AI", trash=tmp_path / "trash", history=History(database))


def test_receipts_are_told_the_latest_first(receipts: Receipts) -> None:
    later = replace(ORDER, id="r2", action="ask", instruction="Make it shorter.")
    receipts.add("a.md", ORDER)
    receipts.add("a.md", later)
    assert [one.order for one in receipts.list("a.md")] == [later, ORDER]
    assert receipts.list("a.md")[1].at.isoformat() == "2027-01-15T08:00:00+00:00"
    assert receipts.list("b.md") == ()


def test_the_same_receipt_twice_is_one(receipts: Receipts) -> None:
    receipts.add("a.md", ORDER)
    receipts.add("a.md", replace(ORDER, result="something else"))
    assert [one.order for one in receipts.list("a.md")] == [ORDER]


def test_receipts_follow_their_document(receipts: Receipts, store: DocumentStore) -> None:
    document = store.write("a.md", "It reads well now.", base=None, origin=Origin("save", (PIECE,)))
    receipts.add("a.md", ORDER)
    store.rename("a.md", "b.md", base=document.etag)
    assert len(receipts.list("b.md")) == 1
    identity = store.delete("b.md", base=document.etag)
    store.write("b.md", "another", base=None)
    assert receipts.list("b.md") == ()
    assert len(receipts.list(store.restore(identity).name)) == 1
    assert receipts.pieces("b 2.md", "It reads well now.") == (PIECE,)


def test_pieces_are_those_of_the_text_at_hand(receipts: Receipts, store: DocumentStore) -> None:
    store.write("a.md", "It reads well now.", base=None, origin=Origin("save", (PIECE,)))
    assert receipts.pieces("a.md", "It reads well now.") == (PIECE,)
    assert receipts.pieces("a.md", "Title\n\nIt reads well now, I hope.") == (replace(PIECE, line=2),)
    assert receipts.pieces("a.md", "Nothing of it.") == ()
    assert receipts.pieces("b.md", "It reads well now.") == ()


def test_the_disclosure_is_of_the_text_at_hand(receipts: Receipts, store: DocumentStore) -> None:
    store.write("a.md", "It reads well now.", base=None, origin=Origin("save", (PIECE,)))
    assert (
        receipts.disclosure("a.md", "It reads well now.")
        == "About 75 % of this text was suggested by a language model."
    )
    assert receipts.disclosure("a.md", "It is mine.") is None
    assert receipts.disclosure("b.md", "It reads well now.") is None
