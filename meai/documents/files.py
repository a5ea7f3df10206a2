"""One file on disk: read whole, or replaced whole. Knows nothing of workspaces, names or text.

`save` survives a kill or a power cut at any moment: the file then holds the old bytes or the new ones, and the new
ones once `save` has returned. Its steps and their order are what makes that true; a test replays every prefix of them.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from meai.documents import disk
from meai.documents.encoding import TextFile, decode, etag_of
from meai.documents.names import TEMPORARY_PREFIX
from meai.errors import DocumentConflict, DocumentExists, DocumentNotFound, DocumentNotWritten, DocumentUnreadable

MAX_BYTES = 20 * 1024 * 1024
STALE_TEMPORARY_S = 600.0
_BACKUP_SUFFIX = ".backup"

# Absent on some systems: 0 asks for nothing. Without O_BINARY Windows would translate line ends.
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _PLAIN
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "you are not permitted to write it",
    errno.EPERM: "you are not permitted to write it",
    errno.EIO: "the disk reports an error",
    errno.ENAMETOOLONG: "its name is too long for this disk",
}


class _NotRestored(DocumentNotWritten):
    """A file is torn, and its backup the only whole one."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file's bytes, and what tells whether it has been changed since."""

    data: bytes
    status: os.stat_result

    @property
    def etag(self) -> str:
        """The ETag of the bytes."""
        return etag_of(self.data)


def read(path: Path) -> TextFile:
    """Read the document at *path*. Raises DocumentNotFound, or DocumentUnreadable with the way out."""
    return decode(snapshot(path).data, f"“{path.name}”")


def snapshot(path: Path | str, *, limit: int = MAX_BYTES) -> Snapshot:
    """Read the regular file *path*, no link. Raises DocumentNotFound, or DocumentUnreadable above *limit* bytes too."""
    try:
        handle = os.open(path, _READ)
    except FileNotFoundError as error:
        raise DocumentNotFound(f"There is no document “{_called(path)}”; it may have been moved or deleted.") from error
    except OSError as error:
        raise DocumentUnreadable(f"“{_called(path)}” cannot be opened: {error.strerror}.") from error
    try:
        status = os.fstat(handle)
        _refuse_unfit(path, status, limit)
        return Snapshot(_read_all(handle, status.st_size), status)
    finally:
        os.close(handle)


def save(path: Path, data: bytes, was: Snapshot | None) -> None:
    """Make *data* the content of *path*, a real path, durably. *was* is what the caller read there; None creates.

    Identical bytes write nothing. Raises DocumentExists when creating over a file, DocumentConflict when another
    program has changed it, DocumentNotWritten when the disk refuses; the old bytes are then intact, or in the backup
    that the sentence names.
    """
    if was is not None and was.data == data:
        return
    with _refusals(path):
        if was is None:
            _create(path, data)
        elif disk.must_stay_in_place(path, was.status):
            _overwrite(path, data, was)
        else:
            _replace(path, data, was)


def copy(source: Path, was: Snapshot, target: Path) -> None:
    """Create *target* with what *was* read of *source*, for no other eyes than that. Raises like `save`."""
    with _refusals(target):
        _create(target, was.data, like=source)


def move(source: Path, target: Path) -> None:
    """Give *source* the name *target*, durably. Raises DocumentExists rather than overwrite, and DocumentNotWritten."""
    with _refusals(target):
        if disk.give_name(source, target):
            # Else a power cut could keep the end of the old name and lose the beginning of the new one.
            disk.sync_folder(target.parent)
            os.unlink(source)
        disk.sync_folder(target.parent)
        if source.parent != target.parent:
            disk.sync_folder(source.parent)


def move_folder(source: Path, target: Path) -> None:
    """Give the folder *source* the name *target*, which is free, durably. Raises DocumentNotWritten."""
    with _refusals(target):
        os.rename(source, target)
        for folder in {target.parent, source.parent}:
            disk.sync_folder(folder)


def remove(path: Path, was: Snapshot) -> None:
    """Delete *path*, durably; *was* is what it, or the file it links to, held. Raises like `save`."""
    with _refusals(path):
        _refuse_if_changed(Path(os.path.realpath(path)), was)
        os.unlink(path)
        disk.sync_folder(path.parent)


def sweep(path: Path) -> None:
    """Delete *path* if it is what a killed `save` of another process left, more than ten minutes ago."""
    # Not what this one is at work with: a clock that is set forward makes any file ten minutes old.
    if (
        path.name.startswith(TEMPORARY_PREFIX)
        and not path.name.startswith(_own_prefix())
        and path.suffix != _BACKUP_SUFFIX
    ):
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > STALE_TEMPORARY_S:
                path.unlink()


def _own_prefix() -> str:
    return f"{TEMPORARY_PREFIX}{os.getpid()}-"


def _read_all(handle: int, size: int) -> bytes:
    # Without a buffered file around the handle, which takes longer to make than a letter to read.
    data = os.read(handle, size + 1)
    while len(data) != size and (more := os.read(handle, size + 1)):
        data += more
    return data


def _called(path: Path | str) -> str:
    return os.path.basename(path)


def _refuse_unfit(path: Path | str, status: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DocumentUnreadable(f"“{_called(path)}” is not a file but a folder or a device.")
    if status.st_size > limit:
        raise DocumentUnreadable(
            f"“{_called(path)}” has {status.st_size:,} bytes and ME_AI opens up to {limit:,}; please split it."
        )


def _create(path: Path, data: bytes, *, like: Path | None = None) -> None:
    with _temporary(path, data, like, spare=True) as temporary:
        disk.give_name(temporary, path)
    disk.sync_folder(path.parent)


def _replace(path: Path, data: bytes, was: Snapshot) -> None:
    with _temporary(path, data, like=path) as temporary:
        _refuse_if_changed(path, was)
        disk.patiently_replace(temporary, path)
    disk.sync_folder(path.parent)


def _overwrite(path: Path, data: bytes, was: Snapshot) -> None:
    """Write into the file itself, which a hard link or another owner forbids to replace; a backup covers a crash."""
    with _backup(path, was) as backup:
        disk.sync_folder(path.parent)
        _refuse_if_changed(path, was)
        try:
            _pour(path, data)
        except BaseException:
            _restore(path, was, backup)
            raise
    disk.sync_folder(path.parent)


@contextmanager
def _backup(path: Path, was: Snapshot) -> Iterator[Path]:
    """Yield a whole copy of *was* that no sweep takes; it is gone afterwards, unless it is all that is left."""
    with _temporary(path, was.data, path, spare=True) as temporary:
        backup = temporary.with_name(temporary.name + _BACKUP_SUFFIX)
        os.rename(temporary, backup)
    try:
        yield backup
    except _NotRestored:
        raise
    except BaseException:
        os.unlink(backup)
        raise
    os.unlink(backup)


def _restore(path: Path, was: Snapshot, backup: Path) -> None:
    try:
        _pour(path, was.data)
    except BaseException as error:
        raise _NotRestored(
            f"“{path.name}” is damaged, because {_reason(error)}; what it held is in “{backup.name}” beside it."
        ) from error


def _pour(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | _PLAIN)
    try:
        _write_all(handle, data)
        os.ftruncate(handle, len(data))
        disk.sync(handle)
    finally:
        os.close(handle)


@contextmanager
def _temporary(path: Path, data: bytes, like: Path | None, *, spare: bool = False) -> Iterator[Path]:
    """Yield a synced file with *data* beside *path*; it is gone afterwards, whatever happens.

    It has the owner and the mode of *like*. A *spare* one may be this user's alone where that is not permitted.
    """
    temporary = path.with_name(f"{_own_prefix()}{secrets.token_hex(8)}")
    try:
        _write_new(temporary, data, like, spare)
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def _write_new(path: Path, data: bytes, like: Path | None, spare: bool) -> None:
    # A new document gets what the umask allows; a copy of an old one is private until it has that one's mode.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o666 if like is None else 0o600)
    try:
        _write_all(handle, data)
        if like is not None and os.name != "nt":
            with suppress(PermissionError) if spare else nullcontext():
                disk.copy_owner_and_mode(like, handle)
        disk.sync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _refuse_if_changed(path: Path, was: Snapshot) -> None:
    """Narrow the race with other programs to microseconds; POSIX has nothing that would close it."""
    try:
        now = os.stat(path, follow_symlinks=False)
    except FileNotFoundError as error:
        raise DocumentNotFound(f"“{path.name}” has been moved or deleted by another program.") from error
    before = was.status
    if (now.st_ino, now.st_mtime_ns, now.st_size) != (before.st_ino, before.st_mtime_ns, before.st_size):
        raise DocumentConflict(f"“{path.name}” has been changed by another program.", snapshot(path).etag)


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn the system's refusal into a sentence."""
    try:
        yield
    except FileExistsError as error:
        raise DocumentExists(f"“{path.name}” is there already; please choose another name.") from error
    except OSError as error:
        raise DocumentNotWritten(f"“{path.name}” could not be saved: {_reason(error)}.") from error


def _reason(error: BaseException) -> str:
    code, words = (error.errno, error.strerror) if isinstance(error, OSError) else (None, None)
    return _REASONS.get(code or 0, words or "the system refused")
