"""A document as all exporters see it: its head, and its body as clean HTML. Knows nothing of formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import PurePosixPath

from meai.export import raw
from meai.export.images import Asset
from meai.export.report import Note, Report
from meai.export.tree import Element, parse
from meai.markdown import frontmatter
from meai.markdown.blocks import Blocks
from meai.markdown.frontmatter import FrontMatter
from meai.markdown.parser import normalize
from meai.markdown.sheet import Block

WORDS_PER_MINUTE = 230
"""How fast most people read prose, in most languages with words between spaces."""

_FROM_THE_RIGHT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Article:
    """A document, read once."""

    name: str
    """The document's name in its folder, with `/` between folders."""
    front_matter: FrontMatter
    blocks: tuple[Block, ...]
    asset: Asset
    removed: tuple[Note, ...] = ()
    """What of the document's own HTML no reader gets in any format."""
    source: str = ""
    """The Markdown below the front matter, with `\\n` line ends."""
    first_line: int = 0
    """The line of the document that *source* begins on, from 0."""

    @property
    def title(self) -> str:
        """The title of the front matter, or the first heading, or the name of the document."""
        return self.front_matter.text("title") or (self._headings[0] if self._headings else "") or self.stem

    @property
    def says_title(self) -> bool:
        """Whether one of its headings of the first rank is its title."""
        return self.title in self._headings

    @property
    def has_headline(self) -> bool:
        """Whether the body says its title itself, so that it need not be put above it."""
        return self.headline is not None or self.says_title

    @cached_property
    def headline(self) -> Element | None:
        """The heading that the text begins with, if it is the only one of the first rank and holds nothing but text."""
        first = next((child for root in self.body for child in root.children if isinstance(child, Element)), None)
        if first is None or first.tag != "h1" or self._headlines > 1 or any(one.tag == "img" for one in first.walk()):
            return None
        return first

    @property
    def description(self) -> str:
        """What the front matter says the document is about, or nothing."""
        return self.front_matter.text("description", "summary", "subtitle")

    @property
    def subtitle(self) -> str:
        """The line under the title: the subtitle of the front matter, else what it says the document is about."""
        return self.front_matter.text("subtitle") or self.description

    @cached_property
    def words(self) -> int:
        """How many words a reader reads, code and formulas left out."""
        return sum(_words(root) for root in self.body)

    @property
    def minutes(self) -> int:
        """How long that takes, at least one minute."""
        return max(1, round(self.words / WORDS_PER_MINUTE))

    @property
    def language(self) -> str:
        """The language tag of the front matter; English where it names none."""
        named = self.front_matter.text("lang", "language").replace("_", "-")
        return named if _LANGUAGE.fullmatch(named) else "en"

    @property
    def direction(self) -> str:
        """Which way its language runs: `ltr` or `rtl`."""
        return "rtl" if self.language.partition("-")[0].lower() in _FROM_THE_RIGHT else "ltr"

    @property
    def stem(self) -> str:
        """The document's name without folder and ending."""
        return PurePosixPath(self.name).stem or "document"

    @cached_property
    def body(self) -> tuple[Element, ...]:
        """The tree of each block."""
        return tuple(parse(block.html, block.line) for block in self.blocks)

    @cached_property
    def _headlines(self) -> int:
        return sum(element.tag == "h1" for root in self.body for element in root.walk())

    @cached_property
    def _headings(self) -> list[str]:
        ones = (element for root in self.body for element in root.walk() if element.tag == "h1")
        return [text for element in ones if (text := " ".join(element.text().split()))]


def _words(element: Element) -> int:
    if element.tag in ("pre", "math"):
        return 0
    return sum(len(child.split()) if isinstance(child, str) else _words(child) for child in element.children)


def read(text: str, *, name: str, asset: Asset, closing: str = "") -> Article:
    """Read *text*, the document that is called *name*, with *closing* as its last line. Never fails for a text.

    Both are Markdown; nothing that *text* leaves open swallows *closing*. *asset* is where its images come from.
    """
    block, source = frontmatter.split(normalize(text))
    report = Report()
    blocks = Blocks(watch=partial(raw.note_removed, report=report)).render(text)
    closed = (*blocks, *Blocks().render(closing))
    return Article(name, frontmatter.read(block), closed, cache(asset), report.notes(), source, block.count("\n"))
