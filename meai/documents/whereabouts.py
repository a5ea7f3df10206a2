"""Which file each document was when it was last read or saved, so that one that another program moves is known again.

Opens no file.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from meai.documents.listing import Entry

_MAX_DOCUMENTS = 1000


class Whereabouts:
    """The files of the documents worked on lately. Any thread may call; gone with the process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._files: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def note(self, name: str, path: Path) -> None:
        """Note that the document *name* is the file *path*; not where other names lead to that, too."""
        file = _alone(path)
        with self._turn:
            self._files.pop(name, None)
            if file is not None:
                self._files[name] = file
            if len(self._files) > _MAX_DOCUMENTS:
                self._files.popitem(last=False)

    def renamed(self, name: str, to: str) -> bool:
        """Note that what was *name* is *to*, and return whether that is news; *name* is found under it, too."""
        with self._turn:
            file = self._files.get(name)
            is_news = file is not None and self._files.get(to) != file
            if file is not None:
                self._files[to] = file
            return is_news

    def find(self, name: str, among: Iterable[Entry]) -> str | None:
        """Return which of *among* is the file that *name* was, or None."""
        with self._turn:
            file = self._files.get(name)
        if file is None:
            return None
        found = [entry.name for entry in among if entry.stamp[0] == file[1] and _alone(Path(entry.path)) == file]
        return found[0] if len(found) == 1 else None


def _alone(path: Path) -> tuple[int, int] | None:
    """Return what tells the file *path* from all others, if this is its only name."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 else None
