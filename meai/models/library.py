"""The model files on this machine: what there is, which to use and why. Knows nothing of fetching or running them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meai.errors import MeaiError, ModelRefused, NoModel
from meai.models.catalogue import CatalogueEntry, checkout_models, read_catalogue
from meai.models.choices import Choices
from meai.models.elsewhere import find_kept
from meai.models.gguf import Header, read_header

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
    header: Header | None = None
    """What the file says of itself."""
    program: str = ""
    """The other program whose file it is; empty for one of this library."""


class ModelLibrary:
    """The models in *folders*, of which those in *entries* are known by name, and those that *choices* link to.

    Other programs' files are looked for in *elsewhere*. Reads the disk at each call; a file that has not changed is
    judged once.
    """

    def __init__(
        self,
        folders: tuple[Path, ...],
        entries: tuple[CatalogueEntry, ...],
        choices: Choices | None = None,
        elsewhere: tuple[tuple[str, Path], ...] = (),
    ) -> None:
        self.folders = tuple(folder.resolve() for folder in folders)
        self.entries = entries
        self.choices = choices
        self._elsewhere = elsewhere
        self._judged: dict[tuple[Path, int, int], Header | str] = {}

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
        found = [model for name, path in self._files() if (model := self._usable(name, path)) is not None]
        return tuple(sorted(found, key=lambda model: (bool(model.licence), -model.path.stat().st_mtime, model.name)))

    def keeps(self, path: Path) -> bool:
        """Whether the file at *path* is in this library, in its folders or linked, and not merely used by its path."""
        return path.resolve() in {mine.resolve() for _, mine in self._files()}

    def kept_elsewhere(self) -> tuple[Model, ...]:
        """Return the usable models that other programs keep and this library does not have."""
        mine = {path.resolve() for _, path in self._files()}
        found: list[Model] = []
        for kept in find_kept(self._elsewhere):
            if kept.path.resolve() not in mine:
                try:
                    found.append(self._open(kept.name, kept.path, why=f"kept by {kept.program}", program=kept.program))
                except ModelRefused:
                    continue
        return tuple(found)

    def find(self, name_or_file: str | None) -> Model | None:
        """Return the model that *name_or_file* means; for None the chosen one, or the best there is.

        Raises NoModel for a name that no model has and ModelRefused for a file that is none.
        Returns None only when nothing was asked for and nothing is there.
        """
        if name_or_file is None:
            return self._chosen() or next(iter(self.list()), None)
        try:
            path = Path(name_or_file).expanduser()
        except RuntimeError as error:
            start = Path(name_or_file).parts[0]
            raise ModelRefused(f"The model file {name_or_file} is not there: {start} names no home folder.") from error
        if path.name != name_or_file or path.is_file():
            return self._open(path.stem, path.parent.resolve() / path.name, why="the file you named")
        for name, file in self._files():
            if name_or_file.lower() in (file.name.lower(), name.lower(), self._named(name, file).lower()):
                return self._open(name, file, why="the model you named")
        for model in self.kept_elsewhere():
            if model.name.lower() == name_or_file.lower():
                return model
        raise NoModel(self._how_to_get(name_or_file))

    def _chosen(self) -> Model | None:
        """Return the model that the writer chose, as long as it is there and sound."""
        use = self.choices.read().use if self.choices is not None else None
        try:
            return self.find(use) if use else None
        except MeaiError:
            return None

    def _files(self) -> Iterator[tuple[str, Path]]:
        """Yield the model files by name."""
        for folder in self.folders:
            if folder.is_dir():
                for path in sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX):
                    yield path.stem, path
        if self.choices is not None:
            yield from ((name, Path(path)) for name, path in self.choices.read().linked.items())

    def _usable(self, name: str, path: Path) -> Model | None:
        own = self._entry_of(path) is None
        try:
            return self._open(name, path, why=f"a model file in {path.parent}" if own else "the default model")
        except ModelRefused:
            return None

    def _open(self, name: str, path: Path, *, why: str, program: str = "") -> Model:
        entry = self._entry_of(path)
        header = self._judge(path, self._expected_size(entry) if entry else None)
        size = path.stat().st_size
        if entry is None:
            return Model(name, name, path, size, "", "", why, header, program)
        return Model(entry.name, entry.label, path, size, entry.licence, entry.family, why, header)

    def _judge(self, path: Path, expected_size: int | None) -> Header:
        try:
            status = path.stat()
        except OSError:
            return check_model(path, expected_size=expected_size)
        if expected_size is not None and status.st_size != expected_size:
            return check_model(path, expected_size=expected_size)
        key = path, status.st_size, status.st_mtime_ns
        verdict = self._judged.get(key)
        if verdict is None:
            try:
                verdict = check_model(path)
            except ModelRefused as refused:
                verdict = str(refused)
            self._judged[key] = verdict
        if isinstance(verdict, str):
            raise ModelRefused(verdict)
        return verdict

    def _expected_size(self, entry: CatalogueEntry) -> int | None:
        if entry.sha256:
            return entry.size
        learnt = self.choices.read().learnt.get(entry.name) if self.choices is not None else None
        return learnt.size if learnt is not None else None

    def _entry_of(self, path: Path) -> CatalogueEntry | None:
        if path.parent not in self.folders:
            return None
        return next((entry for entry in self.entries if entry.file == path.name), None)

    def _named(self, name: str, path: Path) -> str:
        entry = self._entry_of(path)
        return entry.name if entry else name

    def _how_to_get(self, name: str) -> str:
        if any(entry.name == name for entry in self.entries):
            return f"The model {name} is not on this machine yet; fetch it with `meai models pull {name}`."
        here = ", ".join(model.name for model in self.list()) or "none"
        return f"There is no model called {name}; on this machine: {here}. A model file is named by its path."


def models_folder(data_dir: Path) -> Path:
    """Return where fetched models lie in *data_dir*."""
    return data_dir / "models"


def open_library(data_dir: Path, elsewhere: tuple[tuple[str, Path], ...] = ()) -> ModelLibrary:
    """Return the library of this installation: the checkout's models, if this is one, and those in *data_dir*.

    Files of other programs are looked for in *elsewhere*: each a program's name and its folder.
    """
    folders = (checkout_models(), models_folder(data_dir))
    choices = Choices(models_folder(data_dir) / "choices.json")
    return ModelLibrary(tuple(folder for folder in folders if folder), read_catalogue(), choices, elsewhere)


def check_model(path: Path, *, expected_size: int | None = None) -> Header:
    """Return what the model file at *path* says of itself.

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
    return read_header(path)
