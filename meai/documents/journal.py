"""What pages have written and nobody has saved yet, so that it outlives the page and this process. Knows no document.

A draft is a file of its own in the data folder, replaced as a whole but not waited for: it survives a kill, and after
a power cut the page's own copy is the better one.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from meai.documents import names
from meai.errors import BadInput, DocumentNotWritten

MAX_DRAFTS = 200
MAX_BYTES = 64 * 1024 * 1024
MAX_DRAFT_BYTES = 24 * 1024 * 1024
MAX_CLIENT_CHARS = 100
_MAX_SAVES = 1000
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved text of one page."""

    name: str
    """The document's."""
    base: str
    """The ETag it was made of; empty for a document that is not there yet."""
    text: str
    client: str
    """What the page calls itself."""
    seq: int
    """The number of the save that would have taken it."""


class Journal:
    """The drafts of one workspace, in *folder*, which is made when it is needed. Any thread may call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()
        self._saved: OrderedDict[tuple[str, str], int] = OrderedDict()

    def keep(self, draft: Draft) -> None:
        """Keep *draft* in place of an earlier one of its page and name, unless a save has taken it meanwhile.

        Where there are too many drafts, or too large ones, the oldest go. Raises BadInput and DocumentNotWritten.
        """
        names.document_parts(draft.name)
        if not 0 < len(draft.client) <= MAX_CLIENT_CHARS:
            raise BadInput(f"The “client” of a draft must have 1 to {MAX_CLIENT_CHARS} characters.")
        at = datetime.now(UTC).isoformat()
        data = json.dumps({**asdict(draft), "at": at}).encode()
        if len(data) > MAX_DRAFT_BYTES:
            raise BadInput(f"The draft of “{draft.name}” is too large to be kept; please save it.")
        with self._turn:
            if self._saved.get((draft.name, draft.client), -1) >= draft.seq:
                return
            try:
                path = self._path(draft.name, draft.client)
                self._write(path, data)
                self._trim(path)
            except OSError as error:
                raise DocumentNotWritten(
                    f"The draft of “{draft.name}” could not be kept: {error.strerror}; please save it."
                ) from error

    def list(self) -> tuple[tuple[Draft, datetime], ...]:
        """Return the drafts, each with the time it was kept, oldest first."""
        with self._turn:
            found = [read for path in self._files() if (read := _read(path)) is not None]
        return tuple(sorted(found, key=lambda pair: pair[1]))

    def saved(self, name: str, client: str, seq: int) -> None:
        """Drop the draft of *client* for *name* that save number *seq* has taken, also one that comes only now."""
        key = (name, client)
        with self._turn:
            self._saved[key] = max(seq, self._saved.pop(key, seq))
            if len(self._saved) > _MAX_SAVES:
                self._saved.popitem(last=False)
            path = self._path(name, client)
            kept = _read(path)
            if kept is not None and kept[0].seq <= self._saved[key]:
                _unlink(path)

    def drop(self, name: str, client: str | None = None) -> None:
        """Drop the drafts for *name*, with *client* that page's only."""
        for draft, _ in self.list():
            if draft.name == name and client in (None, draft.client):
                with self._turn:
                    _unlink(self._path(name, draft.client))

    def _path(self, name: str, client: str) -> Path:
        digest = hashlib.sha256(f"{name}\0{client}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / (digest[:32] + _SUFFIX)

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        finally:
            _unlink(temporary)

    def _trim(self, newest: Path) -> None:
        others = [(path.stat(), path) for path in self._files() if path != newest]
        count, size = len(others) + 1, newest.stat().st_size + sum(status.st_size for status, _ in others)
        for status, path in sorted(others, key=lambda pair: pair[0].st_mtime_ns):
            if count <= MAX_DRAFTS and size <= MAX_BYTES:
                return
            _unlink(path)
            count, size = count - 1, size - status.st_size

    def _files(self) -> Iterator[Path]:
        return self._folder.glob("*" + _SUFFIX)


def _read(path: Path) -> tuple[Draft, datetime] | None:
    """Return what is kept at *path*; None where there is nothing, or something else."""
    try:
        fields = json.loads(path.read_bytes())
        at = datetime.fromisoformat(fields.pop("at"))
        return Draft(**fields), at
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
