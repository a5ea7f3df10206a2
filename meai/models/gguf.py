"""Whether a GGUF file is what it says, judged before llama.cpp sees it. Reads the header only and trusts nothing in it.

llama.cpp's own reader has had overflows; a file that passes here has counts, lengths and offsets that add up inside
the file. Knows nothing of which models there are or of running them.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from meai.errors import ModelRefused
from meai.models.gguf_tables import (
    ARCHITECTURES,
    ARRAY,
    FLOAT32,
    INT32,
    STRING,
    UINT32,
    VALUE_BYTES,
    VALUE_FORMATS,
    WEIGHTS,
)

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
_TEMPLATE = "tokenizer.chat_template"
_TOKENS = "tokenizer.ggml.tokens"
# What llama.cpp reads by the number of tokens, and the types that it takes the values for.
_PER_TOKEN = {"tokenizer.ggml.scores": (FLOAT32,), "tokenizer.ggml.token_type": (UINT32, INT32)}

Scalar: TypeAlias = int | float | str


@dataclass(frozen=True, slots=True)
class List:
    """A list in the header, of which only this is kept."""

    kind: int
    count: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a model file says of itself. Every figure is the file's claim, checked to be possible and no more."""

    architecture: str
    name: str
    """Empty where it gives none."""
    licence: str
    """As the file's maker wrote it, or empty."""
    context_length: int
    """Tokens; 0 where it gives none."""
    weights: int
    """How many numbers the model has."""
    layers: int
    cache_bytes_per_token: int
    """What a token of context takes in memory, with 16-bit values."""
    has_template: bool


class _Refused(Exception):
    """The reason, as the end of a sentence."""


def read_header(path: Path, *, whole: int | None = None, named: str = "") -> Header:
    """Return what the model file at *path* says of itself. Takes a fraction of a second and little memory.

    Of a file that is still arriving, *whole* is how many bytes it will have, and *named* what it will be called.
    Raises ModelRefused, with one sentence that names the file and the reason, for everything that llama.cpp could not
    or should not be given.
    """
    try:
        # Looked at before it is opened, as opening a pipe would wait for somebody to write.
        if not stat.S_ISREG(path.stat().st_mode):
            raise _Refused("it is no regular file")
        with path.open("rb", buffering=1 << 18) as file:
            return _Reader(file, os.fstat(file.fileno()).st_size if whole is None else whole).header()
    except OSError as error:
        raise ModelRefused(f"The model file {path} cannot be read: {error.strerror}.") from error
    except _Refused as reason:
        called = named or path
        raise ModelRefused(
            f"The model file {called} is not used: {reason}; fetch it again or choose another."
        ) from None


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._strings = 0
        self._values: dict[str, Scalar | List] = {}

    def header(self) -> Header:
        keys, tensors = self._counts()
        for _ in range(keys):
            self._pair()
        self._check_values()
        self._check_architecture()
        return _header(self._values, self._tensors(tensors))

    def _counts(self) -> tuple[int, int]:
        if self._size < 24 or self._file.read(4) != b"GGUF":
            raise _Refused("it is not a GGUF model file, and ME_AI can use models in that format only")
        version, tensors, keys = _HEADER.unpack(self._bytes(20))
        if version not in (2, 3):
            swapped = int.from_bytes(version.to_bytes(4, "little"), "big")
            made = "for processors of the other byte order" if swapped in (2, 3) else f"in version {version} of GGUF"
            raise _Refused(f"it was made {made}, which is not supported")
        if not 0 < keys <= MAX_KEYS or not 0 < tensors <= MAX_TENSORS:
            raise _Refused(f"it claims {keys} descriptions and {tensors} tensors, which no model has")
        return keys, tensors

    def _pair(self) -> None:
        key = self._text(MAX_KEY_BYTES, "the name of a description")
        if key in self._values:
            raise _Refused(f"it describes {key} twice")
        (kind,) = _TYPE.unpack(self._bytes(4))
        self._values[key] = self._list(key) if kind == ARRAY else self._scalar(key, kind)
        if self._file.tell() > MAX_HEADER_BYTES:
            raise _Refused(f"its description is longer than {MAX_HEADER_BYTES >> 20} MiB")

    def _scalar(self, key: str, kind: int) -> Scalar:
        if kind == STRING:
            limit = MAX_TEMPLATE_BYTES if key.startswith(_TEMPLATE) else MAX_STRING_BYTES
            said = self._string(limit, key)
            return _printable(said[:MAX_KEPT_BYTES].decode("utf-8", "replace"))
        if kind not in VALUE_BYTES:
            raise _Refused(f"{key} is of an unknown type ({kind})")
        value: int | float = struct.unpack(VALUE_FORMATS[kind], self._bytes(VALUE_BYTES[kind]))[0]
        if kind == 7 and value > 1:
            raise _Refused(f"{key} is neither true nor false")
        return value

    def _list(self, key: str) -> List:
        kind, count = struct.unpack("<IQ", self._bytes(12))
        if kind not in VALUE_BYTES and kind != STRING:
            raise _Refused(f"{key} is a list of an unknown type ({kind})")
        least = VALUE_BYTES.get(kind, _LENGTH.size)
        if count * least > min(self._size, MAX_HEADER_BYTES) - self._file.tell():
            raise _Refused(f"the list {key} claims {count} values, more than the file has room for")
        if kind == STRING:
            self._skip_strings(key, count)
        else:
            self._file.seek(count * least, os.SEEK_CUR)
        return List(kind, count)

    def _skip_strings(self, key: str, count: int) -> None:
        self._strings += count
        if self._strings > MAX_STRINGS:
            raise _Refused(f"its lists have {self._strings} words, which no model has")
        read, length = self._file.read, _LENGTH.unpack
        for _ in range(count):
            size = read(8)
            if len(size) != 8:
                raise _Refused("it ends within its description")
            (wanted,) = length(size)
            if wanted > MAX_STRING_BYTES or len(read(wanted)) != wanted:
                raise _Refused(f"a word in {key} claims {wanted} bytes, more than there are")
        if self._file.tell() > MAX_HEADER_BYTES:
            raise _Refused(f"its description is longer than {MAX_HEADER_BYTES >> 20} MiB")

    def _check_values(self) -> None:
        if "split.count" in self._values and self._values["split.count"] not in (0, 1):
            raise _Refused("it is one part of several; join them with llama.cpp’s `llama-gguf-split --merge` first")
        tokens = self._values.get(_TOKENS)
        count = tokens.count if isinstance(tokens, List) and tokens.kind == STRING else 0
        if _TOKENS in self._values and not count:
            raise _Refused("it has no list of words")
        for key, kinds in _PER_TOKEN.items():
            if key in self._values:
                values = self._values[key]
                if not isinstance(values, List) or values.kind not in kinds or values.count != count:
                    raise _Refused(f"{key} does not fit its list of words")
        for key, value in self._values.items():
            names_token = key.startswith("tokenizer.ggml.") and key.endswith("_token_id")
            # 2**32 - 1 is how llama.cpp writes “none”.
            if names_token and value not in (-1, 0xFFFFFFFF) and not (isinstance(value, int) and 0 <= value < count):
                raise _Refused(f"{key} is no word of it")

    def _check_architecture(self) -> None:
        architecture = self._values.get("general.architecture")
        if self._values.get("general.type") == "adapter":
            raise _Refused("it is an adapter for a model and no model itself")
        if architecture in ARCHITECTURES:
            return
        if not isinstance(architecture, str) or not architecture:
            raise _Refused("it does not say what kind of model it is")
        raise _Refused(f"it is of the kind “{architecture[:40]}”, which is unknown or does not write text")

    def _tensors(self, count: int) -> int:
        """Check where every tensor lies and return how many weights there are in all."""
        alignment = self._alignment()
        names: set[str] = set()
        weights = end = last = 0
        for name, elements, size, offset in self._claims(count):
            if name in names:
                raise _Refused(f"it has the tensor {name} twice")
            if offset != end:
                raise _Refused(f"the tensor {name} does not lie where the one before it ends")
            names.add(name)
            weights, last = weights + elements, offset + size
            end = last + -last % alignment
            if last > self._size:
                raise _Refused(f"the tensor {name} would end beyond the file, which is damaged or not whole")
        start = self._file.tell()
        start += -start % alignment
        if start + last > self._size:
            missing = start + last - self._size
            raise _Refused(f"the file is not whole, {missing} bytes of its weights are missing")
        return weights

    def _alignment(self) -> int:
        alignment = self._values.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 8 <= alignment <= MAX_ALIGNMENT or alignment & (alignment - 1):
            raise _Refused(f"its alignment is {alignment}, which is no power of two up to {MAX_ALIGNMENT}")
        return alignment

    def _claims(self, count: int) -> Iterator[tuple[str, int, int, int]]:
        """Yield name, number of weights, bytes and offset of each tensor as the file claims them."""
        for _ in range(count):
            name = self._text(MAX_NAME_BYTES, "the name of a tensor")
            (dimensions,) = _TYPE.unpack(self._bytes(4))
            if not 1 <= dimensions <= MAX_DIMENSIONS:
                raise _Refused(f"the tensor {name} claims {dimensions} dimensions")
            shape = struct.unpack(f"<{dimensions}Q", self._bytes(8 * dimensions))
            kind, offset = struct.unpack("<IQ", self._bytes(12))
            elements, size = self._extent(name, shape, kind)
            yield name, elements, size, offset

    def _extent(self, name: str, shape: tuple[int, ...], kind: int) -> tuple[int, int]:
        if kind not in WEIGHTS:
            raise _Refused(f"the tensor {name} is of an unknown or withdrawn type ({kind})")
        block, block_bytes = WEIGHTS[kind]
        elements = 1
        for length in shape:
            elements *= length
            if not length or elements // block * block_bytes > self._size:
                raise _Refused(f"the tensor {name} claims a size that the file does not have")
        if shape[0] % block:
            raise _Refused(f"the rows of the tensor {name} are not whole blocks")
        return elements, elements // block * block_bytes

    def _text(self, limit: int, what: str) -> str:
        said = self._string(limit, what)
        try:
            text = said.decode("utf-8")
        except UnicodeDecodeError:
            raise _Refused(f"{what} is not text") from None
        if not text or not text.isprintable():
            raise _Refused(f"{what} is not text")
        return text

    def _string(self, limit: int, what: str) -> bytes:
        (size,) = _LENGTH.unpack(self._bytes(8))
        if size > limit:
            raise _Refused(f"{what} claims {size} bytes, and {limit} are allowed")
        return self._bytes(size)

    def _bytes(self, count: int) -> bytes:
        said = self._file.read(count)
        if len(said) != count:
            raise _Refused("it ends within its description")
        return said


def _header(values: dict[str, Scalar | List], weights: int) -> Header:
    architecture = _word(values, "general.architecture")

    def number(key: str) -> int:
        value = values.get(f"{architecture}.{key}", 0)
        return value if isinstance(value, int) and 0 < value < 1 << 31 else 0

    heads = number("attention.head_count") or 1
    head = number("attention.key_length") or number("embedding_length") // heads
    layers = number("block_count")
    cache = 2 * 2 * layers * head * (number("attention.head_count_kv") or heads)
    return Header(
        architecture=architecture,
        name=_word(values, "general.name"),
        licence=_word(values, "general.license"),
        context_length=number("context_length"),
        weights=weights,
        layers=layers,
        cache_bytes_per_token=cache,
        has_template=_TEMPLATE in values,
    )


def _word(values: dict[str, Scalar | List], key: str) -> str:
    value = values.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _printable(said: str) -> str:
    """Return *said* so that it can stand in a sentence."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in said)
