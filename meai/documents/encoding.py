"""A document's exact bytes, to the text an editor holds, and back. Touches no disk.

An editor treats `\\r\\n`, `\\r` and `\\n` as line ends and knows only `\\n`; bytes a writer did not touch must stay
as they were. So `decode` gives text with `\\n` only, and `encode` takes the old bytes to restore what that text lost:
the byte-order mark and every untouched line's own ending. A text never begins with U+FEFF: there it is a mark.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

from meai.errors import BadInput, DocumentUnreadable

BOM = b"\xef\xbb\xbf"
_MARK = "\ufeff"
_LINE_END = re.compile("\r\n|\r|\n")
_NUL = "\0"
# A byte that is no part of UTF-8, as `surrogateescape` writes it.
_STRAY = re.compile("[\udc80-\udcff]+")
# The longer marks first: one begins like another.
_MARKED = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Above this many lines on both sides a quadratic comparison takes seconds; pairing lines by position is then enough.
_MAX_COMPARED_LINES = 4000


@dataclass(frozen=True, slots=True)
class TextFile:
    """What a file says, and what its text alone does not tell."""

    text: str
    """The content with `\\n` line ends and without a byte-order mark."""
    bom: bytes
    """The UTF-8 byte-order marks that the bytes begin with: none, one, or more where a program has doubled it."""
    ends: tuple[str, ...]
    """Each line's own ending: `\\n`, `\\r\\n` or `\\r`; the last line has none and no entry."""
    etag: str
    """A strong HTTP validator of the exact bytes, quotes included."""


def etag_of(data: bytes) -> str:
    """Return the ETag of *data*: `"sha256-<hex>"`, quotes included."""
    return f'"sha256-{hashlib.sha256(data).hexdigest()}"'


def flaw(data: bytes) -> str | None:
    """Return why *data* is no text that can be edited, with the offset of the first such byte; None where it is."""
    nul = data.find(b"\0")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if nul < 0 or error.start < nul:
            return f"is not UTF-8 text: byte {error.start} is 0x{data[error.start]:02x}"
    return None if nul < 0 else f"is not plain text: byte {nul} is 0x00"


def salvage(data: bytes) -> bytes:
    """Return as UTF-8 what *data*, which has a flaw, most likely says.

    As UTF-16 or UTF-32 where it is marked so; else what is UTF-8 stays and other bytes are taken for Windows-1252.
    """
    encoding = next((encoding for mark, encoding in _MARKED if data.startswith(mark)), None)
    if encoding is None:
        text = _STRAY.sub(_western, data.decode("utf-8", "surrogateescape"))
    else:
        text = data.decode(encoding, "replace")
    return text.replace(_NUL, "\ufffd").encode()


def shown(data: bytes) -> str:
    """Return what an editor shows of *data*, with `\n` line ends and without a mark: salvaged where it has a flaw."""
    try:
        text = (salvage(data) if b"\0" in data else data).decode("utf-8")
    except UnicodeDecodeError:
        text = salvage(data).decode("utf-8")
    return _plain_ends(text.lstrip(_MARK))


def decode(data: bytes, name: str = "The file") -> TextFile:
    """Read *data* as strict UTF-8 without NUL. Raises DocumentUnreadable with the offset of the first byte that is not.

    *name* stands for the file in that sentence.
    """
    if why := flaw(data):
        raise DocumentUnreadable(f"{name} {why}; save a copy of it with the encoding UTF-8 and open that.")
    marked = data.decode("utf-8")
    raw = marked.lstrip(_MARK)
    bom = BOM * (len(marked) - len(raw))
    # Most files have one kind of line end, and a writer waits for this at each save.
    ends = tuple(_LINE_END.findall(raw)) if "\r" in raw else ("\n",) * raw.count("\n")
    return TextFile(text=_plain_ends(raw), bom=bom, ends=ends, etag=etag_of(data))


def encode(text: str, old: bytes) -> bytes:
    """Return *text* as the new bytes of the file that held *old*: its BOM and its untouched lines' endings are kept.

    New lines get the ending that most of *old* has. Raises BadInput for text that no UTF-8 file can hold, and
    DocumentUnreadable when *old* is not UTF-8.
    """
    was = decode(old)
    # A mark that was pasted in would be read back as the file's own, and the next save would add another.
    text = text.lstrip(_MARK)
    if _NUL in text:
        raise BadInput("The text contains the character NUL, which no text file may hold; please delete it.")
    body = _ended(text, was)
    try:
        return was.bom + body.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput(
            f"The character {body[error.start]!a} is half of a pair and cannot be saved; please delete it."
        ) from error


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _western(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _ended(text: str, was: TextFile) -> str:
    """Return *text* with the line ends that *was* had, where lines of it are still there."""
    usual = Counter(was.ends).most_common(1)[0][0] if was.ends else "\n"
    plain = _plain_ends(text)
    if was.ends.count(usual) == len(was.ends):
        return plain if usual == "\n" else plain.replace("\n", usual)
    lines = plain.split("\n")
    return "".join(line + end for line, end in zip(lines, _ends(lines, was, usual), strict=True))


def _ends(lines: list[str], was: TextFile, usual: str) -> list[str]:
    """Return one ending for each of *lines*; the last has none."""
    ends = [usual] * len(lines)
    for new, old in _pairs(was.text.split("\n"), lines):
        if old < len(was.ends):
            ends[new] = was.ends[old]
    ends[-1] = ""
    for number, end in enumerate(ends[1:], start=1):
        # A line that was emptied after one that ends in \r must not become the second half of its ending.
        if ends[number - 1] == "\r" and not lines[number] and end == "\n":
            ends[number] = "\r"
    return ends


def _pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return (new, old) indices of lines that continue each other. An edited line continues the one it stands for."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    pairs = [(line, line) for line in range(start)]
    pairs += _middle(old[start : len(old) - tail], new[start : len(new) - tail], start)
    pairs += [(len(new) - line, len(old) - line) for line in range(1, tail + 1)]
    return pairs


def _middle(old: list[str], new: list[str], start: int) -> list[tuple[int, int]]:
    if min(len(old), len(new)) > _MAX_COMPARED_LINES:
        return [(start + line, start + line) for line in range(min(len(old), len(new)))]
    # autojunk: a line as frequent as the empty one is no landmark, only the neighbour of one.
    blocks = SequenceMatcher(None, old, new, autojunk=True).get_opcodes()
    return [
        (start + new_from + line, start + old_from + line)
        for _, old_from, old_to, new_from, new_to in blocks
        for line in range(min(old_to - old_from, new_to - new_from))
    ]


def _shared(left: list[str], right: list[str]) -> int:
    """Return how many lines the two begin with in common."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
