"""The documents of one workspace: listed, read, written, renamed and deleted by name. Knows nothing of HTTP.

A caller says which bytes it edited (*base*, an ETag), so that nothing written elsewhere meanwhile is overwritten.
"""

from __future__ import annotations

import os
import posixpath
import stat
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from meai.documents import encoding, files, names
from meai.errors import BadInput, DocumentConflict, DocumentNotFound, DocumentNotWritten, MeaiError

MAX_ENTRIES = 50_000
MAX_ASSET_BYTES = 25 * 1024 * 1024
ASSET_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".ico")
_LOCKS = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in the list."""

    name: str
    """Its path below the workspace, with `/`."""
    size: int
    """Bytes."""
    modified: datetime
    """When its bytes last changed, in UTC. For people; nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as an editor takes it."""

    name: str
    """Its path below the workspace, with `/`."""
    text: str
    """Its content with `\\n` line ends and without a byte-order mark."""
    etag: str
    """What to give as *base* when writing what was made of it."""


class DocumentStore:
    """The Markdown files below *root*; with *only*, that one file of it.

    Deleted documents go to the folder *trash*. Any thread may call; work on one document happens in turn.
    Raises BadInput for an *only* that may not be opened: hidden, or a link out of *root*.
    """

    def __init__(self, root: Path, *, trash: Path, only: str | None = None) -> None:
        self._root = Path(os.path.realpath(root))
        self._trash = trash
        self._only = only
        # A fixed number, shared by names of equal hash: a lock per name would never be given back.
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        if only is not None:
            self._real(only)

    @property
    def root(self) -> Path:
        """The real path of the workspace."""
        return self._root

    def list(self) -> tuple[Entry, ...]:
        """Return the documents by name. Hidden folders, tools' folders and links out of the workspace are left out."""
        found = self._walk() if self._only is None else self._entries("", (self._only,))
        return tuple(sorted(found, key=lambda entry: names.key(entry.name)))

    def read(self, name: str) -> Document:
        """Return the document *name*. Raises BadInput, DocumentNotFound or DocumentUnreadable."""
        file = files.read(self._real(name))
        return Document(name, file.text, file.etag)

    def write(self, name: str, text: str, *, base: str | None) -> Document:
        """Save *text* as *name*, whose bytes had the ETag *base* when the caller read them; None creates it.

        Bytes of lines that did not change stay as they are. Raises DocumentExists, DocumentConflict,
        DocumentNotFound, DocumentNotWritten or BadInput.
        """
        return self._create(name, text) if base is None else self._overwrite(name, text, base)

    def rename(self, name: str, to: str, *, base: str) -> Document:
        """Give the document *name* the name *to*, which must be free. Raises like `write`."""
        self._refuse_second_document(name, to)
        with self._turn(name, to):
            document = self._unchanged(name, base)
            source = self._root.joinpath(*names.document_parts(name))
            pieces = names.new_document_parts(self._root, to, instead_of=source)
            new = "/".join(pieces)
            target = self._make_folder(pieces) / pieces[-1]
            if source != target:
                _refuse_relative_link(source, target, name)
                files.move(source, target)
            if self._only is not None:
                self._only = new
        return Document(new, document.text, document.etag)

    def delete(self, name: str, *, base: str) -> None:
        """Move the document *name* to the trash, under the time of its deletion. Raises like `write`."""
        with self._turn(name):
            real = self._real(name)
            was = files.snapshot(real)
            _refuse_conflict(name, was.etag, base)
            files.copy(real, was, self._fresh_trash() / real.name)
            files.remove(self._root.joinpath(*names.document_parts(name)), was)

    def asset(self, path: str) -> bytes | None:
        """Return the bytes of the image at *path* below the workspace (`./` and `../` resolved), or None.

        None also for what is no image by its ending, lies outside or is hidden, or has more than 25 MiB.
        """
        path = posixpath.normpath(path) if path else path
        if not path.casefold().endswith(ASSET_SUFFIXES):
            return None
        try:
            real = names.inside(self._root, names.parts(path))
            return files.snapshot(real, limit=MAX_ASSET_BYTES).data
        except MeaiError:
            return None

    def _create(self, name: str, text: str) -> Document:
        if self._only is not None:
            raise BadInput(f"Only “{self._only}” is open; start ME_AI on a folder to add documents to it.")
        data = encoding.encode(text, b"")
        with self._turn(name):
            pieces = names.new_document_parts(self._root, name)
            files.save(self._make_folder(pieces) / pieces[-1], data, None)
        return Document("/".join(pieces), encoding.decode(data).text, encoding.etag_of(data))

    def _overwrite(self, name: str, text: str, base: str) -> Document:
        with self._turn(name):
            real = self._real(name)
            was = files.snapshot(real)
            data = encoding.encode(text, was.data)
            if data != was.data:  # the same bytes again are a repeated save whose answer was lost
                _refuse_conflict(name, was.etag, base)
                files.save(real, data, was)
        return Document(name, encoding.decode(data).text, encoding.etag_of(data))

    def _real(self, name: str) -> Path:
        pieces = names.document_parts(name)
        if self._only is not None and name != self._only:
            raise DocumentNotFound(f"There is no document “{name}” here: only “{self._only}” is open.")
        return names.inside(self._root, pieces)

    def _unchanged(self, name: str, base: str) -> Document:
        document = self.read(name)
        _refuse_conflict(name, document.etag, base)
        return document

    def _refuse_second_document(self, name: str, new: str) -> None:
        if self._only is not None and posixpath.dirname(new) != posixpath.dirname(name):
            raise BadInput(f"“{name}” is open by itself; start ME_AI on its folder to move it to another.")

    def _make_folder(self, pieces: tuple[str, ...]) -> Path:
        """Return the real folder for *pieces*, made where it is missing."""
        folder = names.inside(self._root, pieces[:-1]) if len(pieces) > 1 else self._root
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DocumentNotWritten(
                f"The folder “{'/'.join(pieces[:-1])}” could not be made: {error.strerror}."
            ) from error
        return folder

    def _fresh_trash(self) -> Path:
        """Return a new folder in the trash, this user's alone, so that nothing there is ever overwritten."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        try:
            self._trash.mkdir(0o700, parents=True, exist_ok=True)
            for attempt in range(1, 1000):
                folder = self._trash / (stamp if attempt == 1 else f"{stamp}-{attempt}")
                with suppress(FileExistsError):
                    folder.mkdir(0o700)
                    return folder
        except OSError as error:
            raise DocumentNotWritten(
                f"The trash folder “{self._trash}” could not be made: {error.strerror}."
            ) from error
        raise DocumentNotWritten(f"The trash folder “{self._trash}” takes no more at this moment; please try again.")

    @contextmanager
    def _turn(self, *of: str) -> Iterator[None]:
        """Hold the locks of the documents named, in one order for all threads."""
        with ExitStack() as stack:
            for index in sorted({hash(names.key(name)) % _LOCKS for name in of}):
                stack.enter_context(self._locks[index])
            yield

    def _walk(self) -> Iterator[Entry]:
        """Yield documents, upper folders first, so that the limit cuts the deepest."""
        seen = 0
        folders = deque([""])
        while folders and seen < MAX_ENTRIES:
            prefix = folders.popleft()
            found = _visible(self._root / prefix)[: MAX_ENTRIES - seen]
            seen += len(found)
            if prefix.count("/") < names.MAX_DEPTH - 1:
                folders.extend(f"{prefix}{entry.name}/" for entry in found if entry.is_dir(follow_symlinks=False))
            yield from self._entries(prefix, (entry.name for entry in found))

    def _entries(self, prefix: str, found: Iterable[str]) -> Iterator[Entry]:
        for file_name in found:
            if names.is_document(file_name) and (status := self._status(prefix + file_name)) is not None:
                yield Entry(prefix + file_name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _status(self, name: str) -> os.stat_result | None:
        """Return what the disk says of the document *name*, or None where it could not be opened."""
        try:
            status = os.stat(names.inside(self._root, names.document_parts(name)), follow_symlinks=False)
        except (OSError, MeaiError):
            return None
        return status if stat.S_ISREG(status.st_mode) else None


def _visible(folder: Path) -> Sequence[os.DirEntry[str]]:
    """Return what *folder* shows, by name; what a killed save left there long ago is deleted in passing."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return ()
    for entry in found:
        files.sweep(folder / entry.name)
    return [entry for entry in found if names.is_visible(entry.name)]


def _refuse_conflict(name: str, etag: str, base: str) -> None:
    if etag != base:
        raise DocumentConflict(f"“{name}” has been changed since it was opened.", etag)


def _refuse_relative_link(source: Path, target: Path, name: str) -> None:
    if source.is_symlink() and source.parent != target.parent and not os.path.isabs(os.readlink(source)):
        raise BadInput(f"“{name}” is a link, which would lead nowhere from another folder; rename it in its own.")
