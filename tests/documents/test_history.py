"""The history of a workspace's documents, kept by the store's own saves, and what becomes of saves when it fails."""

from __future__ import annotations

import logging
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meai.documents import files, tables, upkeep
from meai.documents.authorship import Piece
from meai.documents.database import Database
from meai.documents.encoding import etag_of, shown
from meai.documents.history import History
from meai.documents.revisions import Origin
from meai.documents.store import DocumentStore
from meai.documents.wordcount import difference
from meai.errors import BadInput, DocumentConflict, DocumentNotFound, DocumentNotWritten, DocumentUnreadable

NOW = 1_800_000_000.0
DAY_S = 86_400


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(path, tables.SCHEMA, busy_timeout_s=0.1)
    yield database
    database.close()


@pytest.fixture
def history(database: Database, clock: Clock) -> History:
    return History(database, clock)


@pytest.fixture
def store(root: Path, history: History) -> DocumentStore:
    return DocumentStore(root, trash=root.parent / "data" / "trash", history=history)


def write(store: DocumentStore, name: str, *texts: str) -> str:
    """Save *texts* one after the other and return the last ETag."""
    base = store.read(name).etag if store.has(name) else None
    for text in texts:
        base = store.write(name, text, base=base).etag
    assert base is not None
    return base


def text_of(history: History, name: str, rev: int) -> str:
    return shown(history.read(name, rev)[1])


def told(history: History, name: str) -> list[tuple[int, str, str]]:
    """Return number, kind and text of each revision, oldest first."""
    return [(one.rev, one.kind, text_of(history, name, one.rev)) for one in reversed(history.list(name))]


# What is kept.


def test_every_save_is_a_revision(store: DocumentStore, history: History) -> None:
    write(store, "a.md", "one", "one two", "two three four")
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "one two"), (3, "save", "two three four")]
    newest = history.list("a.md")[0]
    assert (newest.words, newest.added, newest.removed) == (3, 2, 1)
    assert newest.etag == store.read("a.md").etag
    assert newest.saved.timestamp() == NOW


def test_the_answer_to_a_save_names_its_revision(store: DocumentStore) -> None:
    created = store.write("a.md", "one", base=None)
    assert (created.rev, store.write("a.md", "two", base=created.etag).rev, store.read("a.md").rev) == (1, 2, 2)


def test_the_same_text_again_is_no_revision(store: DocumentStore, history: History) -> None:
    base = write(store, "a.md", "one", "two")
    assert store.write("a.md", "two", base=base).rev == 2
    store.read("a.md")
    assert len(history.list("a.md")) == 2


def test_what_another_program_wrote_is_kept_when_it_is_seen(store: DocumentStore, history: History, root: Path) -> None:
    (root / "a.md").write_text("found")
    store.read("a.md")
    (root / "a.md").write_text("changed elsewhere")
    store.read("a.md")
    base = store.read("a.md").etag
    (root / "a.md").write_text("changed again")
    with pytest.raises(DocumentConflict):
        store.write("a.md", "mine", base=base)
    store.write("a.md", "mine", base=etag_of(b"changed again"))
    assert told(history, "a.md") == [
        (1, "import", "found"),
        (2, "external", "changed elsewhere"),
        (3, "external", "changed again"),
        (4, "save", "mine"),
    ]


def test_the_history_has_the_content_before_the_file_does(
    store: DocumentStore, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = write(store, "a.md", "one")
    seen: list[str] = []
    real = files.save

    def save(path: Path, data: bytes, was: files.Snapshot | None) -> None:
        seen.append(history.text(etag_of(data)))
        assert path.read_bytes() == b"one"
        real(path, data, was)

    monkeypatch.setattr(files, "save", save)
    store.write("a.md", "two", base=base)
    assert seen == ["two"]


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def save(path: Path, data: bytes, was: files.Snapshot | None) -> None:
        raise DocumentNotWritten("“a.md” could not be saved: the disk is full.")

    monkeypatch.setattr(files, "save", save)


class Killed(BaseException):
    """The process has ended here."""


@contextmanager
def killed_before(step: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the process end before *step* of a save; nothing that would happen after it does."""

    def end(*_: object, **__: object) -> None:
        monkeypatch.setattr(History, "_mark_unsaved", lambda *_: 0)
        raise Killed

    where, what = {"the file": (files, "save"), "its end": (Database, "note")}[step]
    monkeypatch.setattr(where, what, end)
    with suppress(Killed):
        yield
        pytest.fail("The save went on to its end.")
    monkeypatch.undo()


def test_a_save_that_a_crash_kept_from_the_file_is_told_as_that(
    store: DocumentStore, history: History, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, "a.md", "one", "two")
    with killed_before("the file", monkeypatch):
        write(store, "a.md", "three")
    assert (root / "a.md").read_text() == "two"
    assert store.read("a.md").rev == 2
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "two"), (3, "unsaved", "three")]
    # The page that had no answer sends it again.
    assert store.write("a.md", "three", base=etag_of(b"two")).rev == 3
    assert told(history, "a.md")[2] == (3, "save", "three")


def test_a_save_that_reached_the_file_before_the_crash_is_a_save(
    store: DocumentStore, history: History, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, "a.md", "one")
    with killed_before("its end", monkeypatch):
        write(store, "a.md", "two")
    assert store.read("a.md").rev == 2
    (root / "a.md").write_text("one")
    store.read("a.md")
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "two"), (3, "external", "one")]


def test_what_another_program_wrote_after_a_crash_is_told_as_that(
    store: DocumentStore, history: History, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, "a.md", "one")
    with killed_before("the file", monkeypatch):
        write(store, "a.md", "two")
    (root / "a.md").write_text("three")
    store.read("a.md")
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "two"), (3, "external", "three")]


def test_another_program_that_puts_back_what_was_before_is_told_as_that(
    store: DocumentStore, history: History, root: Path
) -> None:
    write(store, "a.md", "one", "two")
    (root / "a.md").write_text("one")
    store.read("a.md")
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "two"), (3, "external", "one")]


def test_a_look_from_another_process_in_the_middle_of_a_save_changes_nothing(
    store: DocumentStore, history: History, root: Path
) -> None:
    write(store, "a.md", "one")
    with history.saving("a.md", b"two", before=b"one", origin=Origin("restore")):
        assert history.seen("a.md", b"one").rev == 1
        (root / "a.md").write_text("two")
    assert told(history, "a.md") == [(1, "save", "one"), (2, "restore", "two")]


def test_what_the_disk_refused_is_in_the_history_alone_and_said_so(
    store: DocumentStore, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = write(store, "a.md", "one")
    with monkeypatch.context() as patch:
        refuse(patch)
        for _ in range(3):
            with pytest.raises(DocumentNotWritten):
                store.write("a.md", "two", base=base)
    assert told(history, "a.md") == [(1, "save", "one"), (2, "unsaved", "two")]
    assert store.read("a.md").rev == 1
    assert store.write("a.md", "two", base=base).rev == 2
    assert told(history, "a.md") == [(1, "save", "one"), (2, "save", "two")]


def test_an_old_revision_written_again_is_one_of_its_own(store: DocumentStore, history: History) -> None:
    base = write(store, "a.md", "one", "two")
    store.write("a.md", text_of(history, "a.md", 1), base=base, origin=Origin("restore"))
    assert told(history, "a.md")[-1] == (3, "restore", "one")


def test_a_revision_has_the_exact_bytes(store: DocumentStore, history: History, root: Path) -> None:
    (root / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    store.delete("a.md", base=store.read("a.md").etag)
    (gone,) = history.gone(there=store.has, trashed=())
    assert history.last(gone.id) == ("a.md", b"\xef\xbb\xbfone\r\ntwo\n")


def test_bytes_that_are_no_text_are_kept_too(store: DocumentStore, history: History, root: Path) -> None:
    (root / "a.md").write_bytes(b"caf\xe9")
    store.read("a.md")
    assert told(history, "a.md") == [(1, "import", "café")]
    assert history.list("a.md")[0].etag == etag_of(b"caf\xe9")


def test_any_kept_text_is_found_by_its_etag(store: DocumentStore, history: History) -> None:
    base = write(store, "a.md", "one", "two")
    assert history.text(base) == "two"
    assert history.text(base.strip('"')) == "two"
    for missing in (etag_of(b"three"), "", "sha256-", "'; DROP TABLE revision"):
        with pytest.raises(DocumentNotFound):
            history.text(missing)


def test_a_revision_that_is_not_there_is_said_so(store: DocumentStore, history: History) -> None:
    write(store, "a.md", "one")
    for name, rev in (("a.md", 2), ("a.md", 0), ("a.md", 10**30), ("b.md", 1)):
        with pytest.raises(DocumentNotFound, match=f"“{name}” has no revision {rev}"):
            history.read(name, rev)
        with pytest.raises(DocumentNotFound):
            history.label(name, rev, "name")
    assert history.list("b.md") == ()


def test_a_version_is_named_and_the_name_taken_off(store: DocumentStore, history: History) -> None:
    write(store, "a.md", "one")
    assert history.label("a.md", 1, " As sent ").label == "As sent"
    assert history.list("a.md")[0].label == "As sent"
    assert history.label("a.md", 1, "").label is None
    with pytest.raises(BadInput, match="may have 200 characters; this has 201"):
        history.label("a.md", 1, "x" * 201)
    with pytest.raises(BadInput, match="half of a character"):
        history.label("a.md", 1, "\ud83d")


# Names.


def test_a_renamed_document_keeps_its_history(store: DocumentStore, history: History) -> None:
    store.rename("a.md", "Posts/b.md", base=write(store, "a.md", "one", "two"))
    write(store, "Posts/b.md", "three")
    assert [text for _, _, text in told(history, "Posts/b.md")] == ["one", "two", "three"]
    write(store, "a.md", "another")
    assert told(history, "a.md") == [(1, "save", "another")]


def test_documents_of_a_renamed_folder_keep_their_history(store: DocumentStore, history: History) -> None:
    write(store, "Drafts/a.md", "one", "two")
    store.rename_folder("Drafts", "Posts")
    assert [text for _, _, text in told(history, "Posts/a.md")] == ["one", "two"]


def test_a_name_in_another_case_is_the_same_document(store: DocumentStore, history: History) -> None:
    store.rename("a.md", "A.md", base=write(store, "a.md", "one"))
    assert len(history.list("A.md")) == len(history.list("a.md")) == 1


def test_a_renamed_document_takes_over_from_one_that_vanished(
    store: DocumentStore, history: History, root: Path
) -> None:
    write(store, "old.md", "of old")
    (root / "old.md").unlink()
    store.rename("a.md", "old.md", base=write(store, "a.md", "one"))
    assert told(history, "old.md") == [(1, "save", "one")]
    (gone,) = history.gone(there=store.has, trashed=())
    assert history.last(gone.id) == ("old.md", b"of old")


def test_a_copy_begins_a_history_of_its_own(store: DocumentStore, history: History) -> None:
    write(store, "a.md", "one", "two")
    store.copy("a.md")
    assert told(history, "a 2.md") == [(1, "import", "two")]
    assert len(history.list("a.md")) == 2


# Deleted.


def test_what_was_deleted_comes_back_from_the_trash_with_its_history(store: DocumentStore, history: History) -> None:
    identity = store.delete("a.md", base=write(store, "a.md", "one", "two"))
    assert [text for _, _, text in told(history, "a.md")] == ["one", "two"]
    assert history.gone(there=store.has, trashed={identity}) == ()
    write(store, "a.md", "another")
    assert store.restore(identity).name == "a 2.md"
    assert [text for _, _, text in told(history, "a 2.md")] == ["one", "two"]
    assert told(history, "a.md") == [(1, "save", "another")]


def test_what_left_the_trash_is_in_the_history_still(store: DocumentStore, history: History, root: Path) -> None:
    identity = store.delete("a.md", base=write(store, "a.md", "one", "two"))
    store.trash.remove(identity)
    (gone,) = history.gone(there=store.has, trashed=())
    assert (gone.name, gone.last.rev, gone.last.words) == ("a.md", 2, 1)
    name, data = history.last(gone.id)
    assert store.recreate(name, data, lambda new: history.revived(gone.id, new)).name == "a.md"
    assert [text for _, _, text in told(history, "a.md")] == ["one", "two"]
    assert history.gone(there=store.has, trashed=()) == ()


def test_what_another_program_deleted_is_in_the_history_still(
    store: DocumentStore, history: History, root: Path
) -> None:
    write(store, "a.md", "one")
    (root / "a.md").unlink()
    assert [one.name for one in history.gone(there=store.has, trashed=())] == ["a.md"]


def test_what_another_program_moved_keeps_its_history(store: DocumentStore, history: History, root: Path) -> None:
    write(store, "a.md", "one")
    etag = store.read("a.md").etag
    (root / "a.md").rename(root / "b.md")
    assert (store.moved("a.md", etag), store.moved("a.md", etag)) == ("b.md", "b.md")
    write(store, "b.md", "two")
    assert [text for _, _, text in told(history, "b.md")] == ["one", "two"]
    assert history.gone(there=store.has, trashed=()) == ()


def test_what_the_disk_refused_to_create_can_be_had_from_the_history(
    store: DocumentStore, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch)
        with pytest.raises(DocumentNotWritten):
            store.write("a.md", "all my words", base=None)
    (gone,) = history.gone(there=store.has, trashed=())
    assert history.last(gone.id) == ("a.md", b"all my words")


# A clock.


def test_a_clock_set_back_breaks_nothing(store: DocumentStore, history: History, clock: Clock) -> None:
    write(store, "a.md", "one")
    clock.now = NOW - 400 * DAY_S
    write(store, "a.md", "two")
    clock.now = NOW - 800 * DAY_S
    write(store, "a.md", "three")
    assert [(one.rev, one.kind) for one in history.list("a.md")] == [(3, "save"), (2, "save"), (1, "save")]
    assert upkeep.thin(history_database(history), clock.now) == 0


def history_database(history: History) -> Database:
    return history._database


# Thinning.


def test_thinning_keeps_the_words_counted_against_what_is_below(
    store: DocumentStore, history: History, database: Database, clock: Clock
) -> None:
    texts = ["start", *(f"start {' '.join(map(str, range(number)))}" for number in range(1, 40))]
    write(store, "a.md", *texts)
    history.label("a.md", 10, "half way")
    content = history.list("a.md")[-12].etag
    clock.now += 120 * DAY_S
    write(store, "a.md", "start and end")
    assert upkeep.thin(database, clock.now) > 10
    left = history.list("a.md")
    assert len(left) >= 20
    assert {41, 40, 10} <= {one.rev for one in left}
    for above, below in zip(left, (*left[1:], None), strict=True):
        before = text_of(history, "a.md", below.rev) if below else ""
        assert (above.added, above.removed) == difference(before.encode(), text_of(history, "a.md", above.rev).encode())
    with pytest.raises(DocumentNotFound):
        history.text(content)
    assert upkeep.thin(database, clock.now) == 0


def test_a_content_that_another_revision_has_stays(
    store: DocumentStore, history: History, database: Database, clock: Clock
) -> None:
    write(store, "a.md", *(str(number % 2) for number in range(30)))
    write(store, "b.md", "1")
    clock.now += 120 * DAY_S
    assert upkeep.thin(database, clock.now) > 0
    assert {text for _, _, text in told(history, "a.md")} == {"0", "1"}
    assert told(history, "b.md") == [(1, "save", "1")]


def test_what_is_thinned_away_gives_its_room_back(
    store: DocumentStore, database: Database, clock: Clock, path: Path
) -> None:
    write(store, "a.md", *(os.urandom(20_000).hex() for _ in range(40)))
    database.close()
    before = path.stat().st_size
    clock.now += 120 * DAY_S
    upkeep.look_after(database, clock.now)
    database.close()
    assert path.stat().st_size < 0.7 * before


def test_all_documents_together_stay_below_the_limit(
    store: DocumentStore, history: History, database: Database, clock: Clock
) -> None:
    write(store, "a.md", *(os.urandom(1000).hex() for _ in range(40)))
    write(store, "b.md", "a word")
    assert upkeep.thin(database, clock.now, limit=10_000) == 20
    assert [one.rev for one in history.list("a.md")] == list(range(40, 20, -1))
    assert len(history.list("b.md")) == 1


# A database that fails: saving goes on, and says so.


def test_a_damaged_database_costs_the_history_and_no_save(
    store: DocumentStore, history: History, database: Database, path: Path, root: Path
) -> None:
    base = write(store, "a.md", *(f"{number} words of mine" * 50 for number in range(30)))
    database.close()
    data = bytearray(path.read_bytes())
    data[100:4096:7] = bytes(len(data[100:4096:7]))
    path.write_bytes(data)
    saved = store.write("a.md", "after", base=base)
    assert (root / "a.md").read_text() == "after"
    assert saved.rev == 2
    assert saved.warning is not None
    assert "history.sqlite.corrupt-1" in saved.warning
    assert path.with_name("history.sqlite.corrupt-1").exists()
    assert [kind for _, kind, _ in told(history, "a.md")] == ["import", "save"]
    assert store.write("a.md", "later", base=saved.etag).warning is None


@pytest.mark.parametrize("flips", range(12))
def test_bits_that_flip_anywhere_keep_no_save_from_happening(
    store: DocumentStore, database: Database, path: Path, root: Path, flips: int
) -> None:
    base = write(store, "a.md", *(f"{number} words " * 100 for number in range(10)))
    database.close()
    data = bytearray(path.read_bytes())
    step = len(data) // 12
    for at in range(flips * step, (flips + 1) * step, 61):
        data[at] ^= 0x55
    path.write_bytes(data)
    for text in ("after", "later"):
        base = store.write("a.md", text, base=base).etag
        assert (root / "a.md").read_text() == text


def test_a_damaged_revision_is_said_so_and_the_others_stay(
    store: DocumentStore, history: History, database: Database
) -> None:
    base = write(store, "a.md", "one", "two", "three")
    packed = zlib.compress(b"not two")
    digest = history.list("a.md")[1].etag.strip('"').removeprefix("sha256-")
    database.write(lambda c: c.execute("UPDATE content SET packed = ? WHERE hash = ?", (packed, digest)))
    with pytest.raises(DocumentUnreadable, match="damaged this revision"):
        history.read("a.md", 2)
    assert text_of(history, "a.md", 3) == "three"
    database.write(lambda c: c.execute("UPDATE content SET packed = x'00'"))
    saved = store.write("a.md", "four", base=base)
    assert (saved.rev, history.list("a.md")[0].words) == (4, 1)
    store.write("a.md", "one", base=saved.etag)
    assert text_of(history, "a.md", 1) == "one"


def test_a_locked_database_costs_revisions_and_no_save(
    store: DocumentStore, history: History, path: Path, root: Path
) -> None:
    base = write(store, "a.md", "one")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        saved = store.write("a.md", "two", base=base)
        assert (saved.rev, (root / "a.md").read_text()) == (0, "two")
        assert saved.warning is not None
        assert "another program is using it" in saved.warning
        assert history.problem == saved.warning
        renamed = store.rename("a.md", "b.md", base=saved.etag)
        store.delete("b.md", base=renamed.etag)
    again = store.write("c.md", "three", base=None)
    assert (again.rev, again.warning, history.problem) == (1, None, None)


@pytest.mark.parametrize("fault", ["full", "newer", "no folder"])
def test_no_fault_of_the_database_keeps_a_document_from_being_saved(
    root: Path, tmp_path: Path, path: Path, fault: str
) -> None:
    options: dict[str, Any] = {}
    if fault == "full":
        options["connect"] = lambda *a, **k: sqlite3.connect(*a, factory=_full(), **k)
    if fault == "newer":
        newer = Database(path, (*tables.SCHEMA, "CREATE TABLE more (x)"))
        newer.write(lambda connection: None)
        newer.close()
    if fault == "no folder":
        (tmp_path / "data").write_text("a file")
    history = History(Database(path, tables.SCHEMA, **options))
    store = DocumentStore(root, trash=tmp_path / "trash", history=history)
    saved = store.write("a.md", "one " * 1000, base=None)
    saved = store.write("a.md", "two " * 1000, base=saved.etag)
    assert store.read("a.md").text == "two " * 1000
    assert saved.rev == 0
    assert saved.warning is not None
    assert saved.warning.endswith(".")
    assert store.restore(store.delete("a.md", base=saved.etag)).text == "two " * 1000


def _full() -> type[sqlite3.Connection]:
    class Full(sqlite3.Connection):
        def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
            if statement.startswith("INSERT INTO content"):
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            return super().execute(statement, *parameters)

    return Full


def test_no_word_of_a_document_is_logged(
    store: DocumentStore, path: Path, root: Path, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        base = write(store, "a.md", "classified one", "classified two")
        database.close()
        path.write_bytes(b"noise" * 2000)
        saved = store.write("a.md", "classified three", base=base)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked = store.write("a.md", "classified four", base=saved.etag)
        upkeep.look_after(database, NOW)
    assert "classified" not in caplog.text
    for warning in (saved.warning, locked.warning):
        assert warning is not None
        assert "classified" not in warning


# Whatever is done to documents, what they held can be had again.

NAMES = ("a.md", "b.md", "Posts/c.md")
steps = st.lists(
    st.tuples(
        st.sampled_from(["write", "elsewhere", "vanish", "rename", "delete", "restore", "copy"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.text("ab \n", max_size=6),
    ),
    max_size=20,
)


@settings(max_examples=30)
@given(steps)
def test_every_text_that_a_document_had_here_can_be_had_again(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, str, str]]
) -> None:
    base = tmp_path_factory.mktemp("life")
    database = Database(base / "history.sqlite", tables.SCHEMA)
    history = History(database)
    store = DocumentStore(base / "ME_AI", trash=base / "trash", history=history)
    (base / "ME_AI").mkdir()
    trashed: list[str] = []
    texts: set[str] = set()
    for action, name, other, text in actions:
        with suppress(DocumentNotFound, DocumentConflict, FileNotFoundError):
            _do(store, base / "ME_AI", trashed, texts, action, name, other, text)
    for text in texts:
        assert history.text(etag_of(text.encode())) == text
    for entry in store.list():
        document = store.read(entry.name)
        revisions = history.list(entry.name)
        assert revisions[0].etag == document.etag
        assert [one.rev for one in revisions] == list(range(len(revisions), 0, -1))
        words = [one.words for one in revisions]
        assert words == [len(text_of(history, entry.name, one.rev).split()) for one in revisions]
    database.close()


def _do(
    store: DocumentStore,
    root: Path,
    trashed: list[str],
    texts: set[str],
    action: str,
    name: str,
    other: str,
    text: str,
) -> None:
    def elsewhere() -> None:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
        store.read(name)
        texts.add(text)

    def saved() -> None:
        texts.add(text)
        store.write(name, text, base=store.read(name).etag if store.has(name) else None)

    def restored() -> None:
        if trashed:
            store.restore(trashed.pop())

    def renamed() -> None:
        if not store.has(other):
            store.rename(name, other, base=store.read(name).etag)

    does: dict[str, Callable[[], object]] = {
        "write": saved,
        "elsewhere": elsewhere,
        "vanish": (root / name).unlink,
        "rename": renamed,
        "delete": lambda: trashed.append(store.delete(name, base=store.read(name).etag)),
        "restore": restored,
        "copy": lambda: store.copy(name),
    }
    does[action]()


# What the model wrote is kept with each revision.

PIECE = Piece("r1", 0, "their words", 0)


def test_authorship_is_kept_with_the_revision_it_came_with(store: DocumentStore, database: Database) -> None:
    document = store.write("a.md", "their words, mine", base=None, origin=Origin("save", (PIECE,)))
    store.write("a.md", "mine alone", base=document.etag, origin=Origin("save", ()))
    assert database.read(lambda c: tables.pieces(c, 1, 1)) == (PIECE,)
    assert database.read(lambda c: tables.pieces(c, 1, 2)) == ()


def test_authorship_that_does_not_stand_is_not_kept(store: DocumentStore, database: Database) -> None:
    lies = (PIECE, replace(PIECE, text="not there"), replace(PIECE, line=3), replace(PIECE, nth=1))
    store.write("a.md", "their words, mine", base=None, origin=Origin("save", lies))
    assert database.read(lambda c: tables.pieces(c, 1, 1)) == (PIECE,)


def test_a_save_that_says_nothing_of_it_keeps_what_stands(store: DocumentStore, database: Database, root: Path) -> None:
    store.write("a.md", "their words, mine", base=None, origin=Origin("save", (PIECE,)))
    (root / "a.md").write_text("A new line.\nHere are their words, mine")
    store.read("a.md")
    assert database.read(lambda c: tables.pieces(c, 1, 2)) == (replace(PIECE, line=1),)


def test_a_restored_text_is_whose_it_was(store: DocumentStore, database: Database) -> None:
    document = store.write("a.md", "their words, mine", base=None, origin=Origin("save", (PIECE,)))
    document = store.write("a.md", "", base=document.etag)
    store.write("a.md", "their words, mine", base=document.etag, origin=Origin("restore"))
    assert database.read(lambda c: tables.pieces(c, 1, 3)) == (PIECE,)
