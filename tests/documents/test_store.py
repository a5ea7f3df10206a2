"""The documents of a workspace by name: nothing overwritten, nothing lost, nothing shown that is not the writer's."""

import io
import os
import posixpath
import re
import shutil
import stat
import threading
import time
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.documents.acknowledged import Attempt
from meai.documents.bundle import bundle
from meai.documents.encoding import etag_of
from meai.documents.names import TEMPORARY_PREFIX
from meai.documents.store import DocumentStore
from meai.errors import (
    BadInput,
    DocumentConflict,
    DocumentExists,
    DocumentNotFound,
    DocumentNotWritten,
    DocumentUnreadable,
    MeaiError,
)

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX only")
PNG = b"\x89PNG\r\n\x1a\n"


def trashed(root: Path) -> dict[str, bytes]:
    trash = root.parent / "data" / "trash"
    return {path.name: path.read_bytes() for path in trash.rglob("*") if path.is_file()}


def test_a_document_is_created_read_and_written(store: DocumentStore, root: Path) -> None:
    created = store.write("Posts/2026/Launch.md", "one\n", base=None)
    assert store.read("Posts/2026/Launch.md") == created
    written = store.write("Posts/2026/Launch.md", "two\n", base=created.etag)
    assert (root / "Posts" / "2026" / "Launch.md").read_bytes() == b"two\n"
    assert written.etag == etag_of(b"two\n")


def test_untouched_bytes_stay(store: DocumentStore, root: Path) -> None:
    (root / "a.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo\nthree")
    document = store.read("a.md")
    assert document.text == "one\ntwo\nthree"
    store.write("a.md", "one\n2\nthree", base=document.etag)
    assert (root / "a.md").read_bytes() == b"\xef\xbb\xbfone\r\n2\nthree"


LINES = st.lists(
    st.tuples(
        st.text(st.sampled_from("ab \u00e9e\u0301\u2028\u2029\x85\x0b\ufeff👉#*"), max_size=6),
        st.sampled_from(["\n", "\r\n", "\r"]),
    ),
    max_size=8,
)


@given(LINES, st.sampled_from(["", "no end", "\u2028"]), st.booleans(), st.integers(0))
def test_untouched_bytes_stay_whatever_they_are(
    lines: list[tuple[str, str]], last: str, marked: bool, number: int
) -> None:
    """Opened and saved again a file is not written; a line that is edited changes alone."""
    was = ("\ufeff" * marked + "".join(text + end for text, end in lines) + last).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.md")
        path.write_bytes(was)
        os.utime(path, ns=(1, 1))
        store = DocumentStore(Path(folder), trash=Path(folder, ".trash"))
        document = store.read("a.md")
        assert store.write("a.md", document.text, base=document.etag).etag == document.etag
        assert (path.read_bytes(), path.stat().st_mtime_ns) == (was, 1)
        shown = document.text.split("\n")
        line = number % len(shown)
        shown[line] += "!"
        store.write("a.md", "\n".join(shown), base=document.etag)
        before, after = re.split(rb"(\r\n|\r|\n)", was), re.split(rb"(\r\n|\r|\n)", path.read_bytes())
        assert after[: 2 * line] == before[: 2 * line]
        assert after[2 * line + 1 :] == before[2 * line + 1 :]
        assert after[2 * line] == before[2 * line] + b"!"


def test_a_stale_base_is_a_conflict_that_names_the_current_one(store: DocumentStore, root: Path) -> None:
    stale = store.write("a.md", "mine", base=None).etag
    (root / "a.md").write_text("theirs")
    with pytest.raises(DocumentConflict, match=r"“a.md” has been changed") as conflict:
        store.write("a.md", "mine, edited", base=stale)
    assert conflict.value.etag == etag_of(b"theirs")
    assert (root / "a.md").read_text() == "theirs"


def test_a_save_whose_answer_was_lost_may_be_repeated(store: DocumentStore) -> None:
    base = store.write("a.md", "one", base=None).etag
    first = store.write("a.md", "two", base=base)
    assert store.write("a.md", "two", base=base) == first


def test_a_byte_order_mark_pasted_in_is_none_of_the_text(store: DocumentStore, root: Path) -> None:
    base = store.write("a.md", "\ufeffone", base=None).etag
    first = store.write("a.md", "\ufefftwo", base=base)
    assert store.write("a.md", "\ufefftwo", base=base) == first == store.read("a.md")
    assert (root / "a.md").read_bytes() == b"two"


def test_creating_never_overwrites(store: DocumentStore, root: Path) -> None:
    store.write("Note.md", "mine", base=None)
    for name in ("Note.md", "note.md", "NOTE.MD"):
        with pytest.raises(DocumentExists, match=r"“Note.md” is there already; please choose another name"):
            store.write(name, "", base=None)
    assert (root / "Note.md").read_text() == "mine"


def test_writing_a_missing_document_does_not_create_it(store: DocumentStore, root: Path) -> None:
    with pytest.raises(DocumentNotFound):
        store.write("gone.md", "text", base=etag_of(b""))
    assert os.listdir(root) == []


def test_writing_goes_through_a_link_and_keeps_it(store: DocumentStore, root: Path) -> None:
    (root / "real.md").write_text("one")
    (root / "link.md").symlink_to("real.md")
    store.write("link.md", "two", base=store.read("link.md").etag)
    assert (root / "link.md").is_symlink()
    assert (root / "real.md").read_text() == "two"


def test_renaming_moves_and_makes_folders(store: DocumentStore, root: Path) -> None:
    base = store.write("a.md", "text", base=None).etag
    assert store.rename("a.md", "Done/b.md", base=base).name == "Done/b.md"
    assert (root / "Done" / "b.md").read_text() == "text"
    assert not (root / "a.md").exists()


def test_a_folder_is_renamed_with_all_that_lies_in_it(store: DocumentStore, root: Path) -> None:
    store.write("Drafts/a.md", "a", base=None)
    store.write("Drafts/Old/b.md", "b", base=None)
    (root / "Drafts" / "picture.png").write_bytes(b"picture")
    renamed = store.rename_folder("Drafts", "Posts/2026")
    assert renamed == {"Drafts/a.md": "Posts/2026/a.md", "Drafts/Old/b.md": "Posts/2026/Old/b.md"}
    assert [entry.name for entry in store.list()] == ["Posts/2026/a.md", "Posts/2026/Old/b.md"]
    assert (root / "Posts" / "2026" / "picture.png").read_bytes() == b"picture"
    assert not (root / "Drafts").exists()
    assert store.rename_folder("Posts", "posts") == {
        "Posts/2026/a.md": "posts/2026/a.md",
        "Posts/2026/Old/b.md": "posts/2026/Old/b.md",
    }


@pytest.mark.parametrize(
    ("path", "to", "error", "says"),
    [
        ("Drafts", "Posts", DocumentExists, "“Posts” is there already"),
        ("Drafts", "Drafts/Inner", BadInput, "cannot lie in itself"),
        ("Nowhere", "Posts 2", DocumentNotFound, "no folder “Nowhere”"),
        ("Drafts", "../Out", BadInput, "not a path inside the workspace"),
        ("a.md", "b", DocumentNotFound, "no folder “a.md”"),
        ("Linked", "Else", DocumentNotFound, "no folder “Linked”"),
    ],
)
def test_a_folder_goes_only_where_it_can(
    store: DocumentStore, root: Path, path: str, to: str, error: type[Exception], says: str
) -> None:
    for name in ("Drafts/a.md", "Posts/b.md", "a.md"):
        store.write(name, "text", base=None)
    (root / "Linked").symlink_to(root / "Drafts")
    with pytest.raises(error, match=says):
        store.rename_folder(path, to)
    assert [entry.name for entry in store.list()] == ["a.md", "Drafts/a.md", "Posts/b.md"]


def test_renaming_may_change_case_alone(store: DocumentStore, root: Path) -> None:
    base = store.write("note.md", "text", base=None).etag
    store.rename("note.md", "Note.md", base=base)
    assert os.listdir(root) == ["Note.md"]


def test_renaming_never_overwrites(store: DocumentStore) -> None:
    base = store.write("a.md", "a", base=None).etag
    store.write("b.md", "b", base=None)
    with pytest.raises(DocumentExists):
        store.rename("a.md", "B.md", base=base)
    assert (store.read("a.md").text, store.read("b.md").text) == ("a", "b")


def test_documents_of_a_folder_from_a_mac_are_made_and_renamed_in_it(store: DocumentStore, root: Path) -> None:
    folder = unicodedata.normalize("NFD", "Été")
    (root / folder).mkdir()
    store.write("Été/a.md", "text", base=None)
    (listed,) = (entry.name for entry in store.list())
    store.rename(listed, f"{folder}/b.md", base=store.read(listed).etag)
    assert os.listdir(root) == [folder]
    assert os.listdir(root / folder) == ["b.md"]


@posix
@pytest.mark.parametrize("name", ["Q: A/a.md", "aux.md", "ends .md", "日" * 80 + ".md"])
def test_a_name_that_is_there_is_listed_opened_and_may_be_mended(store: DocumentStore, root: Path, name: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("text")
    assert [entry.name for entry in store.list()] == [name]
    saved = store.write(name, "new text", base=store.read(name).etag)
    renamed = store.rename(name, f"{posixpath.dirname(name)}/b.md".lstrip("/"), base=saved.etag)
    assert store.read(renamed.name).text == "new text"


def test_renaming_a_link_to_another_folder_is_refused(store: DocumentStore, root: Path) -> None:
    (root / "real.md").write_text("one")
    (root / "link.md").symlink_to("real.md")
    with pytest.raises(BadInput, match="lead nowhere"):
        store.rename("link.md", "folder/link.md", base=store.read("link.md").etag)
    store.rename("link.md", "other.md", base=store.read("link.md").etag)
    assert store.read("other.md").text == "one"


@pytest.mark.parametrize("change", ["rename", "delete"])
def test_a_changed_document_is_neither_renamed_nor_deleted(store: DocumentStore, root: Path, change: str) -> None:
    store.write("a.md", "mine", base=None)
    with pytest.raises(DocumentConflict):
        store.rename("a.md", "b.md", base="old") if change == "rename" else store.delete("a.md", base="old")
    assert os.listdir(root) == ["a.md"]


def test_a_deleted_document_lies_in_the_trash(store: DocumentStore, root: Path) -> None:
    for text in ("one", "two", "three"):
        store.delete("a.md", base=store.write("a.md", text, base=None).etag)
    trash = root.parent / "data" / "trash"
    assert sorted(path.read_text() for path in trash.rglob("a.md")) == ["one", "three", "two"]
    assert os.listdir(root) == []


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_private_document_stays_private_in_the_trash(store: DocumentStore, root: Path, mode: int) -> None:
    base = store.write("a.md", "secret", base=None).etag
    (root / "a.md").chmod(mode)
    if mode != 0o444 or os.geteuid() == 0:
        base = store.write("a.md", "new secret", base=base).etag
    store.delete("a.md", base=base)
    trash = root.parent / "data" / "trash"
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (trash, *trash.iterdir())}
    assert modes == {0o700}
    assert [stat.S_IMODE(path.stat().st_mode) for path in trash.glob("*/a.md")] == [mode]


def test_deleting_a_link_leaves_what_it_leads_to(store: DocumentStore, root: Path) -> None:
    (root / "real.md").write_text("one")
    (root / "link.md").symlink_to("real.md")
    store.delete("link.md", base=store.read("link.md").etag)
    assert os.listdir(root) == ["real.md"]


@pytest.mark.parametrize("trash", ["file", "file/trash"])
def test_a_document_stays_when_the_trash_cannot_take_it(root: Path, trash: str) -> None:
    (root.parent / "file").touch()
    store = DocumentStore(root, trash=root.parent / trash)
    base = store.write("a.md", "text", base=None).etag
    with pytest.raises(DocumentNotWritten, match=r"trash folder “.*” could not be made"):
        store.delete("a.md", base=base)
    assert store.read("a.md").text == "text"


def test_the_list_shows_documents_only(store: DocumentStore, root: Path) -> None:
    (root.parent / "outside.md").write_text("secret")
    for name in ("b.md", "A.markdown", "Posts/c.MD", "Why?.md", "picture.png", "notes.txt"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("four")
    for name in (".git/x.md", "node_modules/y.md", ".hidden.md", "Posts/.trash/z.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("no")
    (root / "folder.md").mkdir()
    os.mkfifo(root / "pipe.md")
    (root / "out.md").symlink_to(root.parent / "outside.md")
    (root / "dangling.md").symlink_to("nothing.md")
    (root / "zero.md").symlink_to("/dev/zero")
    (root / "loop").symlink_to(".")
    (root / "linked.md").symlink_to("b.md")
    assert [entry.name for entry in store.list()] == ["A.markdown", "b.md", "linked.md", "Posts/c.MD", "Why?.md"]
    entry = store.list()[0]
    assert entry.size == 4
    assert abs(entry.modified.timestamp() - time.time()) < 60


@pytest.mark.parametrize("seconds", [-(10**10), 0, 7_000_000_000, 2**40])
def test_a_file_from_another_century_is_listed_and_comes_into_the_zip(
    store: DocumentStore, root: Path, seconds: int
) -> None:
    (root / "a.md").write_text("words")
    os.utime(root / "a.md", (seconds, seconds))
    (entry,) = store.list()
    assert entry.modified.tzinfo is UTC
    packed = b"".join(bundle(store))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("a.md") == b"words"


def test_a_name_that_cannot_be_opened_is_not_listed(store: DocumentStore, root: Path) -> None:
    for name in ("a\\b.md", "bell\a.md", "dm.\u202egpj.md", "März.md", ".hidden.md"):
        (root / name).touch()
    for folder in ("back\\slash", "over\u202eride", "Posts"):
        (root / folder).mkdir()
        (root / folder / "a.md").touch()
    assert [entry.name for entry in store.list()] == ["März.md", "Posts/a.md"]


def test_a_huge_workspace_is_listed_up_to_a_limit(
    store: DocumentStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meai.documents.listing.MAX_ENTRIES", 10)
    for folder in ("", "a", "b"):
        (root / folder).mkdir(exist_ok=True)
        for number in range(8):
            (root / folder / f"{number}.md").touch()
    listed = [entry.name for entry in store.list()]
    assert len(listed) == 8
    assert all("/" not in name for name in listed)


def test_old_remains_of_a_kill_go_when_the_workspace_is_listed(store: DocumentStore, root: Path) -> None:
    (root / "folder").mkdir()
    left = root / "folder" / f"{TEMPORARY_PREFIX}0123"
    left.touch()
    os.utime(left, (0, 0))
    assert store.list() == ()
    assert not left.exists()


@pytest.mark.parametrize(
    ("data", "why", "text"),
    [
        (b"caf\xe9\r\n", r"“a.md” is not UTF-8 text: byte 3 is 0xe9", "café\n"),
        (b"a\0b", r"“a.md” is not plain text: byte 1 is 0x00", "a\ufffdb"),
    ],
    ids=["not UTF-8", "NUL"],
)
def test_what_is_no_text_is_shown_and_never_written(
    store: DocumentStore, root: Path, data: bytes, why: str, text: str
) -> None:
    (root / "a.md").write_bytes(data)
    document = store.read("a.md")
    assert document.read_only is not None
    assert re.fullmatch(f"{why}, .* convert a copy of it .*\\.", document.read_only)
    assert (document.text, document.convertible, document.etag) == (text, True, etag_of(data))
    with pytest.raises(DocumentUnreadable, match="byte"):
        store.write("a.md", document.text, base=document.etag)
    assert (root / "a.md").read_bytes() == data


def test_a_copy_of_what_is_no_text_can_be_written(store: DocumentStore, root: Path) -> None:
    (root / "a.md").write_bytes(b"caf\xe9\r\n")
    copy = store.copy("a.md")
    assert (copy.name, copy.text, copy.read_only) == ("a 2.md", "café\n", None)
    assert (root / "a 2.md").read_bytes() == "café\r\n".encode()
    assert (root / "a.md").read_bytes() == b"caf\xe9\r\n"
    store.write(copy.name, "cafés\n", base=copy.etag)
    assert (root / "a 2.md").read_bytes() == "cafés\r\n".encode()


@pytest.mark.parametrize("protected", ["a.md", ""], ids=["the file", "its folder"])
def test_a_write_protected_document_is_shown_with_the_reason(
    store: DocumentStore, root: Path, protected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write("a.md", "text", base=None)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != root / protected)  # root may write anything
    document = store.read("a.md")
    assert document.text == "text"
    assert "“a.md” is write-protected, so it is shown but not changed; " in (document.read_only or "")
    assert not document.convertible


def test_a_document_from_one_mebibyte_on_is_plain_and_above_twenty_none(store: DocumentStore, root: Path) -> None:
    sizes = {"small.md": 2**20, "large.md": 2**20 + 1, "largest.md": 20 * 2**20, "huge.md": 20 * 2**20 + 1}
    for name, size in sizes.items():
        (root / name).write_bytes(b"a" * size)
    assert [store.read(name).plain for name in list(sizes)[:3]] == [False, True, True]
    with pytest.raises(DocumentUnreadable, match=r"“huge.md” has 20,971,521 bytes .* up to 20,971,520; please split"):
        store.read("huge.md")


def test_no_document_is_saved_that_could_not_be_opened_again(store: DocumentStore, root: Path) -> None:
    base = store.write("a.md", "text", base=None).etag
    with pytest.raises(BadInput, match=r"“a.md” would have 20,971,521 bytes, .* please split"):
        store.write("a.md", "a" * (20 * 2**20 + 1), base=base)
    assert (root / "a.md").read_text() == "text"


# Copies.


def test_a_copy_gets_a_free_name_beside_its_original(store: DocumentStore, root: Path) -> None:
    store.write("Posts/Note.md", "one\r\n", base=None)
    assert [store.copy("Posts/Note.md").name for _ in range(2)] == ["Posts/Note 2.md", "Posts/Note 3.md"]
    assert store.copy("Posts/Note 2.md").name == "Posts/Note 4.md"
    assert {path.read_bytes() for path in (root / "Posts").iterdir()} == {b"one\n"}


def test_a_copy_may_be_named_but_takes_no_name_that_is_taken(store: DocumentStore) -> None:
    store.write("a.md", "a", base=None)
    store.write("b.md", "b", base=None)
    assert store.copy("a.md", "Archive/a.md").name == "Archive/a.md"
    for name in ("b.md", "B.md"):
        with pytest.raises(DocumentExists):
            store.copy("a.md", name)
    assert store.read("b.md").text == "b"


def test_a_copy_has_exactly_the_bytes(store: DocumentStore, root: Path) -> None:
    data = b"\xef\xbb\xbfone\r\ntwo\nthree\rfour"
    (root / "a.md").write_bytes(data)
    assert (root / store.copy("a.md").name).read_bytes() == data


@posix
@pytest.mark.parametrize(("mode", "copied"), [(0o600, 0o600), (0o444, 0o644)])
def test_a_copy_is_as_private_as_its_original_and_can_be_written(
    store: DocumentStore, root: Path, mode: int, copied: int
) -> None:
    store.write("a.md", "secret", base=None)
    (root / "a.md").chmod(mode)
    assert stat.S_IMODE((root / store.copy("a.md").name).stat().st_mode) == copied


def test_many_copies_at_once_are_all_there(store: DocumentStore, root: Path) -> None:
    store.write("a.md", "text", base=None)
    together(*([lambda: store.copy("a.md")] * 8))
    assert sorted(os.listdir(root)) == [
        "a 2.md",
        "a 3.md",
        "a 4.md",
        "a 5.md",
        "a 6.md",
        "a 7.md",
        "a 8.md",
        "a 9.md",
        "a.md",
    ]


# Saves that are sent again because their answer was lost.


def test_the_same_save_again_is_answered_as_the_first_time_whatever_came_between(
    store: DocumentStore, root: Path
) -> None:
    base = store.write("a.md", "one", base=None).etag
    attempt = Attempt("page", 7)
    first = store.write("a.md", "two", base=base, attempt=attempt)
    store.write("a.md", "three", base=first.etag)
    assert store.write("a.md", "two", base=base, attempt=attempt).etag == first.etag
    assert (root / "a.md").read_text() == "three"


def test_a_number_used_again_for_another_text_is_another_save(store: DocumentStore) -> None:
    base = store.write("a.md", "one", base=None).etag
    attempt = Attempt("page", 7)
    two = store.write("a.md", "two", base=base, attempt=attempt)
    with pytest.raises(DocumentConflict):
        store.write("a.md", "three", base=base, attempt=attempt)
    assert store.write("a.md", "three", base=two.etag, attempt=attempt).text == "three"


def test_of_each_document_the_last_256_saves_are_remembered(store: DocumentStore) -> None:
    first = base = store.write("a.md", "start", base=None).etag
    for seq in range(257):
        base = store.write("a.md", f"text {seq}", base=base, attempt=Attempt("page", seq)).etag
    with pytest.raises(DocumentConflict):
        store.write("a.md", "text 0", base=first, attempt=Attempt("page", 0))
    assert store.write("a.md", "text 1", base=first, attempt=Attempt("page", 1)).etag == etag_of(b"text 1")
    assert store.read("a.md").text == "text 256"


def test_creating_again_what_is_there_with_that_text_is_the_same_creation(store: DocumentStore) -> None:
    first = store.write("Posts/a.md", "text", base=None)
    assert store.write("Posts/a.md", "text", base=None) == first
    with pytest.raises(DocumentExists):
        store.write("Posts/A.md", "text", base=None)


def test_a_document_begun_empty_is_created_once(store: DocumentStore) -> None:
    store.write("a.md", "", base=None, attempt=Attempt("one page", 1))
    with pytest.raises(DocumentExists):
        store.write("a.md", "", base=None, attempt=Attempt("another", 1))


def test_a_read_only_folder_is_told(store: DocumentStore, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DocumentNotWritten, match="“Posts” could not be made: Permission denied"):
        store.write("Posts/a.md", "", base=None)


# One document alone.


@pytest.fixture
def single(root: Path) -> DocumentStore:
    for name in ("one.md", "two.md"):
        (root / name).write_text(name)
    return DocumentStore(root, trash=root.parent / "trash", only="one.md")


def test_a_single_document_is_all_there_is(single: DocumentStore) -> None:
    assert [entry.name for entry in single.list()] == ["one.md"]
    with pytest.raises(DocumentNotFound, match=r"only “one.md” is open"):
        single.read("two.md")
    with pytest.raises(BadInput, match="start ME_AI on a folder"):
        single.write("three.md", "", base=None)
    with pytest.raises(BadInput, match="start ME_AI on a folder"):
        single.copy("one.md")


def test_a_single_document_that_is_no_text_says_where_it_can_be_converted(single: DocumentStore, root: Path) -> None:
    (root / "one.md").write_bytes(b"caf\xe9")
    document = single.read("one.md")
    assert (document.text, document.convertible) == ("café", False)
    assert (document.read_only or "").endswith("; start ME_AI on its folder to convert a copy.")


@pytest.mark.parametrize(("name", "why"), [(".draft.md", "hidden part"), ("out.md", "a link out of the workspace")])
def test_a_single_document_that_may_not_be_opened_is_told_at_once(root: Path, name: str, why: str) -> None:
    (root.parent / "elsewhere.md").touch()
    (root / ".draft.md").touch()
    (root / "out.md").symlink_to(root.parent / "elsewhere.md")
    with pytest.raises(BadInput, match=why):
        DocumentStore(root, trash=root.parent / "trash", only=name)


def test_a_single_document_may_be_renamed_in_its_folder(single: DocumentStore) -> None:
    base = single.read("one.md").etag
    with pytest.raises(BadInput):
        single.rename("one.md", "folder/one.md", base=base)
    with pytest.raises(DocumentExists):
        single.rename("one.md", "two.md", base=base)
    single.rename("one.md", "uno.md", base=base)
    assert [entry.name for entry in single.list()] == ["uno.md"]
    assert single.read("uno.md").text == "one.md"


# Images.


@pytest.mark.parametrize("path", ["pictures/a.png", "./pictures/a.png", "pictures/../pictures/a.png", "B.JPG"])
def test_an_image_is_found(store: DocumentStore, root: Path, path: str) -> None:
    (root / "pictures").mkdir()
    (root / "pictures" / "a.png").write_bytes(PNG)
    (root / "B.JPG").write_bytes(PNG)
    assert store.asset(path) == PNG


@pytest.mark.parametrize(
    "path",
    ["", ".", "../outside.png", "/etc/passwd", "a.md", ".git/a.png", "gone.png", "out.png", "a.png\0", "huge.png"],
)
def test_what_is_no_image_of_the_workspace_is_none(store: DocumentStore, root: Path, path: str) -> None:
    (root.parent / "outside.png").write_bytes(PNG)
    (root / "out.png").symlink_to(root.parent / "outside.png")
    (root / "a.md").write_text("text")
    (root / ".git").mkdir()
    (root / ".git" / "a.png").write_bytes(PNG)
    with (root / "huge.png").open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    assert store.asset(path) is None


# Many at once.


def together(*work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_writers_with_one_base_exactly_one_wins(store: DocumentStore) -> None:
    for round_ in range(20):
        base = store.write(f"{round_}.md", "start", base=None).etag
        won: list[str] = []

        def write(text: str, name: str = f"{round_}.md", base: str = base, won: list[str] = won) -> None:
            try:
                store.write(name, text, base=base)
                won.append(text)
            except DocumentConflict:
                pass

        together(*(lambda text=text: write(text) for text in ("a", "b", "c", "d")))  # type: ignore[misc]
        assert [store.read(f"{round_}.md").text] == won


def test_documents_named_crosswise_do_not_wait_for_each_other(store: DocumentStore) -> None:
    def swap(one: str, other: str) -> None:
        for _ in range(50):
            with suppress(MeaiError):
                store.rename(one, other, base=store.read(one).etag)

    store.write("a.md", "text", base=None)
    together(lambda: swap("a.md", "b.md"), lambda: swap("b.md", "a.md"))
    assert [store.read(entry.name).text for entry in store.list()] == ["text"]


# Moved by another program.


def test_a_document_is_found_where_another_program_moved_it_or_its_folder(store: DocumentStore, root: Path) -> None:
    (root / "Posts").mkdir()
    etag = store.write("Posts/a.md", "one", base=None).etag
    (root / "Posts").rename(root / "Letters")
    assert store.moved("Posts/a.md", etag) == store.moved("Posts/a.md", etag) == "Letters/a.md"
    (root / "Letters" / "a.md").rename(root / "b.md")
    assert store.moved("Letters/a.md", etag) == "b.md"
    assert store.write("b.md", "two", base=etag).name == "b.md"


@pytest.mark.parametrize(
    "happens",
    [
        lambda root: (root / "a.md").unlink(),
        lambda root: (root / "a.md").rename(root.parent / "b.md"),
        lambda root: shutil.move(root / "a.md", root / ".hidden.md"),
        lambda root: ((root / "a.md").rename(root / "b.md"), (root / "b.md").write_text("other")),
        lambda root: ((root / "b.md").write_text("one"), (root / "a.md").unlink()),
        lambda root: ((root / "a.md").rename(root / "b.md"), os.link(root / "b.md", root / "c.md")),
        lambda root: None,
    ],
    ids=["deleted", "out of the workspace", "hidden", "changed", "a copy is left", "two names", "nothing"],
)
def test_what_is_another_file_or_another_text_is_not_taken_for_the_document(
    store: DocumentStore, root: Path, happens: Callable[[Path], object]
) -> None:
    etag = store.write("a.md", "one", base=None).etag
    happens(root)
    assert store.moved("a.md", etag) is None


def test_a_file_that_had_a_second_name_is_not_followed_to_it(store: DocumentStore, root: Path) -> None:
    etag = store.write("a.md", "one", base=None).etag
    os.link(root / "a.md", root / "b.md")
    assert store.read("a.md").etag == etag
    (root / "a.md").unlink()
    assert store.moved("a.md", etag) is None
