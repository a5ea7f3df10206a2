"""The copies of a database that lie beside it: one a day, the last three. Knows nothing of what is in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

_KEPT = 3

Copy = Callable[[Path], object]
"""Writes a whole copy of the database to a path that is free."""


class Backups:
    """The copies of the database at *path*. Every method raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list(self) -> list[Path]:
        """Return those of days, the newest first."""
        return sorted(self._path.parent.glob(f"{self._path.name}.backup-*"), reverse=True)

    def make(self, copy: Copy) -> None:
        """Let *copy* make the one of today, unless there is one."""
        target = self._beside(f"backup-{time.strftime('%Y%m%d', time.gmtime())}")
        if target.exists() or not self._path.exists():
            return
        part = self._beside("part")
        part.unlink(missing_ok=True)
        copy(part)
        os.replace(part, target)
        # A day to come is that of a clock set back since: that copy is older than today's and must not pass for newer.
        later = [copy for copy in self.list() if copy > target]
        for old in (*later, *self.list()[len(later) + _KEPT :]):
            old.unlink(missing_ok=True)

    def make_before(self, version: int, copy: Copy) -> None:
        """Let *copy* make the one that is kept when the database is brought up to *version*."""
        target = self._beside(f"before-version-{version}")
        target.unlink(missing_ok=True)
        copy(target)

    def clear(self) -> None:
        """Delete them all."""
        for pattern in ("backup-*", "before-version-*", "part"):
            for old in self._path.parent.glob(f"{self._path.name}.{pattern}"):
                old.unlink(missing_ok=True)

    def _beside(self, what: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{what}")
