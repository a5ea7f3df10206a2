"""What was deleted can come back, and nothing outside of the trash ever does."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from meai.documents import files, places
from meai.documents.store import DocumentStore
from meai.documents.trash import Trash
from meai.errors import DocumentExists, DocumentNotFound, DocumentNotWritten

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


def deleted(store: DocumentStore, name: str, text: str = "text") -> str:
    return store.delete(name, base=store.write(name, text, base=None).etag)


def test_the_trash_tells_what_is_in_it_the_latest_first(store: DocumentStore) -> None:
    first, second = deleted(store, "Posts/2026/a.md", "four"), deleted(store, "b.md", "seven c")
    assert [(one.id, one.name, one.size) for one in store.trash.list()] == [
        (second, "b.md", 7),
        (first, "Posts/2026/a.md", 4),
    ]


def test_an_empty_trash_is_no_failure(store: DocumentStore) -> None:
    assert store.trash.list() == ()


def test_what_comes_back_has_its_name_and_its_exact_bytes(store: DocumentStore, root: Path) -> None:
    (root / "Posts").mkdir()
    (root / "Posts" / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo")
    identity = store.delete("Posts/a.md", base=store.read("Posts/a.md").etag)
    (root / "Posts").rmdir()
    document = store.restore(identity)
    assert (document.name, document.text) == ("Posts/a.md", "one\ntwo")
    assert (root / "Posts" / "a.md").read_bytes() == b"\xef\xbb\xbfone\r\ntwo"
    assert store.trash.list() == ()


def test_nothing_is_overwritten_by_what_comes_back(store: DocumentStore, root: Path) -> None:
    identities = [deleted(store, "a.md", text) for text in ("one", "two")]
    store.write("A.md", "three", base=None)
    assert [store.restore(identity).name for identity in identities] == ["a 2.md", "a 3.md"]
    assert {path.name: path.read_text() for path in root.iterdir()} == {
        "A.md": "three",
        "a 2.md": "one",
        "a 3.md": "two",
    }


@posix
def test_what_comes_back_is_as_private_as_it_was(store: DocumentStore, root: Path) -> None:
    base = store.write("a.md", "secret", base=None).etag
    (root / "a.md").chmod(0o600)
    store.restore(store.delete("a.md", base=base))
    assert stat.S_IMODE((root / "a.md").stat().st_mode) == 0o600


def test_what_could_not_come_back_stays_in_the_trash(store: DocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = deleted(store, "a.md")

    def refuse(source: Path, was: files.Snapshot, target: Path) -> None:
        raise DocumentNotWritten("“a.md” could not be saved: the disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(files, "copy", refuse)
        with pytest.raises(DocumentNotWritten):
            store.restore(identity)
    assert store.restore(identity).name == "a.md"


def test_what_could_not_be_deleted_is_not_in_the_trash(store: DocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    base = store.write("a.md", "text", base=None).etag

    def refuse(path: Path, was: files.Snapshot) -> None:
        raise DocumentNotWritten("“a.md” could not be saved: you are not permitted to write it.")

    monkeypatch.setattr(files, "remove", refuse)
    with pytest.raises(DocumentNotWritten):
        store.delete("a.md", base=base)
    assert store.trash.list() == ()
    assert store.read("a.md").text == "text"


def test_what_is_removed_is_gone(store: DocumentStore) -> None:
    first, second = deleted(store, "a.md"), deleted(store, "b.md")
    store.trash.remove(first)
    assert [one.id for one in store.trash.list()] == [second]
    for gone in (first, "20260101T000000Z"):
        with pytest.raises(DocumentNotFound, match="may have been restored or emptied"):
            store.restore(gone)
        with pytest.raises(DocumentNotFound):
            store.trash.remove(gone)


@pytest.mark.parametrize("identity", ["", ".", "..", "../../ME_AI", "20260101T000000Z/..", "20260101T000000Z-1/../.."])
def test_no_id_leads_out_of_the_trash(store: DocumentStore, root: Path, identity: str) -> None:
    (root / "a.md").write_text("not yours")
    for act in (store.restore, store.trash.remove):
        with pytest.raises(DocumentNotFound):
            act(identity)
    assert (root / "a.md").read_text() == "not yours"


@posix
def test_a_link_that_somebody_put_there_is_not_followed(store: DocumentStore, root: Path) -> None:
    secret = root.parent / "secret.md"
    secret.write_text("classified")
    folder = root.parent / "data" / "trash" / "20260101T000000Z"
    folder.mkdir(parents=True)
    (folder / "a.md").symlink_to(secret)
    assert store.trash.list() == ()
    with pytest.raises(DocumentNotFound):
        store.restore("20260101T000000Z")


def test_trashes_of_two_workspaces_stay_apart(tmp_path: Path) -> None:
    """Also of two folders of one name; and a folder is the same by whatever way it is reached."""
    for folder in ("one/ME_AI", "two/ME_AI"):
        (tmp_path / folder).mkdir(parents=True)
    one, two = (places.trash_folder(tmp_path / "data", tmp_path / name / "ME_AI") for name in ("one", "two"))
    assert one != two
    assert places.trash_folder(tmp_path / "data", tmp_path / "two" / ".." / "one" / "ME_AI") == one
    store = DocumentStore(tmp_path / "one" / "ME_AI", trash=one)
    deleted(store, "a.md")
    assert (len(Trash(one).list()), Trash(two).list()) == (1, ())


def test_a_document_open_by_itself_comes_back(root: Path) -> None:
    (root / "one.md").write_text("text")
    store = DocumentStore(root, trash=root.parent / "trash", only="one.md")
    assert store.restore(store.delete("one.md", base=store.read("one.md").etag)).name == "one.md"
    identity = store.delete("one.md", base=store.read("one.md").etag)
    (root / "one.md").write_text("another")
    with pytest.raises(DocumentExists):
        store.restore(identity)
    assert [one.id for one in store.trash.list()] == [identity]
