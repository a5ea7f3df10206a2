"""Footnotes in HTML: two links that lead to each other. Knows nothing of the editors and sites that write them so.

Word, Google Docs, Substack, Wikipedia and the renderers of Markdown agree on this alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from meai.documents.foreign.elements import NOTE, REFERENCE
from meai.documents.foreign.tree import Element

_MAX_MARK_CHARS = 8
_MAX_CANDIDATES = 50
_BOXES = frozenset({"li", "p", "div", "aside", "section", "td"})


def mark(root: Element) -> None:
    """Make each footnote below *root* a `note` and each mark that leads to it a `reference`, both with a `label`."""
    page = _Page(root)
    labels: dict[int, str] = {}
    for forth, back, box in page.pairs():
        label = labels.setdefault(id(box), str(len(labels) + 1))
        forth.children.clear()
        forth.become(REFERENCE, label=label)
        page.lift(forth)
        back.drop()
        if box.tag != NOTE:
            page.make_note(box, label)
    if labels:
        _drop_rules(root)


class _Page:
    """The tree below *root*, with what it takes to find one's way in it."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._parents = {id(child): element for element in root.walk() for child in element.elements}
        self._links = [one for one in root.walk() if one.tag == "a" and _aim(one)]
        self._named: dict[str, list[Element]] = {}
        self._place = {id(link): place for place, link in enumerate(self._links)}
        for link in self._links:
            for name in self._names(link):
                self._named.setdefault(name, []).append(link)

    def pairs(self) -> list[tuple[Element, Element, Element]]:
        """Return each mark with the link back to it and the box of its note."""
        found: list[tuple[Element, Element, Element]] = []
        backs: set[int] = set()
        forths: set[int] = set()
        for back in self._links:
            for forth in self._named.get(_aim(back), [])[:_MAX_CANDIDATES]:
                fits = self._place[id(forth)] < self._place[id(back)] and _aim(forth) in self._names(back)
                if not fits or id(forth) in backs | forths or len(forth.text().strip()) > _MAX_MARK_CHARS:
                    continue
                box = self._box(back, _aim(forth))
                if box is None or box in self._above(forth):
                    continue
                backs.add(id(back))
                forths.add(id(forth))
                found.append((forth, back, box))
                break
        return sorted(found, key=lambda pair: self._place[id(pair[0])])

    def lift(self, reference: Element) -> None:
        """Take the mark out of what raises it."""
        for element in self._above(reference):
            if element.tag not in ("sup", "span", "b", "i") or element.text().strip("[] \xa0\n"):
                return
            element.children = [child for child in element.children if isinstance(child, Element)]
            element.unwrap()

    def make_note(self, box: Element, label: str) -> None:
        """Make *box* the note of that *label*, out of the list that it may be an item of."""
        parent = self._parents[id(box)]
        if parent.tag in ("ol", "ul"):
            parent.become("div")
        if box.tag == "p":
            box.children = [Element("p", {}, box.children)]
        box.become(NOTE, label=label)

    def _above(self, element: Element) -> Iterator[Element]:
        while (parent := self._parents.get(id(element))) is not None:
            yield parent
            element = parent

    def _names(self, link: Element) -> list[str]:
        """Return by what *link* can be led to: its own name, or that of what is around it up to its box."""
        names = [link.attributes.get("id", ""), link.attributes.get("name", "")]
        for element in self._above(link):
            names.append(element.attributes.get("id", ""))
            if element.tag in ("li", "div"):
                break
        return [name for name in names if name]

    def _box(self, back: Element, name: str) -> Element | None:
        """Return what the note with the link *back* is in; *name* is what its mark leads to."""
        boxes = [one for one in self._above(back) if one.tag in _BOXES and one is not self._root]
        for one in boxes:
            whole = one.tag == "li" or "footnote" in one.classes or one.style.get("mso-element") == "footnote"
            if whole or one.attributes.get("id") == name:
                return one
        return boxes[0] if boxes else None


def _aim(link: Element) -> str:
    return link.attributes.get("href", "").partition("#")[2]


def _drop_rules(root: Element) -> None:
    """A rule above the notes is how a page parts them from its text."""
    for element in root.walk():
        for rule, after in pairwise(element.elements):
            if rule.tag == "hr" and _begins_with_note(after):
                rule.drop()


def _begins_with_note(element: Element) -> bool:
    first = next((one for one in element.walk() if one.tag not in ("div", "section")), element)
    return first.tag == NOTE
