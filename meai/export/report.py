"""What an export could not take along as it was, and what to mend before it is sent. Knows nothing of formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lost", "changed", "check"]
"""`lost`: the reader does not get it; `changed`: it comes in another shape; `check`: the writer should look at it."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing for the writer to know."""

    line: int | None
    """The line of the source, from 0; None for what concerns the whole document."""
    kind: Kind
    construct: str
    """What it is about, one word: `table`, `image`, `link`, `formula`, `subtitle`, …"""
    message: str
    """One sentence for the writer. It quotes every word of the source that is lost."""
    fix: str = ""
    """What would mend it, a name of FIXES; empty where only the writer can."""


FIXES: dict[str, str] = {
    "table-picture": "Turn the table into a picture",
    "table-list": "Turn the table into a list",
    "table-code": "Turn the table into a code block",
    "embed-image": "Put the image into the export",
    "host-image": "Put the image on the web and link it",
    "shorten-subtitle": "Shorten the subtitle",
    "add-alt": "Describe the image",
    "replace-string": "Write it another way",
    "fix-link": "Mend the link",
    "fix-heading": "Make the heading follow the one above",
}
"""What a page can offer for a note, and in which words."""


class Report:
    """Gathers notes, each once."""

    def __init__(self, notes: Iterable[Note] = ()) -> None:
        self._notes = set(notes)

    def lost(self, line: int | None, construct: str, message: str, fix: str = "") -> None:
        """Note what the reader will not get."""
        self._notes.add(Note(line, "lost", construct, message, fix))

    def changed(self, line: int | None, construct: str, message: str, fix: str = "") -> None:
        """Note what the reader will get in another shape."""
        self._notes.add(Note(line, "changed", construct, message, fix))

    def check(self, line: int | None, construct: str, message: str, fix: str = "") -> None:
        """Note what the writer should look at."""
        self._notes.add(Note(line, "check", construct, message, fix))

    def notes(self) -> tuple[Note, ...]:
        """Return what was noted, by line; what concerns the whole document first."""
        return tuple(sorted(self._notes, key=lambda note: (-1 if note.line is None else note.line, note.message)))
