"""How much of the text before the caret a model reads. Pure: knows no prompt, and of the document only this text.

The window begins at a heading or on a grid, so that keys typed at its end leave its beginning where it is: what the
model has read of it stays read.
"""

from __future__ import annotations

import re

GRID = 1024
"""UTF-16 units, as the page counts. A text that begins a whole number of these into its document has its window where
the whole document would have it."""
LEAST = 1024
"""UTF-16 units that are read at least, where there are as many."""
_EDGE = 128
"""Characters within which the beginning is moved on to a line's or a word's."""
_HEADING = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
_MARK = 7
"""Characters of the longest mark of a heading."""


def window(before: str) -> str:
    """Return the end of *before* that a model reads: about LEAST units or more, fewer than LEAST + 2 * GRID.

    While *before* grows at its end, the beginning moves once in GRID units, and from there back to a heading where one
    stands within a GRID.
    """
    start = _on_grid(before)
    if start == 0:
        return before
    near = _HEADING.finditer(before, max(0, start - GRID), start + _MARK)
    headings = [match.start() for match in near if match.start() <= start]
    return before[headings[-1] :] if headings else _clean(before[start:])


def _on_grid(text: str) -> int:
    """Return the index of the last grid point that leaves LEAST units after it."""
    units = text.encode("utf-16-le", "surrogatepass")
    point = max(0, len(units) // 2 - LEAST) // GRID * GRID
    # Where it parts a pair, the half before it counts as a character, and the whole one belongs to neither side.
    return len(units[: 2 * point].decode("utf-16-le", "surrogatepass"))


def _clean(text: str) -> str:
    edge = text[:_EDGE]
    line, word = edge.find("\n"), edge.find(" ")
    return text[(line if line >= 0 else word) + 1 :]
