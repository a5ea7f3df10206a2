"""One self-contained web page. It needs no network but for images that the document itself takes from the web."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from meai import __version__, assets
from meai.export import images, tree
from meai.export.article import Article
from meai.export.body import Node, body, headline
from meai.export.exported import Exported
from meai.export.options import Options
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown import highlight
from meai.markdown.sanitize import Sanitizer

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading in the table of contents."""

    rank: int
    id: str
    text: str


def write(article: Article, options: Options) -> Exported:
    """Return *article* as a whole HTML document."""
    report = Report()
    top = headline(article, report)
    nodes = tree.changed(body(article, report), _boxed)
    for formula in (one for one in _elements([*top, *nodes]) if "math-source" in one.classes):
        message = f"The formula “{formula.text()}” could not be read and stays as it was written."
        report.changed(formula.line, "formula", message)
    for host, line in _hosts(nodes).items():
        report.changed(line, "image", f"Images load from {host} whenever the page is read.")
    shown = {one.attributes["src"]: _image(one, article, options, report) for one in _images(nodes)}
    nodes = tree.changed(nodes, partial(_described, shown))
    # Clean already; this puts the images in, which only the cleaning itself may do, and drops the source lines.
    clean = Sanitizer(images=shown.get, lines=False).clean
    content = (
        environment()
        .get_template("export.html")
        .render(
            article=article,
            options=options,
            head=head(article),
            contents=_contents(nodes) if options.toc else (),
            headline=Markup(clean(tree.html(top))),  # noqa: S704 - sanitised just now
            body=Markup(clean(tree.html(nodes))),  # noqa: S704 - sanitised just now
            highlight=Markup(highlight.css()),  # noqa: S704 - our own
            version=__version__,
        )
    )
    return Exported(content, report.notes())


@cache
def environment() -> Environment:
    """Return what renders the templates of formats that are HTML documents."""
    return Environment(loader=FileSystemLoader(assets.find("templates")), autoescape=True, undefined=StrictUndefined)


def head(article: Article) -> dict[str, str]:
    """Return what the head of a document says of *article*, by name; empty where it says nothing."""
    matter = article.front_matter
    date = matter.text("date", "published")
    language, _, territory = article.language.partition("-")
    return {
        "author": matter.text("author", "authors"),
        "date": date,
        "published": date if _DATE.fullmatch(date) else "",
        "locale": f"{language}_{territory}" if len(territory) == 2 else "",
        "address": _public(matter.text("canonical_url", "canonical")),
        "image": _public(matter.text("image", "cover_image", "thumbnail")),
        "image_alt": matter.text("cover_alt", "image_alt"),
    }


def _public(address: str) -> str:
    """Only what others can reach is told to them."""
    return address if address.startswith(("https://", "http://")) else ""


def _boxed(element: Element) -> list[Node] | None:
    """A wide table scrolls in a box of its own, so that it stays a table for those who hear it."""
    if element.tag != "table":
        return None
    captions = [one.text() for one in element.walk() if one.tag == "caption"]
    name = " ".join(captions[0].split()) if captions else "Table"
    box = {"class": "wide", "role": "group", "tabindex": "0", "aria-label": name}
    return [Element("div", element.line, box, [element])]


def _elements(nodes: Sequence[Node]) -> Iterator[Element]:
    for node in nodes:
        if isinstance(node, Element):
            yield from node.walk()


def _images(nodes: Sequence[Node]) -> Iterator[Element]:
    return (one for one in _elements(nodes) if one.tag == "img" and "src" in one.attributes)


def _hosts(nodes: Sequence[Node]) -> dict[str, int]:
    """The hosts that images load from, and where the first of each stands."""
    hosts: dict[str, int] = {}
    for image in _images(nodes):
        if (host := images.host(image.attributes["src"])) is not None:
            hosts.setdefault(host, image.line)
    return hosts


def _described(shown: dict[str, str | None], element: Element) -> list[Node] | None:
    """An image that is not there leaves its description."""
    if element.tag != "img" or shown.get(element.attributes.get("src", "")) is not None:
        return None
    alt = element.attributes.get("alt", "").strip()
    return [Element("em", element.line, {}, [f"[{alt}]"])] if alt else []


def _contents(nodes: Sequence[Node]) -> list[Entry]:
    found = (one for one in _elements(nodes) if one.tag in ("h1", "h2", "h3") and "id" in one.attributes)
    return [Entry(int(one.tag[1]), one.attributes["id"], " ".join(one.text().split())) for one in found]


def _image(image: Element, article: Article, options: Options, report: Report) -> str | None:
    address = image.attributes["src"]
    path = images.path(address, document=article.name)
    if path is None:
        return address
    if options.images == "link":
        message = f"The image {address} is linked: it must lie beside the page wherever that is read."
        report.changed(image.line, "image", message, "embed-image")
        return address
    content = article.asset(path)
    if content is None:
        report.lost(image.line, "image", f"The image {address} was not found and is left out.")
        return None
    embedded = images.data_uri(content)
    if embedded is None:
        message = f"The file {address} is no image that a web page can show and is left out."
        report.lost(image.line, "image", message)
    return embedded
