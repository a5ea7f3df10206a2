"""A tree of HTML to the blocks of a Markdown text. Knows nothing of where the HTML comes from.

What is no block and stands between blocks becomes a paragraph, as in a browser. No word of the tree is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from meai.documents.foreign import elements, inline
from meai.documents.foreign.elements import FORMULA, NOTE, REFERENCE
from meai.documents.foreign.inline import BREAK, NO_MARKS, Marks, Run
from meai.documents.foreign.tree import BLOCKS, Element

_BLOCKS = BLOCKS | {NOTE}
_MARKS = {
    **dict.fromkeys(("b", "strong"), "strong"),
    **dict.fromkeys(("i", "em"), "em"),
    **dict.fromkeys(("s", "del", "strike"), "del"),
    "sup": "sup",
    "sub": "sub",
}
_CODE = frozenset({"code", "kbd", "samp", "tt"})

Node = Element | str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together."""

    lines: tuple[str, ...]
    kind: str = ""
    """`ul` or `ol` for a list, `p` for a paragraph, `note` for a footnote, else empty."""


def write(root: Element) -> str:
    """Return the tree below *root* as Markdown, with a line end at its end unless it is empty."""
    _note_blocks(root)
    lines = _Writer().joined(_Writer().blocks(root.children, NO_MARKS, ""))
    # A rule in the first line could be taken for the fence of front matter.
    text = "\n".join(["***", *lines[1:]] if lines and lines[0] == "---" else lines)
    return text + "\n" if text else ""


def _note_blocks(element: Element) -> bool:
    """Note for every element whether blocks are in it, and return whether it is or holds one."""
    holds = sum(_note_blocks(child) for child in element.elements) > 0
    element.attributes["holds"] = "blocks" if holds else ""
    return holds or element.tag in _BLOCKS


class _Writer:
    """Has a method for each kind of block; *marks* and *href* are those of the elements around."""

    def __init__(self) -> None:
        self._kinds: dict[str, Callable[[Element, Marks, str], Iterator[Block]]] = {
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self._heading),
            **dict.fromkeys(("ul", "ol", "menu", "dir"), self._list),
            **dict.fromkeys(("dt", "summary", "legend"), self._term),
            "blockquote": self._quotation,
            "figure": self._figure,
            "hr": self._rule,
            "iframe": self._frame,
            NOTE: self._note,
            "pre": self._code,
            "table": self._table,
        }

    def blocks(self, nodes: Sequence[Node], marks: Marks, href: str) -> list[Block]:
        """Return *nodes* as blocks."""
        found: list[Block] = []
        words: list[Run] = []
        for node in nodes:
            if isinstance(node, str) or not _is_blocky(node):
                words += self.runs([node], marks, href)
                continue
            found += _paragraphs(words)
            words = []
            found += self._block(node, marks, href)
        return [*found, *_paragraphs(words)]

    def joined(self, blocks: Sequence[Block]) -> list[str]:
        """Return *blocks* as lines with an empty one between two. Lists side by side are told apart by their marks."""
        lines: list[str] = []
        last = Block(())
        other = False
        for block in blocks:
            other = block.kind in ("ul", "ol") and block.kind == last.kind and not other
            if lines:
                lines.append("")
            lines += _other_marks(block) if other else block.lines
            last = block
        return lines

    def runs(self, nodes: Sequence[Node], marks: Marks = NO_MARKS, href: str = "") -> list[Run]:
        """Return *nodes* as pieces of a line."""
        found: list[Run] = []
        for node in nodes:
            found += [Run(node, marks, href)] if isinstance(node, str) else self._words(node, marks, href)
        return found

    def _block(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        write = self._kinds.get(element.tag)
        if write is not None:
            yield from write(element, marks, href)
        else:
            mark = _MARKS.get(element.tag)
            yield from self.blocks(
                element.children, marks | {mark} if mark else marks, elements.target(element) or href
            )

    def _words(self, element: Element, marks: Marks, href: str) -> list[Run]:
        tag = element.tag
        if tag == "br":
            return [BREAK]
        if tag == "img":
            return _picture(element, href)
        if tag == REFERENCE:
            return [Run(f"[^{element.attributes['label']}]", ready=True)]
        if tag == FORMULA:
            return [_formula(element, marks, href)]
        if tag == "input":
            return [Run("☑ " if "checked" in element.attributes else "☐ ")] if elements.is_box(element) else []
        if tag in _CODE:
            return [Run(element.text(), marks | {"code"}, href)]
        mark = _MARKS.get(tag)
        apart = [Run(" ")] if tag in _BLOCKS else []
        inside = self.runs(element.children, marks | {mark} if mark else marks, elements.target(element) or href)
        return [*apart, *inside, *apart]

    def _heading(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        text = inline.heading(self.runs(element.children, marks, href))
        if text:
            yield Block((f"{'#' * int(element.tag[1])} {text}",))

    def _term(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        yield from self.blocks(element.children, marks | {"strong"}, href)

    def _quotation(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        lines = self.joined(self.blocks(element.children, marks, href))
        if lines:
            yield Block(tuple(f"> {line}".rstrip() for line in lines))

    def _rule(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        yield Block(("---",))

    def _code(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        text = re.sub(r"\r\n?", "\n", element.text()).strip("\n")
        if not text.strip():
            return
        fence = "`" * max(3, *(len(ticks) + 1 for ticks in re.findall("`{3,}", text)), 0)
        yield Block((fence + elements.language(element), *text.split("\n"), fence))

    def _figure(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        captions = [one for one in element.walk() if one.tag == "figcaption"]
        pictures = [one for one in element.walk() if one.tag == "img"]
        simple = len(captions) == 1 and len(pictures) == 1 and not any(one.tag == "a" for one in captions[0].walk())
        if simple and not pictures[0].attributes.get("title"):
            pictures[0].attributes["title"] = captions[0].text()
            captions[0].drop()
        yield from self.blocks(element.children, marks, href)

    def _frame(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        source = element.attributes.get("src", "")
        if source.startswith(("http://", "https://")):
            title = element.attributes.get("title") or source
            yield from _paragraphs([Run(title, marks, source)])

    def _note(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        lines = self.joined(self.blocks(element.children, NO_MARKS, "")) or [""]
        yield Block((f"[^{element.attributes['label']}]: {lines[0]}".rstrip(), *_indented(lines[1:], 4)), NOTE)

    def _list(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        items = [self._item(one, marks, href) for one in elements.items(element)]
        items = [item for item in items if item]
        if not items:
            return
        loose = any(_is_loose(item) for item in items)
        start = element.attributes.get("start", "")
        number = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
        lines: list[str] = []
        for index, item in enumerate(items):
            mark = f"{number + index}. " if element.tag == "ol" else "- "
            inside = self.joined(item) if loose else [line for block in item for line in block.lines]
            if loose and lines:
                lines.append("")
            lines += [(mark + inside[0]).rstrip(), *_indented(inside[1:], len(mark))]
        yield Block(tuple(lines), "ol" if element.tag == "ol" else "ul")

    def _item(self, item: Element, marks: Marks, href: str) -> list[Block]:
        box, done = elements.task(item)
        blocks = self.blocks(item.children, marks, href)
        if not box:
            return blocks
        first = blocks[0] if blocks and blocks[0].kind == "p" else Block(("",), "p")
        rest = blocks[1:] if blocks and blocks[0].kind == "p" else blocks
        head = f"[{'x' if done else ' '}] {first.lines[0]}".rstrip()
        return [Block((head, *first.lines[1:]), "p"), *rest]

    def _table(self, element: Element, marks: Marks, href: str) -> Iterator[Block]:
        captions = [one for one in element.elements if one.tag == "caption"]
        yield from self.blocks([piece for one in captions for piece in one.children], marks, href)
        rows = list(elements.rows(element))
        if elements.is_layout(rows):
            for row in rows:
                for one in row:
                    yield from self.blocks(one.children, marks, href)
            return
        grid = [self._cells(row, marks, href) for row in rows]
        width = max(map(len, grid))
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in grid]
        yield Block((lines[0], "| " + " | ".join(["---"] * width) + " |", *lines[1:]))

    def _cells(self, row: Sequence[Element], marks: Marks, href: str) -> list[str]:
        found: list[str] = []
        for one in row:
            span = one.attributes.get("colspan", "")
            extra = min(int(span), elements.MAX_COLUMNS) - 1 if re.fullmatch(r"[1-9]\d?", span) else 0
            found += [inline.cell(self._lines_of(one.children, marks, href)), *[""] * extra]
        return found

    def _lines_of(self, nodes: Sequence[Node], marks: Marks, href: str) -> list[Run]:
        """Return what is in a cell as one piece of text, its paragraphs as lines."""
        found: list[Run] = []
        for node in nodes:
            if isinstance(node, Element) and node.tag in ("p", "div", "li", "ul", "ol"):
                found += [BREAK, *self._lines_of(node.children, marks, href), BREAK]
            else:
                found += self.runs([node], marks, href)
        return found


def _is_blocky(element: Element) -> bool:
    return element.tag in _BLOCKS or bool(element.attributes.get("holds"))


def _paragraphs(words: Sequence[Run]) -> Iterator[Block]:
    """Yield *words* as paragraphs: two breaks in a row part them."""
    if all(run.is_blank for run in words):
        return
    start = 0
    breaks = 0
    for index, run in enumerate([*words, BREAK, BREAK]):
        if run.text == BREAK.text and run.ready:
            breaks += 1
        elif not run.is_blank:
            breaks = 0
        if breaks == 2:
            if text := inline.line(words[start:index]):
                yield Block(tuple(text.split("\n")), "p")
            start, breaks = index, 1


def _picture(element: Element, href: str) -> list[Run]:
    source, alt = element.attributes.get("src", ""), element.attributes.get("alt", "")
    if not source:
        return [Run(f" {alt} ")] if alt.strip() else []
    return [inline.image(source, alt, element.attributes.get("title", ""), href)]


def _formula(element: Element, marks: Marks, href: str) -> Run:
    tex = " ".join(element.text().split())
    if not tex or "$" in tex:
        return Run(tex, marks | {"code"}, href)
    fence = "$$" if element.attributes.get("display") == "block" else "$"
    return Run(f"{fence}{tex}{fence}", ready=True)


def _is_loose(item: Sequence[Block]) -> bool:
    return not all(block.kind in ("ul", "ol") for block in item[1:])


def _indented(lines: Sequence[str], by: int) -> list[str]:
    return [" " * by + line if line else "" for line in lines]


def _other_marks(block: Block) -> list[str]:
    pattern, mark = (r"^(\d+)\. ?", r"\1) ") if block.kind == "ol" else (r"^- ?", "* ")
    return [re.sub(pattern, mark, line).rstrip() for line in block.lines]
