"""The text of a page, as it was last asked about: kept by lines, of which a page sends those that changed."""

from __future__ import annotations

from meai.errors import BadInput
from meai.web.protocol import PreviewChanged


class PageText:
    """One page's text. At first there is none."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._lines: list[str] = []

    def begin(self, version: int, text: str) -> None:
        """Let *text* be all of it."""
        self._version, self._lines = version, text.split("\n")

    def change(self, change: PreviewChanged) -> str:
        """Return the whole text after *change*. Raises BadInput where that is not about the text as it is here."""
        end = change.line + change.lines
        if change.base != self._version or not 0 <= change.line <= end <= len(self._lines):
            raise BadInput(f"The text of version {change.base} is not known; please send all of it.")
        self._lines[change.line : end] = change.text.split("\n")
        self._version = change.version
        return "\n".join(self._lines)
