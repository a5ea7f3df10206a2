"""Zip files from elsewhere, read with suspicion. Knows nothing of what is in them.

A zip can say that a few bytes become gigabytes, and name files outside the folder it is unpacked to. Nothing is ever
unpacked here, and what is read is bounded; a zip that tries is refused as a whole, for nobody makes one by accident.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meai.errors import BadInput

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
_MAX_RATIO = 250
_HARMLESS_BYTES = 4 * 1024 * 1024


@contextmanager
def opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Open the zip at *path*, which the writer calls *name*.

    Raises BadInput for no zip, one that names files outside itself, and one that would become far too much; and in
    the block for what cannot be read of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_hostile(archive, name)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadInput(f"“{name}” cannot be read: it is damaged, encrypted or no zip file at all.") from error


def read(archive: zipfile.ZipFile, entry: str, limit: int) -> bytes:
    """Return the bytes of *entry*. Raises BadInput above *limit* bytes, and where there is none of that name."""
    try:
        size = archive.getinfo(entry).file_size
    except KeyError as error:
        raise BadInput(f"There is no “{entry}” in the zip file.") from error
    if size > limit:
        raise BadInput(f"“{entry}” in the zip file has {size / 1e6:.0f} MB; {limit / 1e6:.0f} MB are the most.")
    with archive.open(entry) as file:
        return file.read(limit + 1)[:limit]


def _refuse_hostile(archive: zipfile.ZipFile, name: str) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise BadInput(f"“{name}” holds {len(entries):,} files; {MAX_ENTRIES:,} are the most.")
    for entry in entries:
        if _leaves(entry.filename):
            raise BadInput(f"“{name}” is refused: it names a file outside itself, {entry.filename[:80]!a}.")
        if entry.file_size > _HARMLESS_BYTES and entry.file_size > _MAX_RATIO * max(entry.compress_size, 1):
            raise BadInput(f"“{name}” is refused: a few bytes in it claim to be {entry.file_size / 1e6:,.0f} MB.")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise BadInput(f"“{name}” is refused: unpacked it would be {total / 1e6:,.0f} MB.")


def _leaves(entry: str) -> bool:
    parts = entry.replace("\\", "/").split("/")
    return ".." in parts or posixpath.isabs(entry) or entry.startswith("\\") or bool(re.match(r"[A-Za-z]:", entry))
