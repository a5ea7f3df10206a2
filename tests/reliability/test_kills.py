"""The server is killed, again and again, while it saves: nothing is torn, and nothing that it acknowledged is lost."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from meai.documents import tables
from meai.documents.database import Database
from meai.documents.encoding import etag_of
from meai.documents.history import History
from meai.documents.journal import Journal
from meai.documents.names import TEMPORARY_PREFIX
from meai.documents.places import drafts_folder, history_file
from meai.documents.revisions import Revision
from tests.conftest import Server, StartServer
from tests.reliability.page import GONE, Page, hear, say
from tests.soak import Tally

LETTER, DRAFT = "Letter.md", "Draft.md"
LINES = 2_000
LIVES_S = (0.01, 0.25)
"""How long a server that has begun to save is let live, at least and at most."""
LANES = 2
"""Workspaces whose servers are killed at the same time, one for each core."""


def version(number: int) -> str:
    """A text that says which it is, and whether it is whole."""
    body = f"{number}\n" + "a line of a version\n" * LINES
    return body + hashlib.sha256(body.encode()).hexdigest()


def number_of(data: bytes) -> int:
    """Return which version *data* is."""
    body, digest = data[:-64], data[-64:]
    assert hashlib.sha256(body).hexdigest().encode() == digest, "a version is torn"
    return int(body.partition(b"\n")[0])


@dataclass
class Lane:
    """One workspace, and what its servers said before they died."""

    folder: Path
    start_server: StartServer
    draw: random.Random
    etags: list[str] = field(default_factory=list)
    """Of the acknowledged versions of the letter, in order."""
    saved: int = -1
    """The number of the last of them."""
    created: list[str] = field(default_factory=list)
    """The documents whose creation was acknowledged."""
    drafted: int = -1
    """The number of the last draft that the server has taken."""
    unanswered: tuple[int, str | None] | None = None
    """The version of the letter whose save had no answer yet, and what it was made of."""

    def __post_init__(self) -> None:
        self.workspace = self.folder / "workspace"
        self.data_dir = self.folder / "data"
        self.workspace.mkdir(parents=True)

    def live_and_die(self) -> None:
        """Start a server, have it save without a pause, kill it, and look at what is left."""
        server = self.start_server(self.workspace, environment={"MEAI_DATA_DIR": str(self.data_dir)})
        begun = threading.Barrier(4, timeout=60)
        with ThreadPoolExecutor(3) as pages:
            running = [pages.submit(work, server, begun) for work in (self.overwrite, self.create, self.journal)]
            try:
                begun.wait()
                time.sleep(self.draw.uniform(*LIVES_S))
            finally:
                server.process.kill()
            server.process.wait()
            for page in running:
                page.result()
        self.look()

    def overwrite(self, server: Server, begun: threading.Barrier) -> None:
        """Save one version of the letter after the other, the one without an answer again before."""
        page = Page(server)
        try:
            if self.unanswered is None:
                self.save(page, 0, None)
            else:
                self.save(page, *self.unanswered)
            begun.wait()
            while True:
                self.save(page, self.saved + 1, self.etags[-1])
        except GONE:
            page.close()

    def save(self, page: Page, number: int, base: str | None) -> None:
        self.unanswered = (number, base)
        answer = page.save(LETTER, version(number), base, client="page", seq=number)
        assert answer["warning"] is None, answer["warning"]
        self.saved, self.unanswered = number, (number, base)
        self.etags.append(answer["etag"])

    def create(self, server: Server, begun: threading.Barrier) -> None:
        """Create one document after the other, in folders that are new."""
        page = Page(server)
        begun.wait()
        try:
            for number in range(1_000_000):
                name = f"Life {len(self.etags)}/{number}/Post.md"
                page.save(name, version(number), None)
                self.created.append(name)
        except GONE:
            page.close()

    def journal(self, server: Server, begun: threading.Barrier) -> None:
        """Write one draft after the other; an answer to what was said after it tells that it was taken."""
        page = Page(server)
        socket = page.socket()
        begun.wait()
        try:
            for number in range(self.drafted + 1, 1_000_000):
                say(socket, "draft", name=DRAFT, base="", text=version(number), client="page", seq=number)
                say(socket, "hello", token="")
                hear(socket, "error")
                self.drafted = number
        except GONE:
            socket.shutdown()

    def look(self) -> None:
        """Check the files, the history and the drafts, before any other server sees them."""
        letter = (self.workspace / LETTER).read_bytes()
        assert self.saved <= number_of(letter) <= self.saved + 1, "an acknowledged version is lost"
        for path in self.workspace.rglob("*.md"):
            number_of(path.read_bytes())
        for name in self.created:
            assert (self.workspace / name).is_file(), "an acknowledged document is lost"
        revisions = self.history(LETTER)
        kept = [revision.etag for revision in revisions]
        assert set(self.etags) <= set(kept), "the history lost an acknowledged version"
        assert etag_of(letter) == kept[0] or kept[1:2] == [etag_of(letter)], "the file is ahead of its history"
        assert {revision.kind for revision in revisions} <= {"save", "unsaved"}, "a version is another program's"
        if self.drafted >= 0:
            ((draft, _),) = Journal(drafts_folder(self.data_dir, self.workspace)).list()
            assert number_of(draft.text.encode()) == draft.seq >= self.drafted, "a draft is lost"

    def history(self, name: str) -> tuple[Revision, ...]:
        """Return all revisions of *name*, the newest first."""
        database = Database(history_file(self.data_dir, self.workspace), tables.SCHEMA)
        try:
            return History(database).list(name)
        finally:
            database.close()

    def check_database(self) -> None:
        """Look through the whole history."""
        database = Database(history_file(self.data_dir, self.workspace), tables.SCHEMA)
        assert database.read(lambda connection: connection.execute("PRAGMA integrity_check").fetchone()) == ("ok",)
        assert {path.name for path in database.path.parent.glob("*corrupt*")} == set()

    @property
    def litter(self) -> int:
        """How many unfinished files the kills left, which a later start sweeps."""
        return len(list(self.workspace.rglob(f"{TEMPORARY_PREFIX}*")))


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(300)]),
        pytest.param(200, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_no_kill_tears_or_loses_what_the_server_acknowledged(
    kills: int, tmp_path: Path, start_server: StartServer, tally: Tally
) -> None:
    lanes = [Lane(tmp_path / f"lane {number}", start_server, random.Random(number)) for number in range(LANES)]  # noqa: S311
    killed = 0

    def run(lane: Lane) -> None:
        nonlocal killed
        for _ in range(kills // LANES):
            lane.live_and_die()
            killed += 1
            if killed % 20 == 0:
                tally.progress(f"{killed} of {kills} servers killed")

    with ThreadPoolExecutor(LANES) as pool:
        running: list[Any] = [pool.submit(run, lane) for lane in lanes]
        for each in running:
            each.result()
    for lane in lanes:
        lane.check_database()
    total = {
        "saves": sum(len(lane.etags) for lane in lanes),
        "creations": sum(len(lane.created) for lane in lanes),
        "drafts": sum(lane.drafted + 1 for lane in lanes),
        "unfinished files left": sum(lane.litter for lane in lanes),
    }
    assert total["saves"] > kills
    counted = ", ".join(f"{number:,} {what}" for what, number in total.items())
    tally.count(f"{kills} servers killed (`kill -9`) while they saved", f"0 torn, 0 acknowledged and lost; {counted}")
