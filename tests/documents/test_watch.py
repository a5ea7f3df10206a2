"""Changes on the disk, whoever makes them, are told within two seconds and never in floods."""

import os
import queue
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meai.documents import watch as watching
from meai.documents.encoding import etag_of
from meai.documents.store import DocumentStore
from meai.documents.watch import MAX_TOLD_ONE_BY_ONE, Changes, Notices, Watch, system_notices

WITHIN_S = 2.0
SIGN = "sign.md"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "ME_AI"
    (folder / "Posts").mkdir(parents=True)
    (folder / "a.md").write_text("one")
    (folder / "Posts" / "b.md").write_text("one")
    return folder


class Heard:
    """What a listener is told."""

    def __init__(self) -> None:
        self._told: queue.Queue[Changes] = queue.Queue()
        self.listen = self._told.put

    def until(self, enough: Callable[[dict[str, str | None], bool], bool]) -> tuple[dict[str, str | None], bool]:
        """Return what was told until that was *enough*: the last ETag of each document, and whether it was `listed`."""
        documents: dict[str, str | None] = {}
        listed = False
        ends_at = time.monotonic() + WITHIN_S
        while not enough(documents, listed):
            try:
                changes = self._told.get(timeout=max(0.0, ends_at - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"Within {WITHIN_S} s only {documents} was told, and {listed=}.")
            documents |= {document.name: document.etag for document in changes.documents if document.name != SIGN}
            listed |= changes.listed
        return documents, listed

    def anything(self) -> bool:
        """Whether something is told within a moment."""
        try:
            return bool(self._told.get(timeout=0.15))
        except queue.Empty:
            return False

    def all_within(self, seconds: float) -> list[Changes]:
        """Return all that is told until there was silence for so long."""
        told = []
        while True:
            try:
                told.append(self._told.get(timeout=seconds))
            except queue.Empty:
                return told


Start = Callable[..., Heard]


def no_notices(root: Path, recursive: bool, closed: threading.Event) -> Iterator[bool]:
    raise OSError("no more watches")


@pytest.fixture
def start(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Watch the workspace and return what is heard from then on."""
    for name, sooner in {"POLL_S": 0.1, "_GATHER_MS": 150, "_QUIET_MS": 40, "_WAKE_MS": 200}.items():
        monkeypatch.setattr(watching, name, sooner)
    running: list[Watch] = []

    def start(notices: Notices = system_notices, *, only: str | None = None) -> Heard:
        store = DocumentStore(root, trash=root.parent / "trash", only=only)
        watch = Watch(store, recursive=only is None, notices=notices)
        heard = Heard()
        watch.listen(heard.listen)
        watch.start()
        running.append(watch)
        sign = root / (only or SIGN)
        for number in range(40):  # from the first look on, whenever that is, everything is told
            sign.write_text(f"sign {number}")
            if heard.anything():
                break
        heard.all_within(0.3)
        return heard

    yield start
    for watch in running:
        watch.close()


@pytest.fixture(params=["notices", "polling"])
def heard(request: pytest.FixtureRequest, start: Start, caplog: pytest.LogCaptureFixture) -> Heard:
    """Both ways of learning of changes."""
    return start(system_notices if request.param == "notices" else no_notices)


def test_a_change_in_place_a_new_document_and_a_deleted_one_are_told(heard: Heard, root: Path) -> None:
    (root / "a.md").write_text("two")
    assert heard.until(lambda documents, _: "a.md" in documents)[0] == {"a.md": etag_of(b"two")}
    (root / "c.md").write_text("new")
    (root / "Posts" / "b.md").unlink()
    documents, listed = heard.until(lambda documents, _: len(documents) == 2)
    assert (documents, listed) == ({"c.md": etag_of(b"new"), "Posts/b.md": None}, True)


def test_a_file_put_over_a_document_is_told(heard: Heard, root: Path) -> None:
    (root / ".new").write_text("two")
    os.replace(root / ".new", root / "a.md")
    documents, listed = heard.until(lambda documents, _: "a.md" in documents)
    assert (documents, listed) == ({"a.md": etag_of(b"two")}, False)


def test_a_change_that_leaves_size_and_time_alone_is_told(heard: Heard, root: Path) -> None:
    before = (root / "a.md").stat()
    (root / "a.md").write_text("ONE")
    os.utime(root / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert heard.until(lambda documents, _: "a.md" in documents)[0] == {"a.md": etag_of(b"ONE")}


def test_a_folder_that_is_moved_is_told_by_its_documents(heard: Heard, root: Path) -> None:
    (root / "Posts").rename(root / "Old posts")
    documents, listed = heard.until(lambda documents, _: len(documents) == 2)
    assert (documents, listed) == ({"Posts/b.md": None, "Old posts/b.md": etag_of(b"one")}, True)


def test_an_own_save_is_told_with_its_etag(start: Start, root: Path) -> None:
    heard = start()
    store = DocumentStore(root, trash=root.parent / "trash")
    saved = store.write("a.md", "mine", base=store.read("a.md").etag)
    assert heard.until(lambda documents, _: "a.md" in documents)[0] == {"a.md": saved.etag}


def test_a_checkout_of_five_hundred_files_is_no_flood(start: Start, root: Path) -> None:
    heard = start()
    for number in range(500):
        (root / "Posts" / f"{number}.md").write_text(f"text {number}")
    heard.until(lambda _, listed: listed)
    told = heard.all_within(0.5)
    assert sum(len(changes.documents) for changes in told) <= 3 * MAX_TOLD_ONE_BY_ONE
    assert len(told) <= 8


def test_what_is_hidden_or_no_document_is_not_told(start: Start, root: Path) -> None:
    heard = start()
    (root / ".git").mkdir()
    (root / ".git" / "x.md").write_text("x")
    (root / "picture.png").write_text("x")
    (root / "a.md").write_text("two")
    assert heard.until(lambda documents, _: "a.md" in documents) == ({"a.md": etag_of(b"two")}, False)


def test_of_a_single_document_only_that_is_told(start: Start, root: Path) -> None:
    heard = start(only="a.md")
    (root / "b.md").write_text("other")
    (root / "a.md").write_text("two")
    two = etag_of(b"two")
    assert heard.until(lambda documents, _: documents.get("a.md") == two) == ({"a.md": two}, False)


def test_a_workspace_that_vanishes_and_comes_back_is_told(
    start: Start, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_ANYWAY_S", 0.5)
    heard = start()
    shutil.move(root, root.parent / "elsewhere")
    heard.until(lambda documents, _: documents.get("a.md", "") is None)
    shutil.move(root.parent / "elsewhere", root)
    heard.until(lambda documents, _: documents.get("a.md") == etag_of(b"one"))


def test_who_is_forgotten_hears_no_more(root: Path) -> None:
    looks: queue.Queue[bool] = queue.Queue()

    def notices(root: Path, recursive: bool, closed: threading.Event) -> Iterator[bool]:
        while not closed.is_set():
            looked.release()
            yield looks.get()

    looked = threading.Semaphore(0)
    watch = Watch(DocumentStore(root, trash=root.parent / "trash"), notices=notices)
    one, other = Heard(), Heard()
    watch.listen(one.listen)
    watch.listen(other.listen)
    watch.start()
    looked.acquire()
    watch.forget(one.listen)
    (root / "a.md").write_text("two")
    looks.put(True)
    assert other.until(lambda documents, _: bool(documents))[0] == {"a.md": etag_of(b"two")}
    assert one.all_within(0) == []
    watch.close()


def test_of_a_document_that_became_too_large_to_be_opened_it_is_told_that_something_changed(
    start: Start, root: Path
) -> None:
    heard = start()
    with (root / "a.md").open("wb") as file:
        file.truncate(21 * 2**20)
    assert heard.until(lambda _, listed: listed)[0] == {}
