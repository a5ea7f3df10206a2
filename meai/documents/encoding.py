"""A document's exact bytes, to the text an editor holds, and back. Touches no disk.

An editor treats `\\r\\n`, `\\r` and `\\n` as line ends and knows only `\\n`; bytes a writer did not touch must stay
as they were. So `decode` gives text with `\\n` only, and `encode` takes the old bytes to restore what that text lost:
the byte-order mark and every untouched line's own ending. A text never begins with U+FEFF: there it is a mark.

What is long is worked on as UTF-8: one character beyond U+FFFF makes Python hold a text in four bytes a character.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from meai.errors import BadInput, DocumentUnreadable
from meai.stretch import alike, alike_at_end

BOM = b"\xef\xbb\xbf"
_MARK = "\ufeff"
_LINE_END = re.compile(b"\r\n|\r|\n")
_NUL = "\0"
_PART_BYTES = 64 * 1024
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
    nul, stray = data.find(b"\0"), _stray(data)
    if stray is not None and (nul < 0 or stray < nul):
        return f"is not UTF-8 text: byte {stray} is 0x{data[stray]:02x}"
    return None if nul < 0 else f"is not plain text: byte {nul} is 0x00"


def salvage(data: bytes) -> bytes:
    """Return as UTF-8 what *data*, which has a flaw, most likely says.

    As UTF-16 or UTF-32 where it is marked so; else what is UTF-8 stays and other bytes are taken for Windows-1252.
    """
    encoding = next((encoding for mark, encoding in _MARKED if data.startswith(mark)), None)
    if encoding is None:
        parts = (_STRAY.sub(_western, str(part, "utf-8", "surrogateescape")) for _, part in _parts(data))
    else:
        parts = codecs.iterdecode((bytes(part) for _, part in _parts(data)), encoding, "replace")
    return b"".join(part.replace(_NUL, "\ufffd").encode() for part in parts)


def plain(data: bytes) -> bytes:
    """Return what an editor shows of *data*, as UTF-8: see `shown`."""
    utf8 = data if flaw(data) is None else salvage(data)
    return _plain_ends(_unmarked(utf8))


def shown(data: bytes) -> str:
    """Return what an editor shows of *data*, with `\n` line ends and without a mark: salvaged where it has a flaw."""
    return plain(data).decode()


def decode(data: bytes, name: str = "The file") -> TextFile:
    """Read *data* as strict UTF-8 without NUL. Raises DocumentUnreadable with the offset of the first byte that is not.

    *name* stands for the file in that sentence.
    """
    _refuse_flaw(data, name)
    plain_bytes = _unmarked(data)
    bom = data[: len(data) - len(plain_bytes)]
    ends = tuple(end.decode() for end in _LINE_END.findall(plain_bytes))
    return TextFile(text=_plain_ends(plain_bytes).decode(), bom=bom, ends=ends, etag=etag_of(data))


def encode(text: str | bytes, old: bytes) -> bytes:
    """Return *text* as the new bytes of the file that held *old*: its BOM and its untouched lines' endings are kept.

    New lines get the ending that most of *old* has. *text* may come as UTF-8, with halves of pairs as `utf8` has them.
    Raises BadInput for text that no UTF-8 file can hold, and DocumentUnreadable when *old* is not UTF-8.
    """
    _refuse_flaw(old, "The file")
    new = utf8(text)
    if b"\0" in new:
        raise BadInput("The text contains the character NUL, which no text file may hold; please delete it.")
    if (half := _stray(new)) is not None:
        character = new[half : half + 3].decode("utf-8", "surrogatepass")
        raise BadInput(f"The character {character!a} is half of a pair and cannot be saved; please delete it.")
    # A mark that was pasted in would be read back as the file's own, and the next save would add another.
    return old[: len(old) - len(_unmarked(old))] + _ended(_plain_ends(_unmarked(new)), old)


def utf8(text: str | bytes) -> bytes:
    """Return *text* as UTF-8, which it may be already; half of a pair is three bytes that are none."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _refuse_flaw(data: bytes, name: str) -> None:
    if why := flaw(data):
        raise DocumentUnreadable(f"{name} {why}; save a copy of it with the encoding UTF-8 and open that.")


def _stray(data: bytes) -> int | None:
    """Return the offset of the first byte of *data* that is no part of UTF-8, or None."""
    for at, part in _parts(data):
        try:
            str(part, "utf-8")
        except UnicodeDecodeError as error:
            return at + error.start
    return None


def _parts(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Yield *data* in parts, each with its offset, of which none ends within a character of UTF-8."""
    whole, at = memoryview(data), 0
    while at < len(whole):
        end = min(at + _PART_BYTES, len(whole))
        while end < len(whole) and end - at < _PART_BYTES + 3 and whole[end] & 0xC0 == 0x80:
            end += 1
        yield at, whole[at:end]
        at = end


def _unmarked(data: bytes) -> bytes:
    start = 0
    while data.startswith(BOM, start):
        start += len(BOM)
    return data[start:]


def _plain_ends(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _western(stray: re.Match[str]) -> str:
    return stray[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _ended(text: bytes, old: bytes) -> bytes:
    """Return *text* with the line ends that *old* has, where lines of it are still there."""
    pairs = old.count(b"\r\n")
    singles = (old.count(b"\n") - pairs, old.count(b"\r") - pairs)
    if not any(singles) and pairs:
        return text.replace(b"\n", b"\r\n")
    if not pairs and not all(singles):
        return text.replace(b"\n", b"\r") if singles[1] else text
    return _mixed(text, _unmarked(old))


def _mixed(text: bytes, old: bytes) -> bytes:
    """Return *text* with the line ends of *old*, which are of several kinds."""
    usual = Counter(found[0] for found in _LINE_END.finditer(old)).most_common(1)[0][0]
    (start, end), (old_start, old_end) = _changed(text, old)
    return b"".join((old[:old_start], _with_ends(text[start:end], old[old_start:old_end], usual), old[old_end:]))


def _changed(text: bytes, old: bytes) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return from where to where *text* and *old* differ, in whole lines.

    A line more at each edge is taken in: how a line ends can depend on the one beside it.
    """
    was = _plain_ends(old)
    most = min(len(was), len(text))
    head = text.rfind(b"\n", 0, alike(was, text, most)) + 1
    start = text.rfind(b"\n", 0, max(head - 1, 0)) + 1
    end = len(text) - alike_at_end(was, text, most - head)
    for _ in range(2):
        end = text.find(b"\n", end) + 1 or len(text)
    left = len(text) - end
    old_end = _offset(old, was.count(b"\n", 0, len(was) - left)) if left else len(old)
    return (start, end), (_offset(old, was.count(b"\n", 0, start)), old_end)


def _offset(data: bytes, lines: int) -> int:
    """Return where in *data* so many lines end."""
    last = next(islice(_LINE_END.finditer(data), lines - 1, None)) if lines else None
    return last.end() if last else 0


def _with_ends(text: bytes, old: bytes, usual: bytes) -> bytearray:
    lines = min(text.count(b"\n"), sum(1 for _ in _LINE_END.finditer(old)))
    ends = _ends(text, old, usual) if lines <= _MAX_COMPARED_LINES else (end[0] for end in _LINE_END.finditer(old))
    ended, at, before = bytearray(), 0, b""
    while (stop := text.find(b"\n", at)) >= 0:
        end = next(ends, usual)
        # A line that was emptied after one that ends in \r must not become the second half of its ending.
        if before == b"\r" and stop == at and end == b"\n":
            end = b"\r"
        ended += text[at:stop] + end
        at, before = stop + 1, end
    ended += text[at:]
    return ended


def _ends(text: bytes, old: bytes, usual: bytes) -> Iterator[bytes]:
    """Yield the ends of the lines of *text*. An edited line has that of the line that it stands for."""
    were = [found[0] for found in _LINE_END.finditer(old)]
    ends = [usual] * (text.count(b"\n") + 1)
    for new, known in _pairs(_plain_ends(old).split(b"\n"), text.split(b"\n")):
        if known < len(were):
            ends[new] = were[known]
    return iter(ends)


def _pairs(old: list[bytes], new: list[bytes]) -> Iterator[tuple[int, int]]:
    """Yield (new, old) indices of lines that continue each other. An edited line continues the one it stands for."""
    start = _shared(old, new)
    tail = _shared(old[start:][::-1], new[start:][::-1])
    yield from ((line, line) for line in range(start))
    yield from ((len(new) - line, len(old) - line) for line in range(1, tail + 1))
    # autojunk: a line as frequent as the empty one is no landmark, only the neighbour of one.
    between = SequenceMatcher(None, old[start : len(old) - tail], new[start : len(new) - tail], autojunk=True)
    for _, old_from, old_to, new_from, new_to in between.get_opcodes():
        for line in range(min(old_to - old_from, new_to - new_from)):
            yield start + new_from + line, start + old_from + line


def _shared(left: list[bytes], right: list[bytes]) -> int:
    """Return how many lines the two begin with in common."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
