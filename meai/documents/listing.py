"""Which documents a workspace shows: looked for anew each time, and never followed out of it. Opens none of them."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from meai.documents import files, names
from meai.errors import MeaiError

MAX_ENTRIES = 50_000
_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in the list."""

    name: str
    """Its path below the workspace, with `/`."""
    size: int
    """Bytes."""
    stamp: tuple[int, int, int, int]
    """Inode, size and times of change: another one is reason to look, and no more."""
    path: str
    """Where it lay when it was listed, links followed."""

    @property
    def modified_ns(self) -> int:
        """When its bytes last changed, in nanoseconds since 1970. For people; nothing is decided by it."""
        return self.stamp[2]

    @property
    def modified(self) -> datetime:
        """The same in UTC, of whole seconds; the last of 9999 where some program has put it beyond what can be told."""
        try:
            return datetime.fromtimestamp(self.modified_ns // 1_000_000_000, UTC)
        except (ValueError, OverflowError, OSError):
            return _NEVER


def listed(root: Path, only: str | None = None) -> tuple[Entry, ...]:
    """Return the documents below *root*, a real path, by name; with *only*, that one.

    Hidden folders, tools' folders and links out of *root* are left out. What a killed save left there long ago is
    deleted in passing.
    """
    found = _walk(root) if only is None else _named(root, [only])
    return tuple(sorted(found, key=lambda entry: names.key(entry.name)))


def look(root: Path, name: str) -> Entry | None:
    """Return what the disk says of the document *name* below *root*, links followed; None where it shows none."""
    try:
        path = names.inside(root, names.document_parts(name))
        status = os.stat(path, follow_symlinks=False)
    except (OSError, MeaiError):
        return None
    return _entry(name, status, str(path))


def _walk(root: Path) -> Iterator[Entry]:
    """Yield documents, upper folders first, so that the limit cuts the deepest."""
    seen = 0
    folders = deque([""])
    while folders and seen < MAX_ENTRIES:
        prefix = folders.popleft()
        found = _visible(f"{root}/{prefix}")[: MAX_ENTRIES - seen]
        seen += len(found)
        found = [entry for entry in found if names.is_openable(entry.name)]
        if prefix.count("/") < names.MAX_DEPTH - 1:
            folders.extend(f"{prefix}{entry.name}/" for entry in found if entry.is_dir(follow_symlinks=False))
        documents = [entry for entry in found if names.is_document(entry.name)]
        yield from _named(root, (prefix + entry.name for entry in documents if entry.is_symlink()))
        yield from _plain(prefix, (entry for entry in documents if not entry.is_symlink()))


def _visible(folder: str) -> Sequence[os.DirEntry[str]]:
    """Return what *folder* shows, by name."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return ()
    for entry in found:
        if entry.name.startswith(names.TEMPORARY_PREFIX):
            files.sweep(Path(entry.path))
    return [entry for entry in found if names.is_visible(entry.name)]


def _named(root: Path, found: Iterable[str]) -> Iterator[Entry]:
    yield from (entry for name in found if (entry := look(root, name)) is not None)


def _plain(prefix: str, found: Iterable[os.DirEntry[str]]) -> Iterator[Entry]:
    """Yield files that are no links; the folders to them were none either, so that they lie inside."""
    for each in found:
        try:
            status = each.stat(follow_symlinks=False)
        except OSError:
            continue
        if (entry := _entry(prefix + each.name, status, each.path)) is not None:
            yield entry


def _entry(name: str, status: os.stat_result, path: str) -> Entry | None:
    if not stat.S_ISREG(status.st_mode):
        return None
    stamp = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return Entry(name, status.st_size, stamp, path)
