"""Looking after the history while nobody waits: what a crash left is checked, what is old thinned, a copy made."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from meai.documents import tables, upkeep
from meai.documents.database import Database
from meai.documents.history import History
from meai.documents.store import DocumentStore
from meai.documents.upkeep import Upkeep

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def database(path: Path) -> Database:
    return Database(path, tables.SCHEMA)


def saved(database: Database, root: Path, times: int) -> History:
    """Save a document so often, an hour apart, a hundred days ago."""
    clock = iter(NOW - 100 * 86_400 + 3600 * number for number in range(10 * times))
    history = History(database, lambda: next(clock))
    root.mkdir(exist_ok=True)
    store = DocumentStore(root, trash=root.parent / "trash", history=history)
    base = None
    for number in range(times):
        base = store.write("a.md", f"text {number}", base=base).etag
    return history


def wait_for(path: Path) -> None:
    until = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not come"
        time.sleep(0.01)


def test_what_a_crash_left_damaged_is_set_aside_before_anyone_asks(
    database: Database, path: Path, tmp_path: Path
) -> None:
    saved(database, tmp_path / "ME_AI", 30)
    database.close()
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = bytes(len(data) - 4096 * 2)
    path.write_bytes(data)
    path.with_name("history.sqlite-wal").write_bytes(b"left by a crash")
    keeper = Upkeep(database)
    keeper.start()
    try:
        wait_for(path.with_name("history.sqlite.corrupt-1"))
    finally:
        keeper.close()


def test_what_is_old_is_thinned_and_a_copy_made(
    database: Database, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = saved(database, tmp_path / "ME_AI", 50)
    monkeypatch.setattr(upkeep, "FIRST_AFTER_S", 0.01)
    keeper = Upkeep(database, lambda: NOW)
    keeper.start()
    try:
        wait_for(path.with_name(f"history.sqlite.backup-{time.strftime('%Y%m%d', time.gmtime())}"))
        assert len(history.list("a.md")) == 20
    finally:
        keeper.close()


def test_it_ends_at_once_and_leaves_no_thread(database: Database) -> None:
    before = set(threading.enumerate())
    keeper = Upkeep(database)
    keeper.start()
    started = time.monotonic()
    keeper.close()
    assert time.monotonic() - started < 1
    assert set(threading.enumerate()) <= before


def test_it_may_be_ended_without_having_begun(database: Database) -> None:
    Upkeep(database).close()


def test_a_history_that_nobody_has_written_is_left_alone(database: Database, path: Path) -> None:
    upkeep.look_after(database, NOW)
    assert not path.exists()
