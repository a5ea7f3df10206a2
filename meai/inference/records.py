"""What is known of model files on this machine, kept in the cache folder. Knows no model and loads no llama.cpp.

For each model file there is a record, and a requantised file beside it where that pays. A file is known by its
SHA-256, which is remembered for its path, size and time of change, so that it is not computed at each start.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from meai.inference.calibration import Calibration
from meai.inference.machine import Machine

FORMAT = 1
"""Of the records, and of the way in which files are measured and chosen; another number makes all of them anew."""
STALE_S = 15 * 60
"""A half-written file that nobody touched for so long belongs to a process that was killed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model file was seen, and what tells whether it is still the same."""

    path: str
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Place:
        """Return the place of *path* as it is now. Raises OSError."""
        status = path.stat()
        return cls(str(path.absolute()), status.st_size, status.st_mtime_ns)

    @property
    def holds(self) -> bool:
        """Whether the file is still there, unchanged."""
        try:
            return Place.of(Path(self.path)) == self
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one model file on one machine."""

    sha256: str
    """Of the source."""
    places: tuple[Place, ...]
    """Where the source lies."""
    calibration: Calibration
    """Of the file that is used."""
    note: str
    """Which file is used and why, as a part of a sentence."""
    converted: Place | None = None
    """The requantised file to use; None: the source itself."""
    mapped: bool = True
    """Whether the weights may stay in the pages of the file."""
    gpu_layers: int = 0
    """How many layers a GPU computed when it was measured."""

    def to_frame(self) -> dict[str, Any]:
        """Return the record as JSON-ready values."""
        return {**asdict(self), "calibration": self.calibration.to_frame()}

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> Record:
        """Rebuild what `to_frame` gave. Raises KeyError, TypeError or ValueError for anything else."""
        converted = frame["converted"]
        read = {
            "places": tuple(Place(**place) for place in frame["places"]),
            "calibration": Calibration.from_frame(frame["calibration"]),
            "converted": Place(**converted) if converted else None,
        }
        return cls(**{**frame, **read})


class Records:
    """The records of *machine* in *folder*. Writing raises OSError; what cannot be read is as if it were not there."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.folder = folder
        self._machine = machine

    def ready(self) -> bool:
        """Make the folder, and return whether it can be written."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder.is_dir() and os.access(self.folder, os.W_OK)

    def find(self, path: Path) -> Record | None:
        """Return what is known of the model file at *path*, as far as its path, size and time of change tell."""
        try:
            place = Place.of(path)
        except OSError:
            return None
        return next((record for _, record in self._mine() if place in record.places), None)

    def of_content(self, sha256: str) -> Record | None:
        """Return what is known of the model file with that SHA-256."""
        record = self._read(self.folder / f"{self._key(sha256)}.json")
        return record if record is not None and record.sha256 == sha256 else None

    def all(self) -> tuple[Record, ...]:
        """Return what is known of every model file on this machine."""
        return tuple(record for _, record in self._mine())

    def save(self, record: Record) -> None:
        """Keep *record* in place of any other of that file."""
        frame = {"format": FORMAT, "machine": self._machine.to_frame(), **record.to_frame()}
        self._write(f"{self._key(record.sha256)}.json", frame)

    def drop(self, record: Record) -> None:
        """Forget *record* and delete its requantised file."""
        self._remove(self._key(record.sha256))

    def converted_path(self, sha256: str) -> Path:
        """Return where the requantised file of a source belongs."""
        return self.folder / f"{self._key(sha256)}.gguf"

    def partial_path(self, sha256: str) -> Path:
        """Return where this process may write it meanwhile."""
        return self.folder / f"{self._key(sha256)}.{os.getpid()}.partial"

    def begin(self, sha256: str) -> int:
        """Note that requantising is about to begin; return how often it was begun and not ended before.

        What an earlier one left half written is deleted.
        """
        marker = self._marker(sha256)
        try:
            begun = int(json.loads(marker.read_bytes())["begun"])
        except (OSError, ValueError, KeyError, TypeError):
            begun = 0
        for left in self.folder.glob(f"{self._key(sha256)}.*.partial") if begun else ():
            left.unlink(missing_ok=True)
        self._write(marker.name, {"begun": begun + 1})
        return begun

    def end(self, sha256: str) -> None:
        """Note that requantising came to an end, a good one or not."""
        with suppress(OSError):
            self._marker(sha256).unlink(missing_ok=True)
            self.partial_path(sha256).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what belongs to files that are gone or to other versions of llama.cpp, and what was left half done."""
        for name, record in self._every():
            if record is None or not any(place.holds for place in record.places):
                self._remove(name)
        with suppress(OSError):
            for left in self.folder.glob("*.partial"):
                if time.time() - left.stat().st_mtime > STALE_S:
                    left.unlink(missing_ok=True)

    def _mine(self) -> Iterator[tuple[str, Record]]:
        for name, record in self._every():
            if record is not None and name == self._key(record.sha256):
                yield name, record

    def _every(self) -> Iterator[tuple[str, Record | None]]:
        """Yield the names of all records of this processor, None for one that this version cannot use."""
        with suppress(OSError):
            for path in sorted(self.folder.glob("*.json")):
                with suppress(OSError):
                    if self._is_ours(path):
                        yield path.stem, self._read(path)

    def _is_ours(self, path: Path) -> bool:
        """Whether the record is of this processor, or of nobody: a cache folder may be shared by several machines."""
        try:
            machine = dict(json.loads(path.read_bytes())["machine"])
        except (ValueError, KeyError, TypeError):
            return True
        mine = self._machine.to_frame()
        return all(machine.get(name) == mine[name] for name in ("cpu", "features", "threads"))

    def _read(self, path: Path) -> Record | None:
        try:
            frame = json.loads(path.read_bytes())
            if frame.pop("format") != FORMAT or frame.pop("machine") != self._machine.to_frame():
                return None
            return Record.from_frame(frame)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _write(self, name: str, frame: dict[str, Any]) -> None:
        temporary = self.folder / f"{name}.{os.getpid()}.partial"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(frame, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.folder / name)

    def _remove(self, name: str) -> None:
        with suppress(OSError):
            (self.folder / f"{name}.json").unlink(missing_ok=True)
            (self.folder / f"{name}.gguf").unlink(missing_ok=True)

    def _marker(self, sha256: str) -> Path:
        return self.folder / f"{self._key(sha256)}.begun"

    def _key(self, sha256: str) -> str:
        return f"{sha256[:16]}-{self._machine.key}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file at *path*, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seen_at(record: Record, place: Place) -> Record:
    """Return *record* with *place* among its places, and without those that no longer hold."""
    return replace(record, places=(*(each for each in record.places if each.holds and each != place), place))
