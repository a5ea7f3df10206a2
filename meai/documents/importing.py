"""Files from elsewhere to documents of the workspace, with their pictures. Knows nothing of formats or of HTTP.

Nothing is overwritten: what has a name that is taken gets a number. What has arrived before a failure stays.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from meai.documents import encoding, names, pictures
from meai.documents.document import Document
from meai.documents.foreign.converter import Arrived, Converter
from meai.documents.store import DocumentStore
from meai.errors import BadInput, MeaiError

_TEXTS = (".md", ".markdown", ".txt")
_MANY = (".zip", ".json")
LIMITS = {
    **dict.fromkeys(_TEXTS, 20 * 1024 * 1024),
    ".html": 24 * 1024 * 1024,
    ".htm": 24 * 1024 * 1024,
    ".docx": 100 * 1024 * 1024,
    ".zip": 300 * 1024 * 1024,
    ".json": 100 * 1024 * 1024,
}
"""The most bytes of a file, by the ending of its name, in lower case."""
MAX_BYTES = max(LIMITS.values())

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff<>"|?*\\/:]+')
_MAX_TITLE_BYTES = 120
_MAX_NOTES = 12


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    documents: tuple[Document, ...]
    notes: tuple[str, ...]
    """What the writer should know, each one sentence."""


def limit_of(name: str) -> int:
    """Return the most bytes that a file called *name* may have. Raises BadInput for a kind that is not taken over."""
    limit = LIMITS.get(_ending(name))
    if limit is None:
        raise BadInput(
            f"“{name}” cannot be taken over; Markdown, text, HTML, Word (.docx) and the exports of Substack (.zip) "
            "and Ghost (.json) can."
        )
    return limit


def take(store: DocumentStore, converter: Converter, path: Path, name: str, folder: str) -> Imported:
    """Make documents in *folder* (empty for the workspace itself) of the file at *path*, called *name* by the writer.

    Raises BadInput with the reason where nothing could be taken over, DocumentNotWritten where the disk refused it.
    """
    size = path.stat().st_size
    if size > limit_of(name):
        raise BadInput(f"“{name}” has {size / 1e6:.0f} MB; {limit_of(name) / 1e6:.0f} MB are the most.")
    if _ending(name) in _TEXTS:
        return Imported((_copied(store, path, name, folder),), ())
    if _ending(name) in _MANY:
        folder = posixpath.join(folder, _free_folder(store, folder, _fitting(Path(name).stem)))
    return _converted(store, converter.file(path, name), folder)


def _converted(store: DocumentStore, texts: Iterator[Arrived], folder: str) -> Imported:
    documents: list[Document] = []
    notes: Counter[str] = Counter()
    with closing(texts):  # type: ignore[type-var]
        try:
            for arrived in texts:
                documents.append(_placed(store, arrived, folder))
                notes.update(arrived.notes)
        except MeaiError as error:
            if not documents:
                raise
            notes[f"After {len(documents)} documents it stopped: {error}"] += 1
    if not documents:
        raise BadInput("There is no text in it.")
    return Imported(tuple(documents), tuple(_told(notes)))


def _placed(store: DocumentStore, arrived: Arrived, folder: str) -> Document:
    name = posixpath.join(folder, _fitting(arrived.title) + ".md")
    for picture in arrived.pictures:
        pictures.keep(store.root, name, picture)
    return store.recreate(name, arrived.text.encode("utf-8", "replace"), _nothing)


def _copied(store: DocumentStore, path: Path, name: str, folder: str) -> Document:
    data = path.read_bytes()
    if encoding.flaw(data):
        data = encoding.salvage(data)
    return store.recreate(posixpath.join(folder, _fitting(Path(name).stem) + ".md"), data, _nothing)


def _nothing(name: str) -> None:
    """The history notes a document when it first meets it."""


def _told(notes: Counter[str]) -> list[str]:
    told = [note if count == 1 else f"{note} ({count} times)" for note, count in notes.most_common(_MAX_NOTES)]
    return [*told, f"And {len(notes) - _MAX_NOTES} more."] if len(notes) > _MAX_NOTES else told


def _free_folder(store: DocumentStore, folder: str, name: str) -> str:
    """Return *name*, or that with a number, which is no folder yet: each import can be looked through by itself."""
    inside = names.inside(store.root, names.parts(folder)) if folder else store.root
    there = {names.key(one.name) for one in inside.iterdir()} if inside.is_dir() else set()
    candidates = (name if number == 1 else f"{name} {number}" for number in range(1, len(there) + 2))
    return next(one for one in candidates if names.key(one) not in there)


def _fitting(title: str) -> str:
    """Return *title* as the name of a file or folder on every system."""
    name = unicodedata.normalize("NFC", _UNFIT.sub("-", title))
    name = " ".join(name.split()).strip("-. ") or "Untitled"
    name = name.encode()[:_MAX_TITLE_BYTES].decode(errors="ignore").strip("-. ")
    return f"{name}_" if _is_device(name) or not names.is_visible(name) else name


def _is_device(name: str) -> bool:
    return bool(re.fullmatch(r"(?i:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", name.split(".")[0].strip()))


def _ending(name: str) -> str:
    return posixpath.splitext(name)[1].lower()
