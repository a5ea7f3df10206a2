"""A step of the clock while a page is open: sockets stay, pings go on, and nothing is decided by it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import websocket

from tests.conftest import Server, StartServer
from tests.reliability.page import Page, hear, say

HOUR_S = 3600
PATIENCE_S = 30
STEPPED = """
import os, time
from pathlib import Path

real, step = time.time, Path(os.environ["STEP"])
time.time = lambda: real() + float(step.read_text())

from meai.cli import main
from meai.web import channel

channel.SERVER_OPTIONS["ping_interval"] = 0.2
main()
"""


@pytest.fixture
def step(tmp_path: Path) -> Path:
    """A file with the seconds that the server's clock is wrong by."""
    path = tmp_path / "step"
    path.write_text("0")
    return path


@pytest.fixture
def server(start_server: StartServer, tmp_path: Path, step: Path) -> Server:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "Letter.md").write_text("# Letter\n")
    return start_server(workspace, program=("-c", STEPPED), environment={"STEP": str(step)})


def eventually(holds: Callable[[], bool]) -> bool:
    ends_at = time.monotonic() + PATIENCE_S
    while not (held := holds()) and time.monotonic() < ends_at:
        time.sleep(0.02)
    return held


def next_ping_within(socket: websocket.WebSocket, seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        code, _ = socket.recv_data(control_frame=True)
        if code == websocket.ABNF.OPCODE_PING:
            return True
    return False


def drafts(page: Page) -> list[str]:
    return [draft["text"] for draft in page.ask("GET", "/api/drafts")["drafts"]]


def test_a_step_of_the_clock_disturbs_no_socket_no_save_and_no_draft(server: Server, step: Path) -> None:
    page = Page(server, timeout_s=PATIENCE_S)
    socket = page.socket()
    assert next_ping_within(socket, PATIENCE_S)
    etag = page.open("Letter.md")["etag"]
    for number, hours in enumerate((-1, 24 * 365, -24 * 365, 0), start=1):
        step.write_text(str(hours * HOUR_S))
        for _ in range(3):
            assert next_ping_within(socket, PATIENCE_S), f"no ping after a step to {hours} hours"
        saved = page.save("Letter.md", f"# Letter {number}\n", etag, client="page", seq=number)
        assert saved["rev"] == number + 1
        etag = saved["etag"]
        say(socket, "preview", version=number, text=f"# Letter {number}")
        assert hear(socket, "previewed")["version"] == number
        say(socket, "draft", name="Letter.md", base=etag, text=f"draft {number}", client="page", seq=100 + number)
        (server.workspace / "Other.md").write_text(f"by another program {number}")
        assert hear(socket, "changed")["name"] == "Letter.md"
        assert hear(socket, "changed")["name"] == "Other.md"
        assert eventually(lambda now=f"draft {number}": drafts(page) == [now])
    revisions = page.ask("GET", "/api/documents/Letter.md/history")["revisions"]
    assert [one["rev"] for one in revisions] == [5, 4, 3, 2, 1]
    socket.close()
