"""Passages drawn and cleaned, each once for each place it stands in. Knows nothing of their order in a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from markdown_it.token import Token

from meai.markdown.html import Place
from meai.markdown.numbering import Numbers
from meai.markdown.passages import Passage
from meai.markdown.sanitize import Sanitizer

Key = tuple[Passage, "int | None", Numbers, "str | int | None"]
"""A passage, the line from which its own count, its numbers, and of its footnotes the label or number of one."""


@dataclass(frozen=True, slots=True)
class Clean:
    """HTML that may reach a page."""

    raw: str
    """What it was before it was cleaned."""
    html: str
    name: str
    """The same for the same HTML; empty where nothing is seen of it."""
    size: int
    """Bytes of its HTML."""


class Drawing:
    """What is drawn for one change of a text, and what was drawn *before* and may be so still."""

    def __init__(
        self,
        html: Callable[[Sequence[Token], Place], str],
        sanitizer: Sanitizer,
        before: Iterable[tuple[Mapping[Key, str], Clean]],
    ) -> None:
        self._html = html
        self._sanitizer = sanitizer
        self._drawn: dict[Key, str] = {}
        self._clean: dict[str, Clean] = {}
        for drawn, clean in before:
            self._drawn.update(drawn)
            self._clean[clean.raw] = clean

    def draw(self, key: Key) -> str:
        """Return the HTML of *key*, not yet cleaned."""
        html = self._drawn.get(key)
        if html is None:
            passage, line, numbers, note = key
            html = self._drawn[key] = self._html(_tokens(passage, note), Place(line, *numbers))
        return html

    def clean(self, raw: str) -> Clean:
        """Return *raw* cleaned."""
        clean = self._clean.get(raw)
        if clean is None:
            html = self._sanitizer.clean(raw)
            encoded = html.encode()
            name = blake2b(encoded, digest_size=8).hexdigest() if html.strip() else ""
            clean = self._clean[raw] = Clean(raw, html, name, len(encoded))
        return clean


def _tokens(passage: Passage, note: str | int | None) -> Sequence[Token]:
    if note is None:
        return passage.tokens
    return passage.definitions[note] if isinstance(note, str) else passage.notes[note].tokens
