"""A database that is damaged, locked, full, unreadable or newer: said in a sentence, and never in the way."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from meai.documents.database import Database
from meai.errors import HistoryUnavailable

SCHEMA = ("CREATE TABLE word (said TEXT NOT NULL) STRICT",)

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")
not_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite"


@pytest.fixture
def open_database(path: Path) -> Iterator[Callable[..., Database]]:
    """Open the database anew: `open_database(schema=..., connect=...)`."""
    opened: list[Database] = []

    def start(schema: tuple[str, ...] = SCHEMA, **options: Any) -> Database:
        opened.append(Database(path, schema, **{"busy_timeout_s": 0.2, **options}))
        return opened[-1]

    yield start
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database: Callable[..., Database]) -> Database:
    return open_database()


def say(database: Database, *words: str) -> None:
    database.write(
        lambda connection: connection.executemany("INSERT INTO word VALUES (?)", [(word,) for word in words])
    )


def said(database: Database) -> list[str]:
    found = database.read(lambda c: [row[0] for row in c.execute("SELECT said FROM word ORDER BY rowid")])
    return found or []


def pragma(path: Path, name: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_nothing_is_read_of_what_was_never_written(database: Database, path: Path) -> None:
    assert said(database) == []
    assert not path.exists()


def test_what_was_written_is_there_and_durable(database: Database, path: Path) -> None:
    say(database, "one", "two")
    assert said(database) == ["one", "two"]
    assert database.write(lambda c: c.execute("PRAGMA synchronous").fetchone()[0]) == 2
    assert database.write(lambda c: c.execute("PRAGMA foreign_keys").fetchone()[0]) == 1
    database.close()
    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "user_version") == 1
    assert pragma(path, "application_id") == 0x4D454149
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name]


def test_a_file_that_is_being_made_is_empty_and_not_damaged(open_database: Callable[..., Database], path: Path) -> None:
    found: list[list[str]] = []

    class ReadMeanwhile(sqlite3.Connection):
        def executescript(self, script: str) -> sqlite3.Cursor:
            found.append(said(open_database()))
            return super().executescript(script)

    database = open_database(
        (*SCHEMA, "ALTER TABLE word ADD COLUMN loud INTEGER NOT NULL DEFAULT 0"),
        connect=lambda *a, **k: sqlite3.connect(*a, factory=ReadMeanwhile, **k),
    )
    database.write(lambda connection: connection.execute("INSERT INTO word (said) VALUES ('one')"))
    assert found == [[]]
    assert said(database) == ["one"]
    assert database.take_notice() is None
    assert not list(path.parent.glob("*.corrupt-*"))


@posix
def test_the_folder_is_this_users_alone(database: Database, path: Path) -> None:
    say(database, "secret")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_work_that_fails_leaves_nothing(database: Database) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO word VALUES ('half')")
        raise KeyError("a defect")

    with pytest.raises(KeyError):
        database.write(fail)
    say(database, "whole")
    assert said(database) == ["whole"]


def test_threads_write_in_turn_and_read_meanwhile(database: Database) -> None:
    def work(name: str) -> None:
        for number in range(20):
            say(database, f"{name}{number}")
            assert f"{name}{number}" in said(database)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said(database)) == 60


# Damage.


@pytest.mark.parametrize("what", ["noise", "empty page", "text", "foreign"])
def test_what_is_no_database_of_ours_is_set_aside(database: Database, path: Path, what: str) -> None:
    path.parent.mkdir()
    if what == "foreign":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE theirs (x)")
    else:
        path.write_bytes({"noise": os.urandom(8192), "empty page": bytes(4096), "text": b"# A text\n" * 900}[what])
    before = path.read_bytes()
    say(database, "new")
    assert said(database) == ["new"]
    assert path.with_name("history.sqlite.corrupt-1").read_bytes() == before
    notice = database.take_notice()
    assert notice is not None
    assert "corrupt-1" in notice
    assert database.take_notice() is None


def test_a_damaged_file_is_found_and_set_aside_by_a_read_too(database: Database, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(os.urandom(8192))
    assert said(database) == []
    say(database, "new")
    assert said(database) == ["new"]


def flip_pages(path: Path, first: int) -> None:
    """Flip a bit in every 16th byte from the page *first* on."""
    data = bytearray(path.read_bytes())
    for at in range(first * 4096, len(data), 16):
        data[at] ^= 0x10
    path.write_bytes(data)


def test_flipped_bits_never_keep_a_write_from_happening(database: Database, path: Path) -> None:
    say(database, *(f"word {number}" * 20 for number in range(500)))
    for attempt in range(1, 4):
        database.close()
        flip_pages(path, 0 if attempt == 1 else 1)
        database.check()
        say(database, f"after {attempt}")
        assert f"after {attempt}" in said(database)


def test_damage_after_a_crash_is_found_by_the_check(open_database: Callable[..., Database], path: Path) -> None:
    database = open_database()
    say(database, *(f"word {number}" * 20 for number in range(500)))
    database.close()
    flip_pages(path, 2)
    path.with_name(path.name + "-wal").write_bytes(b"left by a crash")
    later = open_database()
    later.check()
    assert path.with_name("history.sqlite.corrupt-1").exists()
    say(later, "new")
    assert said(later) == ["new"]


def test_a_second_damage_does_not_overwrite_the_first(database: Database, path: Path) -> None:
    for attempt in (1, 2):
        database.close()
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"noise {attempt}".encode() * 1000)
        say(database, "new")
        assert path.with_name(f"history.sqlite.corrupt-{attempt}").read_bytes().startswith(f"noise {attempt}".encode())


def test_the_newest_sound_backup_takes_the_place(database: Database, path: Path) -> None:
    say(database, "kept")
    database.backup()
    path.with_name("history.sqlite.backup-99990101").write_bytes(b"a backup that the disk has damaged" * 200)
    say(database, "lost")
    database.close()
    path.write_bytes(os.urandom(8192))
    say(database, "new")
    assert said(database) == ["kept", "new"]
    assert "last backup" in (database.take_notice() or "")


def test_a_backup_of_a_day_to_come_does_not_pass_for_the_newest(database: Database, path: Path) -> None:
    """A clock was a year ahead for a while."""
    say(database, "one")
    for day in ("20010101", "20010102", "20010103", "99990101"):
        path.with_name(f"history.sqlite.backup-{day}").write_bytes(b"old")
    database.backup()
    found = sorted(entry.name.rpartition("-")[2] for entry in path.parent.glob("*.backup-*"))
    assert found[:2] == ["20010102", "20010103"]
    assert found[2] < "99990101"


def test_three_backups_stay(database: Database, path: Path) -> None:
    say(database, "one")
    for day in ("20010101", "20010102", "20010103", "20010104"):
        path.with_name(f"history.sqlite.backup-{day}").write_bytes(b"old")
    database.backup()
    database.backup()
    found = sorted(entry.name for entry in path.parent.glob("*.backup-*"))
    assert len(found) == 3
    assert found[:2] == ["history.sqlite.backup-20010103", "history.sqlite.backup-20010104"]
    assert not path.with_name("history.sqlite.part").exists()


# Refusals.


@pytest.mark.alone
def test_a_lock_held_by_another_program_is_waited_for_once(database: Database, path: Path) -> None:
    say(database, "one")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(HistoryUnavailable, match="another program is using it"):
            say(database, "two")
        assert time.monotonic() - started >= 0.2
        started = time.monotonic()
        with pytest.raises(HistoryUnavailable):
            say(database, "three")
        assert time.monotonic() - started < 0.2
        assert said(database) == ["one"]
    say(database, "four")
    assert said(database) == ["one", "four"]


class Full(sqlite3.Connection):
    """A connection to a disk that takes no more than the tables."""

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        cursor = super().execute(statement, *parameters)
        if "busy_timeout" in statement:
            pages = super().execute("PRAGMA page_count").fetchone()[0]
            super().execute(f"PRAGMA max_page_count={pages}")
        return cursor


def test_a_full_disk_is_told_and_what_was_there_stays(
    open_database: Callable[..., Database], database: Database
) -> None:
    say(database, "one")
    database.close()
    full = open_database(connect=lambda *a, **k: sqlite3.connect(*a, factory=Full, **k))
    with pytest.raises(HistoryUnavailable, match="the disk is full"):
        say(full, *["x" * 1000] * 100)
    full.close()
    say(database, "two")
    assert said(database) == ["one", "two"]


@not_root
@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_not_be_opened_is_told(database: Database, path: Path, closed: str) -> None:
    say(database, "one")
    database.close()
    target = path if closed == "file" else path.parent
    target.chmod(0)
    try:
        with pytest.raises(HistoryUnavailable):
            say(database, "two")
    finally:
        target.chmod(0o700)
    say(database, "three")
    assert said(database) == ["one", "three"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    database = Database(tmp_path / "file" / "history.sqlite", SCHEMA)
    with pytest.raises(HistoryUnavailable, match=r"The history “.*” cannot be used, because .*\.$"):
        say(database, "one")


# Versions.


def test_a_newer_database_is_read_and_not_written(open_database: Callable[..., Database], path: Path) -> None:
    newer = open_database((*SCHEMA, "CREATE TABLE more (x)"))
    say(newer, "theirs")
    newer.close()
    before = path.read_bytes()
    database = open_database()
    assert said(database) == ["theirs"]
    with pytest.raises(HistoryUnavailable, match="a newer ME_AI wrote it than this one"):
        say(database, "ours")
    database.close()
    assert path.read_bytes() == before


def test_an_older_database_is_copied_and_brought_up(open_database: Callable[..., Database], path: Path) -> None:
    older = open_database()
    say(older, "old")
    older.close()
    database = open_database((*SCHEMA, "ALTER TABLE word ADD COLUMN loud INTEGER NOT NULL DEFAULT 0"))
    assert database.write(lambda c: c.execute("SELECT said, loud FROM word").fetchall()) == [("old", 0)]
    database.close()
    assert pragma(path, "user_version") == 2
    copy = path.with_name("history.sqlite.before-version-2")
    assert pragma(copy, "user_version") == 1


def test_a_step_up_that_fails_changes_nothing(open_database: Callable[..., Database], path: Path) -> None:
    older = open_database()
    say(older, "old")
    older.close()
    with pytest.raises(HistoryUnavailable):
        open_database((*SCHEMA, "CREATE TABLE more (x); SELECT nonsense FROM nowhere")).write(lambda c: None)
    assert pragma(path, "user_version") == 1
    assert said(open_database()) == ["old"]
    say(older, "new")
