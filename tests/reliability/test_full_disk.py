"""A disk without room, for real: what was there stays whole, nothing is left lying about, and a sentence says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meai.documents import tables
from meai.documents.database import Database
from meai.documents.history import History
from meai.documents.names import TEMPORARY_PREFIX
from meai.documents.store import DocumentStore
from meai.errors import DocumentNotWritten

OLD = "old words\n"
TOO_MUCH = "more words than there is room for\n" * 100_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte; only root can make one, and not everywhere."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system can be made here")
    yield disk
    subprocess.run([shutil.which("umount") or "umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_keeps_what_it_has_and_takes_what_fits_again(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "workspace").mkdir()
    database = Database(tmp_path / "history.sqlite", tables.SCHEMA)
    store = DocumentStore(small_disk / "workspace", trash=small_disk / "trash", history=History(database))
    first = store.write("a.md", OLD, base=None)
    with pytest.raises(DocumentNotWritten, match=r"“a.md” could not be saved: the disk is full\."):
        store.write("a.md", TOO_MUCH, base=first.etag)
    with pytest.raises(DocumentNotWritten, match="the disk is full"):
        store.write("b.md", TOO_MUCH, base=None)
    assert {path.name for path in (small_disk / "workspace").iterdir()} == {"a.md"}
    assert store.read("a.md").text == OLD
    # What found no room is in the history, which is on another disk.
    assert History(database).list("a.md")[0].kind == "unsaved"
    assert store.write("a.md", OLD * 2, base=first.etag).text == OLD * 2
    database.close()


def test_a_history_on_a_full_disk_costs_no_save(small_disk: Path, tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    database = Database(small_disk / "history.sqlite", tables.SCHEMA)
    store = DocumentStore(tmp_path / "workspace", trash=tmp_path / "trash", history=History(database))
    saved = store.write("a.md", OLD, base=None)
    noise = os.urandom(2_000_000).hex()
    saved = store.write("a.md", noise, base=saved.etag)
    assert (tmp_path / "workspace" / "a.md").read_text() == noise
    assert saved.warning is not None
    assert "the disk is full" in saved.warning
    (tmp_path / "workspace" / "a.md").write_text(OLD)
    assert store.write("a.md", OLD * 2, base=store.read("a.md").etag).warning is None
    assert [each.kind for each in History(database).list("a.md")] == ["save", "save"]
    database.close()


LIMITED = """
import resource, sys
from pathlib import Path
from meai.documents import files
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
path = Path(sys.argv[1])
try:
    files.save(path, b"x" * 200_000, files.snapshot(path))
except Exception as error:
    print(type(error).__name__, error)
files.save(path, b"fits", files.snapshot(path))
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
def test_a_file_that_may_not_grow_keeps_its_old_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(OLD)
    child = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True)
    assert child.stdout.startswith("DocumentNotWritten “a.md” could not be saved: ")
    assert path.read_bytes() == b"fits"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(TEMPORARY_PREFIX)] == []
