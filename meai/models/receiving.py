"""A model file that is sent piece by piece, since one request for gigabytes would hold a connection for minutes.

The first piece has the whole description of a file, so that what is no model is refused before the rest travels. Knows
nothing of who sends.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from meai.errors import BadInput
from meai.models.catalogue import megabytes
from meai.models.gguf import read_header
from meai.models.gguf_reader import MAX_HEADER_BYTES
from meai.models.importing import SPARE_BYTES, check_name, present
from meai.models.library import SUFFIX, Model, ModelLibrary

PIECE_BYTES = MAX_HEADER_BYTES
"""What every piece but the last has."""
STALE_S = 24 * 60 * 60
"""A file that nobody sent anything of for so long will not be finished."""
_ARRIVING = ".arriving"


def receive(library: ModelLibrary, name: str, piece: BinaryIO, *, at: int, whole: int) -> Model | None:
    """Take *piece* of the file *name*, which begins at byte *at* of *whole*; return the model once it is complete.

    A piece at 0 begins anew. Raises BadInput for a name that is none or taken, a piece that does not follow the one
    before, or a full disk, and ModelRefused for a file that is no sound model; nothing of it stays then.
    """
    stem = _stem(name)
    folder = library.folders[-1]
    target, arriving = folder / f"{stem}{SUFFIX}", folder / f"{stem}{SUFFIX}{_ARRIVING}"
    if at == 0:
        check_name(library, stem)
        _begin(arriving, name, whole)
    try:
        _append(arriving, piece, at, whole)
        read_header(arriving, whole=whole, named=name)
    except OSError as error:
        arriving.unlink(missing_ok=True)
        raise BadInput(f"{name} cannot be written to {folder}: {error.strerror}.") from error
    except BaseException:
        with suppress(OSError):
            arriving.unlink(missing_ok=True)
        raise
    if arriving.stat().st_size < whole:
        return None
    os.replace(arriving, target)
    return present(library, stem)


def _stem(name: str) -> str:
    stem = name[: -len(SUFFIX)]
    plain = name.isprintable() and not set(name) & set('/\\<>:"|?*') and not name.startswith(".")
    if not name.lower().endswith(SUFFIX) or not stem.strip() or not plain or len(name.encode()) > 200:
        raise BadInput(f"{name[:80]} is no model file; its name must be a plain one that ends in {SUFFIX}.")
    return stem


def _begin(arriving: Path, name: str, whole: int) -> None:
    folder = arriving.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"*{_ARRIVING}"):
            if time.time() - left.stat().st_mtime > STALE_S:
                left.unlink(missing_ok=True)
        free = shutil.disk_usage(folder).free
        arriving.write_bytes(b"")
    except OSError as error:
        raise BadInput(f"{name} cannot be written to {folder}: {error.strerror}.") from error
    if free < whole + SPARE_BYTES:
        arriving.unlink(missing_ok=True)
        raise BadInput(
            f"{name} has {megabytes(whole)} and {folder} has {megabytes(free)} free; "
            "make room, or give the path of the file instead, which copies nothing."
        )


def _append(arriving: Path, piece: BinaryIO, at: int, whole: int) -> None:
    here = arriving.stat().st_size if arriving.exists() else 0
    if here != at:
        raise BadInput(f"The piece at {at} of {arriving.stem} does not follow what has come; send the file again.")
    with arriving.open("ab") as file:
        shutil.copyfileobj(piece, file, 1 << 20)
        size = file.tell()
        if size == whole:
            file.flush()
            os.fsync(file.fileno())
    if size > whole or (size < whole and size - at != PIECE_BYTES):
        raise BadInput(f"{arriving.stem} did not come whole; send it again.")
