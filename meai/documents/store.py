"""The documents of one workspace: read, written, copied, renamed and deleted by name. Knows nothing of HTTP.

A caller says which bytes it edited (*base*, an ETag), so that nothing written elsewhere meanwhile is overwritten.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from meai.documents import disk, encoding, files, listing, names
from meai.documents.acknowledged import Acknowledged, Answer, Attempt
from meai.documents.document import Document, load
from meai.documents.listing import Entry
from meai.documents.revisions import WRITTEN, Keeper, NoHistory, Origin, Recorded
from meai.documents.trash import Trash
from meai.documents.turns import Turns
from meai.documents.whereabouts import Whereabouts
from meai.errors import BadInput, DocumentConflict, DocumentExists, DocumentNotFound, DocumentNotWritten, MeaiError

MAX_ASSET_BYTES = 25 * 1024 * 1024
ASSET_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".ico")


class DocumentStore:
    """The Markdown files below *root*; with *only*, that one file of it.

    Deleted documents go to the folder *trash*; *history* is told of every content before a file gets it. Any thread
    may call; work on one document happens in turn. Raises BadInput for an *only* that may not be opened: hidden, or a
    link out of *root*.
    """

    def __init__(self, root: Path, *, trash: Path, only: str | None = None, history: Keeper | None = None) -> None:
        self._root = Path(os.path.realpath(root))
        self._trash = Trash(trash)
        self._history: Keeper = history or NoHistory()
        self._only = only
        self._acknowledged = Acknowledged()
        self._turns = Turns()
        self._whereabouts = Whereabouts()
        if only is not None:
            self._real(only)

    @property
    def root(self) -> Path:
        """The real path of the workspace."""
        return self._root

    @property
    def trash(self) -> Trash:
        """What was deleted."""
        return self._trash

    def list(self) -> tuple[Entry, ...]:
        """Return the documents by name. Hidden folders, tools' folders and links out of the workspace are left out."""
        return listing.listed(self._root, self._only)

    def read(self, name: str) -> Document:
        """Return the document *name*. Raises BadInput, DocumentNotFound or DocumentUnreadable."""
        with self._turns.take(name):
            real = self._real(name)
            data = files.snapshot(real).data
            document = load(name, real, data, alone=self._only is not None)
            self._note_file(name)
            return _kept(document, self._history.seen(name, data))

    def moved(self, name: str, etag: str) -> str | None:
        """Return what the document *name*, with *etag*, is called since another program moved it; None if none did."""
        if self._only is not None or self.has(name):
            return None
        to = self._whereabouts.find(name, self.list())
        if to is None:
            return None
        with self._turns.take(name, to):
            if self.has(name) or not self._is(to, etag):
                return None
            if self._whereabouts.renamed(name, to):
                self._history.renamed(name, to)
        return to

    def shows(self, name: str) -> bool:
        """Whether a document *name* would be open here: all are, unless one is open by itself."""
        return self._only in (None, name)

    def has(self, name: str) -> bool:
        """Whether there is a document *name* here."""
        return self.shows(name) and listing.look(self._root, name) is not None

    def data(self, name: str) -> bytes:
        """Return the exact bytes of the document *name*. Raises like `read`."""
        return files.snapshot(self._real(name)).data

    def write(
        self,
        name: str,
        text: str | bytes,
        *,
        base: str | None,
        attempt: Attempt | None = None,
        origin: Origin = WRITTEN,
    ) -> Document:
        """Save *text* as *name*, whose bytes had the ETag *base* when the caller read them; None creates it.

        A long *text* should come as UTF-8. Bytes of lines that did not change stay as they are. The same *attempt*
        again returns what it did the first time. *origin* is for the history. Raises DocumentExists, DocumentConflict,
        DocumentNotFound, DocumentNotWritten, DocumentUnreadable or BadInput.
        """
        utf8 = encoding.utf8(text)
        with self._turns.take(name):
            if attempt and (answer := self._acknowledged.find(name, attempt, utf8)):
                return Document(answer.name, utf8, answer.etag, rev=answer.rev)
            document = self._create(name, utf8, origin) if base is None else self._overwrite(name, utf8, base, origin)
            self._note_file(document.name)
            if attempt:
                self._acknowledged.keep(name, attempt, utf8, Answer(document.name, document.etag, document.rev))
            return document

    def copy(self, name: str, to: str | None = None) -> Document:
        """Make a copy of the document *name*, called *to* or a free name beside it, and return it.

        What is no UTF-8 becomes a copy that is. Raises like `write`.
        """
        self._refuse_more_documents()
        real = self._real(name)
        was = files.snapshot(real)
        if encoding.flaw(was.data):
            was = replace(was, data=encoding.salvage(was.data))

        def make(target: Path) -> None:
            files.copy(real, was, target)
            disk.let_owner_write(target)

        def note(new: str) -> None:
            self._history.seen(new, was.data)

        return self._placed((to,) if to is not None else names.numbered(name), make, note)

    def restore(self, identity: str) -> Document:
        """Bring back what has the id *identity* in the trash, under its name or a free one beside it.

        Raises like `write`.
        """
        name, path = self._trash.find(identity)
        was = files.snapshot(path)
        document = self._returned(
            name, lambda target: files.copy(path, was, target), lambda new: self._history.returned(identity, new)
        )
        # A copy that stays in the trash is no harm, and no reason to say that nothing came back.
        with suppress(MeaiError):
            self._trash.remove(identity)
        return document

    def recreate(self, name: str, data: bytes, note: Callable[[str], object]) -> Document:
        """Make a document of exactly *data*, called *name* or a free name beside it; *note* is told which, after.

        Raises like `write`.
        """

        return self._returned(name, lambda target: files.save(target, data, None), note)

    def rename(self, name: str, to: str, *, base: str) -> Document:
        """Give the document *name* the name *to*, which must be free. Raises like `write`."""
        self._refuse_second_document(name, to)
        with self._turns.take(name, to):
            document = self._unchanged(name, base)
            source = self._root.joinpath(*names.document_parts(name))
            pieces = names.new_document_parts(self._root, to, instead_of=source)
            new = "/".join(pieces)
            target = self._make_folder(pieces) / pieces[-1]
            if source != target:
                _refuse_relative_link(source, target, name)
                files.move(source, target)
                self._whereabouts.renamed(name, new)
                self._history.renamed(name, new)
            if self._only is not None:
                self._only = new
        return Document(new, document.data, document.etag)

    def rename_folder(self, path: str, to: str) -> dict[str, str]:
        """Give the folder *path* the name *to*, which must be free; all that lies in it comes along.

        Returns the new names of its documents by the old ones. Raises like `rename`.
        """
        self._refuse_more_documents()
        source = self._root.joinpath(*names.parts(path))
        pieces = names.new_folder_parts(self._root, to, instead_of=source)
        new = "/".join(pieces)
        if source.is_symlink() or not source.is_dir():
            raise DocumentNotFound(f"There is no folder “{path}” here.")
        if new.startswith(f"{path}/"):
            raise BadInput(f"The folder “{path}” cannot lie in itself; please choose another place.")
        inside = (entry.name for entry in self.list() if entry.name.startswith(f"{path}/"))
        called = {name: new + name[len(path) :] for name in inside}
        with self._turns.take(*called, *called.values()):
            files.move_folder(source, self._make_folder(pieces) / pieces[-1])
            for name, now in called.items():
                self._whereabouts.renamed(name, now)
                self._history.renamed(name, now)
        return called

    def delete(self, name: str, *, base: str) -> str:
        """Move the document *name* to the trash and return its id there. Raises like `write`."""
        with self._turns.take(name):
            real = self._real(name)
            was = files.snapshot(real)
            _refuse_conflict(name, was.etag, base)
            self._history.seen(name, was.data)
            identity = self._trash.put(name, real, was)
            try:
                files.remove(self._root.joinpath(*names.document_parts(name)), was)
            except BaseException:
                with suppress(MeaiError):
                    self._trash.remove(identity)
                raise
            self._history.deleted(name, trash=identity)
            return identity

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

    def _create(self, name: str, text: bytes, origin: Origin) -> Document:
        self._refuse_more_documents()
        data = _encoded(name, text, b"")
        try:
            pieces = names.new_document_parts(self._root, name)
            target, new = self._make_folder(pieces) / pieces[-1], "/".join(pieces)
            with self._history.saving(new, data, before=None, origin=origin) as kept:
                files.save(target, data, None)
        except DocumentExists:
            if not self._holds(name, data):
                raise
            new, kept = name, self._history.seen(name, data)  # the same text under that name is a repeated save
        return _kept(_written(new, data), kept)

    def _overwrite(self, name: str, text: bytes, base: str, origin: Origin) -> Document:
        real = self._real(name)
        was = files.snapshot(real)
        data = _encoded(name, text, was.data)
        if data != was.data:  # the same bytes again are a repeated save whose answer was lost
            _refuse_conflict(name, was.etag, base)
        with self._history.saving(name, data, before=was.data, origin=origin) as kept:
            files.save(real, data, was)
        return _kept(_written(name, data), kept)

    def _returned(self, name: str, make: Callable[[Path], None], note: Callable[[str], object]) -> Document:
        if name == self._only:
            return self._placed((name,), make, note)
        self._refuse_more_documents()
        return self._placed((name, *names.numbered(name)), make, note)

    def _placed(
        self, candidates: Iterable[str], make: Callable[[Path], None], note: Callable[[str], object]
    ) -> Document:
        """Let *make* make the first of *candidates* that is free, told to *note* after."""
        taken: DocumentExists | None = None
        for candidate in candidates:
            with self._turns.take(candidate):
                try:
                    pieces = names.new_document_parts(self._root, candidate)
                    target, name = self._make_folder(pieces) / pieces[-1], "/".join(pieces)
                    make(target)
                except DocumentExists as error:
                    taken = error
                    continue
                note(name)
                return load(name, target, files.snapshot(target).data)
        raise taken or DocumentExists("There is no free name; please choose one.")

    def _holds(self, name: str, data: bytes) -> bool:
        """Whether there is a document of exactly that name with exactly *data*, which is not nothing."""
        try:
            real = self._real(name)
            return bool(data) and real.name in os.listdir(real.parent) and files.snapshot(real).data == data
        except (OSError, MeaiError):
            return False

    def _is(self, name: str, etag: str) -> bool:
        try:
            return encoding.etag_of(self.data(name)) == etag
        except MeaiError:
            return False

    def _note_file(self, name: str) -> None:
        self._whereabouts.note(name, self._root.joinpath(*names.document_parts(name)))

    def _real(self, name: str) -> Path:
        pieces = names.document_parts(name)
        if self._only is not None and name != self._only:
            raise DocumentNotFound(f"There is no document “{name}” here: only “{self._only}” is open.")
        return names.inside(self._root, pieces)

    def _unchanged(self, name: str, base: str) -> Document:
        real = self._real(name)
        document = load(name, real, files.snapshot(real).data)
        _refuse_conflict(name, document.etag, base)
        return document

    def _refuse_more_documents(self) -> None:
        if self._only is not None:
            raise BadInput(f"Only “{self._only}” is open; start ME_AI on a folder to add documents to it.")

    def _refuse_second_document(self, name: str, new: str) -> None:
        if self._only is not None and posixpath.dirname(new) != posixpath.dirname(name):
            raise BadInput(f"“{name}” is open by itself; start ME_AI on its folder to move it to another.")

    def _make_folder(self, pieces: tuple[str, ...]) -> Path:
        """Return the real folder for *pieces*, made where it is missing."""
        folder = names.inside(self._root, pieces[:-1]) if len(pieces) > 1 else self._root
        try:
            disk.make_folders(folder)
        except OSError as error:
            raise DocumentNotWritten(
                f"The folder “{'/'.join(pieces[:-1])}” could not be made: {error.strerror}."
            ) from error
        return folder


def _kept(document: Document, kept: Recorded) -> Document:
    return replace(document, rev=kept.rev, warning=kept.warning)


def _written(name: str, data: bytes) -> Document:
    return Document(name, data, encoding.etag_of(data))


def _encoded(name: str, text: bytes, old: bytes) -> bytes:
    data = encoding.encode(text, old)
    if len(data) > files.MAX_BYTES:
        raise BadInput(f"“{name}” would have {len(data):,} bytes, of {files.MAX_BYTES:,} that fit; please split it.")
    return data


def _refuse_conflict(name: str, etag: str, base: str) -> None:
    if etag != base:
        raise DocumentConflict(f"“{name}” has been changed since it was opened.", etag)


def _refuse_relative_link(source: Path, target: Path, name: str) -> None:
    if source.is_symlink() and source.parent != target.parent and not os.path.isabs(os.readlink(source)):
        raise BadInput(f"“{name}” is a link, which would lead nowhere from another folder; rename it in its own.")
