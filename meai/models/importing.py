"""Bring a model file of this machine into the library, by a link or a copy, and take one out again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from meai.errors import BadInput, ModelRefused
from meai.models.catalogue import megabytes
from meai.models.choices import Choices
from meai.models.library import SUFFIX, Model, ModelLibrary, check_model

_CHUNK_BYTES = 4 << 20
SPARE_BYTES = 200_000_000
"""What must stay free on the disk."""


def import_model(
    library: ModelLibrary, path: Path, *, copy: bool, progress: Callable[[int, int], None] = lambda done, total: None
) -> Model:
    """Add the model file at *path* to *library* and return it; its bytes are judged before anything else.

    It stays where it is, or with *copy* is copied into the models folder; *progress* then hears bytes done and in all.
    Raises ModelRefused for a file that is no sound model, BadInput for a name that is taken or a full disk.
    """
    path = path.expanduser().absolute()
    check_model(path)
    name = path.stem if path.suffix.lower() == SUFFIX else path.name
    taken = _named(library, name)
    if taken is not None and not copy and taken.path.resolve() == path.resolve():
        return taken
    check_name(library, name)
    if copy:
        _copy(path, library.folders[-1] / f"{name}{SUFFIX}", progress)
    else:
        choices_of(library).link(name, path)
    return present(library, name)


def path_of(place: str) -> Path:
    """Return the file that *place* means: a whole path as people copy it, in quotes too, or a `file:` address.

    Raises BadInput for anything else, such as a path that depends on where this program was started.
    """
    said = place.strip().strip("\"'")
    if said.lower().startswith("file:"):
        said = url2pathname(urlsplit(said).path)
    try:
        path = Path(said).expanduser()
    except RuntimeError as error:
        raise BadInput(f"{said} is not there: {Path(said).parts[0]} names no home folder.") from error
    if not said or "\0" in said or not path.is_absolute():
        raise BadInput("Give the whole path of the file, such as /home/me/models/mine.gguf.")
    return path


def check_name(library: ModelLibrary, name: str) -> None:
    """Raise BadInput where a model of *library* is called *name* already, in whatever case."""
    taken = _named(library, name)
    if taken is not None:
        raise BadInput(f"There is a model called {name} already ({taken.path}); rename the file and try again.")


def adopt(library: ModelLibrary, name: str) -> Model:
    """Return the model called *name*; one that another program keeps is linked first, so that it is found again."""
    model = library.find(name)
    assert model is not None
    if not model.program:
        return model
    choices_of(library).link(model.name, model.path)
    return present(library, model.name)


def use(library: ModelLibrary, name: str) -> Model:
    """Remember that the model *name* is the one to use, and return it. Raises NoModel, ModelRefused or BadInput."""
    path = Path(name).expanduser()
    known = path.name != name and path.is_file()
    model = import_model(library, path, copy=False) if known else adopt(library, name)
    choices_of(library).use(model.name)
    return model


def remove(library: ModelLibrary, name: str) -> str:
    """Take the model *name* out of *library* and return what was done, as a sentence.

    A file in the models folder is deleted; one that is only linked stays where it is. Raises NoModel and BadInput.
    """
    model = library.find(name)
    assert model is not None
    if model.program:
        raise BadInput(f"{model.name} is kept by {model.program}; remove it there.")
    linked = choices_of(library).read().linked
    if model.path.parent not in library.folders and model.name not in linked:
        raise BadInput(f"{model.path} is no model of the library, so there is nothing to remove.")
    if model.name not in linked:
        try:
            model.path.unlink()
        except OSError as error:
            raise BadInput(f"{model.path} cannot be deleted: {error.strerror}.") from error
    choices_of(library).forget(model.name)
    if model.name in linked:
        return f"{model.label} is no longer listed; its file stays at {model.path}."
    return f"{model.label} is deleted, which frees {megabytes(model.size)}."


def choices_of(library: ModelLibrary) -> Choices:
    """Return where the choices of *library* are kept; raises BadInput for a library that keeps none."""
    if library.choices is None:
        raise BadInput("Nothing can be chosen in this library, as it keeps no choices.")
    return library.choices


def present(library: ModelLibrary, name: str) -> Model:
    """Return the model *name*, which was just added to *library*. Raises ModelRefused where it went away meanwhile."""
    model = library.find(name)
    if model is None:
        raise ModelRefused(f"The model {name} is not there any more.")
    return model


def _named(library: ModelLibrary, name: str) -> Model | None:
    return next((model for model in library.list() if model.name.lower() == name.lower()), None)


def _copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copy *source*; what is half copied never has the name of a model."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        size = source.stat().st_size
        free = shutil.disk_usage(target.parent).free
        if free < size + SPARE_BYTES:
            raise BadInput(
                f"{source.name} has {megabytes(size)} and {target.parent} has {megabytes(free)} free; "
                "make room, or link it instead of copying it."
            )
        with source.open("rb") as read, partial.open("wb") as write:
            done = 0
            while chunk := read.read(_CHUNK_BYTES):
                write.write(chunk)
                done += len(chunk)
                progress(done, size)
            write.flush()
            os.fsync(write.fileno())
        check_model(partial)
        os.replace(partial, target)
    except OSError as error:
        raise BadInput(f"{source} cannot be copied to {target.parent}: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
