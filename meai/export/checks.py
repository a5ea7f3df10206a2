"""What a writer should look at before a letter is sent, whatever the target. Changes nothing and knows no format."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block.table import escapedSplit

from meai.export import images
from meai.export.article import Article
from meai.export.raw import quoted
from meai.export.report import Note, Report
from meai.export.tree import Element
from meai.markdown.parser import parser
from meai.markdown.sanitize import ID_PREFIX

MAX_TITLE_CHARS = 120
MAX_SUBTITLE_CHARS = 255
MAX_IMAGE_BYTES = 5 * 1024 * 1024

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|FIXME|TBD|TK|XXX)\b|\[(?:link|url|image|picture|name|date|source|title|insert[^\]\n]{0,60})\](?!\()"
    r"|\blorem ipsum\b|\?{3,}|(?<!\w)\[(?:\.\.\.|…)\]\(\)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"TODO|FIXME|TBD|TK|XXX", re.IGNORECASE)
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
_DEFINITION = re.compile(r"^[ >]{0,12}\[([^\]\n]+)\]:", re.MULTILINE)
_USE = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]")
_MARGIN = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?")
_VERBATIM = frozenset(("pre", "code", "math"))


def check(article: Article) -> tuple[Note, ...]:
    """Return what the writer of *article* should look at."""
    report = Report()
    for one in CHECKS:
        one(article, report)
    return report.notes()


def _elements(article: Article) -> Iterator[Element]:
    for root in article.body:
        yield from root.walk()


def _texts(article: Article) -> Iterator[tuple[int, str]]:
    """Yield the text of every element that is no code, and its line."""
    waiting = list(reversed(article.body))
    while waiting:
        element = waiting.pop()
        if element.tag not in _VERBATIM:
            yield element.line, "".join(child for child in element.children if isinstance(child, str))
            waiting.extend(child for child in reversed(element.children) if isinstance(child, Element))


def _links(article: Article, report: Report) -> None:
    ids = {one.attributes["id"] for one in _elements(article) if "id" in one.attributes}
    for link in _elements(article):
        href = link.attributes.get("href", "")
        if link.tag != "a" or link.attributes.get("role", "").startswith("doc-"):
            continue
        if href.startswith("#") and href[1:] not in ids:
            there = "#" + href[1:].removeprefix(ID_PREFIX)
            report.check(link.line, "link", f"The link to {there} leads to no heading of this document.", "fix-link")
        if not link.text().strip() and not any(one.tag == "img" for one in link.walk()):
            report.check(link.line, "link", f"A link to {href or 'nowhere'} has no text.", "fix-link")
        elif not href and "id" not in link.attributes:
            report.check(link.line, "link", f"The link {quoted(link.text())} has no address.", "fix-link")


def _footnotes(article: Article, report: Report) -> None:
    for line, text in _texts(article):
        for found in _NOTE.finditer(text):
            report.check(line, "footnote", f"The footnote [^{found[1]}] is not defined.")
    for note in _elements(article):
        is_note = note.tag == "li" and note.attributes.get("id", "").startswith(f"{ID_PREFIX}fn:")
        if is_note and not re.search(r"\w", note.text()):
            report.check(note.line, "footnote", "A footnote has no text.")


def _definitions(article: Article, report: Report) -> None:
    """What is defined and never used is shown nowhere, nor is what is defined a second time."""
    if not _DEFINITION.search(article.source):
        return
    env: dict[str, Any] = {}
    md = parser()
    md.block.parse(article.source, md, env, [])
    lines = article.source.split("\n")
    used = {normalizeReference(name) for name in _USE.findall(_DEFINITION.sub("", article.source))}
    for label in env.get("references", {}):
        _unseen(article, report, lines, label, "link", shown=0 if label in used else None)
    for label in env.get("footnotes", {}).get("refs", {}):
        name = "^" + label[1:]
        _unseen(article, report, lines, name, "footnote", shown=-1 if normalizeReference(name) in used else None)


def _unseen(
    article: Article, report: Report, lines: list[str], label: str, construct: str, *, shown: int | None
) -> None:
    """Tell each definition of *label* that no reader sees. Of several, the one at *shown* is used; None: none is."""
    places = [
        number
        for number, line in enumerate(lines)
        if (found := _DEFINITION.match(line)) and normalizeReference(found[1]) == normalizeReference(label)
    ]
    why = "is defined and never used"
    if shown is not None and places:
        del places[shown]
        why = "is defined twice"
    for number in places:
        text = " ".join(_definition(lines, number))
        report.lost(
            article.first_line + number, construct, f"The {construct} {quoted(text)} {why}, so no reader sees it."
        )


def _definition(lines: list[str], first: int) -> Iterator[str]:
    """Yield the lines of the definition that begins on the line *first*: what follows it without a gap or indented."""
    yield lines[first].strip()
    empty = False
    for line in lines[first + 1 :]:
        if _DEFINITION.match(line) or (empty and line.strip() and not line.startswith(("    ", "\t"))):
            return
        empty = not line.strip()
        yield line.strip()


def _cells(article: Article, report: Report) -> None:
    """A row of more cells than the head has loses the rest: most often to a `|` in code."""
    lines = article.source.split("\n")
    for table in _elements(article):
        # Only our own tables have heads that say so; those of raw HTML lose nothing.
        columns = sum(one.attributes.get("scope") == "col" for one in table.walk()) if table.tag == "table" else 0
        rows = [one for one in table.walk() if one.tag == "tr"] if columns else []
        for row in rows:
            at = row.line - article.first_line
            extra = _split(lines[at])[columns:] if 0 <= at < len(lines) else []
            if any(cell.strip() for cell in extra):
                rest = quoted(" | ".join(extra))
                message = f"The row has more cells than its table; {rest} is left out. A | of the text is written \\|."
                report.lost(row.line, "table", message)


def _split(row: str) -> list[str]:
    cells = escapedSplit(_MARGIN.sub("", row, count=1).strip())
    first, last = int(not cells[0]), int(len(cells) > 1 and not cells[-1])
    return cells[first : len(cells) - last]


def _pictures(article: Article, report: Report) -> None:
    for image in _elements(article):
        if image.tag != "img":
            continue
        source = image.attributes.get("src", "")
        shown = source if len(source) < 200 else source[:60] + "…"
        if not image.attributes.get("alt", "").strip():
            report.check(
                image.line, "image", f"The image {shown} has no description for those who do not see it.", "add-alt"
            )
        path = images.path(source, document=article.name)
        content = article.asset(path) if path else None
        if content is not None and images.is_heic(content):
            report.check(image.line, "image", f"The image {shown} is HEIC, which few readers can see; save it as JPEG.")
        elif content is not None and len(content) > MAX_IMAGE_BYTES:
            size = len(content) / 1024 / 1024
            report.check(image.line, "image", f"The image {shown} has {size:.1f} MB; make it smaller than 5 MB.")


def _headings(article: Article, report: Report) -> None:
    last = 1
    for heading in _elements(article):
        if re.fullmatch("h[1-6]", heading.tag):
            rank = int(heading.tag[1])
            if rank > last + 1:
                message = f"The heading {quoted(heading.text())} skips a rank: {rank} follows {last}."
                report.check(heading.line, "heading", message, "fix-heading")
            if not heading.text().strip():
                report.check(heading.line, "heading", "A heading is empty.", "fix-heading")
            last = rank


def _head(article: Article, report: Report) -> None:
    if article.title == article.stem and not (article.says_title or article.front_matter.text("title")):
        report.check(
            None, "title", f"The document has no title, so its file’s name {quoted(article.stem)} stands for it."
        )
    if len(article.title) > MAX_TITLE_CHARS:
        report.check(
            None,
            "title",
            f"The title has {len(article.title)} characters; above {MAX_TITLE_CHARS} it is cut in most inboxes.",
        )
    if len(article.subtitle) > MAX_SUBTITLE_CHARS:
        message = (
            f"The subtitle has {len(article.subtitle)} characters; {MAX_SUBTITLE_CHARS} is the most that is taken."
        )
        report.check(None, "subtitle", message, "shorten-subtitle")


def _placeholders(article: Article, report: Report) -> None:
    for line, text in _texts(article):
        for found in _PLACEHOLDER.finditer(text):
            # “todo” is a word of Spanish; a placeholder is shouted.
            if not _SHOUTED.fullmatch(found[0]) or found[0].isupper():
                report.check(line, "placeholder", f"{quoted(found[0])} looks like a placeholder.")


CHECKS: tuple[Callable[[Article, Report], None], ...] = (
    _links,
    _footnotes,
    _definitions,
    _cells,
    _pictures,
    _headings,
    _head,
    _placeholders,
)
