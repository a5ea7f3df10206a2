"""The body of an article for targets that show HTML: what directives come to, and HTML as it is written today.

Knows what a target can do by what it is told, and no target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meai.export.article import Article
from meai.export.raw import quoted
from meai.export.report import Report
from meai.export.tree import Element, changed

Node = Element | str

_TODAY = {"strike": "s", "tt": "code", "center": "div"}
"""Elements that HTML has given up, by those that say the same."""

SUBSCRIBE = "Subscribe"
"""What a button for signing up says unless the writer says it."""


@dataclass(frozen=True, slots=True)
class Directives:
    """What becomes of a paywall at a target; sign-up forms and buttons become links everywhere."""

    paywall: Callable[[Element], list[Node] | None] | None = None
    """What stands for it; without this it is left out and said so."""


def body(article: Article, report: Report, directives: Directives | None = None) -> list[Node]:
    """Return the nodes of *article* without its headline, ready to be written; what changes is noted in *report*."""
    resolve = _Resolving(article, report, directives or Directives())
    nodes = [child for root in article.body for child in root.children if child is not article.headline]
    return changed(nodes, resolve)


def headline(article: Article, report: Report) -> list[Node]:
    """Return the headline of *article* in the same way; nothing where it has none."""
    return changed([article.headline], _Resolving(article, report, Directives())) if article.headline else []


def paywall_words(element: Element) -> list[Node]:
    """Return what the writer says at a paywall, without the word that the preview puts there."""
    return [child for child in element.children if not isinstance(child, Element) or child.text() != "Paywall"]


def _valid(element: Element) -> None:
    """Take away what a browser passes over and a checker does not."""
    if element.tag == "img":
        for name in ("width", "height"):
            if not element.attributes.get(name, "0").isdecimal():
                del element.attributes[name]
    elif element.tag == "ul":
        for item in element.children:
            if isinstance(item, Element):
                item.attributes.pop("value", None)


class _Resolving:
    def __init__(self, article: Article, report: Report, directives: Directives) -> None:
        self._article = article
        self._report = report
        self._directives = directives

    def __call__(self, element: Element) -> list[Node] | None:
        align = element.attributes.pop("align", "center" if element.tag == "center" else "")
        if align:
            element.attributes["class"] = " ".join(dict.fromkeys((*element.classes, f"align-{align}")))
        element.tag = _TODAY.get(element.tag, element.tag)
        _valid(element)
        if "directive" not in element.classes:
            return None
        return self._paywall(element) if "paywall" in element.classes else self._button(element)

    def _paywall(self, element: Element) -> list[Node] | None:
        if self._directives.paywall is not None:
            return self._directives.paywall(element)
        said = element.text().strip().removeprefix("Paywall").strip()
        mark = f"The paywall {quoted(said)}" if said else "The paywall"
        self._report.changed(element.line, "paywall", f"{mark} is left out: what follows is open to every reader.")
        return []

    def _button(self, element: Element) -> list[Node] | None:
        """A form cannot leave a page that runs no script; a link can."""
        if any(one.tag == "a" and one.attributes.get("href") for one in element.walk()):
            return None
        address = self._article.front_matter.text("subscribe_url", "subscribe")
        if not address.startswith(("https://", "http://", "mailto:")):
            message = "A button has no address and stays as text: write [its text](address)."
            if "subscribe" in element.classes:
                message = (
                    "The sign-up form is left out; its text stays. With subscribe_url in the front matter it is a link."
                )
            self._report.changed(element.line, "subscribe", message)
            return element.children
        link = Element("a", element.line, {"href": address}, [SUBSCRIBE])
        element.children.append(Element("p", element.line, {}, [link]))
        return None
