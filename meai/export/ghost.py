"""HTML for Ghost's importer: what its editor would break stands in cards of HTML, which it leaves as they are."""

from __future__ import annotations

from meai.export import images, tree
from meai.export.article import Article
from meai.export.body import Directives, Node, body, paywall_words
from meai.export.exported import Exported, Part
from meai.export.options import Options
from meai.export.prose import formula, note_titles
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown.sanitize import Sanitizer

_OPENING, _CLOSING = "<!--kg-card-begin: html-->", "<!--kg-card-end: html-->"
_PAYWALL = "<!--members-only-->"
_CARDS = frozenset(("table", "aside", "details", "section", "dl", "math"))


def write(article: Article, options: Options) -> Exported:
    """Return the body of *article* as HTML for Ghost; its title and excerpt are parts."""
    report = Report()
    note_titles(article, report, images=True)
    nodes = tree.changed(body(article, report, Directives(paywall=_paywall)), _Ghost(article, report))
    if article.headline is not None and not article.says_title:
        nodes.insert(0, article.headline)
    clean = Sanitizer(lines=False).clean
    content = "\n".join(text for node in nodes if (text := _card(node, clean(tree.html([node])).strip())))
    named = {"title": article.title, "excerpt": article.subtitle}
    parts = tuple(Part(name, "text/plain", said) for name, said in named.items() if said)
    return Exported(content + "\n" if content else "", report.notes(), parts)


def _paywall(element: Element) -> list[Node]:
    """Ghost's own mark says nothing; what the writer says there stands above it."""
    return [*paywall_words(element), Element("div", element.line, {"class": "paywall"})]


def _card(node: Node, html: str) -> str:
    if isinstance(node, Element) and "paywall" in node.classes:
        return _PAYWALL
    if not isinstance(node, Element) or not html:
        return html
    return f"{_OPENING}\n{html}\n{_CLOSING}" if any(one.tag in _CARDS for one in node.walk()) else html


class _Ghost:
    """What becomes of each element: an anchor loses its name in Ghost, so nothing leads to one."""

    def __init__(self, article: Article, report: Report) -> None:
        self._article = article
        self._report = report

    def __call__(self, element: Element) -> list[Node] | None:
        if element.tag == "a":
            return self._link(element)
        if element.tag == "img":
            self._image(element)
        if element.tag == "pre" and (language := element.attributes.pop("data-language", "")):
            self._report.changed(element.line, "code", f"The colours of the code ({language}) are the theme’s.")
        if "math-source" in element.classes:
            self._report.changed(element.line, "formula", "A formula that could not be read stays as its source.")
            return [Element("code", element.line, {}, [formula(element) or ""])]
        if "highlight" in element.classes or (element.tag == "span" and element.classes):
            return element.children
        return None

    def _link(self, link: Element) -> list[Node] | None:
        if "footnote-back" in link.classes:
            return []
        return link.children if link.attributes.get("href", "").startswith("#") else None

    def _image(self, image: Element) -> None:
        source = image.attributes.get("src", "")
        if images.path(source, document=self._article.name) is not None:
            self._report.changed(image.line, "image", f"The image {source} must be uploaded to Ghost.", "host-image")
