"""A letter as mail programs show it: styles in the elements, tables, no script, no anchor, nothing Outlook drops.

Where its images lie is told by a function, so that a page and a message with attachments write the same letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from css_inline import CSSInliner
from markupsafe import Markup

from meai.export import images, page, text, tree
from meai.export.article import Article
from meai.export.body import Node, body, headline
from meai.export.exported import Exported, Part
from meai.export.options import Options
from meai.export.prose import formula, note_titles, rows, target
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.tree import Element
from meai.markdown import highlight
from meai.markdown.sanitize import Sanitizer

WARN_BYTES = 90_000
"""Gmail shows about 102 KB of a mail and hides the rest; what a sending service adds must fit in, too."""
WIDTH = 600
PREHEADER_CHARS = 110
MANY_COLUMNS = 4
"""Above this a table fits on a phone only if its words may be broken."""

# Keeps the first words of the letter out of the line that inboxes show after the subject.
_FILLER = "\u034f\u200c\u00a0" * 60

_INLINER = CSSInliner(load_remote_stylesheets=False)

Place = Callable[[str, bytes, str], str]
"""Where an image lies for the reader: its address in the document, its bytes and its media type, to an address."""


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a letter."""

    ground: str
    paper: str
    ink: str
    quiet: str
    line: str
    shade: str
    link: str


LIGHT = Look("#f2f0ea", "#fffefb", "#24231f", "#5f5c54", "#d9d5ca", "#f7f6f3", "#1d5c8f")
DARK = Look("#0d0f13", "#14161b", "#dedbd3", "#a09c92", "#3a3e48", "#1d1f23", "#8dbfe8")


def write(article: Article, options: Options) -> Exported:
    """Return *article* as the HTML of a mail, to be pasted into a sending service; subject and the like are parts."""
    report = Report()

    def place(address: str, content: bytes, media_type: str) -> str:
        message = f"The image {address} is in the mail itself: Gmail and Outlook show such images only from an .eml."
        report.check(lines.get(address), "image", message, "host-image")
        return images.data_uri(content) or ""

    lines = {one.attributes["src"]: one.line for root in article.body for one in root.walk() if "src" in one.attributes}
    letter = compose(article, options, report, place)
    return Exported(letter, report.notes(), parts(article, options))


def parts(article: Article, options: Options) -> tuple[Part, ...]:
    """Return what a sending service has fields of its own for."""
    named = {
        "subject": article.title,
        "preheader": preheader(article),
        "text": text.write(article, options).content,
    }
    return tuple(Part(name, "text/plain", content) for name, content in named.items() if content)


def preheader(article: Article) -> str:
    """Return the line that inboxes show after the subject."""
    said = article.front_matter.text("preheader", "preview") or article.subtitle
    if said:
        return said
    first = next((one.text() for root in article.body for one in root.walk() if one.tag == "p"), "")
    words = " ".join(first.split())
    return words if len(words) <= PREHEADER_CHARS else words[:PREHEADER_CHARS].rsplit(" ", 1)[0] + "…"


def compose(article: Article, options: Options, report: Report, place: Place) -> str:
    """Return the HTML of the mail. *place* answers where an image of the workspace lies for the reader."""
    note_titles(article, report)
    mail = _Mail(article, options, report, place)
    nodes = tree.changed(body(article, report), mail)
    top = tree.changed(headline(article, report), mail)
    clean = Sanitizer(images=mail.address, lines=False).clean
    dark = options.theme == "dark"
    environment = page.environment()
    rules = environment.get_template("email.css").render(options=options, dark=DARK)
    whole = environment.get_template("email.html").render(
        article=article,
        options=options,
        head=page.head(article),
        look=DARK if dark else LIGHT,
        preheader=preheader(article),
        filler=_FILLER,
        headline=Markup(clean(tree.html(top))),  # noqa: S704 - sanitised just now
        body=Markup(clean(tree.html(nodes))),  # noqa: S704 - sanitised just now
        highlight=Markup(highlight.rules(highlight.DARK if dark else highlight.LIGHT)),  # noqa: S704 - our own
    )
    # What depends on the screen cannot stand in the elements. The head is ours, and has one end.
    letter = _INLINER.inline(whole).replace("</head>", f"<style>\n{rules}</style>\n</head>", 1)
    _note_size(letter, nodes, report)
    return letter


class _Mail:
    """What becomes of each element in a mail."""

    def __init__(self, article: Article, options: Options, report: Report, place: Place) -> None:
        self._article = article
        self._options = options
        self._report = report
        self._place = place
        self._placed: dict[str, str] = {}
        self._rules: dict[str, Callable[[Element], list[Node] | None]] = {
            "a": self._link,
            "aside": self._callout,
            "code": self._code,
            "details": self._details,
            "div": self._button,
            "img": self._image,
            "math": self._formula,
            "pre": self._code,
            "span": self._box,
            "summary": lambda one: [Element("p", one.line, {}, [Element("strong", one.line, {}, one.children)])],
            "table": self._table,
        }

    def __call__(self, element: Element) -> list[Node] | None:
        for name in ("id", "tabindex", "data-line"):
            element.attributes.pop(name, None)
        rule = self._rules.get(element.tag)
        return rule(element) if rule else None

    def address(self, source: str) -> str | None:
        """Return where the image *source* lies for the reader, or None where there is none."""
        return self._placed.get(source, source)

    def _link(self, link: Element) -> list[Node] | None:
        if "footnote-back" in link.classes:
            return []
        address = target(link, self._report)
        if address is None:
            return link.children
        link.attributes["href"] = address
        return None

    def _callout(self, aside: Element) -> list[Node]:
        return [_cell("table", aside.line, " ".join(aside.classes), aside.children)]

    def _button(self, element: Element) -> list[Node] | None:
        """Each link that stands alone in a directive becomes a button; what else is said there stands above it."""
        if "directive" not in element.classes:
            return None
        return [
            _cell("table", child.line, "directive button", [child]) if _is_link(child) else _centred(child)
            for child in element.children
            if isinstance(child, Element)
        ]

    def _details(self, details: Element) -> list[Node]:
        self._report.changed(details.line, "details", "A part that could be folded away is always shown.")
        return [Element("div", details.line, {}, details.children)]

    def _formula(self, element: Element) -> list[Node]:
        message = "A formula stays as its source, between dollars: mail programs show no formulas."
        self._report.changed(element.line, "formula", message)
        return [Element("code", element.line, {}, [formula(element) or element.text()])]

    def _code(self, element: Element) -> list[Node] | None:
        return self._formula(element) if "math-source" in element.classes else None

    def _box(self, span: Element) -> list[Node] | None:
        return list(span.children) if "task" in span.classes else None

    def _table(self, table: Element) -> None:
        if table.attributes.get("role") != "presentation":
            wide = max(map(len, rows(table)), default=0) > MANY_COLUMNS
            table.attributes["class"] = " ".join(("data", *(["wide"] * wide), *table.classes))

    def _image(self, image: Element) -> list[Node] | None:
        source = image.attributes.get("src", "")
        path = images.path(source, document=self._article.name)
        if path is None:
            self._remote(image, source)
            return None
        content = self._article.asset(path)
        kind = images.media_type(content) if content is not None else None
        alt = quoted(image.attributes.get("alt", ""))
        if self._options.images == "link":
            message = f"The image {source} ({alt}) is linked, but lies on this machine: readers will not see it."
            self._report.changed(image.line, "image", message, "host-image")
        elif content is None or kind is None:
            why = "was not found" if content is None else "is no image that a mail program can show"
            self._report.lost(image.line, "image", f"The image {source} {why} and is left out.")
            said = image.attributes.get("alt", "").strip()
            return [Element("em", image.line, {}, [f"[{said}]"])] if said else []
        else:
            if source not in self._placed:
                self._placed[source] = self._place(source, content, kind)
            wide = images.width(content)
            if wide and "width" not in image.attributes:
                image.attributes["width"] = str(min(wide, WIDTH - 48))
        return None

    def _remote(self, image: Element, source: str) -> None:
        if source.startswith("data:"):
            message = "An image is in the mail itself: Gmail and Outlook do not show it."
            self._report.changed(image.line, "image", message, "host-image")


def _is_link(element: Element) -> bool:
    links = [one.text().strip() for one in element.walk() if one.tag == "a"]
    return len(links) == 1 and element.text().strip() == links[0]


def _centred(element: Element) -> Element:
    element.attributes["class"] = " ".join((*element.classes, "align-center"))
    return element


def _cell(tag: str, line: int, named: str, children: list[Node]) -> Element:
    """Return *children* in a table of one cell: the only box that Outlook draws."""
    cell = Element("td", line, {}, children)
    body_ = Element("tbody", line, {}, [Element("tr", line, {}, [cell])])
    return Element(tag, line, {"class": named, "role": "presentation"}, [body_])


def _note_size(letter: str, nodes: Sequence[Node], report: Report) -> None:
    size = len(letter.encode())
    if size <= WARN_BYTES:
        return
    sizes = sorted(
        ((len(tree.html([one])), one) for one in nodes if isinstance(one, Element)), key=lambda pair: -pair[0]
    )
    biggest = ", ".join(
        f"{quoted(' '.join(one.text().split())[:40] or one.tag)} on line {one.line + 1} ({share / 1000:.0f} KB)"
        for share, one in sizes[:3]
    )
    message = (
        f"The mail has {size / 1000:.0f} KB; Gmail cuts off what is above about 102 KB. The biggest parts: {biggest}."
    )
    report.check(None, "size", message)
