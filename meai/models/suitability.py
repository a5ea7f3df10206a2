"""What a model would take of a machine: memory, and how fast it would write. Pure arithmetic on given figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

CONTEXT_TOKENS = 4096
"""How much context a model is loaded with, where it has that much."""
SPARE_BYTES = 250_000_000
"""For the process, its buffers and its library."""
MOST_FASTER = 2.0
"""A smaller model gains less than its size says, as there is more to a token than its weights."""
COMFORT = 0.6
"""With more than this part of the memory, a browser and other programs get slow."""

Fit: TypeAlias = Literal["fits", "tight", "too-large", "unknown"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one model file was measured to do on this machine."""

    size: int
    """Bytes of the model file."""
    reads_per_s: float
    writes_per_s: float


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a model reads and writes, in tokens per second."""

    reads_per_s: float
    writes_per_s: float
    measured: bool
    """False: estimated from another model's figures."""


@dataclass(frozen=True, slots=True)
class Computer:
    """What is known of this machine. *measured* gives what was measured of a file, None where nothing was."""

    memory: int
    """Bytes; 0 where unknown."""
    measured: Callable[[Path], Measured | None]
    reference: Measured | None
    """Any model that was measured, to estimate others by."""


def memory_needed(size: int, cache_bytes_per_token: int, context_length: int) -> int:
    """Return the bytes of memory that a model file of *size* bytes takes when it is loaded."""
    tokens = min(context_length, CONTEXT_TOKENS) or CONTEXT_TOKENS
    return size + tokens * cache_bytes_per_token + SPARE_BYTES


def fit(needed: int, memory: int) -> Fit:
    """Return whether a model that needs so many bytes goes well with a machine of so much *memory*."""
    if not memory:
        return "unknown"
    if needed > 0.9 * memory:
        return "too-large"
    return "tight" if needed > COMFORT * memory else "fits"


def speed(computer: Computer, size: int, path: Path | None = None) -> Speed | None:
    """Return how fast a file of *size* bytes is, measured at *path* where it was, else estimated; None: unknown.

    A token costs reading all weights once, so that time goes with the size of the file.
    """
    known = computer.measured(path) if path is not None else None
    if known is not None:
        return Speed(known.reads_per_s, known.writes_per_s, measured=True)
    if computer.reference is None:
        return None
    part = min(computer.reference.size / max(size, 1), MOST_FASTER)
    return Speed(computer.reference.reads_per_s * part, computer.reference.writes_per_s * part, measured=False)
