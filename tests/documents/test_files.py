"""A save is all or nothing: at every error of the disk, at every moment of a crash, under a kill."""

import errno
import hashlib
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from meai.documents import files
from meai.documents.names import TEMPORARY_PREFIX
from meai.errors import (
    DocumentConflict,
    DocumentExists,
    DocumentNotFound,
    DocumentNotWritten,
    DocumentUnreadable,
)
from tests.documents.crashes import Disk

OLD, NEW = b"old bytes\n" * 5, b"new bytes, and more of them\n" * 5
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")
not_root = pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may do anything")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(OLD)
    return path


def overwrite(path: Path) -> None:
    files.save(path, NEW, files.snapshot(path))


def overwrite_linked(path: Path) -> None:
    """Overwrite *path*, which `linked` has given a second name and so must stay in place."""
    assert path.stat().st_nlink == 2
    overwrite(path)


def create(path: Path) -> None:
    files.save(path.with_name("new.md"), NEW, None)


def rename(path: Path) -> None:
    files.move(path, path.with_name("renamed.md"))


def delete(path: Path) -> None:
    files.remove(path, files.snapshot(path))


def test_a_save_is_read_back(document: Path) -> None:
    overwrite(document)
    create(document)
    assert document.read_bytes() == NEW == document.with_name("new.md").read_bytes()
    assert sorted(os.listdir(document.parent)) == ["a.md", "new.md"]


def test_identical_bytes_are_not_written(document: Path) -> None:
    os.utime(document, ns=(1, 1))
    before = document.stat()
    files.save(document, OLD, files.snapshot(document))
    after = document.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@posix
def test_the_mode_is_kept(document: Path) -> None:
    document.chmod(0o640)
    overwrite(document)
    assert stat.S_IMODE(document.stat().st_mode) == 0o640


@posix
def test_a_new_document_has_the_mode_that_the_umask_allows(tmp_path: Path) -> None:
    (tmp_path / "touched").touch()
    files.save(tmp_path / "new.md", NEW, None)
    assert (tmp_path / "new.md").stat().st_mode == (tmp_path / "touched").stat().st_mode


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes are read on Linux only")
def test_tags_are_kept(document: Path) -> None:
    try:
        os.setxattr(document, "user.tag", b"draft")
    except OSError:
        pytest.skip("this file system keeps no tags")
    overwrite(document)
    assert os.getxattr(document, "user.tag") == b"draft"


def linked(document: Path) -> Path:
    """Give *document* a second name."""
    twin = document.with_name("twin.md")
    os.link(document, twin)
    return twin


def fill_the_disk(patch: pytest.MonkeyPatch, *, whenever: Callable[[bytes], bool]) -> None:
    """Let writes of the bytes meant stop after seven of them."""
    write = os.write

    def stopped(handle: int, data: Any) -> int:
        if whenever(bytes(data)):
            write(handle, bytes(data)[:7])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    patch.setattr(os, "write", stopped)


@posix
def test_a_hard_link_is_kept(document: Path) -> None:
    twin = linked(document)
    overwrite(document)
    assert twin.read_bytes() == NEW
    assert sorted(os.listdir(document.parent)) == ["a.md", "twin.md"]


@posix
@pytest.mark.parametrize("full_at", [OLD, NEW], ids=["the backup", "the file"])
def test_a_hard_link_has_its_old_bytes_after_a_full_disk(
    document: Path, full_at: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(document)
    fill_the_disk(monkeypatch, whenever=lambda data: data == full_at)
    with pytest.raises(DocumentNotWritten, match="the disk is full"):
        overwrite(document)
    assert document.read_bytes() == OLD
    assert sorted(os.listdir(document.parent)) == ["a.md", "twin.md"]


@posix
def test_a_backup_stays_when_the_old_bytes_cannot_be_put_back(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(document)
    writes: list[bytes] = []

    def all_but_the_first(data: bytes) -> bool:
        writes.append(data)
        return len(writes) > 1

    fill_the_disk(monkeypatch, whenever=all_but_the_first)
    with pytest.raises(DocumentNotWritten, match=r"“a.md” is damaged, because the disk is full; .* is in “\..*backup”"):
        overwrite(document)
    (backup,) = document.parent.glob(f"{TEMPORARY_PREFIX}*.backup")
    assert backup.read_bytes() == OLD


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644])
def test_a_backup_is_as_private_as_its_document(document: Path, mode: int, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(document)
    document.chmod(mode)
    ftruncate, seen = os.ftruncate, []

    def look(handle: int, length: int) -> None:
        seen.extend(path.stat().st_mode for path in document.parent.glob(f"{TEMPORARY_PREFIX}*"))
        ftruncate(handle, length)

    monkeypatch.setattr(os, "ftruncate", look)
    overwrite(document)
    assert [stat.S_IMODE(each) for each in seen] == [mode]


@posix
def test_a_copy_of_another_users_document_is_mine_alone(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, handle: int) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr("meai.documents.disk.copy_owner_and_mode", refuse)
    copied = document.with_name("copy.md")
    files.copy(document, files.snapshot(document), copied)
    assert (copied.read_bytes(), stat.S_IMODE(copied.stat().st_mode)) == (OLD, 0o600)
    with pytest.raises(DocumentNotWritten):
        overwrite(document)


@not_root
def test_a_read_only_document_is_not_replaced(document: Path) -> None:
    document.chmod(0o444)
    with pytest.raises(DocumentNotWritten, match=r"“a.md” could not be saved: you are not permitted"):
        overwrite(document)


def test_creating_never_overwrites(document: Path) -> None:
    with pytest.raises(DocumentExists, match=r"“a.md” is there already"):
        files.save(document, NEW, None)
    assert document.read_bytes() == OLD
    assert os.listdir(document.parent) == ["a.md"]


def test_renaming_never_overwrites(document: Path) -> None:
    create(document)
    with pytest.raises(DocumentExists):
        files.move(document, document.with_name("new.md"))
    assert document.read_bytes() == OLD


@posix
def test_renaming_works_where_there_are_no_hard_links(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*paths: object, **options: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    rename(document)
    assert document.with_name("renamed.md").read_bytes() == OLD
    create(document)
    with pytest.raises(DocumentExists):
        create(document)


@pytest.mark.parametrize("change", [overwrite, pytest.param(overwrite_linked, marks=posix), delete])
def test_a_change_by_another_program_is_a_conflict(
    document: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if change is overwrite_linked:
        linked(document)
    there = os.listdir(document.parent)
    snapshot = files.snapshot

    def and_then_changed(path: Path, **options: Any) -> files.Snapshot:
        was = snapshot(path, **options)
        if was.data == OLD:
            path.write_bytes(b"theirs")
        return was

    monkeypatch.setattr(files, "snapshot", and_then_changed)
    with pytest.raises(DocumentConflict, match="another program") as conflict:
        change(document)
    assert document.read_bytes() == b"theirs"
    assert conflict.value.etag == snapshot(document).etag
    assert sorted(os.listdir(document.parent)) == sorted(there)


def test_a_missing_document_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(DocumentNotFound, match=r"no document “gone.md”"):
        files.read(tmp_path / "gone.md")


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    for odd in ("folder.md", "pipe.md")[: 1 if os.name == "nt" else 2]:
        if odd == "pipe.md":
            os.mkfifo(tmp_path / odd)
        with pytest.raises(DocumentUnreadable):
            files.read(tmp_path / odd)


def test_a_link_is_not_followed(document: Path) -> None:
    link = document.with_name("link.md")
    link.symlink_to(document)
    with pytest.raises(DocumentUnreadable):
        files.read(link)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(DocumentUnreadable, match=r"20,971,521 bytes .* please split it"):
        files.read(tmp_path / "huge.md")


def test_old_remains_of_a_kill_are_swept_and_fresh_ones_left(tmp_path: Path) -> None:
    old, fresh, backup = (tmp_path / f"{TEMPORARY_PREFIX}{name}" for name in ("old", "fresh", "b.backup"))
    for path in (old, fresh, backup):
        path.touch()
    for path in (old, backup):
        os.utime(path, (0, 0))
    for path in (old, fresh, backup):
        files.sweep(path)
    assert (old.exists(), fresh.exists(), backup.exists()) == (False, True, True)


def test_a_clock_set_forward_takes_no_file_from_a_save_under_way(
    document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def listed_meanwhile(source: Path, target: Path) -> None:
        os.utime(source, (0, 0))  # as after a step of an hour
        files.sweep(Path(source))
        real(source, target)

    monkeypatch.setattr(os, "replace", listed_meanwhile)
    files.save(document, b"new\n", files.snapshot(document))
    assert document.read_bytes() == b"new\n"


# The disk fails: every call of a save, with every error.

CHANGES = [overwrite, pytest.param(overwrite_linked, marks=posix), create, rename, delete]
CALLS = ("open", "write", "fsync", "ftruncate", "replace", "rename", "link", "unlink", "fchmod")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_failing_disk_leaves_the_old_or_the_new_bytes(
    tmp_path: Path, change: Callable[[Path], None], call: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in count():
        document = tmp_path / str(number) / "a.md"
        document.parent.mkdir()
        document.write_bytes(OLD)
        if change is overwrite_linked:
            linked(document)
        with monkeypatch.context() as context:
            calls = fail(context, call, number, code)
            with suppress(DocumentNotWritten, DocumentUnreadable):
                change(document)
        if len(calls) <= number:
            return
        look_for_damage(document, change, call)


def fail(patch: pytest.MonkeyPatch, call: str, number: int, code: int) -> list[str]:
    """Let call *number* fail, of those that are collected in the list returned."""
    real = getattr(os, call)
    calls: list[str] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        calls.append(call)
        if len(calls) == number + 1:
            raise OSError(code, os.strerror(code))
        return real(*arguments, **options)

    patch.setattr(os, call, counted)
    return calls


def look_for_damage(document: Path, change: Callable[[Path], None], call: str) -> None:
    contents = {path.read_bytes() for path in document.parent.iterdir() if not path.name.startswith(TEMPORARY_PREFIX)}
    assert contents <= {OLD, NEW}
    assert document.exists() or change in (rename, delete)
    # A failed clean-up is the one thing that may leave something behind, which the next listing sweeps.
    litter = [path for path in document.parent.iterdir() if path.name.startswith(TEMPORARY_PREFIX)]
    assert not litter or call == "unlink"


# The power goes: every prefix of what a save asks of the disk, with every loss that the disk may then suffer.


def recovered(state: dict[str, bytes]) -> dict[str, bytes]:
    """Return *state* as a writer finds it: without temporaries, and with a backup back in its place."""
    found = {name: data for name, data in state.items() if not name.startswith(TEMPORARY_PREFIX)}
    for name, data in state.items():
        if name.endswith(".backup"):
            found |= {"a.md": data, "twin.md": data}
    return found


# What may stand there while the change runs, and what must once it has returned.
PROMISES: dict[Callable[[Path], None], tuple[list[dict[str, bytes]], dict[str, bytes]]] = {
    overwrite: ([{"a.md": OLD}], {"a.md": NEW}),
    overwrite_linked: ([{"a.md": OLD, "twin.md": OLD}], {"a.md": NEW, "twin.md": NEW}),
    create: ([{"a.md": OLD}], {"a.md": OLD, "new.md": NEW}),
    rename: ([{"a.md": OLD}, {"a.md": OLD, "renamed.md": OLD}], {"renamed.md": OLD}),
    delete: ([{"a.md": OLD}], {}),
}


def bad_states(document: Path, change: Callable[[Path], None], patch: pytest.MonkeyPatch) -> list[dict[str, bytes]]:
    if change is overwrite_linked:
        linked(document)
    disk = Disk(document.parent)
    with patch.context() as context:
        disk.patch(context)
        change(document)
    meanwhile, promised = PROMISES[change]
    steps = len(disk.record)
    found = [recovered(state) for step in range(steps) for state in disk.states(step)]
    bad = [state for state in found if state not in [*meanwhile, promised]]
    return bad + [state for state in map(recovered, disk.states(steps)) if state != promised]


@posix
@pytest.mark.parametrize("change", PROMISES)
def test_no_power_cut_tears_or_loses_a_document(
    document: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bad_states(document, change, monkeypatch) == []


def in_place(path: Path, data: bytes, was: files.Snapshot) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT)
    os.write(handle, data)
    os.close(handle)


@posix
@pytest.mark.parametrize("change", [overwrite, overwrite_linked])
@pytest.mark.parametrize("step", ["disk.sync", "disk.sync_folder", "files._replace", "files._overwrite"])
def test_the_crash_model_sees_a_missing_step(
    document: Path, change: Callable[[Path], None], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead = in_place if step.startswith("files.") else lambda handle_or_folder: None
    of_the_other = {overwrite: "files._overwrite", overwrite_linked: "files._replace"}[change]
    monkeypatch.setattr(f"meai.documents.{step}", instead)
    assert bool(bad_states(document, change, monkeypatch)) == (step != of_the_other)


# The process is killed.

_SAVER = """
import hashlib, sys
from pathlib import Path
from meai.documents import files
path = Path(sys.argv[1])
for number in range(1_000_000):
    body = f"{number}\\n".encode() + b"a line of a version\\n" * 20_000
    files.save(path, body + hashlib.sha256(body).hexdigest().encode(), files.snapshot(path))
    print(number, flush=True)
"""


def kill_while_saving(path: Path, after_s: float) -> None:
    """Save version after version in a child, kill it, check that what is left is whole and no older than it said."""
    if not path.exists():
        path.write_bytes(b"")
    command = [sys.executable, "-c", _SAVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        time.sleep(after_s)
        child.kill()
        said += child.stdout.read()
    acknowledged = int(said.split()[-1])
    backup = next(path.parent.glob(f"{TEMPORARY_PREFIX}*.backup"), path)
    content = backup.read_bytes()
    body, digest = content[:-64], content[-64:]
    assert hashlib.sha256(body).hexdigest().encode() == digest
    assert int(body.split(b"\n", 1)[0]) >= acknowledged


@posix
@pytest.mark.parametrize("round_", range(5))
def test_a_kill_tears_nothing_and_loses_nothing_acknowledged(tmp_path: Path, round_: int) -> None:
    kill_while_saving(tmp_path / "a.md", 0.02 + 0.013 * round_)


@posix
@pytest.mark.parametrize("round_", range(5))
def test_a_kill_leaves_a_file_with_two_names_whole_or_its_backup(tmp_path: Path, round_: int) -> None:
    (tmp_path / "a.md").write_bytes(b"")
    linked(tmp_path / "a.md")
    kill_while_saving(tmp_path / "a.md", 0.02 + 0.013 * round_)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("round_", range(60))
def test_many_kills_tear_nothing_and_lose_nothing_acknowledged(tmp_path: Path, round_: int) -> None:
    kill_while_saving(tmp_path / "a.md", 0.02 + 0.0023 * round_)
