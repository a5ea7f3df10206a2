"""What every format takes and what it gives. Knows none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meai.export.article import Article
from meai.export.options import Options
from meai.export.report import Note


@dataclass(frozen=True, slots=True)
class Part:
    """Something that belongs to the export and has a field of its own at the target, as the title at Substack."""

    name: str
    """What the field is called there: `title`, `subtitle`, `subject`, `preheader`, `text`, …"""
    media_type: str
    content: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A document in another format."""

    content: str
    """To be stored as UTF-8, without any change of its line ends."""
    notes: tuple[Note, ...]
    parts: tuple[Part, ...] = ()
    filename: str = ""
    """What the target wants the file to be called; empty for the document's own name."""


Exporter = Callable[[Article, Options], Exported]
"""How a format is written. Never raises for an article."""
