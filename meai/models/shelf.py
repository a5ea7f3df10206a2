"""Every model that one could use, with what it would take of this machine. Knows nothing of how it is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from meai.errors import BadInput, NoModel
from meai.models.catalogue import PERMISSIVE, CatalogueEntry, HubSource, Quality, WheelSource
from meai.models.download import fetched_bytes
from meai.models.library import Model, ModelLibrary
from meai.models.suitability import Computer, Fit, fit, memory_needed, speed

READING_PER_S = 6.0
"""Tokens that people read in a second; a model that writes more slowly is waited for."""

Where: TypeAlias = Literal["here", "named", "elsewhere", "begun", "to-fetch"]


@dataclass(frozen=True, slots=True)
class Card:
    """One model, as a person chooses by it."""

    name: str
    label: str
    where: Where
    """In the library, used by its path alone, kept by another program, half fetched, or only in the catalogue."""
    size: int
    """Bytes; about, where it is not here and its hash is yet to be learnt."""
    licence: str
    """SPDX identifier, what the file's maker wrote, or empty."""
    licence_url: str
    origin: str
    """Where it lies, which program keeps it, or where it comes from, in a few words."""
    path: str
    """Empty where it is not on this machine."""
    context_length: int
    """Tokens; 0 where unknown."""
    languages: tuple[str, ...]
    good_at: str
    actions: tuple[str, ...]
    """What of a writer's actions it is fit for; none where that is unknown."""
    quality: Quality | None
    """What was measured of it; else `good_at` and `actions` are what its size lets expect."""
    note: str
    sha256: str
    """Empty where it is learnt at the first download, or was not computed."""
    memory: int
    """Bytes it takes when it is loaded."""
    fit: Fit
    reads_per_s: float | None
    writes_per_s: float | None
    """Tokens; None where nothing was measured to estimate it by."""
    measured: bool
    """Whether the speed was measured here; else it is an estimate."""
    done: int
    """Bytes that came, of one that is half fetched."""
    community: bool


def cards(library: ModelLibrary, folder: Path, computer: Computer, named: Model | None = None) -> tuple[Card, ...]:
    """Return the models here, those that other programs keep, and those to fetch into *folder*, in this order.

    *named*, a model that was asked for by its path, stands first where the library does not have it.
    """
    here = library.list()
    outside = [named] if named is not None and not library.keeps(named.path) else []
    names = {model.name for model in (*here, *outside)}
    elsewhere = [model for model in library.kept_elsewhere() if model.path not in {one.path for one in outside}]
    return (
        *(replace(_of_model(library, model, computer), where="named") for model in outside),
        *(_of_model(library, model, computer) for model in (*here, *elsewhere)),
        *(_of_entry(library, entry, folder, computer) for entry in library.entries if entry.name not in names),
    )


def card(library: ModelLibrary, folder: Path, computer: Computer, name_or_file: str) -> Card:
    """Return what is known of one model, here or in the catalogue. Raises NoModel or ModelRefused."""
    try:
        model = library.find(name_or_file)
    except NoModel:
        entry = next((entry for entry in library.entries if entry.name == name_or_file), None)
        if entry is None:
            raise
        return _of_entry(library, entry, folder, computer)
    assert model is not None
    return _of_model(library, model, computer)


def better(listed: Sequence[Card], used: str) -> Card | None:
    """Return which of *listed* to offer a writer who uses the catalogue's *used*: fit for more, and at home here.

    That is the largest of those that fit the memory and write at least as fast as people read, whose licence lets them
    be used for anything and whose publisher runs the source. None where there is none, or the speed is unknown.
    """
    now = next((card for card in listed if card.name == used), None)
    if now is None or not now.actions:
        return None
    offered = [card for card in listed if card.where in ("begun", "to-fetch") and _suits(card, len(now.actions))]
    return max(offered, key=lambda card: (len(card.actions), card.size), default=None)


def _suits(card: Card, actions: int) -> bool:
    quick = card.writes_per_s is not None and card.writes_per_s >= READING_PER_S
    allowed = card.licence in PERMISSIVE and not card.community
    return len(card.actions) > actions and card.fit == "fits" and quick and allowed


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file at *path*, in hexadecimal; takes a second for some gigabytes. Raises BadInput."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error


def _of_model(library: ModelLibrary, model: Model, computer: Computer) -> Card:
    entry = next((one for one in library.entries if one.name == model.name and model.licence), None)
    header = model.header
    context = header.context_length if header is not None else 0
    needed = memory_needed(model.size, header.cache_bytes_per_token if header is not None else 0, context)
    pace = speed(computer, model.size, model.path)
    return Card(
        name=model.name,
        label=model.label,
        where="elsewhere" if model.program else "here",
        size=model.size,
        licence=model.licence or (header.licence if header is not None else ""),
        licence_url=entry.licence_url if entry is not None else "",
        origin=model.program or str(model.path.parent),
        path=str(model.path),
        context_length=context,
        languages=entry.languages if entry is not None else (),
        good_at=entry.good_at if entry is not None else "",
        actions=entry.actions if entry is not None else (),
        quality=entry.quality if entry is not None else None,
        note=entry.note if entry is not None else "",
        sha256=_sha256(library, entry) if entry is not None else "",
        memory=needed,
        fit=fit(needed, computer.memory),
        reads_per_s=pace.reads_per_s if pace is not None else None,
        writes_per_s=pace.writes_per_s if pace is not None else None,
        measured=pace.measured if pace is not None else False,
        done=0,
        community=entry.community if entry is not None else False,
    )


def _of_entry(library: ModelLibrary, entry: CatalogueEntry, folder: Path, computer: Computer) -> Card:
    needed = memory_needed(entry.size, entry.cache_bytes_per_token, entry.context_length)
    pace = speed(computer, entry.size)
    done = fetched_bytes(entry, folder)
    return Card(
        name=entry.name,
        label=entry.label,
        where="begun" if done else "to-fetch",
        size=entry.size,
        licence=entry.licence,
        licence_url=entry.licence_url,
        origin=_origin(entry),
        path="",
        context_length=entry.context_length,
        languages=entry.languages,
        good_at=entry.good_at,
        actions=entry.actions,
        quality=entry.quality,
        note=entry.note,
        sha256=_sha256(library, entry),
        memory=needed,
        fit=fit(needed, computer.memory),
        reads_per_s=pace.reads_per_s if pace is not None else None,
        writes_per_s=pace.writes_per_s if pace is not None else None,
        measured=False,
        done=done,
        community=entry.community,
    )


def _sha256(library: ModelLibrary, entry: CatalogueEntry) -> str:
    learnt = library.choices.read().learnt.get(entry.name) if library.choices is not None else None
    return entry.sha256 or (learnt.sha256 if learnt is not None else "")


def _origin(entry: CatalogueEntry) -> str:
    source = entry.source
    if isinstance(source, WheelSource):
        return "the Python package index, from a mirror" if entry.community else "the Python package index"
    return "Hugging Face" if isinstance(source, HubSource) else urlsplit(source.url).hostname or source.url
