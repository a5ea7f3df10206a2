"""A document's revisions as values, and what a store tells the history that keeps them. Touches no disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from meai.documents.authorship import Piece

Kind = Literal["save", "external", "import", "restore", "unsaved"]
"""How a revision came about: written here, changed by another program, as ME_AI first met it, an old one again, or
kept from the disk, by its refusal or by the end of the process, so that the history alone has it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A document at one moment."""

    rev: int
    """Its number in its document: from 1, and never used twice."""
    etag: str
    """The ETag of its bytes."""
    saved: datetime
    """When, in UTC. For people; the order is that of `rev`."""
    label: str | None
    """The name that the writer gave it; a named one is kept for good."""
    kind: Kind
    words: int
    added: int
    """Words that the revision before has not."""
    removed: int
    """Words that only the revision before has."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the text of a save comes from."""

    kind: Kind = "save"
    authorship: Sequence[Piece] | None = None
    """What the model wrote of it; None for what is known of that text or of the one before."""


WRITTEN = Origin()
"""Somebody wrote it here."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the history says to a save. It never keeps one from happening."""

    rev: int
    """The number of the revision that holds the content; 0 where none does."""
    warning: str | None = None
    """A sentence for the writer where the history could not do its part."""


class Keeper(Protocol):
    """What a store tells of its documents, under the lock of the document. Nothing here raises for the database."""

    def saving(
        self, name: str, data: bytes, *, before: bytes | None, origin: Origin
    ) -> AbstractContextManager[Recorded]:
        """Keep *data* as the content of *name*, durably, before the block that writes the file begins.

        *before* is what the file holds, None when it is created; what is unknown of it is kept first, as `external`.
        A block that raises makes the revision `unsaved`. *origin* tells where the text comes from.
        """
        ...

    def seen(self, name: str, data: bytes) -> Recorded:
        """Keep what the file *name* was found to hold, unless it is the newest revision already."""
        ...

    def renamed(self, name: str, to: str) -> None:
        """Let the history of *name* be that of *to*."""
        ...

    def deleted(self, name: str, *, trash: str) -> None:
        """Note that the document *name* went to the trash, under the id *trash*."""
        ...

    def returned(self, trash: str, name: str) -> None:
        """Let the document that went to the trash under the id *trash* be *name*, with its history."""
        ...


class NoHistory:
    """The keeper that keeps nothing: for a text that is only read."""

    @contextmanager
    def saving(self, name: str, data: bytes, *, before: bytes | None, origin: Origin) -> Iterator[Recorded]:
        """Keep nothing."""
        yield Recorded(0)

    def seen(self, name: str, data: bytes) -> Recorded:
        """Keep nothing."""
        return Recorded(0)

    def renamed(self, name: str, to: str) -> None:
        """Keep nothing."""

    def deleted(self, name: str, *, trash: str) -> None:
        """Keep nothing."""

    def returned(self, trash: str, name: str) -> None:
        """Keep nothing."""
