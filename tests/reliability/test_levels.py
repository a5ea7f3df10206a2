"""A server that works for long holds no more than one that has begun: threads, files, children and memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import websocket

from meai.documents.places import history_file
from tests.conftest import Server, StartServer
from tests.reliability.page import Page, hear, say
from tests.soak import Tally

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="open files are counted on POSIX only"),
]

OFF = 2
"""How many threads, files or children more or less are no leak."""
GROWTH_BYTES = 32 * 1024 * 1024
LOG_BYTES = 64 * 1024 * 1024
SETTLES_WITHIN_S = 60.0
PARAGRAPH = "The letter of this week is about *the garden* behind the [library](https://example.org).\n\n"


@dataclass(frozen=True)
class Level:
    """What a process holds."""

    threads: int
    files: int
    children: int
    resident: int
    """Bytes of its own memory."""

    def is_about(self, other: Level) -> bool:
        """Whether nothing but memory differs, and that by little."""
        pairs = ((self.threads, other.threads), (self.files, other.files), (self.children, other.children))
        return all(abs(here - there) <= OFF for here, there in pairs)


def level(server: Server) -> Level:
    process = psutil.Process(server.process.pid)
    with process.oneshot():
        resident = process.memory_info().rss
        return Level(process.num_threads(), process.num_fds(), len(process.children(recursive=True)), resident)


def settled(server: Server, at: Level) -> Level:
    """Return the level when it has come to about *at*, or does not."""
    ends_at = time.monotonic() + SETTLES_WITHIN_S
    while not (now := level(server)).is_about(at) and time.monotonic() < ends_at:
        time.sleep(0.2)
    return now


@dataclass
class Work:
    """What pages do on *server*."""

    server: Server
    seq: int = 0

    def save(self, times: int) -> Iterator[int]:
        """Save one document again and again, and create, rename and delete others."""
        page = Page(self.server)
        etag = page.open("Letter.md")["etag"]
        for number in range(times):
            self.seq += 1
            text = f"# Letter {self.seq}\n\n{PARAGRAPH * 20}"
            etag = page.save("Letter.md", text, etag, client="page", seq=self.seq)["etag"]
            if number % 20 == 0:
                made = page.save(f"Post {self.seq}.md", text, None)
                headers = {"If-Match": made["etag"]}
                moved = page.ask(
                    "PATCH", f"/api/documents/{made['name']}".replace(" ", "%20"), {"name": "Moved.md"}, headers
                )
                page.ask("DELETE", "/api/documents/Moved.md", None, {"If-Match": moved["etag"]})
            yield number
        page.close()

    def render(self, times: int) -> Iterator[int]:
        """Have previews drawn."""
        socket = Page(self.server).socket()
        for number in range(times):
            say(socket, "preview", version=number, text=PARAGRAPH * (1 + number % 40))
            assert hear(socket, "previewed")["version"] == number
            yield number
        socket.close()

    def knock(self, times: int) -> Iterator[int]:
        """Open and close sockets, some without a farewell."""
        for number in range(times):
            socket = Page(self.server).socket()
            socket.shutdown() if number % 2 else socket.close()
            yield number

    def start_model_anew(self, times: int) -> Iterator[int]:
        """Kill the model's process, and ask until the next one answers."""
        socket = Page(self.server).socket()
        self.ask(socket)
        for number in range(times):
            worker(self.server).kill()
            self.ask(socket)
            yield number
        socket.close()

    @staticmethod
    def ask(socket: websocket.WebSocket) -> None:
        """Ask the model until it answers; while it was killed just now, it may fail."""
        for attempt in range(20):
            text = {"selection": "The tide come in.", "before": "", "after": ""}
            say(socket, "rewrite", id=f"{attempt}", action="correct-spelling", instruction="", **text)
            if hear(socket, "failed", "proposed")["type"] == "proposed":
                return
            time.sleep(0.2)
        raise AssertionError("the model does not answer any more")


def worker(server: Server) -> psutil.Process:
    """Return the model's process."""
    children = psutil.Process(server.process.pid).children()
    (found,) = [child for child in children if any("inference.worker" in word for word in child.cmdline())]
    return found


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_server_that_has_worked_for_long_holds_what_it_held(
    tmp_path: Path, start_server: StartServer, model_path: Path, tally: Tally
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "Letter.md").write_text("# Letter\n")
    server = start_server(workspace, model=model_path)
    work = Work(server)
    # A process whose model crashes three times in five minutes is not asked again: that is another promise.
    kinds: list[tuple[str, Callable[[int], Iterator[int]], int, int]] = [
        ("saves", work.save, 100, 2000),
        ("renders", work.render, 100, 500),
        ("sockets opened and closed", work.knock, 50, 1000),
        ("starts of the model", work.start_model_anew, 1, 1),
    ]
    for _, do, before, _ in kinds:
        for _ in do(before):
            pass
    first = level(server)
    for what, do, _, times in kinds:
        for number in do(times):
            if (number + 1) % 500 == 0:
                tally.progress(f"{number + 1} of {times} {what}")
    last = settled(server, first)
    log = history_file(server.data_dir, workspace).with_suffix(".sqlite-wal")
    grown = last.resident - first.resident
    done = ", ".join(f"{times:,} {what}" for what, _, _, times in kinds)
    difference = f"threads {last.threads - first.threads:+}, files {last.files - first.files:+}"
    tally.count(done, f"{difference}, children {last.children - first.children:+}, memory {grown / 2**20:+.1f} MiB")
    assert last.is_about(first)
    assert grown < GROWTH_BYTES
    assert log.stat().st_size <= LOG_BYTES
