"""All documents of a workspace and their pictures as one zip, written piece by piece. Knows nothing of HTTP."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from meai.documents import names, pictures
from meai.documents.store import DocumentStore
from meai.errors import MeaiError

MISSING = "What is missing.txt"
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)
_NEWEST = datetime(2107, 1, 1, tzinfo=UTC)


def bundle(store: DocumentStore) -> Iterator[bytes]:
    """Yield a zip of the documents of *store* and of what lies in the `assets` folders beside them.

    Never all of it is in memory. What cannot be read is named in a file of its own in the zip.
    """
    pipe = _Pipe()
    missing: list[str] = []
    entries = store.list()
    with zipfile.ZipFile(pipe, "w") as archive:
        for entry in entries:
            try:
                data = store.data(entry.name)
            except MeaiError as error:
                missing.append(f"{entry.name}: {error}")
                continue
            _add(archive, entry.name, data, entry.modified)
            yield pipe.take()
        for folder in sorted({posixpath.dirname(entry.name) for entry in entries}):
            for path in _pictures(store, folder):
                if (picture := store.asset(path)) is not None:
                    _add(archive, path, picture, _OLDEST)
                    yield pipe.take()
        if missing:
            _add(archive, MISSING, "\n".join([*missing, ""]).encode(), _OLDEST)
    yield pipe.take()


def _pictures(store: DocumentStore, folder: str) -> Iterator[str]:
    pieces = tuple(piece for piece in (*folder.split("/"), pictures.FOLDER) if piece)
    try:
        there = sorted(path.name for path in names.inside(store.root, pieces).iterdir())
    except (OSError, MeaiError):
        return
    yield from (posixpath.join(folder, pictures.FOLDER, name) for name in there)


def _add(archive: zipfile.ZipFile, name: str, data: bytes, modified: datetime) -> None:
    # Zip knows no time zones, nothing before 1980 and nothing after 2107.
    local = min(max(modified, _OLDEST), _NEWEST).astimezone().timetuple()[:6]
    information = zipfile.ZipInfo(name, local if local[0] >= 1980 else (1980, 1, 1, 0, 0, 0))
    text = names.is_document(name)
    archive.writestr(information, data, zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED)


class _Pipe(io.RawIOBase):
    """Takes what a zip is made of, to be taken on."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
