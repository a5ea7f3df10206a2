"""LoRA adapters made by hand, small and sound for a given model, or with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from meai.models.gguf_reader import read_contents

from .gguf_files import F32, FLOAT, STRING, Gguf, Tensor, value

Fill = Callable[[tuple[int, ...]], npt.NDArray[np.float32]]
QUERIES = "blk.0.attn_q.weight"


def zeros(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return np.zeros(shape, np.float32)


def noise(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    return np.random.default_rng(7).normal(0, 0.5, shape).astype(np.float32)


def pair(name: str, wide: int, high: int, *, rank: int = 2, fill: Fill = zeros) -> tuple[Tensor, Tensor]:
    """The two tensors that change a matrix of *high* rows of *wide* numbers."""
    return tensor(f"{name}.lora_a", (wide, rank), fill), tensor(f"{name}.lora_b", (rank, high), fill)


def tensor(name: str, shape: tuple[int, ...], fill: Fill = zeros) -> Tensor:
    content = fill(shape).tobytes()
    return Tensor(name, shape, FLOAT, size=len(content), content=content)


def adapter(*tensors: Tensor, architecture: str = "llama", alpha: float = 4.0) -> Gguf:
    pairs = (
        ("general.type", value(STRING, "adapter")),
        ("general.architecture", value(STRING, architecture)),
        ("general.name", value(STRING, "Voice")),
        ("adapter.type", value(STRING, "lora")),
        ("adapter.lora.alpha", value(F32, alpha)),
    )
    return replace(Gguf(), pairs=pairs, tensors=tensors)


def adapter_for(model: Path, names: Sequence[str] = (), *, rank: int = 2, fill: Fill = zeros) -> Gguf:
    """An adapter for the model file at *model*: of the tensors *names*, else of all that attention multiplies with."""
    known = read_contents(model, lambda values: None).tensors
    wanted = names or [name for name in known if ".attn_" in name and len(known[name].shape) == 2]
    shapes = ((name, known[name].shape) for name in wanted)
    return adapter(*(part for name, (wide, high) in shapes for part in pair(name, wide, high, rank=rank, fill=fill)))
