"""A step of the clock while a page is open: sockets stay, pings go on, and nothing is decided by it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import websocket

from tests.conftest import Server, StartServer
from tests.reliability.page import Page, hear, say

HOUR_S = 3600
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


def next_ping_within(socket: websocket.WebSocket, seconds: float) -> bool:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        code, _ = socket.recv_data(control_frame=True)
        if code == websocket.ABNF.OPCODE_PING:
            return True
    return False


def test_a_step_of_the_clock_disturbs_no_socket_no_save_and_no_draft(server: Server, step: Path) -> None:
    page = Page(server, timeout_s=5)
    socket = page.socket()
    assert next_ping_within(socket, 2)
    etag = page.open("Letter.md")["etag"]
    for number, hours in enumerate((-1, 24 * 365, -24 * 365, 0), start=1):
        step.write_text(str(hours * HOUR_S))
        for _ in range(3):
            assert next_ping_within(socket, 2), f"no ping after a step to {hours} hours"
        saved = page.save("Letter.md", f"# Letter {number}\n", etag, client="page", seq=number)
        assert saved["rev"] == number + 1
        etag = saved["etag"]
        say(socket, "preview", version=number, text=f"# Letter {number}")
        assert hear(socket, "previewed")["version"] == number
        say(socket, "draft", name="Letter.md", base=etag, text=f"draft {number}", client="page", seq=100 + number)
        (server.workspace / "Other.md").write_text(f"by another program {number}")
        assert hear(socket, "changed")["name"] == "Letter.md"
        assert hear(socket, "changed")["name"] == "Other.md"
        assert [draft["text"] for draft in page.ask("GET", "/api/drafts")["drafts"]] == [f"draft {number}"]
    revisions = page.ask("GET", "/api/documents/Letter.md/history")["revisions"]
    assert [one["rev"] for one in revisions] == [5, 4, 3, 2, 1]
    socket.close()
