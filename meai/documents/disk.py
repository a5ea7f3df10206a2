"""What systems do each in their own way: syncing, naming without overwriting, owners. Knows nothing of documents."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import suppress
from pathlib import Path

_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}


def sync(handle: int) -> None:
    """Wait until what was written is on the disk."""
    if sys.platform == "darwin":
        import fcntl

        # fsync on macOS leaves the bytes in the drive's own cache.
        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable. Some file systems have no such thing; Windows has no way to ask."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def make_folders(folder: Path, mode: int = 0o777) -> None:
    """Make *folder* and those to it that are missing, durably. Raises OSError.

    Else a power cut could lose a new folder with all that was saved in it.
    """
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_folders(folder.parent, mode)
    folder.mkdir(mode, exist_ok=True)
    sync_folder(folder.parent)


def give_name(source: Path, target: Path) -> bool:
    """Give *source* the name *target* and return whether it still has its own too. Raises FileExistsError."""
    if os.name == "nt" or _same_file(source, target):  # of which only the case differs, where that is ignored
        os.rename(source, target)
        return False
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        os.rename(source, target)
        return False
    return True


def _same_file(source: Path, target: Path) -> bool:
    try:
        return os.path.samestat(os.lstat(source), os.lstat(target))
    except FileNotFoundError:
        return False


def patiently_replace(temporary: Path, path: Path) -> None:
    """Replace *path*. Windows refuses while a virus scanner or a synchroniser has it open, for a moment."""
    for _ in range(5 if os.name == "nt" else 0):
        try:
            os.replace(temporary, path)
        except PermissionError:
            time.sleep(0.05)
        else:
            return
    os.replace(temporary, path)


def copy_owner_and_mode(source: Path, handle: int) -> None:
    """Give the open file the owner, the mode and the tags of *source*. Raises OSError where the owner is another's."""
    theirs, mine = os.stat(source), os.fstat(handle)
    if (mine.st_uid, mine.st_gid) != (theirs.st_uid, theirs.st_gid):
        os.fchown(handle, theirs.st_uid, theirs.st_gid)
    os.fchmod(handle, stat.S_IMODE(theirs.st_mode))
    if sys.platform == "linux":
        # Access lists and tags; what a file system or a policy refuses to copy is not worth a failed save.
        with suppress(OSError):
            for name in os.listxattr(source):
                os.setxattr(handle, name, os.getxattr(source, name))


def let_owner_write(path: Path) -> None:
    """Take the write protection of *path* away, for its owner alone."""
    os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) | stat.S_IWUSR)


def must_stay_in_place(path: Path, status: os.stat_result) -> bool:
    """Whether replacing the file would cut a hard link or change its owner. Raises PermissionError for read-only."""
    # A rename asks only the folder's permission, so a read-only file would be replaced without this check.
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if os.name == "nt" or status.st_nlink > 1:
        return status.st_nlink > 1
    mine = status.st_uid == os.geteuid() and status.st_gid in {os.getegid(), *os.getgroups()}
    return not mine and os.geteuid() != 0
