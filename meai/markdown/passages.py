"""Passages, the top-level pieces of a document parsed, and what each asks of the rest. Knows nothing of HTML pages.

A passage is parsed anew only when its own lines change, or when a definition elsewhere that it asked for does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from meai.markdown.html import slug

MAX_EMPTY_CELLS = 5000

_BLOCK_RULES = ("normalize", "block")
_TAG = re.compile(r"<!--(?:.*?-->|.*)|<(/?)([A-Za-z][A-Za-z0-9-]*)", re.DOTALL)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


@dataclass(frozen=True, slots=True)
class Note:
    """One footnote that a passage uses."""

    label: str | None
    """None for a footnote that is written where it is used."""
    uses: int
    tokens: Sequence[Token]
    """The text of a footnote without a label."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A top-level piece of Markdown, parsed. All line numbers count as its tokens do."""

    source: str
    first: int
    """Its first line."""
    tokens: Sequence[Token]
    slugs: tuple[str, ...]
    notes: tuple[Note, ...]
    """In the order of their first use."""
    definitions: Mapping[str, Sequence[Token]]
    """The footnotes it defines, by label."""
    tags: tuple[tuple[str, bool], ...]
    """The tags of its raw HTML in order: the element's name, and whether the tag opens it."""
    asked: Mapping[tuple[str, str], Any]
    """What it was told about definitions elsewhere."""


class Asked(dict[str, Any]):
    """Definitions that remember who asked for them. Never false: a rule that finds none must ask all the same."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        super().__init__(definitions)
        self.labels: set[str] = set()

    def __bool__(self) -> bool:
        return True

    def __contains__(self, label: object) -> bool:
        self.labels.add(str(label))
        return super().__contains__(label)

    def get(self, label: str, default: Any = None) -> Any:
        """Return the definition of *label* and remember the question."""
        self.labels.add(label)
        return super().get(label, default)


class Definitions:
    """What a text defines for all its passages; parses what is inline in them."""

    def __init__(self, md: MarkdownIt, references: Mapping[str, Any], footnotes: Iterable[str]) -> None:
        """*references* are link definitions by label, *footnotes* the labels of those that are defined."""
        self._md = md
        self._references = Asked(references)
        self._labels = Asked({f":{label}": -1 for label in footnotes})

    def holds(self, passage: Passage) -> bool:
        """Whether all that *passage* was told is still so."""
        return all(self._answer(kind, label) == answer for (kind, label), answer in passage.asked.items())

    def _answer(self, kind: str, label: str) -> Any:
        if kind == "footnote":
            return dict.__contains__(self._labels, label)
        found = dict.get(self._references, label)
        return found and (found["href"], found["title"])

    def parse(self, source: str, first: int, tokens: list[Token]) -> Passage:
        """Parse what is inline in the *tokens* of the piece *source*, which changes them; *first* is its first line."""
        if _swollen(source, tokens):
            tokens = [_as_code(source, first)]
        state = self._state(tokens)
        try:
            self._inline(state)
        except RecursionError:
            self._forget(state)
            state = self._state([_as_code(source, first)])
        asked = {("reference", label): self._answer("reference", label) for label in self._references.labels}
        asked |= {("footnote", label): self._answer("footnote", label) for label in self._labels.labels}
        self._references.labels.clear()
        self._labels.labels.clear()
        self._forget(state)
        rest, definitions = _definitions(state.tokens)
        return Passage(
            source=source,
            first=first,
            tokens=rest,
            slugs=_number_headings(state.tokens),
            notes=_notes(state),
            definitions=definitions,
            tags=tuple(_tags(state.tokens)),
            asked=asked,
        )

    def _state(self, tokens: list[Token]) -> StateCore:
        env = {"references": self._references, "footnotes": {"refs": self._labels, "list": {}}}
        return StateCore("", self._md, env, tokens)

    def _inline(self, state: StateCore) -> None:
        names = self._md.core.ruler.get_active_rules()
        for name, rule in zip(names, self._md.core.ruler.getRules(""), strict=True):
            if name not in _BLOCK_RULES:
                rule(state)

    def _forget(self, state: StateCore) -> None:
        """Let the next passage count its footnotes from none."""
        for note in state.env["footnotes"]["list"].values():
            if "label" in note:
                self._labels[":" + note["label"]] = -1


def _notes(state: StateCore) -> tuple[Note, ...]:
    found = state.env["footnotes"]["list"].values()
    return tuple(Note(note.get("label"), max(1, note.get("count", 1)), _written(note)) for note in found)


def _written(note: Mapping[str, Any]) -> list[Token]:
    if "tokens" not in note:
        return []
    inline = Token("inline", "", 0, content=note["content"], children=note["tokens"])
    return [Token("paragraph_open", "p", 1, block=True), inline, Token("paragraph_close", "p", -1, block=True)]


def _swollen(source: str, tokens: Sequence[Token]) -> bool:
    """Whether a table is mostly cells that nobody wrote: a row of one cell is filled up to the width of the head."""
    cells = sum(token.type == "td_open" for token in tokens)
    return cells > MAX_EMPTY_CELLS and cells > len(source) // 2


def _as_code(source: str, first: int) -> Token:
    return Token(
        "code_block", "code", 0, content=source + "\n", map=[first, first + source.count("\n") + 1], block=True
    )


def _definitions(tokens: Sequence[Token]) -> tuple[list[Token], dict[str, list[Token]]]:
    """Take the footnotes out of *tokens*, wherever they are nested. The last definition of a label counts."""
    rest: list[Token] = []
    definitions: dict[str, list[Token]] = {}
    into = [rest]
    for token in tokens:
        if token.type == "footnote_reference_open":
            definitions[token.meta["label"]] = []
            into.append(definitions[token.meta["label"]])
        elif token.type == "footnote_reference_close":
            into.pop()
        else:
            into[-1].append(token)
    return rest, definitions


def _number_headings(tokens: Sequence[Token]) -> tuple[str, ...]:
    slugs: list[str] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.meta["heading"] = len(slugs)
            slugs.append(slug(tokens[at + 1]))
    return tuple(slugs)


def _tags(tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
    for token in tokens:
        if token.type == "inline":
            yield from _tags(token.children or [])
        elif token.type in ("html_block", "html_inline"):
            for closing, name in _TAG.findall(token.content):
                if name and name.lower() not in _VOID:
                    yield name.lower(), not closing
