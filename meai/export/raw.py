"""What of a document's own HTML the sanitiser takes out, and with which words. Knows nothing of formats."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from meai.export.report import Report
from meai.export.tree import VOID
from meai.markdown.sanitize import TAGS, WITHOUT_TEXT

MAX_QUOTED_CHARS = 400

# Nearly all blocks have none of this, and are not read a second time.
_SUSPECT = re.compile(rf"<(?!/?(?:{'|'.join(sorted(TAGS))})[\s>/])|<[^>]*\s(?:style|on\w+)\s*=", re.IGNORECASE)
_EMPTY = VOID | {"input", "embed", "link", "meta", "base", "source", "track", "frame"}
_LOOKS = re.compile(r"style|on\w+", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return *text* in one line and in quotation marks, its end left out where it is very long."""
    line = " ".join(text.split())
    rest = len(line) - MAX_QUOTED_CHARS
    return f"“{line}”" if rest <= 0 else f"“{line[:MAX_QUOTED_CHARS]}…” and {rest:,} characters more"


def note_removed(html: str, line: int, *, report: Report) -> None:
    """Note in *report* what the sanitiser will take out of *html*, which begins on *line*."""
    if _SUSPECT.search(html):
        reader = _Reader(line, report)
        reader.feed(html)
        reader.close()
        reader.end()


class _Reader(HTMLParser):
    def __init__(self, line: int, report: Report) -> None:
        super().__init__(convert_charrefs=True)
        self._first = self._line = line
        self._report = report
        self._gone: list[str] = []
        """The elements that are open and taken out with all that is in them."""
        self._words: list[str] = []
        self._from = line

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if (own := named.get("data-line")) and own.isascii() and own.isdigit():
            self._line = self._first + int(own[:7])
        written = self.get_starttag_text() or f"<{tag}>"
        if self._gone or tag in WITHOUT_TEXT:
            self._from = self._from if self._gone else self._line
            self._words.append(written)
            self._gone += [tag] * (tag in WITHOUT_TEXT)
        elif tag not in TAGS:
            rest = "" if tag in _EMPTY else "; the text in it stays"
            self._report.lost(self._line, "html", f"The element {quoted(written)} is left out{rest}.")
        else:
            for name in filter(_LOOKS.fullmatch, named):
                self._report.lost(self._line, "html", f"The attribute {name}={quoted(named[name] or '')} is left out.")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._gone:
            del self._gone[self._gone.index(tag) :]
            if not self._gone:
                self.end()

    def handle_data(self, data: str) -> None:
        if self._gone:
            self._words.append(data)

    def handle_comment(self, data: str) -> None:
        if self._gone:
            self._words.append(data)
        elif data.strip():
            self._report.lost(self._line, "comment", f"The comment {quoted(data)} is left out.")

    def handle_decl(self, decl: str) -> None:
        self._report.lost(self._line, "html", f"The declaration {quoted(decl)} is left out.")

    def handle_pi(self, data: str) -> None:
        self._report.lost(self._line, "html", f"The instruction {quoted(data)} is left out.")

    def unknown_decl(self, data: str) -> None:
        self._report.lost(self._line, "html", f"The section {quoted(data)} is left out.")

    def end(self) -> None:
        """Note what was taken out so far."""
        if self._words:
            self._report.lost(self._from, "html", f"The HTML {quoted(' '.join(self._words))} is left out.")
        self._words.clear()
