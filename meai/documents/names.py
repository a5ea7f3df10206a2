"""Which names a document may have, and where they lead. Knows nothing of what a file contains.

A name is a path inside the workspace with `/` between folders. Two rules: what may be opened at all (nothing that
leaves the workspace, hides in it or cannot be shown), and what may be made (also nothing that another system could not
hold). The second asks nothing of folders that are there: they are called what they are called.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from meai.documents.lookalikes import drawn
from meai.errors import BadInput, DocumentExists

DOCUMENT_SUFFIXES = (".md", ".markdown")
MAX_PART_BYTES = 200
MAX_DEPTH = 32
TEMPORARY_PREFIX = ".~me_ai-"
# There, a device, a stream or an end that Windows cuts off would open something else than a file of that name.
_WINDOWS = os.name == "nt"

_IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"]
)
# Controls, separators and half pairs cannot be typed back; bidirectional overrides make a name read as another.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_PORTABLE = re.compile(r'[<>:"|?*]')
# Not more than two digits: a year is no counter.
_COUNTED = re.compile(r"(.+) ([1-9][0-9]?)", re.DOTALL)
_MAX_COPIES = 1000


def parts(name: str) -> tuple[str, ...]:
    """Return the folders and the file of *name*. Raises BadInput unless they stay inside the workspace, visibly."""
    if not name:
        raise BadInput("A document needs a name.")
    if _UNWRITABLE.search(name):
        raise BadInput(f"The name {name!a} contains a character that cannot be shown; please leave it out.")
    if "\\" in name:
        raise BadInput(f"The name “{name}” contains a backslash; put “/” between folders.")
    pieces = tuple(name.split("/"))
    if len(pieces) > MAX_DEPTH:
        raise BadInput(f"The name “{name[:60]}…” lies more than {MAX_DEPTH} folders deep.")
    for piece in pieces:
        _refuse_unopenable(name, piece)
    return pieces


def document_parts(name: str) -> tuple[str, ...]:
    """Return `parts(name)` of a document. Raises BadInput also where *name* has another ending than `.md`."""
    pieces = parts(name)
    if not is_document(pieces[-1]):
        raise BadInput(f"“{name}” is not a Markdown document: its name must end in .md or .markdown.")
    return pieces


def new_document_parts(root: Path, name: str, *, instead_of: Path | None = None) -> tuple[str, ...]:
    """Return the parts for a document to be made below *root*: folders that are there in their own spelling.

    What is not there yet gets Unicode form NFC, and raises BadInput with the way out where another system could not
    hold it, and DocumentExists where only case or Unicode form, or what no reader sees, tell it from what is there.
    *instead_of* is a file that may have the name already: the one being renamed.
    """
    return _new_parts(root, document_parts(name), instead_of)


def new_folder_parts(root: Path, name: str, *, instead_of: Path) -> tuple[str, ...]:
    """Return the parts for the folder *instead_of* to be called *name* below *root*; see `new_document_parts`."""
    return _new_parts(root, parts(name), instead_of)


def numbered(name: str) -> Iterator[str]:
    """Yield names beside *name* for its copies: `Note 2.md`, `Note 3.md`; after `Note 7.md` comes `Note 8.md`.

    They can be made where *name* is there, also if its own last part could not be made anew.
    """
    folder, slash, last = name.rpartition("/")
    stem, dot, suffix = last.rpartition(".")
    counted = _COUNTED.fullmatch(stem)
    first = int(counted[2]) + 1 if counted else 2
    stem = _NOT_PORTABLE.sub("-", counted[1] if counted else stem).strip(" .")
    if not stem.strip() or _is_device(stem):
        stem = f"Copy {stem}".rstrip()
    for number in range(first, first + _MAX_COPIES):
        ending = f" {number}{dot}{suffix}"
        room = MAX_PART_BYTES - len(_composed(ending).encode())
        short = _composed(stem).encode()[:room].decode(errors="ignore").rstrip()
        yield f"{folder}{slash}{short}{ending}"


def is_document(file_name: str) -> bool:
    """Whether a file of that name is a Markdown document."""
    return file_name.casefold().endswith(DOCUMENT_SUFFIXES)


def is_visible(part: str) -> bool:
    """Whether a folder or file of that name is the writer's to see: not hidden, not a tool's."""
    return not part.startswith(".") and part not in _IGNORED_FOLDERS


def is_openable(part: str) -> bool:
    """Whether `parts` would take a name with that part, which a folder was found to hold."""
    if part.isascii() and part.isprintable() and "\\" not in part and not _WINDOWS:
        return is_visible(part)
    try:
        return parts(part) == (part,)
    except BadInput:
        return False


def key(name: str) -> str:
    """Return what two names have in common that some file systems cannot tell apart."""
    if name.isascii():
        return name.lower()
    return _composed(_composed(name).casefold())


def inside(root: Path, pieces: tuple[str, ...]) -> Path:
    """Return the real path of *pieces* below *root* (itself a real path), links followed; it need not exist.

    Raises BadInput when a link leads out of *root* or to where the workspace hides things.
    """
    real = Path(os.path.realpath(root.joinpath(*pieces)))
    if not real.is_relative_to(root):
        raise BadInput(f"“{'/'.join(pieces)}” is a link out of the workspace; open the folder it leads to instead.")
    if not all(is_visible(part) for part in real.relative_to(root).parts):
        raise BadInput(f"“{'/'.join(pieces)}” is a link to a hidden file, which ME_AI does not open.")
    return real


def _new_parts(root: Path, pieces: tuple[str, ...], instead_of: Path | None) -> tuple[str, ...]:
    folder = root
    placed: list[str] = []
    for piece in pieces[:-1]:
        placed.append(_own_spelling(folder, piece) or _new_part(folder, (*placed, piece), instead_of))
        folder = folder / placed[-1]
    if folder / pieces[-1] != instead_of:
        return (*placed, _new_part(folder, (*placed, pieces[-1]), instead_of))
    return (*placed, pieces[-1])


def _own_spelling(folder: Path, piece: str) -> str | None:
    """Return what is called *piece* in *folder*, as the disk spells it: a Mac may write `é` as two characters."""
    there = _names_in(folder)
    if piece in there:
        return piece
    return next((found for found in there if _composed(found) == _composed(piece)), None)


def _new_part(folder: Path, pieces: tuple[str, ...], instead_of: Path | None) -> str:
    """Return the last of *pieces* as it may be made in *folder*."""
    piece = _composed(pieces[-1])
    _refuse_unportable("/".join(pieces), piece)
    same, alike = key(piece), drawn(piece)
    for found in _names_in(folder):
        if (key(found) == same or drawn(found) == alike) and folder / found != instead_of:
            shown = "/".join((*pieces[:-1], found))
            why = "is there already" if key(found) == same else "is there already and looks the same"
            raise DocumentExists(f"“{shown}” {why}; please choose another name.")
    return piece


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _composed(piece: str) -> str:
    return unicodedata.normalize("NFC", piece)


def _refuse_unopenable(name: str, piece: str) -> None:
    if piece in ("", ".", ".."):
        raise BadInput(f"The name “{name}” is not a path inside the workspace.")
    if not is_visible(piece):
        raise BadInput(f"The name “{name}” has a hidden part, “{piece}”; please choose another.")
    if _WINDOWS:
        _refuse_unportable(name, piece)


def _refuse_unportable(name: str, piece: str) -> None:
    if bad := _NOT_PORTABLE.search(piece):
        raise BadInput(f"The name “{name}” contains “{bad[0]}”, which some systems forbid; please leave it out.")
    if piece[-1] in ". " or piece[0] == " ":
        raise BadInput(f"The name “{name}” has a part that begins or ends with a space or a dot; please leave it out.")
    if len(piece.encode()) > MAX_PART_BYTES:
        raise BadInput(f"The name “{piece[:60]}…” is too long: {MAX_PART_BYTES} bytes are allowed.")
    if _is_device(piece):
        raise BadInput(f"The name “{name}” is that of a device on Windows; please choose another.")


def _is_device(piece: str) -> bool:
    return piece.split(".")[0].rstrip(" ").casefold() in _DEVICES
