"""How many layers of a model a GPU computes: as many as its memory has room for. Pure arithmetic; finds no device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPARE_BYTES = 600_000_000
"""What stays free on each device: llama.cpp computes there, and a screen is drawn."""


@dataclass(frozen=True, slots=True)
class Device:
    """What llama.cpp can compute on besides the processor."""

    name: str
    """As llama.cpp calls it, such as `CUDA0`."""
    label: str
    """As its maker calls it."""
    free: int
    """Bytes of its memory that nobody uses."""
    total: int


@dataclass(frozen=True, slots=True)
class Size:
    """What a model takes, as far as that depends on where it lies."""

    layers: int
    weights: int
    """Bytes."""
    cache: int
    """Bytes of its KV cache, which lies where its layers are."""

    @property
    def parts(self) -> int:
        """What can be put onto a GPU one by one: the layers, and behind them what makes words of them."""
        return self.layers + 1


@dataclass(frozen=True, slots=True)
class Offload:
    """What a GPU computes of a model."""

    layers: int = 0
    """Of `of`; 0: the processor computes all."""
    of: int = 0
    devices: tuple[str, ...] = ()
    """What it lies on, as their makers call them."""
    why: str = "no GPU that this build of llama.cpp could use"
    """A part of a sentence."""

    @property
    def sentence(self) -> str:
        """What was done, for people."""
        if not self.layers:
            return f"the processor computes all: {self.why}"
        return f"{self.layers} of {self.of} layers on {' and '.join(self.devices)}: {self.why}"


def offload(wanted: int | None, devices: Sequence[Device], size: Size) -> Offload:
    """Return what *devices* are to compute of a model of that *size*; *wanted* layers where that is not None.

    What is wanted is not doubted: it may be more than there is room for, and llama.cpp then refuses the model.
    """
    labels = tuple(device.label for device in devices)
    if not devices:
        return Offload(of=size.parts)
    if wanted is not None:
        layers = min(wanted, size.parts)
        return Offload(layers, size.parts, labels if layers else (), "as you asked for")
    room = sum(max(device.free - SPARE_BYTES, 0) for device in devices)
    if size.weights + size.cache <= room:
        return Offload(size.parts, size.parts, labels, "all of it fits")
    # The table of words weighs more than a layer, so that the last part is not thought to be as light as the others.
    layer = -(-(size.weights + size.cache) // max(size.layers, 1))
    layers = min(room // layer, max(size.layers - 1, 0))
    if not layers:
        return Offload(of=size.parts, why=f"{_megabytes(room)} of a GPU's memory are free, too little for a layer")
    return Offload(layers, size.parts, labels, f"as many as fit into the {_megabytes(room)} that are free")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
