"""One self-contained web page. It needs no network but for images that the document itself takes from the web."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from meai import __version__, assets
from meai.export import images
from meai.export.article import Article
from meai.export.exported import Exported
from meai.export.options import Options
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown import highlight
from meai.markdown.sanitize import Sanitizer


def write(article: Article, options: Options) -> Exported:
    """Return *article* as a whole HTML document, its local images in it."""
    report = Report()
    return Exported(_page(article, report), report.notes())


def _page(article: Article, report: Report) -> str:
    for formula in (one for one in _elements(article) if "math-source" in one.classes):
        report.changed(
            formula.line, "formula", f"The formula “{formula.text()}” could not be read and stays as it was written."
        )
    for host, line in _hosts(article).items():
        report.check(line, "image", f"Images load from {host} whenever the page is read.")
    shown = {one.attributes["src"]: _image(one, article, report) for one in _images(article)}
    # Clean already; this puts the images in, which only the cleaning itself may do, and drops the source lines.
    last = Sanitizer(images=shown.get, lines=False)
    body = "".join(last.clean(block.html) for block in article.blocks)
    environment = Environment(
        loader=FileSystemLoader(assets.find("templates")), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("export.html").render(
        article=article,
        author=article.front_matter.text("author", "authors"),
        picture=_picture(article),
        body=Markup(body),  # noqa: S704 - sanitised just now
        highlight=Markup(highlight.css()),  # noqa: S704 - our own
        version=__version__,
    )


def _elements(article: Article) -> Iterator[Element]:
    for root in article.body:
        yield from root.walk()


def _images(article: Article) -> Iterator[Element]:
    return (one for one in _elements(article) if one.tag == "img" and "src" in one.attributes)


def _hosts(article: Article) -> dict[str, int]:
    """The hosts that images load from, and where the first of each stands."""
    hosts: dict[str, int] = {}
    for image in _images(article):
        if (host := images.host(image.attributes["src"])) is not None:
            hosts.setdefault(host, image.line)
    return hosts


def _image(image: Element, article: Article, report: Report) -> str | None:
    address = image.attributes["src"]
    path = images.path(address, document=article.name)
    if path is None:
        return address
    content = article.asset(path)
    if content is None:
        report.lost(image.line, "image", f"The image {address} was not found and is left out.")
        return None
    embedded = images.data_uri(content)
    if embedded is None:
        report.lost(image.line, "image", f"The file {address} is no image that a web page can show and is left out.")
    return embedded


def _picture(article: Article) -> str:
    """The image to show where the page is shared: only one that others can reach."""
    named = article.front_matter.text("image", "cover_image", "thumbnail")
    return named if named.startswith(("https://", "http://")) else ""
