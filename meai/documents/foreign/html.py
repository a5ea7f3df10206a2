"""HTML from a clipboard or a file to clean Markdown: sanitised, understood, written. Never raises for what it is given.

It can take long where somebody means it to, so whoever must not wait calls it in a process of its own.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from meai.documents import pictures
from meai.documents.foreign import blocks, footnotes, origins, tree
from meai.errors import BadInput

MAX_CHARS = 24 * 1024 * 1024

_FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)<!--\s*EndFragment\s*-->", re.DOTALL | re.IGNORECASE)
_DATA = re.compile(r"data:image/[\w.+-]{1,30};base64,([A-Za-z0-9+/=\s]{16,})", re.IGNORECASE)
_PICTURE = re.compile(rf"{tree.PICTURE_SCHEME}:(\d+)")
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0001-\U000e001f]")
_LOST = "Pictures that did not come along: {}; drop or paste them here by themselves."
_HIDDEN = "The text has invisible characters that can make it read as another; look at it closely."


@dataclass(frozen=True, slots=True)
class Converted:
    """A text from elsewhere."""

    text: str
    """Markdown, with `\\n` line ends."""
    pictures: tuple[bytes, ...] = ()
    """What came along with it and is linked from it, each once; `pictures.path_of` is under which path."""
    notes: tuple[str, ...] = ()
    """What the writer should know, each one sentence."""


def convert(html: str, brought: tuple[bytes, ...] = ()) -> Converted:
    """Return *html* as Markdown; *brought* are the pictures that it shows as `x-picture:0` and so on."""
    found = list(brought)

    def taken(data: re.Match[str]) -> str:
        found.append(_decoded(data[1]))
        return f"{tree.PICTURE_SCHEME}:{len(found) - 1}"

    fragment = _FRAGMENT.search(html)
    root = tree.parse(_DATA.sub(taken, fragment[1] if fragment else html))
    footnotes.mark(root)
    dead = sum(1 for one in root.walk() if one.tag == "img" and not one.attributes.get("src"))
    origins.undo(root)
    kept, lost = _place(root, found)
    text = blocks.write(root)
    notes = [_LOST.format(dead + lost)] if dead + lost else []
    if _DECEIVING.search(text):
        notes.append(_HIDDEN)
    return Converted(text, kept, tuple(notes))


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode("".join(data.split()) + "==")
    except ValueError:
        return b""


def _place(root: tree.Element, found: list[bytes]) -> tuple[tuple[bytes, ...], int]:
    """Give each picture that came along the path it will have, and return those, and how many cannot be kept."""
    kept: dict[str, bytes] = {}
    lost = 0
    for element in root.walk():
        if element.tag != "img" or not (numbered := _PICTURE.fullmatch(element.attributes.get("src", ""))):
            continue
        number = int(numbered[1])
        try:
            path = pictures.path_of(found[number])
        except (BadInput, IndexError):
            element.attributes["src"] = ""
            lost += 1
            continue
        element.attributes["src"] = path
        kept[path] = found[number]
    return tuple(kept.values()), lost
