"""How much memory this process has. Knows no model."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path


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
