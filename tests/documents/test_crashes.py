"""The power goes at any moment of what a writer does: nothing acknowledged is lost, and nothing is torn.

Every prefix of what a store asks of the disk is looked at, with every loss that the disk may then suffer. That the
looking is worth something is shown by mutants: each leaves out or exchanges one step, and must be found.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from meai.documents import disk, files, tables
from meai.documents.database import Database
from meai.documents.encoding import etag_of
from meai.documents.history import History
from meai.documents.names import TEMPORARY_PREFIX
from meai.documents.revisions import Origin, Recorded
from meai.documents.store import DocumentStore
from tests.documents.crashes import Disk, State

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX only")

OLD, NEW = "old words\n" * 5, "new words, and more of them\n" * 5


@dataclass
class Life:
    """A workspace with one document, `a.md`, its trash and its history, on a disk that is recorded."""

    disk: Disk
    store: DocumentStore
    base: str
    trashed: str = ""
    """The id of `b.md` in the trash."""


def create(life: Life) -> None:
    life.store.write("Posts/New/c.md", NEW, base=None)


def overwrite(life: Life) -> None:
    life.store.write("a.md", NEW, base=life.base)


def rename(life: Life) -> None:
    life.store.rename("a.md", "Posts/c.md", base=life.base)


def delete(life: Life) -> None:
    life.store.delete("a.md", base=life.base)


def restore(life: Life) -> None:
    life.store.restore(life.trashed)


def duplicate(life: Life) -> None:
    life.store.copy("a.md", "c.md")


Change = Callable[[Life], None]
# What may be found while it runs, and what must be found once it has returned; of the trash by its first letter.
PROMISES: dict[Change, tuple[list[dict[str, str]], dict[str, str]]] = {
    create: ([{"a.md": OLD, "~b.md": OLD}], {"a.md": OLD, "~b.md": OLD, "Posts/New/c.md": NEW}),
    overwrite: ([{"a.md": OLD, "~b.md": OLD}], {"a.md": NEW, "~b.md": OLD}),
    rename: (
        [{"a.md": OLD, "~b.md": OLD}, {"a.md": OLD, "Posts/c.md": OLD, "~b.md": OLD}],
        {"Posts/c.md": OLD, "~b.md": OLD},
    ),
    delete: ([{"a.md": OLD, "~b.md": OLD}, {"a.md": OLD, "~a.md": OLD, "~b.md": OLD}], {"~a.md": OLD, "~b.md": OLD}),
    restore: ([{"a.md": OLD, "~b.md": OLD}, {"a.md": OLD, "b.md": OLD, "~b.md": OLD}], {"a.md": OLD, "b.md": OLD}),
    duplicate: ([{"a.md": OLD, "~b.md": OLD}], {"a.md": OLD, "~b.md": OLD, "c.md": OLD}),
}


@pytest.fixture
def life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    root = tmp_path / "disk"
    (root / "workspace").mkdir(parents=True)
    database = Database(tmp_path / "history.sqlite", tables.SCHEMA)
    store = DocumentStore(root / "workspace", trash=root / "trash", history=History(database))
    for name in ("a.md", "b.md"):
        base = store.write(name, OLD, base=None).etag
    trashed = store.delete("b.md", base=base)
    recorded = Disk(root, kept(database))
    write = Database.write

    def noted(self: Database, work: Any) -> Any:
        result = write(self, work)
        recorded.note(kept(self))
        return result

    monkeypatch.setattr(Database, "write", noted)
    yield Life(recorded, store, base, trashed)
    database.close()


def kept(database: Database) -> frozenset[str]:
    """Which contents the history has, by their hashes, as another program reads it."""
    with closing(sqlite3.connect(database.path)) as other:
        return frozenset(row[0] for row in other.execute("SELECT hash FROM content"))


def found(state: State) -> dict[str, str]:
    """Return the documents of *state* as a writer finds them, those in the trash with a `~`."""
    documents: dict[str, str] = {}
    for path, data in state.items():
        area, _, name = path.partition("/")
        if TEMPORARY_PREFIX not in name:
            documents["~" + name.partition("/")[2] if area == "trash" else name] = data.decode()
    return documents


def failures(life: Life, change: Change, patch: pytest.MonkeyPatch) -> list[str]:
    """Return what is wrong with states that a power cut may leave while *change* runs or after it."""
    with patch.context() as context:
        life.disk.patch(context)
        change(life)
    meanwhile, promised = PROMISES[change]
    wrong: list[str] = []
    steps = len(life.disk.record)
    for step in range(steps + 1):
        allowed = [promised] if step == steps else [*meanwhile, promised]
        told = life.disk.told(step)
        for state in life.disk.states(step):
            documents = found(state)
            if change is restore and step == steps:
                documents.pop("~b.md", None)  # what stays in the trash besides is no harm
            wrong += [f"{step}: {documents}"] if documents not in allowed else []
            wrong += [f"{step}: {name} is not in the history" for name in unknown(documents, told)]
    return wrong


def unknown(documents: dict[str, str], told: frozenset[str]) -> list[str]:
    hashes = {name: etag_of(text.encode()).strip('"').removeprefix("sha256-") for name, text in documents.items()}
    return [name for name, digest in hashes.items() if not name.startswith("~") and digest not in told]


@pytest.mark.parametrize("change", PROMISES)
def test_no_power_cut_loses_or_tears_anything(life: Life, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    assert failures(life, change, monkeypatch) == []


# Mutants: the same recipes with one step left out or in another order.


def no_file_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disk, "sync", lambda handle: None)


def no_folder_sync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disk, "sync_folder", lambda folder: None)


def no_sync_of_the_parent_of_a_new_folder(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(disk, "make_folders", lambda folder, mode=0o777: folder.mkdir(mode, parents=True, exist_ok=True))


def in_place(patch: pytest.MonkeyPatch) -> None:
    def write(path: Path, data: bytes, was: files.Snapshot | None = None, **options: object) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CREAT)
        os.write(handle, data)
        disk.sync(handle)
        os.close(handle)
        disk.sync_folder(path.parent)

    patch.setattr(files, "_create", write)
    patch.setattr(files, "_replace", write)


def named_before_it_is_written(patch: pytest.MonkeyPatch) -> None:
    """The file is synced only after it has its name."""
    late: list[Path] = []
    give_name, replace = disk.give_name, disk.patiently_replace

    def then_sync(name: Callable[[Path, Path], Any]) -> Callable[[Path, Path], Any]:
        def call(source: Path, target: Path) -> Any:
            result = name(source, target)
            handle = os.open(target, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
            return result

        return call

    patch.setattr(disk, "sync", late.append)
    patch.setattr(disk, "give_name", then_sync(give_name))
    patch.setattr(disk, "patiently_replace", then_sync(replace))


def old_name_taken_before_the_new_one_is_there(patch: pytest.MonkeyPatch) -> None:
    def move(source: Path, target: Path) -> None:
        disk.give_name(source, target)
        os.unlink(source)
        disk.sync_folder(source.parent)
        disk.sync_folder(target.parent)

    patch.setattr(files, "move", move)


def deleted_before_the_trash_has_it(patch: pytest.MonkeyPatch) -> None:
    copy, remove = files.copy, files.remove

    def remove_and_copy(source: Path, was: files.Snapshot, target: Path) -> None:
        if target.is_relative_to(source.parent.parent / "trash"):
            spare = source.with_name("spare")
            spare.write_bytes(was.data)
            remove(source, was)
            copy(spare, was, target)
            spare.unlink()
        else:
            copy(source, was, target)

    patch.setattr(files, "copy", remove_and_copy)
    patch.setattr(files, "remove", lambda path, was: None)


def history_after_the_file(patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def saving(self: History, name: str, data: bytes, *, before: bytes | None, origin: Origin) -> Iterator[Recorded]:
        yield Recorded(0)
        self.seen(name, data)

    patch.setattr(History, "saving", saving)


Mutant = Callable[[pytest.MonkeyPatch], None]
FOUND_BY: dict[Mutant, set[Change]] = {
    no_file_sync: {create, overwrite, delete, restore, duplicate},
    no_folder_sync: {create, overwrite, rename, delete, restore, duplicate},
    no_sync_of_the_parent_of_a_new_folder: {create, rename},
    in_place: {create, overwrite, delete, restore, duplicate},
    named_before_it_is_written: {create, overwrite, delete, restore, duplicate},
    old_name_taken_before_the_new_one_is_there: {rename},
    deleted_before_the_trash_has_it: {delete},
    history_after_the_file: {create, overwrite},
}


@pytest.mark.parametrize("change", PROMISES)
@pytest.mark.parametrize("mutant", FOUND_BY)
def test_a_step_left_out_or_exchanged_is_found(
    life: Life, mutant: Mutant, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        mutant(patch)
        assert bool(failures(life, change, monkeypatch)) == (change in FOUND_BY[mutant])
