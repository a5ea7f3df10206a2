"""Whether a LoRA adapter is sound and was made for a model, judged from both files before llama.cpp sees either.

llama.cpp looks at most of this itself, and where it does not, or where a value is of another type than it expects, it
ends the process. Knows nothing of which adapters there are or of running them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from meai.errors import ModelRefused
from meai.models.gguf_reader import Contents, Refused, Tensor, Values, read_contents
from meai.models.gguf_tables import FLOAT32

MOST_RANK = 1024
MOST_ALPHA = 1e6
_A, _B = ".lora_a", ".lora_b"
_IGNORED = "_norm.weight"
_WORDS, _OUTPUT = "token_embd.weight", "output.weight"
_KINDS = frozenset({0, 1, 8, 30})
"""The types of weights that adapters come in, those of `meai.models.weights`."""
_ALPHA = "adapter.lora.alpha"
_INVOCATION = "adapter.alora.invocation_tokens"


@dataclass(frozen=True, slots=True)
class LoraHeader:
    """What an adapter says of itself."""

    name: str
    """Empty where it gives none."""
    base: str
    """The name of the model that it says it was made for, or empty."""
    architecture: str
    rank: int
    """The largest of its pairs."""
    pairs: int
    """How many of a model's tensors it changes."""
    size: int
    """Bytes of its weights."""


def is_adapter(path: Path) -> bool:
    """Whether the file at *path* says that it is an adapter; whether it is a sound one is another question."""
    said: list[object] = []
    with suppress(OSError, Refused):
        read_contents(path, lambda values: said.append(values.get("general.type")))
    return said == ["adapter"]


def check_adapter(path: Path, base: Path) -> LoraHeader:
    """Return what the adapter at *path* says of itself, once it is sound and fits the model at *base*.

    Reads all its weights. Raises ModelRefused, with one sentence that names the file and the reason.
    """
    try:
        contents = read_contents(path, _judge)
        _check_types(contents)
        pairs = dict(_pairs(contents.tensors))
        model = read_contents(base, lambda values: None)
        _check_fit(contents.values, pairs, model, base)
        _check_weights(path, contents.tensors)
    except OSError as error:
        raise ModelRefused(f"The adapter {path} cannot be read: {error.strerror}.") from error
    except Refused as reason:
        raise ModelRefused(f"The adapter {path} is not used: {reason}.") from None
    return LoraHeader(
        name=_text(contents.values, "general.name"),
        base=_text(contents.values, "general.base_model.0.name"),
        architecture=_text(contents.values, "general.architecture"),
        rank=max(_rank(a, b) for a, b in pairs.values()),
        pairs=len(pairs),
        size=sum(tensor.size for tensor in contents.tensors.values()),
    )


def _judge(values: Values) -> None:
    said = values.get("general.type")
    if said != "adapter":
        kind = "a model" if said in (None, "model") else f"“{str(said)[:40]}”"
        raise Refused(f"it is {kind} and no adapter; `meai models import` takes models")
    if _INVOCATION in values:
        raise Refused("it is an adapter that waits for certain words (aLoRA), which ME_AI does not know")
    made = values.get("adapter.type")
    if made != "lora":
        raise Refused(f"it is an adapter of the kind “{str(made)[:40]}”, and ME_AI knows LoRA alone")
    if not _text(values, "general.architecture"):
        raise Refused("it does not say for what kind of model it was made")
    alpha = values.get(_ALPHA, 0.0)
    if not isinstance(alpha, int | float) or not math.isfinite(alpha) or abs(alpha) > MOST_ALPHA:
        raise Refused(f"its strength (alpha) is {alpha}, which no training gives")


def _check_types(contents: Contents) -> None:
    # llama.cpp reads it as this type and ends the process where it is another.
    if contents.kinds.get(_ALPHA, FLOAT32) != FLOAT32:
        raise Refused("its strength (alpha) is written in another type than llama.cpp reads")


def _pairs(tensors: Mapping[str, Tensor]) -> Iterator[tuple[str, tuple[Tensor, Tensor]]]:
    """Yield the names of the model's tensors that are changed, and the two that change each."""
    parts = {name: tensor for name, tensor in tensors.items() if not name.endswith(_IGNORED)}
    for name, tensor in parts.items():
        changed = name[: -len(_A)]
        if not name.endswith((_A, _B)) or not changed or _A in changed or _B in changed:
            raise Refused(f"it has the tensor {name}, which belongs to no LoRA adapter")
        if tensor.kind not in _KINDS:
            raise Refused(f"its weights are stored in a way that adapters are not (type {tensor.kind})")
        if changed + _A not in parts or changed + _B not in parts:
            raise Refused(f"half of the pair for {changed} is missing")
        if name.endswith(_A):
            yield changed, (tensor, parts[changed + _B])
    if not parts:
        raise Refused("it changes nothing")


def _check_fit(values: Values, pairs: Mapping[str, tuple[Tensor, Tensor]], model: Contents, base: Path) -> None:
    ours, theirs = _text(values, "general.architecture"), _text(model.values, "general.architecture")
    if ours != theirs:
        raise Refused(
            f"it was made for models of the kind “{ours[:40]}”, and {base.stem} is of the kind “{theirs[:40]}”"
        )
    for name, (a, b) in pairs.items():
        changed = model.tensors.get(name)
        if changed is None:
            raise Refused(f"it was made for another model: {base.stem} has no {name}")
        if name.endswith(_WORDS):
            _check_words(changed, a, b, base, tied=_OUTPUT not in model.tensors)
        else:
            _check_pair(name, changed, a, b, base)


def _check_pair(name: str, changed: Tensor, a: Tensor, b: Tensor, base: Path) -> None:
    wide, ours, theirs = _four(changed), _four(a), _four(b)
    if len(changed.shape) < 2:
        raise Refused(f"it changes {name}, which is no matrix")
    if (wide[0], wide[1]) != (ours[0], theirs[1]) or not wide[2:] == ours[2:] == theirs[2:]:
        fits = f"{name} is {_size(changed)} there and {ours[0]} × {theirs[1]} for the adapter"
        raise Refused(f"it was made for another model than {base.stem}: {fits}")
    if ours[1] != theirs[0] or not 1 <= ours[1] <= MOST_RANK:
        raise Refused(f"the two halves of its pair for {name} do not fit each other")


def _check_words(changed: Tensor, a: Tensor, b: Tensor, base: Path, *, tied: bool) -> None:
    """Check what changes the table of words: its halves lie the other way round."""
    if tied:
        # The table is multiplied with as well, for which the halves would have to lie as elsewhere.
        raise Refused(f"it changes the table of words, which {base.stem} also writes with; llama.cpp cannot do that")
    wide, ours, theirs = _four(changed), _four(a), _four(b)
    if (wide[0], wide[1]) != (theirs[1], ours[1]):
        raise Refused(f"it was made for another model than {base.stem}, with another number of words or width")
    if ours[0] != theirs[0] or not 1 <= ours[0] <= MOST_RANK:
        raise Refused("the two halves of its pair for the table of words do not fit each other")


def _check_weights(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuse weights that are no numbers: a single one makes every answer of the model meaningless."""
    # NumPy takes a fifth of the time in which the program starts, and hardly anybody has an adapter.
    from meai.models.weights import are_numbers

    for name, tensor in tensors.items():
        if tensor.kind in _KINDS and not are_numbers(path, tensor):
            raise Refused(f"its weights in {name} are no numbers; the training went wrong, or the file is damaged")


def _rank(a: Tensor, b: Tensor) -> int:
    return min(*a.shape[:2], b.shape[0]) if len(a.shape) > 1 else 1


def _four(tensor: Tensor) -> tuple[int, int, int, int]:
    return (*tensor.shape, *(1,) * (4 - len(tensor.shape)))  # type: ignore[return-value]


def _size(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape))


def _text(values: Values, key: str) -> str:
    value = values.get(key, "")
    return value.strip() if isinstance(value, str) else ""
