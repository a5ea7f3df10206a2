"""Whether a GGUF file is the model that it says it is, judged before llama.cpp sees it. Reads the header only.

Knows nothing of which models there are or of running them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from meai.errors import ModelRefused
from meai.models.gguf_reader import TEMPLATE, Contents, List, Refused, Values, read_contents
from meai.models.gguf_tables import ARCHITECTURES, FLOAT32, INT32, STRING, UINT32

_TOKENS = "tokenizer.ggml.tokens"
# What llama.cpp reads by the number of tokens, and the types that it takes the values for.
_PER_TOKEN = {"tokenizer.ggml.scores": (FLOAT32,), "tokenizer.ggml.token_type": (UINT32, INT32)}


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


def read_header(path: Path, *, whole: int | None = None, named: str = "") -> Header:
    """Return what the model file at *path* says of itself. Takes a fraction of a second and little memory.

    Of a file that is still arriving, *whole* is how many bytes it will have, and *named* what it will be called.
    Raises ModelRefused, with one sentence that names the file and the reason, for everything that llama.cpp could not
    or should not be given.
    """
    try:
        return _header(read_contents(path, _judge, whole=whole))
    except OSError as error:
        raise ModelRefused(f"The model file {path} cannot be read: {error.strerror}.") from error
    except Refused as reason:
        called = named or path
        raise ModelRefused(
            f"The model file {called} is not used: {reason}; fetch it again or choose another."
        ) from None


def _header(contents: Contents) -> Header:
    values = contents.values
    architecture = word(values, "general.architecture")

    def number(key: str) -> int:
        value = values.get(f"{architecture}.{key}", 0)
        return value if isinstance(value, int) and 0 < value < 1 << 31 else 0

    heads = number("attention.head_count") or 1
    head = number("attention.key_length") or number("embedding_length") // heads
    layers = number("block_count")
    cache = 2 * 2 * layers * head * (number("attention.head_count_kv") or heads)
    return Header(
        architecture=architecture,
        name=word(values, "general.name"),
        licence=word(values, "general.license"),
        context_length=number("context_length"),
        weights=sum(tensor.weights for tensor in contents.tensors.values()),
        layers=layers,
        cache_bytes_per_token=cache,
        has_template=TEMPLATE in values,
    )


def word(values: Values, key: str) -> str:
    """Return the text that *values* have for *key*, without white space around it; empty where there is none."""
    value = values.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _judge(values: Values) -> None:
    _check_values(values)
    _check_architecture(values)


def _check_values(values: Values) -> None:
    if "split.count" in values and values["split.count"] not in (0, 1):
        raise Refused("it is one part of several; join them with llama.cpp’s `llama-gguf-split --merge` first")
    tokens = values.get(_TOKENS)
    count = tokens.count if isinstance(tokens, List) and tokens.kind == STRING else 0
    if _TOKENS in values and not count:
        raise Refused("it has no list of words")
    for key, kinds in _PER_TOKEN.items():
        if key in values:
            listed = values[key]
            if not isinstance(listed, List) or listed.kind not in kinds or listed.count != count:
                raise Refused(f"{key} does not fit its list of words")
    for key, value in values.items():
        names_token = key.startswith("tokenizer.ggml.") and key.endswith("_token_id")
        # 2**32 - 1 is how llama.cpp writes “none”.
        if names_token and value not in (-1, 0xFFFFFFFF) and not (isinstance(value, int) and 0 <= value < count):
            raise Refused(f"{key} is no word of it")


def _check_architecture(values: Values) -> None:
    architecture = values.get("general.architecture")
    if values.get("general.type") == "adapter":
        raise Refused("it is an adapter for a model and no model itself")
    if architecture in ARCHITECTURES:
        return
    if not isinstance(architecture, str) or not architecture:
        raise Refused("it does not say what kind of model it is")
    raise Refused(f"it is of the kind “{architecture[:40]}”, which is unknown or does not write text")
