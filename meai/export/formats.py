"""The formats a document can be exported to: a table, and the one way through it.

Another format is a module with a `write` and a line in FORMATS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meai.errors import BadInput
from meai.export import article, page, rich_text, text
from meai.export.article import Article
from meai.export.images import Asset
from meai.export.report import Loss, Report

Write = Callable[[Article, Asset, Report], str]


@dataclass(frozen=True, slots=True)
class Format:
    """How a document is written for one purpose."""

    suffix: str
    media_type: str
    write: Write


FORMATS: dict[str, Format] = {
    "html": Format(".html", "text/html", page.write),
    "rich-text": Format(".html", "text/html", rich_text.write),
    "text": Format(".txt", "text/plain", text.write),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A document in another format."""

    filename: str
    media_type: str
    content: str
    """To be stored as UTF-8."""
    report: tuple[Loss, ...]


def export(
    text: str,
    *,
    name: str,
    format: str,  # noqa: A002 - the protocol's word
    asset: Asset,
    closing: str = "",
) -> Export:
    """Write *text*, the document called *name*, in *format*, with *closing*, Markdown of one line, at its end.

    *asset* answers the bytes of an image by its path below the workspace, or None. Raises BadInput for a format that
    is not in FORMATS.
    """
    if format not in FORMATS:
        raise BadInput(f"There is no export format “{format}”; choose one of {', '.join(FORMATS)}.")
    target = FORMATS[format]
    report = Report()
    read = article.read(text, name=name, closing=closing)
    content = target.write(read, asset, report)
    return Export(read.stem + target.suffix, target.media_type, content, report.losses())
