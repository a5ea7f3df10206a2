"""One SQLite file that may be damaged, locked, full or newer than this program: told in a sentence, never fatal.

Knows nothing of what is in it. One thread at a time writes, on one connection; every reader has a connection of its
own. What is damaged is set aside, never deleted, and the newest sound backup takes its place.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from meai.documents import disk
from meai.documents.backups import Backups
from meai.errors import HistoryUnavailable

APPLICATION_ID = 0x4D454149
BUSY_TIMEOUT_S = 5.0
# A writer waits for a locked file once, not at every save.
_IMPATIENT_S = 30.0
_PRAGMAS = (
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "journal_size_limit=67108864",
    # What is thinned away or forgotten should not lie on in a free page.
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    *(("fullfsync=ON", "checkpoint_fullfsync=ON") if sys.platform == "darwin" else ()),
)
_REASONS = {
    sqlite3.SQLITE_BUSY: "another program is using it",
    sqlite3.SQLITE_LOCKED: "another program is using it",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "it may not be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
}
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
Connect = Callable[..., sqlite3.Connection]


class _Damaged(Exception):
    """The file is no database of ours, or no longer a sound one."""


class Database:
    """The database at *path*, made when it is first written; any thread may call.

    *schema* holds the script of each version, the first one first; a script must not begin or end a transaction.
    """

    def __init__(
        self,
        path: Path,
        schema: Sequence[str],
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        connect: Connect = sqlite3.connect,
    ) -> None:
        self._path = path
        self._backups = Backups(path)
        self._schema = schema
        self._busy_timeout_s = busy_timeout_s
        self._connect = connect
        self._turn = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._has_log = False
        self._unclean = False
        self._impatient_until = 0.0
        self._generation = 0
        self._notice: str | None = None

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    def take_notice(self) -> str | None:
        """Return what the writer should know of a damaged file that was set aside since the last call, or None."""
        with self._turn:
            notice, self._notice = self._notice, None
            return notice

    def write(self, work: Work[T]) -> T:
        """Return what *work* does in one transaction, durable afterwards. Raises HistoryUnavailable."""
        with self._turn:
            try:
                return self._transaction(work)
            except _Damaged:
                self._set_aside(self._generation)
            try:
                return self._transaction(work)
            except _Damaged as error:
                raise self._unavailable("it is damaged") from error

    def note(self, work: Work[T]) -> T:
        """Do *work* like `write`, but without waiting for the disk: a power cut may undo it, and nothing else."""
        with self._turn:
            connection = self._connection
            if connection is None or not self._has_log:
                return self.write(work)
            connection.execute("PRAGMA synchronous=NORMAL")
            try:
                return self.write(work)
            finally:
                with suppress(sqlite3.Error):
                    connection.execute("PRAGMA synchronous=FULL")

    def read(self, work: Work[T]) -> T | None:
        """Return what *work* reads, or None where there is no file yet. Raises HistoryUnavailable."""
        generation = self._generation
        try:
            return self._read(work)
        except _Damaged:
            self._set_aside(generation)
        try:
            return self._read(work)
        except _Damaged as error:
            raise self._unavailable("it is damaged") from error

    def check(self) -> None:
        """Look through the whole file if the program that wrote it did not end well. Raises HistoryUnavailable."""
        with self._turn:
            self.write(lambda connection: None)
            unclean, self._unclean = self._unclean, False
        if unclean:
            self.read(_quick_check)

    def backup(self) -> None:
        """Copy the file beside itself, one copy a day; the last three stay. Raises HistoryUnavailable."""
        try:
            self._backups.make(self._copy)
        except OSError as error:
            raise self._unavailable(_reason(error)) from error

    def shrink(self) -> None:
        """Give the room of deleted rows back to the disk. Raises HistoryUnavailable."""
        with self._turn:
            self.write(lambda connection: None)
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    # Not `execute`, which takes one step, and each step frees one page.
                    self._connection.executescript("PRAGMA incremental_vacuum")

    def erase(self) -> tuple[str, ...]:
        """Leave nothing of what was deleted: not in the file, not in its log, not in its backups, which are made anew.

        Returns the paths of damaged files that were set aside, which may still have it. Raises HistoryUnavailable.
        """
        with self._turn:
            self.write(lambda connection: None)
            try:
                _rewrite(self._opened())
                self._backups.clear()
            except (sqlite3.Error, OSError) as error:
                self._told(error)
                raise HistoryUnavailable(
                    f"It is in no list any more, but “{self._path}” could not be written anew, because "
                    f"{_reason(error)}; please ask for it again, so that no byte of it is left."
                ) from error
            with suppress(HistoryUnavailable):
                self.backup()
        aside = self._path.parent.glob(f"{self._path.name}.corrupt-*")
        return tuple(sorted(str(path) for path in aside if not path.name.endswith(("-wal", "-shm"))))

    def close(self) -> None:
        """Let go of the file; a later call opens it again."""
        with self._turn:
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._connection.execute("PRAGMA optimize")
                self._let_go()

    def _transaction(self, work: Work[T]) -> T:
        try:
            connection = self._opened()
            connection.execute(f"PRAGMA busy_timeout={self._patience_ms()}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.Error, OSError) as error:
            raise self._told(error) from error
        self._impatient_until = 0.0
        return result

    def _read(self, work: Work[T]) -> T | None:
        try:
            if not self._path.exists():
                return None
            with closing(self._new_connection(f"{self._path.as_uri()}?mode=ro")) as connection:
                # Empty while a writer makes it: that is no damage.
                if _is_empty(connection):
                    return None
                _refuse_foreign(connection)
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            raise self._told(error, keep=True) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            disk.make_folders(self._path.parent, 0o700)
            wal = self._path.with_name(self._path.name + "-wal")
            self._unclean = self._unclean or (wal.exists() and wal.stat().st_size > 0)
            connection = self._new_connection(self._path.as_uri())
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _new_connection(self, uri: str) -> sqlite3.Connection:
        connection = self._connect(
            uri, uri=True, timeout=self._patience_ms() / 1000, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the file what this program needs. Raises HistoryUnavailable for one that a newer program wrote."""
        if _is_empty(connection):
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        else:
            _refuse_foreign(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._schema):
            raise self._unavailable("a newer ME_AI wrote it than this one, which should be updated")
        # Where the file system cannot share memory there is no log to write ahead.
        wal = _value(connection, "PRAGMA journal_mode=WAL") == "wal"
        self._has_log = wal
        if not wal:
            connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute(f"PRAGMA synchronous={'FULL' if wal else 'EXTRA'}")
        if 0 < version < len(self._schema):
            self._backups.make_before(len(self._schema), lambda to: connection.execute("VACUUM INTO ?", (str(to),)))
        if version < len(self._schema):
            # In one transaction, so that no reader meets half of it.
            steps = "; ".join(self._schema[version:])
            connection.executescript(
                f"BEGIN IMMEDIATE; {steps}; PRAGMA application_id={APPLICATION_ID}; "
                f"PRAGMA user_version={len(self._schema)}; COMMIT"
            )

    def _set_aside(self, generation: int) -> None:
        """Give the damaged file another name, unless that was done since *generation*."""
        with self._turn:
            if generation != self._generation:
                return
            self._let_go()
            number = next(n for n in range(1, 10_000) if not self._beside(f"corrupt-{n}").exists())
            aside = self._beside(f"corrupt-{number}")
            try:
                for ending in ("-wal", "-shm", ""):
                    with suppress(FileNotFoundError):
                        os.rename(f"{self._path}{ending}", f"{aside}{ending}")
                kept = self._restore_backup()
            except OSError as error:
                raise self._unavailable(f"it is damaged and cannot be set aside ({error.strerror})") from error
            self._generation += 1
            rest = "that of the last backup goes on" if kept else "a new one begins"
            self._notice = f"The history of your documents was damaged and is kept as “{aside.name}”; {rest}."

    def _restore_backup(self) -> bool:
        """Put the newest backup that is sound in the place of the file."""
        for backup in self._backups.list():
            with suppress(sqlite3.Error, _Damaged):
                with closing(self._connect(f"{backup.as_uri()}?mode=ro", uri=True)) as connection:
                    _quick_check(connection)
                shutil.copyfile(backup, self._path)
                return True
        return False

    def _copy(self, to: Path) -> None:
        self.read(lambda connection: connection.execute("VACUUM INTO ?", (str(to),)))

    def _beside(self, what: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{what}")

    def _told(self, error: Exception, *, keep: bool = False) -> Exception:
        """Return what to raise for *error*; a connection that failed is not used again, unless it only had to wait."""
        code = _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._impatient_until = time.monotonic() + _IMPATIENT_S
        elif not keep:
            self._let_go()
        if code in _DAMAGED:
            return _Damaged(str(error))
        return self._unavailable(_reason(error))

    def _unavailable(self, reason: str) -> HistoryUnavailable:
        return HistoryUnavailable(
            f"The history “{self._path}” cannot be used, because {reason}; documents are saved all the same."
        )

    def _let_go(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _patience_ms(self) -> int:
        return 50 if time.monotonic() < self._impatient_until else round(self._busy_timeout_s * 1000)


def _rewrite(connection: sqlite3.Connection) -> None:
    # Beside other files of the system's: in memory a large history would take as much of that.
    connection.execute("PRAGMA temp_store=FILE")
    try:
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute("PRAGMA temp_store=MEMORY")
    if busy:
        raise OSError(errno.EBUSY, _REASONS[sqlite3.SQLITE_BUSY])


def _code(error: Exception) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _reason(error: Exception) -> str:
    words = error.strerror if isinstance(error, OSError) else str(error)
    return _REASONS.get(_code(error), words or "the system refused")


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not _value(connection, "SELECT count(*) FROM sqlite_schema")


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    if _value(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise _Damaged("This is no database of ME_AI's.")


def _quick_check(connection: sqlite3.Connection) -> None:
    if _value(connection, "PRAGMA quick_check(1)") != "ok":
        raise _Damaged("The check found a defect.")


def _value(connection: sqlite3.Connection, statement: str) -> object:
    return connection.execute(statement).fetchone()[0]
