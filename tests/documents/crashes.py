"""A disk that the power may leave at any moment: what was asked of it, and everything that may be left then.

Bytes that no sync of their file follows may have arrived by half; names that no sync of their folder follows may be
lost, each by itself. Folders are created in their parents, and lost with all that is in them. Judges nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

FOLDER = None
"""What a path holds that is a folder."""

State = dict[str, bytes]
"""The files below the root by their paths, with `/`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing asked of the disk."""

    kind: str
    path: str
    to: str = ""
    """The other name of a `replace`, `rename` or `link`."""
    offset: int = 0
    data: bytes | None = None
    """What is written at *offset*; None cuts the file there."""
    told: frozenset[str] = frozenset()
    """What something else than this disk holds durably from here on."""

    @property
    def folders(self) -> set[str]:
        """Those whose entries it changes."""
        changed = [self.to] if self.kind == "link" else [self.path, self.to]
        return {str(PurePosixPath(path).parent) for path in changed if path}


@dataclass
class Disk:
    """Records what is asked of the disk below *root*, and rebuilds what may be left of it."""

    root: Path
    known: frozenset[str] = frozenset()
    """What something else holds durably from the beginning."""
    record: list[Step] = field(default_factory=list)
    _paths: dict[int, str] = field(default_factory=dict)
    _offsets: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = {self._name(path): path for path in self.root.rglob("*")}
        self._start = {name: (path.stat().st_ino, _content(path)) for name, path in found.items()}

    def note(self, told: frozenset[str]) -> None:
        """Record that something else holds *told* durably from now on."""
        self.record.append(Step("told", "", told=told))

    def told(self, steps: int) -> frozenset[str]:
        """Return what was noted last within *steps* steps."""
        notes = [step.told for step in self.record[:steps] if step.kind == "told"]
        return notes[-1] if notes else self.known

    def states(self, steps: int) -> Iterator[State]:
        """Yield each content of the disk that a power cut after *steps* steps may leave."""
        record = self.record[:steps]
        named = [index for index, step in enumerate(record) if step.kind not in ("change", "sync", "told")]
        unsure = [index for index in named if not self._is_synced(record, index)]
        for number in range(len(unsure) + 1):
            for lost in combinations(unsure, number):
                yield from (self._rebuilt(record, set(lost), torn) for torn in (False, True))

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        """Let whatever is asked of `os` be recorded, and done."""
        real = {name: getattr(os, name) for name in ("open", "write", "fsync", "ftruncate", "unlink", "mkdir", "rmdir")}

        def open_(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
            handle: int = real["open"](path, flags, *arguments, **options)
            self._paths[handle] = name = self._name(path, options.get("dir_fd"))
            self._offsets[handle] = 0
            if new:
                self._record(Step("create", name))
            if flags & os.O_TRUNC:
                self._record(Step("change", name))
            return handle

        def write(handle: int, data: Any) -> int:
            self._record(Step("change", self._paths[handle], offset=self._offsets[handle], data=bytes(data)))
            done: int = real["write"](handle, data)
            self._offsets[handle] += done
            return done

        def ftruncate(handle: int, length: int) -> None:
            self._record(Step("change", self._paths[handle], offset=length))
            real["ftruncate"](handle, length)

        def fsync(handle: int) -> None:
            self._record(Step("sync", self._paths[handle]))

        def one(kind: str) -> Callable[..., None]:
            def call(path: Any, *arguments: Any, **options: Any) -> None:
                real[kind](path, *arguments, **options)
                self._record(Step(kind, self._name(path, options.get("dir_fd"))))

            return call

        def two(kind: str) -> Callable[..., None]:
            work = getattr(os, kind)

            def call(source: Any, target: Any, **options: Any) -> None:
                work(source, target, **options)
                self._record(Step(kind, self._name(source), self._name(target)))

            return call

        patched: dict[str, Any] = {"open": open_, "write": write, "ftruncate": ftruncate, "fsync": fsync}
        patched |= {kind: one(kind) for kind in ("unlink", "mkdir", "rmdir")}
        patched |= {kind: two(kind) for kind in ("replace", "rename", "link")}
        for name, function in patched.items():
            patch.setattr(os, name, function)

    def _name(self, path: Any, folder: int | None = None) -> str:
        """Return *path* as it is below the root; one outside of it begins with `..`."""
        if folder is not None:
            return f"{self._paths[folder]}/{os.fspath(path)}"
        return Path(os.path.relpath(os.fspath(path), self.root)).as_posix()

    def _record(self, step: Step) -> None:
        if not step.path.startswith(".."):
            self.record.append(step)

    @staticmethod
    def _is_synced(record: list[Step], index: int) -> bool:
        synced = {step.path for step in record[index:] if step.kind == "sync"}
        return record[index].folders <= synced

    def _rebuilt(self, record: list[Step], lost: set[int], torn: bool) -> State:
        cells: dict[str, list[bytes] | None] = {}
        inodes = {inode: None if data is FOLDER else [data] for inode, data in self._start.values()}
        for name, (inode, _) in self._start.items():
            cells[name] = inodes[inode]
        entries = dict(cells)
        for index, step in enumerate(record):
            if step.kind == "create":
                cells[step.path] = [b""]
            elif step.kind == "mkdir":
                cells[step.path] = FOLDER
            elif step.kind == "change":
                cell = cells[step.path]
                assert cell is not None
                whole = not torn or any(each.kind == "sync" and each.path == step.path for each in record[index:])
                cell[0] = _changed(cell[0], step.offset, step.data, whole)
            elif step.to:
                cells[step.to] = cells[step.path]
            if index not in lost:
                _enter(entries, step, cells)
        return {name: cell[0] for name, cell in entries.items() if cell is not None and _is_reached(name, entries)}


def _content(path: Path) -> bytes | None:
    return FOLDER if path.is_dir() else path.read_bytes()


def _enter(entries: dict[str, list[bytes] | None], step: Step, cells: dict[str, list[bytes] | None]) -> None:
    """Let *step* change the names in *entries*."""
    if step.kind in ("create", "mkdir"):
        entries[step.path] = cells[step.path]
    elif step.kind in ("unlink", "rmdir"):
        entries.pop(step.path, None)
    elif step.to and step.path in entries:
        entries[step.to] = entries[step.path]
        if step.kind != "link":
            del entries[step.path]


def _is_reached(name: str, entries: dict[str, list[bytes] | None]) -> bool:
    """Whether all the folders to *name* are there."""
    return all(str(parent) in entries for parent in PurePosixPath(name).parents if str(parent) != ".")


def _changed(cell: bytes, offset: int, data: bytes | None, whole: bool) -> bytes:
    """Return what a write of *data*, or None for a cut, makes of *cell*; of one that is not whole, half arrives."""
    if data is None:
        return cell[:offset] if whole else cell
    data = data if whole else data[: len(data) // 2]
    return cell[:offset] + data + cell[offset + len(data) :]
