"""What a writer wants forgotten is gone: from every list, and its bytes from every file that ME_AI keeps."""

from __future__ import annotations

import random
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meai.documents import tables, upkeep
from meai.documents.authorship import Piece
from meai.documents.database import Database
from meai.documents.forgetting import Forgetting, Wish
from meai.documents.history import History
from meai.documents.journal import Draft, Journal
from meai.documents.receipts import Order, Receipts
from meai.documents.revisions import Origin
from meai.documents.store import DocumentStore
from meai.errors import BadInput, DocumentNotFound, HistoryUnavailable

NOW = 1_800_000_000.0
DAY_S = 86_400
ALL = Wish()
SECRET = "the marmalade is buried under the plum tree"
# Long, and of words that compress badly, so that their packed bytes are their own.
TALE = f"{SECRET}\n" + "\n".join(random.Random(7).randbytes(40).hex() for _ in range(400)) + "\n"  # noqa: S311


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    database = Database(data / "history.sqlite", tables.SCHEMA, busy_timeout_s=0.1)
    yield database
    database.close()


class Clock:
    """A clock that a test sets."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def history(database: Database, clock: Clock) -> History:
    return History(database, clock)


@pytest.fixture
def receipts(database: Database, clock: Clock) -> Receipts:
    return Receipts(database, clock)


@pytest.fixture
def journal(data: Path) -> Journal:
    return Journal(data / "drafts")


@pytest.fixture
def store(root: Path, data: Path, history: History) -> DocumentStore:
    return DocumentStore(root, trash=data / "trash", history=history)


@pytest.fixture
def forgetting(store: DocumentStore, database: Database, journal: Journal) -> Forgetting:
    return Forgetting(store, database, journal)


def write(store: DocumentStore, name: str, *texts: str, origin: Origin | None = None) -> None:
    base = store.read(name).etag if store.has(name) else None
    for text in texts:
        base = store.write(name, text, base=base, origin=origin or Origin()).etag


def places(data: Path, *texts: str) -> list[str]:
    """Return the files below *data* that hold a part of one of *texts*, packed or plain."""
    parts = [part for text in texts for part in _parts(text)]
    files = [path for path in data.rglob("*") if path.is_file()]
    return sorted({path.name for path in files for part in parts if part in path.read_bytes()})


def _parts(text: str) -> Iterator[bytes]:
    """Yield *text*, and pieces of it as the history packs it: a page of a database holds a few thousand bytes."""
    yield text.encode()
    packed = zlib.compress(text.encode(), tables._LEVEL)
    yield from (packed[at : at + 24] for at in range(8, len(packed) - 24, 512))


def revs(history: History, name: str = "a.md") -> list[int]:
    return [revision.rev for revision in history.list(name)]


# What stays of a document, and what goes.


def test_a_version_is_forgotten_alone(store: DocumentStore, history: History, forgetting: Forgetting) -> None:
    write(store, "a.md", "one\n", "one two\n", "one two three\n")
    told = forgetting.forget("a.md", Wish(first=2, last=2))
    assert (told.versions, told.stays) == (1, 2)
    assert revs(history) == [3, 1]
    assert [(one.added, one.removed) for one in history.list("a.md")] == [(2, 0), (1, 0)]


def test_a_version_is_forgotten_with_those_before_it(
    store: DocumentStore, history: History, forgetting: Forgetting
) -> None:
    write(store, "a.md", "1\n", "2\n", "3\n", "4\n")
    history.label("a.md", 1, "Sent")
    assert forgetting.look("a.md", Wish(last=2)).named == 1
    assert revs(history) == [4, 3, 2, 1]
    assert forgetting.forget("a.md", Wish(last=2)).versions == 2
    assert revs(history) == [4, 3]


def test_a_version_that_is_not_there_is_said_so(store: DocumentStore, forgetting: Forgetting) -> None:
    write(store, "a.md", "1\n", "2\n")
    for wish in (Wish(first=3, last=3), Wish(last=0)):
        with pytest.raises(DocumentNotFound, match="no revision"):
            forgetting.forget("a.md", wish)


def test_what_is_older_than_a_day_is_forgotten(
    store: DocumentStore, history: History, forgetting: Forgetting, clock: Clock
) -> None:
    for day, text in enumerate(("1\n", "2\n", "3\n")):
        clock.now = NOW + day * DAY_S
        write(store, "a.md", text)
    forgetting.forget("a.md", Wish(before=datetime.fromtimestamp(NOW + DAY_S, UTC)))
    assert revs(history) == [3, 2]


def test_every_version_with_the_words_is_forgotten_however_they_are_written(
    store: DocumentStore, history: History, forgetting: Forgetting
) -> None:
    write(
        store,
        "a.md",
        "Dear all.\n",
        "Dear all, Crème\nFraîche.\n",
        "Dear all, creme fraiche.\n",
        "Dear all.\n\nYours\n",
    )
    assert forgetting.forget("a.md", Wish(words="crème fraîche")).versions == 2
    assert revs(history) == [4, 1]


def test_words_that_still_stand_are_not_forgotten(
    store: DocumentStore, history: History, forgetting: Forgetting
) -> None:
    write(store, "a.md", "secret\n", "a secret\n")
    with pytest.raises(BadInput, match="still has these words; take them out"):
        forgetting.forget("a.md", Wish(words="secret"))
    with pytest.raises(BadInput, match="no word"):
        forgetting.forget("a.md", Wish(words=" \n"))
    assert revs(history) == [2, 1]


@pytest.mark.parametrize(
    "wish", [ALL, Wish(first=3, last=3), Wish(last=3), Wish(before=datetime(2999, 1, 1, tzinfo=UTC))]
)
def test_what_the_document_says_now_stays(
    store: DocumentStore, history: History, forgetting: Forgetting, root: Path, wish: Wish
) -> None:
    write(store, "a.md", "1\n", "2\n")
    (root / "a.md").write_text("by another program\n")
    forgetting.forget("a.md", wish)
    assert history.list("a.md")[0].rev == 3
    assert history.read("a.md", 3)[1] == b"by another program\n"
    assert (root / "a.md").read_text() == "by another program\n"
    write(store, "a.md", "goes on\n")
    assert history.list("a.md")[0].rev == 4


def test_what_the_disk_refused_is_forgotten_too(store: DocumentStore, history: History, forgetting: Forgetting) -> None:
    write(store, "a.md", "1\n")
    with pytest.raises(OSError, match="full"), history.saving("a.md", b"2\n", before=b"1\n", origin=Origin()):
        raise OSError("full")
    assert [one.kind for one in history.list("a.md")] == ["unsaved", "save"]
    forgetting.forget("a.md", ALL)
    assert [one.kind for one in history.list("a.md")] == ["save"]


def test_of_a_document_that_is_gone_all_is_forgotten(
    store: DocumentStore, history: History, forgetting: Forgetting, data: Path
) -> None:
    write(store, "a.md", "1\n", TALE)
    store.delete("a.md", base=store.read("a.md").etag)
    assert places(data, TALE)
    assert forgetting.forget("a.md", ALL).stays == 0
    assert (history.list("a.md"), store.trash.list()) == ((), ())
    assert not places(data, TALE, "a.md")
    with pytest.raises(DocumentNotFound):
        forgetting.forget("a.md", ALL)


def test_of_a_document_in_the_trash_only_what_was_wanted_is_forgotten(
    store: DocumentStore, history: History, forgetting: Forgetting
) -> None:
    write(store, "a.md", "1\n", "secret\n", "3\n")
    store.delete("a.md", base=store.read("a.md").etag)
    forgetting.forget("a.md", Wish(words="secret"))
    assert [one.name for one in store.trash.list()] == ["a.md"]
    forgetting.forget("a.md", Wish(first=3, last=3))
    assert (store.trash.list(), revs(history)) == ((), [1])


def test_a_document_that_another_program_deleted_is_forgotten_by_its_id(
    store: DocumentStore, history: History, forgetting: Forgetting, data: Path, root: Path
) -> None:
    write(store, "a.md", TALE)
    with pytest.raises(DocumentNotFound):
        forgetting.forget_gone(1)
    (root / "a.md").unlink()
    (gone,) = history.gone(there=store.has, trashed=())
    forgetting.forget_gone(gone.id)
    assert history.gone(there=store.has, trashed=()) == ()
    assert not places(data, TALE, "a.md")


def test_of_a_document_open_by_itself_no_other_is_forgotten(
    store: DocumentStore, history: History, database: Database, journal: Journal, root: Path, data: Path
) -> None:
    write(store, "a.md", "1\n", "2\n")
    write(store, "b.md", "1\n")
    (root / "b.md").unlink()
    alone = DocumentStore(root, trash=data / "trash", only="c.md", history=history)
    forgetting = Forgetting(alone, database, journal)
    with pytest.raises(DocumentNotFound):
        forgetting.forget("a.md", ALL)
    with pytest.raises(DocumentNotFound):
        forgetting.forget_gone(2)
    assert (revs(history), revs(history, "b.md")) == ([2, 1], [1])


def test_other_documents_keep_theirs_and_are_named_where_they_have_the_same(
    store: DocumentStore, history: History, forgetting: Forgetting
) -> None:
    write(store, "a.md", "shared\n", "mine\n")
    store.copy("a.md", "b.md")
    write(store, "c.md", "shared\n", "else\n")
    assert forgetting.forget("a.md", ALL).elsewhere == ("c.md",)
    assert revs(history, "c.md") == [2, 1]
    assert history.read("c.md", 1)[1] == b"shared\n"


# Receipts and drafts.


def test_receipts_go_that_quote_what_stands_in_no_version(
    store: DocumentStore, receipts: Receipts, forgetting: Forgetting
) -> None:
    write(store, "a.md", "old words and a secret\n", "new words and a secret\n", "new words and more\n")
    for identity, source, result in (
        ("gone", "a secret", "more"),
        ("stays", "", "more"),
        ("also gone", "old words", "new words"),
    ):
        receipts.add("a.md", Order(identity, "make-fluent", "model", source, result, ""))
    assert forgetting.look("a.md", Wish(last=2)).receipts == 2
    forgetting.forget("a.md", Wish(first=1, last=1))
    assert {one.order.id for one in receipts.list("a.md")} == {"gone", "stays"}
    forgetting.forget("a.md", Wish(words="secret"))
    assert {one.order.id for one in receipts.list("a.md")} == {"stays"}
    forgetting.forget("a.md", ALL)
    assert receipts.list("a.md") == ()


def test_a_receipt_goes_whose_instruction_has_the_words(
    store: DocumentStore, receipts: Receipts, forgetting: Forgetting
) -> None:
    write(store, "a.md", "text\n")
    receipts.add("a.md", Order("r", "ask", "model", "", "text", "without the secret"))
    told = forgetting.forget("a.md", Wish(words="secret"))
    assert (told.versions, told.receipts) == (0, 1)


def test_whose_words_the_text_has_stays_known(store: DocumentStore, receipts: Receipts, forgetting: Forgetting) -> None:
    write(store, "a.md", "1\n")
    write(store, "a.md", "words of a model\n", origin=Origin("save", [Piece("r", 0, "of a model", 0)]))
    forgetting.forget("a.md", ALL)
    assert (
        receipts.disclosure("a.md", "words of a model\n")
        == "About 75 % of this text was suggested by a language model."
    )


def test_drafts_go_with_what_they_say(store: DocumentStore, journal: Journal, forgetting: Forgetting) -> None:
    write(store, "a.md", "1\n")
    for name, client, text in (("a.md", "p", "a secret"), ("a.md", "q", "else"), ("b.md", "p", "a secret")):
        journal.keep(Draft(name, "", text, client, 1))

    def left() -> set[tuple[str, str]]:
        return {(draft.name, draft.client) for draft, _ in journal.list()}

    forgetting.forget("a.md", Wish(first=1, last=1))
    assert len(left()) == 3
    assert forgetting.forget("a.md", Wish(words="secret")).drafts == 1
    assert left() == {("a.md", "q"), ("b.md", "p")}
    forgetting.forget("a.md", ALL)
    assert left() == {("b.md", "p")}


# The bytes.


@pytest.mark.parametrize("wish", [Wish(words="plum tree"), Wish(last=2), ALL])
def test_no_byte_of_it_is_in_any_file(
    store: DocumentStore,
    history: History,
    receipts: Receipts,
    journal: Journal,
    forgetting: Forgetting,
    database: Database,
    data: Path,
    wish: Wish,
) -> None:
    write(store, "a.md", "first\n")
    write(store, "a.md", TALE, origin=Origin("save", [Piece("r", 0, SECRET, 0)]))
    receipts.add("a.md", Order("r", "ask", "model", "", SECRET, f"say that {SECRET}"))
    journal.keep(Draft("a.md", "", TALE, "page", 1))
    history.label("a.md", 2, "As sent")
    upkeep.look_after(database, NOW)
    write(store, "a.md", "last\n")
    found = places(data, TALE, SECRET)
    assert {"history.sqlite", "history.sqlite-wal"} & set(found)
    assert any("backup" in name for name in found)
    assert any(name.endswith(".json") for name in found)
    forgetting.forget("a.md", wish)
    left = places(data, TALE, SECRET)
    assert [name for name in left if not name.endswith(".json")] == []
    assert bool(left) == (wish.last is not None)  # a draft is no version
    assert history.read("a.md", 3)[1] == b"last\n"
    assert any("backup" in path.name for path in data.iterdir())


def test_what_was_thinned_away_before_is_in_no_file_either(
    store: DocumentStore, forgetting: Forgetting, database: Database, data: Path
) -> None:
    write(store, "a.md", TALE, "last\n")
    database.write(lambda connection: connection.execute("PRAGMA secure_delete=OFF"))
    database.write(lambda connection: tables.remove(connection, 1, [1]))
    assert places(data, TALE)
    assert forgetting.forget("a.md", ALL).versions == 0
    assert places(data, TALE) == []


def test_who_reads_meanwhile_keeps_the_bytes_and_that_is_told(
    store: DocumentStore, history: History, forgetting: Forgetting, data: Path
) -> None:
    write(store, "a.md", TALE, "last\n")
    with closing(sqlite3.connect(data / "history.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM revision").fetchone()
        with pytest.raises(HistoryUnavailable, match=r"in no list any more.*please ask for it again"):
            forgetting.forget("a.md", ALL)
    assert revs(history) == [2]
    forgetting.forget("a.md", ALL)
    assert places(data, TALE) == []


def test_a_damaged_history_that_was_set_aside_is_named(
    store: DocumentStore, forgetting: Forgetting, database: Database, data: Path
) -> None:
    write(store, "a.md", "1\n")
    database.close()
    (data / "history.sqlite").write_bytes(b"damaged" * 1000)
    write(store, "a.md", "2\n", "3\n")
    assert forgetting.forget("a.md", ALL).damaged == (str(data / "history.sqlite.corrupt-1"),)
