"""Model files made by hand: a sound tiny one, and the same with one thing wrong."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
PLAIN = {0: "<B", 1: "<b", 2: "<H", 3: "<h", U32: "<I", I32: "<i", F32: "<f", BOOL: "<B", 10: "<Q", 11: "<q", 12: "<d"}
Q4_0, FLOAT = 2, 0


def text(said: str | bytes) -> bytes:
    raw = said.encode() if isinstance(said, str) else said
    return struct.pack("<Q", len(raw)) + raw


def value(kind: int, said: object) -> bytes:
    """A typed value, its type in front."""
    if kind == STRING:
        return struct.pack("<I", kind) + text(said)  # type: ignore[arg-type]
    if kind == ARRAY:
        inner, items = said  # type: ignore[misc]
        packed = b"".join(value(inner, item)[4:] for item in items)
        return struct.pack("<IIQ", kind, inner, len(items)) + packed
    return struct.pack("<I", kind) + struct.pack(PLAIN[kind], said)


@dataclass(frozen=True)
class Tensor:
    name: str | bytes = "token_embd.weight"
    shape: Sequence[int] = (32, 4)
    kind: int = Q4_0
    offset: int | None = None
    """None: where the one before ends."""
    size: int = 72
    content: bytes = b""
    """Its weights; zeros behind them."""

    def packed(self, offset: int) -> bytes:
        at = offset if self.offset is None else self.offset
        shape = struct.pack(f"<I{len(self.shape)}Q", len(self.shape), *self.shape)
        return text(self.name) + shape + struct.pack("<IQ", self.kind, at)


PAIRS: tuple[tuple[str | bytes, bytes], ...] = (
    ("general.architecture", value(STRING, "llama")),
    ("general.name", value(STRING, "Tiny")),
    ("llama.context_length", value(U32, 2048)),
    ("llama.block_count", value(U32, 2)),
    ("llama.embedding_length", value(U32, 64)),
    ("llama.attention.head_count", value(U32, 4)),
    ("llama.attention.head_count_kv", value(U32, 2)),
    ("tokenizer.ggml.tokens", value(ARRAY, (STRING, ["a", "b", "ab"]))),
    ("tokenizer.ggml.scores", value(ARRAY, (F32, [0.0, 0.0, 1.0]))),
    ("tokenizer.ggml.token_type", value(ARRAY, (I32, [1, 1, 1]))),
    ("tokenizer.ggml.bos_token_id", value(U32, 0)),
    ("tokenizer.chat_template", value(STRING, "{{ messages }}")),
)


@dataclass(frozen=True)
class Gguf:
    magic: bytes = b"GGUF"
    version: int = 3
    pairs: Sequence[tuple[str | bytes, bytes]] = PAIRS
    tensors: Sequence[Tensor] = field(default=(Tensor(), Tensor("output.weight", (8,), FLOAT, size=32)))
    keys: int | None = None
    """What the header claims; None: how many there are."""
    count: int | None = None
    alignment: int = 32

    def with_pair(self, key: str | bytes, packed: bytes) -> Gguf:
        """The same with *key* set to *packed*."""
        kept = [pair for pair in self.pairs if pair[0] != key]
        return replace(self, pairs=[*kept, (key, packed)])

    def without(self, key: str) -> Gguf:
        return replace(self, pairs=[pair for pair in self.pairs if pair[0] != key])

    def with_tensors(self, *tensors: Tensor) -> Gguf:
        return replace(self, tensors=tensors)

    def header(self) -> bytes:
        claimed = len(self.tensors) if self.count is None else self.count
        keys = len(self.pairs) if self.keys is None else self.keys
        said = self.magic + struct.pack("<IQQ", self.version, claimed, keys)
        said += b"".join(text(key) + packed for key, packed in self.pairs)
        offset = 0
        for tensor in self.tensors:
            said += tensor.packed(offset)
            offset += tensor.size + -tensor.size % self.alignment
        return said

    def packed(self) -> bytes:
        header = self.header()
        start = len(header) + -len(header) % self.alignment
        weights = b"".join(
            tensor.content.ljust(tensor.size + -tensor.size % self.alignment, b"\0") for tensor in self.tensors
        )
        return header.ljust(start, b"\0") + weights


def tiny_model() -> bytes:
    """A model file in which everything adds up, of some hundred bytes."""
    return Gguf().packed()
