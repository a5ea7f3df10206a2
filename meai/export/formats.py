"""The formats a document can be exported to: a table, and the one way through it.

Another format is a module with a `write` and a row in FORMATS; docs/export.md shows one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meai.errors import BadInput
from meai.export import article, checks, email, eml, ghost, page, rich_text, substack_html, substack_json, text
from meai.export.exported import Exporter, Part
from meai.export.images import Asset
from meai.export.markdown_variants import exporter
from meai.export.options import options
from meai.export.report import Note, Report


@dataclass(frozen=True, slots=True)
class Format:
    """How a document is written for one purpose."""

    label: str
    """What a writer calls it."""
    suffix: str
    media_type: str
    write: Exporter
    choices: tuple[str, ...] = ()
    """The options it heeds, names of CHOICES."""


MARKDOWN = {"jekyll": "Jekyll", "hugo": "Hugo", "buttondown": "Buttondown", "commonmark": "Plain Markdown"}

FORMATS: dict[str, Format] = {
    "html": Format("Web page", ".html", "text/html", page.write, ("images", "theme", "toc")),
    "email": Format("E-mail", ".email.html", "text/html", email.write, ("images", "theme")),
    "eml": Format("E-mail draft", ".eml", "message/rfc822", eml.write, ("theme",)),
    "substack-html": Format(
        "Substack", ".substack.html", "text/html", substack_html.write, ("tables", "formulas", "pictures")
    ),
    "substack": Format(
        "Substack draft as JSON", ".substack.json", "application/json", substack_json.write, ("tables", "pictures")
    ),
    "ghost": Format("Ghost", ".ghost.html", "text/html", ghost.write),
    **{name: Format(label, f".{name}.md", "text/markdown", exporter(name)) for name, label in MARKDOWN.items()},
    "rich-text": Format("Rich text", ".html", "text/html", rich_text.write),
    "text": Format("Plain text", ".txt", "text/plain", text.write),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A document in another format, ready for a file or a clipboard."""

    filename: str
    media_type: str
    content: str
    """To be stored as UTF-8, without any change of its line ends."""
    parts: tuple[Part, ...]
    report: tuple[Note, ...]
    facts: dict[str, int]
    """`bytes` of the content, `words` of the text, and the `minutes` it takes to read."""


def export(
    text: str,
    *,
    name: str,
    format: str,  # noqa: A002 - the protocol's word
    asset: Asset,
    closing: str = "",
    chosen: Mapping[str, Any] | None = None,
) -> Export:
    """Write *text*, the document called *name*, in *format*, with *closing*, Markdown of one line, at its end.

    *asset* answers the bytes of an image by its path below the workspace, or None; *chosen* are options by name. Raises
    BadInput for a format that is not in FORMATS, and for an option that there is not.
    """
    if format not in FORMATS:
        raise BadInput(f"There is no export format “{format}”; choose one of {', '.join(FORMATS)}.")
    target = FORMATS[format]
    read = article.read(text, name=name, asset=asset, closing=closing)
    done = target.write(read, options(chosen or {}))
    facts = {"bytes": len(done.content.encode()), "words": read.words, "minutes": read.minutes}
    report = Report((*read.removed, *checks.check(read), *done.notes))
    filename = done.filename or read.stem + target.suffix
    return Export(filename, target.media_type, done.content, done.parts, report.notes(), facts)
