"""Lists that their editors write as something else, made lists. Knows nothing of Markdown's signs."""

from __future__ import annotations

import re

from meai.documents.foreign.tree import Element

_MARK = re.compile(r"\(?(?P<number>\d{1,4}|[a-z]{1,4})[.)]", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def mend(parent: Element) -> None:
    """Make lists of what is right below *parent*: Word's paragraphs with a level, Google Docs' lists in lists."""
    _word_lists(parent)
    _stray_lists(parent)


def _word_lists(parent: Element) -> None:
    """Word's list items are paragraphs that name a level and begin with their mark."""
    children: list[Element | str] = []
    open_: list[tuple[int, Element]] = []
    for child in parent.children:
        level = _word_level(child)
        if level is None or isinstance(child, str):
            if not isinstance(child, str) or child.strip():
                open_ = []
            children.append(child)
            continue
        tag, attributes = _take_mark(child)
        child.become("li")
        # Levels may be left out: what is deeper than the last item is one list deeper.
        while open_ and (open_[-1][0] > level or (open_[-1][0] == level and open_[-1][1].tag != tag)):
            open_.pop()
        if not open_ or open_[-1][0] < level:
            new = Element(tag, attributes)
            (open_[-1][1].elements[-1].children if open_ else children).append(new)
            open_.append((level, new))
        open_[-1][1].children.append(child)
    parent.children = children


def _word_level(child: Element | str) -> int | None:
    if isinstance(child, str) or child.tag not in ("p", "div", *_HEADINGS):
        return None
    found = re.search(r"\blevel([1-9])\b", child.style.get("mso-list", ""))
    return int(found[1]) if found else None


def _take_mark(paragraph: Element) -> tuple[str, dict[str, str]]:
    """Take the mark that Word writes before an item out of it, and return the list that it is of."""
    mark = ""
    for part in paragraph.walk():
        if part.style.get("mso-list") == "ignore":
            mark = part.text().strip()
            part.drop()
            break
    found = _MARK.fullmatch(mark)
    if not found:
        return "ul", {}
    return "ol", {"start": found["number"]} if found["number"].isdigit() else {}


def _stray_lists(parent: Element) -> None:
    """A list right inside a list belongs to the item before it."""
    if parent.tag not in ("ul", "ol"):
        return
    items: list[Element | str] = []
    for child in parent.children:
        last = next((item for item in reversed(items) if not isinstance(item, str) or item.strip()), None)
        nested = isinstance(child, Element) and child.tag in ("ul", "ol")
        if nested and isinstance(last, Element) and last.tag == "li":
            last.children.append(child)
        else:
            items.append(child)
    parent.children = items
