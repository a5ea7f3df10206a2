"""A document as an editor takes it, and what keeps it from being edited. Knows nothing of the workspace around it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from meai.documents import encoding

PLAIN_ABOVE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A document as an editor takes it."""

    name: str
    """Its path below the workspace, with `/`."""
    data: bytes
    """Its exact bytes."""
    etag: str
    """What to give as *base* when writing what was made of it."""
    read_only: str | None = None
    """Why it cannot be saved, one sentence with the way out, or None."""
    convertible: bool = False
    """Whether that is for its encoding, so that a copy of it can be edited; *text* is what the copy would say."""
    plain: bool = False
    """Whether it is so large that only plain editing stays quick: above 1 MiB."""
    rev: int = 0
    """The number of its newest revision; 0 where no history is kept."""
    warning: str | None = None
    """What the history could not do, one sentence, or None."""

    @property
    def utf8(self) -> bytes:
        """What an editor shows of it: with `\\n` line ends and without a byte-order mark."""
        return encoding.plain(self.data)

    @property
    def text(self) -> str:
        """The same as Python has it; better not of a long one."""
        return self.utf8.decode()


def load(name: str, real: Path, data: bytes, *, alone: bool = False) -> Document:
    """Return the document *name* at *real*, which holds *data*. No copy of it can be made where it is *alone*."""
    flaw = encoding.flaw(data)
    return Document(
        name=name,
        data=data,
        etag=encoding.etag_of(data),
        read_only=_flawed(real, flaw, alone) if flaw else _protected(real),
        convertible=flaw is not None and not alone,
        plain=len(data) > PLAIN_ABOVE_BYTES,
    )


def _flawed(real: Path, flaw: str, alone: bool) -> str:
    way_out = "start ME_AI on its folder to convert a copy" if alone else "convert a copy of it to write in that"
    return f"“{real.name}” {flaw}, so it is shown but not changed; {way_out}."


def _protected(real: Path) -> str | None:
    # A save makes a file beside the old one, so the folder must be writable too.
    if not os.access(real, os.W_OK):
        return f"“{real.name}” is write-protected, so it is shown but not changed; duplicate it to write in the copy."
    if not os.access(real.parent, os.W_OK):
        return f"The folder of “{real.name}” is write-protected, so it is shown but not changed; permit writing there."
    return None
