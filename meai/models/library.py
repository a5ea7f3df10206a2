"""The model files on this machine: what there is, which to use and why. Knows nothing of fetching or running them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meai.errors import ModelRefused, NoModel
from meai.models.catalogue import CatalogueEntry, checkout_models, read_catalogue
from meai.models.gguf import read_header

SUFFIX = ".gguf"


@dataclass(frozen=True, slots=True)
class Model:
    """A model file that looks usable."""

    name: str
    """The catalogue's name, or the file's name without its suffix."""
    label: str
    """What a writer reads."""
    path: Path
    size: int
    """Bytes."""
    licence: str
    """SPDX identifier, or empty for a writer's own file."""
    family: str
    """Whose prompts it was trained on, or empty where the file itself must tell."""
    why: str
    """Why this one, in a few words."""


class ModelLibrary:
    """The models in *folders*, of which those in *entries* are known by name. Reads the disk at each call."""

    def __init__(self, folders: tuple[Path, ...], entries: tuple[CatalogueEntry, ...]) -> None:
        self.folders = tuple(folder.resolve() for folder in folders)
        self.entries = entries

    @property
    def offer(self) -> CatalogueEntry | None:
        """The catalogue entry to fetch when no model is here, else None."""
        return None if self.list() or not self.entries else self.entries[0]

    def entry(self, name: str) -> CatalogueEntry:
        """Return the catalogue entry called *name*; raises NoModel, naming those there are."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries)
        raise NoModel(f"The catalogue has no model called {name}; it has {known}.")

    def list(self) -> tuple[Model, ...]:
        """Return the usable models: a writer's own first, the newest of them first, then those of the catalogue."""
        found = [model for path in self._files() if (model := self._usable(path)) is not None]
        return tuple(sorted(found, key=lambda model: (bool(model.licence), -model.path.stat().st_mtime, model.name)))

    def find(self, name_or_file: str | None) -> Model | None:
        """Return the model that *name_or_file* means, or the best there is for None.

        Raises NoModel for a name that no model has and ModelRefused for a file that is none.
        Returns None only when nothing was asked for and nothing is there.
        """
        if name_or_file is None:
            return next(iter(self.list()), None)
        try:
            path = Path(name_or_file).expanduser()
        except RuntimeError as error:
            start = Path(name_or_file).parts[0]
            raise ModelRefused(f"The model file {name_or_file} is not there: {start} names no home folder.") from error
        if path.name != name_or_file or path.is_file():
            return self._open(path.parent.resolve() / path.name, why="the file you named")
        for file in self._files():
            if name_or_file.lower() in (file.name.lower(), file.stem.lower(), self._named(file).lower()):
                return self._open(file, why="the model you named")
        raise NoModel(self._how_to_get(name_or_file))

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            if folder.is_dir():
                yield from sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX)

    def _usable(self, path: Path) -> Model | None:
        own = self._entry_of(path) is None
        try:
            return self._open(path, why=f"a model file in {path.parent}" if own else "the default model")
        except ModelRefused:
            return None

    def _open(self, path: Path, *, why: str) -> Model:
        entry = self._entry_of(path)
        size = check_model(path, expected_size=entry.size if entry else None)
        if entry is None:
            return Model(path.stem, path.stem, path, size, licence="", family="", why=why)
        return Model(entry.name, entry.label, path, size, entry.licence, entry.family, why)

    def _entry_of(self, path: Path) -> CatalogueEntry | None:
        if path.parent not in self.folders:
            return None
        return next((entry for entry in self.entries if entry.file == path.name), None)

    def _named(self, path: Path) -> str:
        entry = self._entry_of(path)
        return entry.name if entry else path.stem

    def _how_to_get(self, name: str) -> str:
        if any(entry.name == name for entry in self.entries):
            return f"The model {name} is not on this machine yet; fetch it with `meai models pull {name}`."
        here = ", ".join(model.name for model in self.list()) or "none"
        return f"There is no model called {name}; on this machine: {here}. A model file is named by its path."


def models_folder(data_dir: Path) -> Path:
    """Return where fetched models lie in *data_dir*."""
    return data_dir / "models"


def open_library(data_dir: Path) -> ModelLibrary:
    """Return the library of this installation: the checkout's models, if this is one, and those in *data_dir*."""
    folders = (checkout_models(), models_folder(data_dir))
    return ModelLibrary(tuple(folder for folder in folders if folder), read_catalogue())


def check_model(path: Path, *, expected_size: int | None = None) -> int:
    """Return the size of the model file at *path* in bytes.

    Raises ModelRefused where it is missing, not a sound GGUF file, or not of *expected_size* bytes.
    """
    if path.is_dir():
        raise ModelRefused(f"{path} is a folder; name a .gguf file in it.")
    if not path.exists():
        raise ModelRefused(f"The model file {path} is not there; check the name, or see `meai models list`.")
    size = path.stat().st_size
    if expected_size is not None and size != expected_size:
        raise ModelRefused(
            f"The model file {path} has {size} bytes instead of {expected_size}; delete it and fetch it again."
        )
    read_header(path)
    return size
