"""Pictures beside a document: which are taken, what they are called, and how they get there.

A picture is what its first bytes say, whatever it is called, and its name is made from its content: the same picture
again is the same file. SVG is not taken, since it can hold scripts and whoever opens the file by itself would run them.
"""

from __future__ import annotations

import hashlib
import posixpath
from contextlib import suppress
from pathlib import Path

from meai.documents import disk, files, names
from meai.errors import BadInput, DocumentExists, DocumentNotWritten

FOLDER = "assets"
MAX_BYTES = 10 * 1024 * 1024

_KINDS: tuple[tuple[str, int, bytes], ...] = (
    (".png", 0, b"\x89PNG\r\n\x1a\n"),
    (".jpg", 0, b"\xff\xd8\xff"),
    (".gif", 0, b"GIF87a"),
    (".gif", 0, b"GIF89a"),
    (".webp", 8, b"WEBPVP8"),
    (".avif", 4, b"ftypavif"),
    (".avif", 4, b"ftypavis"),
)
"""Ending, and which bytes stand where."""


def path_of(data: bytes) -> str:
    """Return the path of the picture *data* from its document. Raises BadInput for another type, none or too much."""
    if not data:
        raise BadInput("The picture is empty.")
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"The picture has {len(data) / 1e6:.0f} MB and {MAX_BYTES // 1_048_576} MB are the most; "
            "please make it smaller."
        )
    ending = next((ending for ending, at, mark in _KINDS if data.startswith(mark, at)), None)
    if ending is None:
        raise BadInput("This is no PNG, JPEG, GIF, WebP or AVIF picture; please save it as one of these.")
    return f"{FOLDER}/{hashlib.sha256(data).hexdigest()[:16]}{ending}"


def keep(root: Path, document: str, data: bytes) -> str:
    """Write the picture *data* beside the document of that name below *root*, and return its path from there.

    The document need not exist yet. Raises BadInput like `path_of` and for a bad name, and DocumentNotWritten.
    """
    path = path_of(data)
    folder = posixpath.dirname("/".join(names.document_parts(document)))
    real = names.inside(root, names.parts(posixpath.join(folder, path)))
    try:
        disk.make_folders(real.parent)
    except OSError as error:
        raise DocumentNotWritten(
            f"The folder “{posixpath.join(folder, FOLDER)}” could not be made: {error.strerror}."
        ) from error
    with suppress(DocumentExists):
        files.save(real, data, None)
    return path
