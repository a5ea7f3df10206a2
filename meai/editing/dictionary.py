"""The writer's own words, that no dictionary has: one a line in a file of theirs. Knows no checker."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from meai.errors import BadInput, DocumentNotWritten

LONGEST_WORD = 80
MOST_WORDS = 20_000


def dictionary_in(folder: Path) -> Dictionary:
    """Return the dictionary that lies in the user's data *folder*, or will lie there once it has a word."""
    return Dictionary(folder / "dictionary.txt")


class Dictionary:
    """The words in *file*, a UTF-8 text that the writer may also edit by hand. Any thread may call."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = threading.Lock()
        self._read: tuple[tuple[int, int], frozenset[str]] | None = None

    @property
    def words(self) -> frozenset[str]:
        """The words now, also what another program has written; none where the file cannot be read."""
        with self._turn:
            return self._words()

    def add(self, word: str) -> None:
        """Add *word*, unless it is there. Raises BadInput for what is no single word, and DocumentNotWritten."""
        word = word.strip()
        if not word or len(word) > LONGEST_WORD or len(word.split()) > 1:
            raise BadInput(f"A dictionary takes single words of up to {LONGEST_WORD} characters, not {word[:40]!r}.")
        with self._turn:
            words = self._words()
            if len(words) >= MOST_WORDS:
                raise BadInput(f"The dictionary is full with {MOST_WORDS:,} words; take some out of {self._file}.")
            self._write(words | {word})

    def remove(self, word: str) -> None:
        """Take *word* out, where it is in there. Raises DocumentNotWritten."""
        with self._turn:
            self._write(self._words() - {word})

    def _words(self) -> frozenset[str]:
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._read is None or self._read[0] != stamp:
                text = self._file.read_text(encoding="utf-8-sig", errors="replace")
                self._read = (stamp, frozenset(line.strip() for line in text.splitlines()) - {""})
        except OSError:
            return frozenset()
        return self._read[1]

    def _write(self, words: frozenset[str]) -> None:
        beside = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text("".join(f"{word}\n" for word in sorted(words, key=str.casefold)), encoding="utf-8")
            os.replace(beside, self._file)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise DocumentNotWritten(f"The dictionary {self._file} cannot be written: {error.strerror}.") from error
