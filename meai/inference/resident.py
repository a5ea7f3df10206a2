"""How much memory this process has. Knows no model."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

LARGE_BYTES = 1024 * 1024
_M_MMAP_THRESHOLD = -3
"""glibc's malloc.h."""


def resident_bytes(process: int | str = "self") -> int | None:
    """Return the bytes that *process* has in memory, pages of mapped files included; None where nobody tells."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def give_back() -> None:
    """Return memory that was freed to the system, where the C library keeps it for later, as glibc does."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


def give_back_large_pieces() -> None:
    """From now on, have every large piece of memory return to the system as soon as it is freed.

    glibc does so until the first one is freed, and then raises the size from which it does, to as much as 32 MiB: what
    is copied out of a KV cache and back would leave holes that hold more than the model's own tables.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)
