"""The YAML block that may open a document: where it ends, and what it says. Knows nothing of Markdown.

Every value is read as the text that stands there: `lang: no` is Norwegian, not False, and `2026-01-05` is no date.
Broken YAML is read line by line, so that `title: Part 2: the end` keeps its title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_YAML_CHARS = 16 * 1024

_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"""(?:\s|\#.*)*(?:[^\s\-#:"'`\[\]{}*&!|>%@][^\n:]*|"[^"\n]*"|'[^'\n]*')[ \t]*:(?:[ \t\n]|\Z)""")
_LINE = re.compile(r"^([\w][\w .-]*?)[ \t]*:(?:[ \t]+(.*))?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the block says: `values` by lower-case key, each a text or a list of texts."""

    values: dict[str, str | tuple[str, ...]] = field(default_factory=dict)

    def text(self, *keys: str) -> str:
        """Return the first of *keys* that has text, on one line, or an empty string."""
        for key in keys:
            value = self.values.get(key, "")
            text = value if isinstance(value, str) else ", ".join(value)
            if text.strip():
                return " ".join(text.split())
        return ""


def split(text: str) -> tuple[str, str]:
    """Return the block of *text* with its fences and the rest; together they are *text*, which has `\\n` line ends.

    A `---` that opens no list of keys is a ruler, and the block is then empty.
    """
    opening = _FENCE.match(text)
    if opening is None:
        return "", text
    closing = _END.search(text, opening.end())
    if closing is None:
        return "", text
    inside = text[opening.end() : closing.start()]
    if inside.strip() and not _KEY.match(inside):
        return "", text
    return text[: closing.end()], text[closing.end() :]


def read(block: str) -> FrontMatter:
    """Read what `split` took off. Never fails: what cannot be read is left out."""
    inside = "\n".join(block.split("\n")[1:]).rstrip()
    inside = re.sub(r"\n(?:---|\.\.\.)[ \t]*\Z|\A(?:---|\.\.\.)[ \t]*\Z", "", inside)
    values = _yaml(inside) if len(inside) <= MAX_YAML_CHARS else None
    return FrontMatter(_lines(inside) if values is None else values)


def _yaml(inside: str) -> dict[str, str | tuple[str, ...]] | None:
    import yaml  # here, because the preview splits front matter at every keystroke and never reads it

    try:
        # BaseLoader builds texts, lists and mappings only: the safest of the loaders, and the one that guesses nothing.
        found = yaml.load(inside, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return {key.lower(): value for key, raw in found.items() if isinstance(key, str) and (value := _value(raw))}


def _value(raw: object) -> str | tuple[str, ...]:
    if isinstance(raw, list):
        return tuple(item for item in raw if isinstance(item, str))
    return raw if isinstance(raw, str) else ""


def _lines(inside: str) -> dict[str, str | tuple[str, ...]]:
    found = {key.lower(): (value or "").strip() for key, value in _LINE.findall(inside)}
    return {key: _unquoted(value) for key, value in found.items() if value}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
