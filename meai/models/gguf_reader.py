"""The container of GGUF files: keys, values and where tensors lie, each claim checked before anything relies on it.

llama.cpp's own reader has had overflows; in a file that passes here counts, lengths and offsets add up inside the
file. Reads no weights, and knows neither models nor adapters.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from meai.models.gguf_tables import ARRAY, STRING, VALUE_BYTES, VALUE_FORMATS, WEIGHTS

MAX_KEYS = 4096
MAX_TENSORS = 65_536
MAX_KEY_BYTES = 256
MAX_NAME_BYTES = 63
MAX_STRING_BYTES = 1 << 20
MAX_TEMPLATE_BYTES = 64 * 1024
MAX_KEPT_BYTES = 512
MAX_STRINGS = 1_500_000
"""In all lists; the largest vocabularies with their merges have half of that."""
MAX_HEADER_BYTES = 64 << 20
MAX_ALIGNMENT = 4096
MAX_DIMENSIONS = 4

_HEADER = struct.Struct("<IQQ")
_LENGTH = struct.Struct("<Q")
_TYPE = struct.Struct("<I")
TEMPLATE = "tokenizer.chat_template"

Scalar: TypeAlias = int | float | str


@dataclass(frozen=True, slots=True)
class List:
    """A list in the header, of which only this is kept."""

    kind: int
    count: int


Values: TypeAlias = Mapping[str, Scalar | List]


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where some weights lie."""

    shape: tuple[int, ...]
    """How many there are along each dimension, the fastest first."""
    kind: int
    """Their type, a key of WEIGHTS."""
    offset: int
    """From the beginning of the file, in bytes."""
    size: int
    """Bytes."""

    @property
    def weights(self) -> int:
        """How many numbers it has."""
        block, block_bytes = WEIGHTS[self.kind]
        return self.size // block_bytes * block


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds."""

    values: Values
    kinds: Mapping[str, int]
    """The type of each value."""
    tensors: Mapping[str, Tensor]


class Refused(Exception):
    """The reason why a file is not used, as the end of a sentence."""


def read_contents(path: Path, judge: Callable[[Values], None], *, whole: int | None = None) -> Contents:
    """Return what the GGUF file at *path* holds, and have *judge* look at its values before its tensors are read.

    *whole* is how many bytes it will have, where it is still arriving. Takes a fraction of a second and little memory.
    Raises Refused for what does not add up, or what *judge* raises, and OSError.
    """
    # Looked at before it is opened, as opening a pipe would wait for somebody to write.
    if not stat.S_ISREG(path.stat().st_mode):
        raise Refused("it is no regular file")
    with path.open("rb", buffering=1 << 18) as file:
        size = os.fstat(file.fileno()).st_size if whole is None else whole
        return _Reader(file, size).contents(judge)


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._strings = 0
        self._values: dict[str, Scalar | List] = {}
        self._kinds: dict[str, int] = {}

    def contents(self, judge: Callable[[Values], None]) -> Contents:
        keys, tensors = self._counts()
        for _ in range(keys):
            self._pair()
        judge(self._values)
        return Contents(self._values, self._kinds, self._tensors(tensors))

    def _counts(self) -> tuple[int, int]:
        if self._size < 24 or self._file.read(4) != b"GGUF":
            raise Refused("it is not a GGUF model file, and ME_AI can use models in that format only")
        version, tensors, keys = _HEADER.unpack(self._bytes(20))
        if version not in (2, 3):
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            made = "for processors of the other byte order" if swapped in (2, 3) else f"in version {version} of GGUF"
            raise Refused(f"it was made {made}, which is not supported")
        if not 0 < keys <= MAX_KEYS or not 0 < tensors <= MAX_TENSORS:
            raise Refused(f"it claims {keys} descriptions and {tensors} tensors, which no model has")
        return keys, tensors

    def _pair(self) -> None:
        key = self._text(MAX_KEY_BYTES, "the name of a description")
        if key in self._values:
            raise Refused(f"it describes {key} twice")
        (kind,) = _TYPE.unpack(self._bytes(4))
        self._kinds[key] = kind
        self._values[key] = self._list(key) if kind == ARRAY else self._scalar(key, kind)
        if self._file.tell() > MAX_HEADER_BYTES:
            raise Refused(f"its description is longer than {MAX_HEADER_BYTES >> 20} MiB")

    def _scalar(self, key: str, kind: int) -> Scalar:
        if kind == STRING:
            limit = MAX_TEMPLATE_BYTES if key.startswith(TEMPLATE) else MAX_STRING_BYTES
            said = self._string(limit, key)
            return _printable(said[:MAX_KEPT_BYTES].decode("utf-8", "replace"))
        if kind not in VALUE_BYTES:
            raise Refused(f"{key} is of an unknown type ({kind})")
        value: int | float = struct.unpack(VALUE_FORMATS[kind], self._bytes(VALUE_BYTES[kind]))[0]
        if kind == 7 and value > 1:
            raise Refused(f"{key} is neither true nor false")
        return value

    def _list(self, key: str) -> List:
        kind, count = struct.unpack("<IQ", self._bytes(12))
        if kind not in VALUE_BYTES and kind != STRING:
            raise Refused(f"{key} is a list of an unknown type ({kind})")
        least = VALUE_BYTES.get(kind, _LENGTH.size)
        if count * least > min(self._size, MAX_HEADER_BYTES) - self._file.tell():
            raise Refused(f"the list {key} claims {count} values, more than the file has room for")
        if kind == STRING:
            self._skip_strings(key, count)
        else:
            self._file.seek(count * least, os.SEEK_CUR)
        return List(kind, count)

    def _skip_strings(self, key: str, count: int) -> None:
        self._strings += count
        if self._strings > MAX_STRINGS:
            raise Refused(f"its lists have {self._strings} words, which no model has")
        read, length = self._file.read, _LENGTH.unpack
        for _ in range(count):
            size = read(8)
            if len(size) != 8:
                raise Refused("it ends within its description")
            (wanted,) = length(size)
            if wanted > MAX_STRING_BYTES or len(read(wanted)) != wanted:
                raise Refused(f"a word in {key} claims {wanted} bytes, more than there are")
        if self._file.tell() > MAX_HEADER_BYTES:
            raise Refused(f"its description is longer than {MAX_HEADER_BYTES >> 20} MiB")

    def _tensors(self, count: int) -> dict[str, Tensor]:
        """Return where every tensor lies, each right behind the one before."""
        alignment = self._alignment()
        found: dict[str, Tensor] = {}
        end = last = 0
        for name, claimed in self._claims(count):
            if name in found:
                raise Refused(f"it has the tensor {name} twice")
            if claimed.offset != end:
                raise Refused(f"the tensor {name} does not lie where the one before it ends")
            found[name] = claimed
            last = claimed.offset + claimed.size
            end = last + -last % alignment
            if last > self._size:
                raise Refused(f"the tensor {name} would end beyond the file, which is damaged or not whole")
        start = self._file.tell()
        start += -start % alignment
        if start + last > self._size:
            missing = start + last - self._size
            raise Refused(f"the file is not whole, {missing} bytes of its weights are missing")
        return {name: replace(tensor, offset=start + tensor.offset) for name, tensor in found.items()}

    def _alignment(self) -> int:
        alignment = self._values.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 8 <= alignment <= MAX_ALIGNMENT or alignment & (alignment - 1):
            raise Refused(f"its alignment is {alignment}, which is no power of two up to {MAX_ALIGNMENT}")
        return alignment

    def _claims(self, count: int) -> Iterator[tuple[str, Tensor]]:
        """Yield each tensor as the file claims it, its offset from where the weights begin."""
        for _ in range(count):
            name = self._text(MAX_NAME_BYTES, "the name of a tensor")
            (dimensions,) = _TYPE.unpack(self._bytes(4))
            if not 1 <= dimensions <= MAX_DIMENSIONS:
                raise Refused(f"the tensor {name} claims {dimensions} dimensions")
            shape = struct.unpack(f"<{dimensions}Q", self._bytes(8 * dimensions))
            kind, offset = struct.unpack("<IQ", self._bytes(12))
            yield name, Tensor(shape, kind, offset, self._extent(name, shape, kind))

    def _extent(self, name: str, shape: tuple[int, ...], kind: int) -> int:
        if kind not in WEIGHTS:
            raise Refused(f"the tensor {name} is of an unknown or withdrawn type ({kind})")
        block, block_bytes = WEIGHTS[kind]
        elements = 1
        for length in shape:
            elements *= length
            if not length or elements // block * block_bytes > self._size:
                raise Refused(f"the tensor {name} claims a size that the file does not have")
        if shape[0] % block:
            raise Refused(f"the rows of the tensor {name} are not whole blocks")
        return elements // block * block_bytes

    def _text(self, limit: int, what: str) -> str:
        said = self._string(limit, what)
        try:
            text = said.decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(f"{what} is not text") from None
        if not text or not text.isprintable():
            raise Refused(f"{what} is not text")
        return text

    def _string(self, limit: int, what: str) -> bytes:
        (size,) = _LENGTH.unpack(self._bytes(8))
        if size > limit:
            raise Refused(f"{what} claims {size} bytes, and {limit} are allowed")
        return self._bytes(size)

    def _bytes(self, count: int) -> bytes:
        said = self._file.read(count)
        if len(said) != count:
            raise Refused("it ends within its description")
        return said


def _printable(said: str) -> str:
    """Return *said* so that it can stand in a sentence."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in said)
