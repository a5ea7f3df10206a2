"""Model files that other programs keep on this machine, found without copying. Reads folders and knows no model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 500
"""Of one program; more are not looked at."""
_MOST_BYTES = 1 << 20
_PROJECTORS = re.compile(r"mmproj|-vocab|\.incomplete|imatrix", re.IGNORECASE)
_LATER_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Kept:
    """A model file that another program keeps."""

    name: str
    """What it is called there."""
    program: str
    path: Path


def find_kept(places: tuple[tuple[str, Path], ...]) -> tuple[Kept, ...]:
    """Return the model files in *places*, each a program's name and its folder; a file once, however many name it.

    The files are not opened. What cannot be read is passed over.
    """
    found: dict[Path, Kept] = {}
    for program, folder in places:
        look = _LOOKS.get(program, _files)
        for number, (name, path) in enumerate(look(folder)):
            if number >= MOST_FILES:
                break
            with suppress(OSError):
                if path.is_file():
                    found.setdefault(path.resolve(), Kept(name, program, path))
    return tuple(sorted(found.values(), key=lambda kept: (kept.program, kept.name.lower())))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the `.gguf` files below *folder* by their names."""
    with suppress(OSError):
        for path in sorted(folder.rglob("*.[gG][gG][uU][fF]")):
            if not _PROJECTORS.search(path.name) and not _LATER_PART.search(path.name):
                yield path.stem, path


def _ollama(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield Ollama's models, whose files are named by their hash and whose names stand in manifests."""
    manifests = folder / "manifests"
    with suppress(OSError):
        for manifest in sorted(path for path in manifests.rglob("*") if path.is_file()):
            *_, model, tag = manifest.relative_to(manifests).parts
            if digest := _model_digest(manifest):
                yield (model if tag == "latest" else f"{model}-{tag}"), folder / "blobs" / f"sha256-{digest}"


def _model_digest(manifest: Path) -> str | None:
    try:
        with manifest.open("rb") as file:
            layers = json.loads(file.read(_MOST_BYTES))["layers"]
        for layer in layers:
            if layer["mediaType"] == "application/vnd.ollama.image.model":
                match = _DIGEST.fullmatch(layer["digest"])
                return match[1] if match else None
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


_LOOKS: dict[str, Callable[[Path], Iterator[tuple[str, Path]]]] = {"Ollama": _ollama}
