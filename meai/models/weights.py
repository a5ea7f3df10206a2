"""Whether the weights in a GGUF file are numbers at all. Knows the few ways of storing them that adapters use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from meai.models.gguf_reader import Tensor

_BFLOAT16 = 30
_STORED: dict[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("<f2"),
    8: np.dtype([("scale", "<f2"), ("q", "i1", 32)]),
    _BFLOAT16: np.dtype("<u2"),
}
"""By ggml's number of the type: 32 and 16 bits, eight bits in blocks, and bfloat16, which NumPy does not have."""
_ALL_ONES = 0x7F80
"""The exponent of what is no number in bfloat16."""


def are_numbers(path: Path, tensor: Tensor) -> bool:
    """Return whether *tensor* of the file at *path* holds no infinity and no NaN. Raises KeyError for other types."""
    stored = _STORED[tensor.kind]
    weights = np.fromfile(path, stored, tensor.size // stored.itemsize, offset=tensor.offset)
    if tensor.kind == _BFLOAT16:
        return bool(((weights & _ALL_ONES) != _ALL_ONES).all())
    return bool(np.isfinite(weights["scale"] if stored.names else weights).all())
