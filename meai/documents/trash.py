"""What was deleted and can come back: files in a folder of their own. Knows nothing of the workspace but its key.

Each lies where it lay, below a folder that is called by the time of its deletion: what is needed to bring it back can
be seen, and no list can disagree with it.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from meai.documents import disk, files, names
from meai.documents.files import Snapshot
from meai.errors import DocumentNotFound, DocumentNotWritten

_STAMP = "%Y%m%dT%H%M%SZ"
_ID = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d{1,3}))?")
_TRIES = 1000


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted document."""

    id: str
    name: str
    """Its path below the workspace, with `/`, when it was deleted."""
    deleted: datetime
    """In UTC. For people."""
    size: int
    """Bytes."""


class Trash:
    """The deleted documents of one workspace, in *folder*, which is made when it is needed. Any thread may call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, source: Path, was: Snapshot) -> str:
        """Copy what *was* read of *source*, the document *name*, and return its id. Raises DocumentNotWritten."""
        identity = self._fresh()
        target = self._folder.joinpath(identity, *names.parts(name))
        try:
            disk.make_folders(target.parent, 0o700)
            files.copy(source, was, target)
        except OSError as error:
            shutil.rmtree(self._folder / identity, ignore_errors=True)
            raise self._refusal(error) from error
        except BaseException:
            shutil.rmtree(self._folder / identity, ignore_errors=True)
            raise
        return identity

    def list(self) -> tuple[Trashed, ...]:
        """Return what is there, the latest deletion first."""
        return tuple(sorted(self._all(), key=lambda one: _order(one.id), reverse=True))

    def find(self, identity: str) -> tuple[str, Path]:
        """Return the name and the file of what has the id *identity*. Raises DocumentNotFound."""
        for path in self._files(identity):
            return path.relative_to(self._folder / identity).as_posix(), path
        raise DocumentNotFound(f"The trash has nothing called “{identity}”; it may have been restored or emptied.")

    def remove(self, identity: str) -> None:
        """Delete what has the id *identity* for good. Raises DocumentNotFound or DocumentNotWritten."""
        self.find(identity)
        try:
            shutil.rmtree(self._folder / identity)
        except OSError as error:
            raise DocumentNotWritten(f"The trash could not be emptied: {error.strerror}.") from error

    def _all(self) -> Iterator[Trashed]:
        with suppress(OSError):
            for identity in os.listdir(self._folder):
                for path in self._files(identity):
                    with suppress(OSError):
                        status = path.lstat()
                        name = path.relative_to(self._folder / identity).as_posix()
                        yield Trashed(identity, name, _moment(identity), status.st_size)

    def _files(self, identity: str) -> Iterator[Path]:
        """Yield the document in the folder *identity*; never what is outside of the trash."""
        if _ID.fullmatch(identity):
            for place, _, found in os.walk(self._folder / identity):
                for path in (Path(place, file_name) for file_name in found if names.is_document(file_name)):
                    with suppress(OSError):
                        if stat.S_ISREG(path.lstat().st_mode):
                            yield path

    def _fresh(self) -> str:
        """Return the id of a new folder, this user's alone, so that nothing there is ever overwritten."""
        stamp = datetime.now(UTC).strftime(_STAMP)
        try:
            disk.make_folders(self._folder, 0o700)
            for attempt in range(1, _TRIES):
                identity = stamp if attempt == 1 else f"{stamp}-{attempt}"
                with suppress(FileExistsError):
                    (self._folder / identity).mkdir(0o700)
                    disk.sync_folder(self._folder)
                    return identity
        except OSError as error:
            raise self._refusal(error) from error
        raise DocumentNotWritten(f"The trash folder “{self._folder}” takes no more at this moment; please try again.")

    def _refusal(self, error: OSError) -> DocumentNotWritten:
        return DocumentNotWritten(f"The trash folder “{self._folder}” could not be made: {error.strerror}.")


def _moment(identity: str) -> datetime:
    with suppress(ValueError):
        return datetime.strptime(identity.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    return datetime.fromtimestamp(0, UTC)


def _order(identity: str) -> tuple[str, int]:
    stamp, _, attempt = identity.partition("-")
    return stamp, int(attempt or 1)
