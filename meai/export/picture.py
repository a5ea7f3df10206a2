"""Tables drawn as PNG with the fonts of this machine, and the size of an image. The only module that knows Pillow."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont, features

from meai.export.table import Table

Color = tuple[int, int, int]
Face = ImageFont.FreeTypeFont | ImageFont.ImageFont

SCALE = 2
"""Pixels for each unit, for sharp letters on good screens."""
WIDE = 1400
"""No picture is wider than this many units, so that Substack need not make it smaller."""

COLUMN = 728
"""Substack's column in units: what is narrower is shown twice as big as its letters are meant."""

_LETTER = 17
_LEADING = 1.4
_PAD_X, _PAD_Y, _MARGIN = 14, 9, 20
_MAX_COLUMN = 420
_MAX_CELLS = 4000
_TALLEST = 16_000
"""Pixels; readers scroll no further, and browsers show no more."""
_PAPER: Color = (255, 255, 255)
_INK: Color = (36, 35, 31)
_LINE: Color = (222, 218, 208)
_STRONG_LINE: Color = (104, 101, 93)
_FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("Arial Unicode.ttf", "Arial Unicode.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("PingFang.ttc", "PingFang.ttc"),
)
"""Fonts that systems bring, plain and bold; the first that has every sign of a table draws it."""

# Without a shaper, letters of these stand apart or in the wrong order.
_SHAPED = ("R", "AL", "AN")


def size(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of the image *content*; None where it cannot be told. Decodes no pixels."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    # A hostile file makes Pillow fail in many ways; its size is then not known.
    except Exception:
        return None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as PNG, its size in pixels."""

    png: bytes
    width: int
    height: int


def draw(table: Table) -> Drawn | None:
    """Return a picture of *table*; None where no font of this machine has all its signs, or it is too big to read."""
    faces = _faces("".join(cell for row in table.rows for cell in row) + table.caption)
    if faces is None or len(table.rows) * len(table.aligns) > _MAX_CELLS:
        return None
    drawing = _Drawing(table, *faces)
    return drawing.drawn() if drawing.height <= _TALLEST else None


def _faces(text: str) -> tuple[Face, Face] | None:
    signs = {sign for sign in text if not sign.isspace()}
    if any(unicodedata.bidirectional(sign) in _SHAPED for sign in signs) and not _shapes():
        return None
    return next((faces for faces in _loaded() if all(map(_has(faces[0]), signs))), None)


def _shapes() -> bool:
    return bool(features.check("raqm") and features.check("fribidi"))


@cache
def _loaded() -> tuple[tuple[Face, Face], ...]:
    return tuple(_load())


def _load() -> Iterator[tuple[Face, Face]]:
    for names in _FACES:
        try:
            plain, bold = (ImageFont.truetype(name, _LETTER * SCALE) for name in names)
        except OSError:
            continue
        yield plain, bold
    own = ImageFont.load_default(_LETTER * SCALE)
    yield own, own


def _has(face: Face) -> Callable[[str], bool]:
    """Whether *face* has a sign: what it has not, it draws as the box of a sign that there is not."""
    missing = bytes(face.getmask("\U0010ffff"))
    return lambda sign: bytes(face.getmask(sign)) != missing


class _Drawing:
    def __init__(self, table: Table, plain: Face, bold: Face) -> None:
        self._table = table
        self._plain, self._bold = plain, bold
        self._widths = self._columns()
        self._rows = [
            [self._wrapped(cell, wide, self._face(at)) for cell, wide in zip(row, self._widths, strict=True)]
            for at, row in enumerate(table.rows)
        ]

    @property
    def height(self) -> int:
        """Of the rows, in pixels."""
        return sum(self._heights)

    @property
    def _heights(self) -> list[int]:
        return [max(map(len, row)) * self._leading + 2 * _PAD_Y * SCALE for row in self._rows]

    def drawn(self) -> Drawn:
        """Draw it."""
        caption = self._wrapped(self._table.caption, sum(self._widths), self._plain) if self._table.caption else []
        heights = self._heights
        margin = _MARGIN * SCALE
        above = len(caption) * self._leading + (_PAD_Y * SCALE if caption else 0)
        wide = sum(self._widths) + 2 * _PAD_X * SCALE * len(self._widths) + 2 * margin
        image = Image.new("RGB", (wide, sum(heights) + above + 2 * margin), _PAPER)
        pen = ImageDraw.Draw(image)
        for at, line in enumerate(caption):
            pen.text((margin + _PAD_X * SCALE, margin + at * self._leading), line, _STRONG_LINE, self._plain)
        y = margin + above
        for at, (row, high) in enumerate(zip(self._rows, heights, strict=True)):
            self._row(pen, at, row, y)
            y += high
            head = at == 0 and self._table.has_head
            pen.line((margin, y, wide - margin, y), _STRONG_LINE if head else _LINE, SCALE * (2 if head else 1))
        out = io.BytesIO()
        # Few colours: a quarter of the size, and no letter looks different.
        image.quantize(64).save(out, "PNG")
        return Drawn(out.getvalue(), image.width, image.height)

    @property
    def _leading(self) -> int:
        return round(_LETTER * _LEADING * SCALE)

    def _face(self, row: int) -> Face:
        return self._bold if row == 0 and self._table.has_head else self._plain

    def _row(self, pen: ImageDraw.ImageDraw, at: int, row: list[list[str]], y: float) -> None:
        face = self._face(at)
        x = _MARGIN * SCALE
        for lines, wide, align in zip(row, self._widths, self._table.aligns, strict=True):
            for number, line in enumerate(lines):
                rest = wide - face.getlength(line)
                left = x + _PAD_X * SCALE + {"left": 0, "center": rest / 2, "right": rest}[align]
                top = y + _PAD_Y * SCALE + number * self._leading
                pen.text((left, top), line, _INK, face)
            x += wide + 2 * _PAD_X * SCALE

    def _columns(self) -> list[int]:
        """The width of each column: as its widest cell, narrower where the picture would be too wide."""
        most = _MAX_COLUMN * SCALE
        natural = [
            min(most, max(int(self._bold.getlength(cell)) + 1 for cell in column))
            for column in zip(*self._table.rows, strict=True)
        ]
        room = WIDE * SCALE - 2 * SCALE * (_MARGIN + _PAD_X * len(natural))
        if sum(natural) <= room:
            spare = COLUMN * SCALE - 2 * SCALE * (_MARGIN + _PAD_X * len(natural)) - sum(natural)
            return [wide + max(0, spare) // len(natural) for wide in natural]
        return _shared(natural, max(room, len(natural) * 4 * _LETTER * SCALE))

    def _wrapped(self, text: str, wide: int, face: Face) -> list[str]:
        lines = [""]
        for word in _words(text, wide, face.getlength):
            longer = f"{lines[-1]} {word}".strip()
            if face.getlength(longer) <= wide or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines


def _words(text: str, wide: int, length: Callable[[str], float]) -> Iterator[str]:
    """Yield the words of *text*, cut where one alone is wider than *wide*."""
    for word in text.split():
        while len(word) > 1 and length(word) > wide:
            fits = next((n for n in range(len(word) - 1, 1, -1) if length(word[:n]) <= wide), 1)
            yield word[:fits]
            word = word[fits:]
        yield word


def _shared(natural: Sequence[int], room: int) -> list[int]:
    """Give narrow columns what they want, and share out the rest among the wide ones."""
    widths = [0] * len(natural)
    waiting = sorted(range(len(natural)), key=natural.__getitem__)
    while waiting:
        at = waiting.pop(0)
        widths[at] = min(natural[at], room // (len(waiting) + 1))
        room -= widths[at]
    return widths
