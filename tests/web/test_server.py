"""The server: loopback only, bounded, quiet, and ended by a signal within two seconds."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import websocket

from meai import server as server_module
from meai.server import LoopbackServer, PortTaken, serve

App = Callable[[dict[str, Any], Any], list[bytes]]


def hello(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def get(port: int, path: str = "/", timeout_s: float = 5) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=timeout_s) as answer:
        return bytes(answer.read())


def raw(port: int, sent: bytes = b"") -> socket.socket:
    peer = socket.create_connection(("127.0.0.1", port), timeout=5)
    peer.sendall(sent)
    return peer


@pytest.fixture
def opened() -> Iterator[list[socket.socket]]:
    """Sockets that are closed at the end."""
    peers: list[socket.socket] = []
    yield peers
    for peer in peers:
        peer.close()


def test_only_this_machine_is_listened_to(live: Any) -> None:
    port = live(hello).port
    bound = {each.laddr.ip for each in psutil.Process().net_connections() if each.laddr.port == port}
    assert bound == {"127.0.0.1"}


def test_what_serves_is_not_told_and_requests_are_not_logged(live: Any, capfd: pytest.CaptureFixture[str]) -> None:
    port = live(hello).port
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/secret", timeout=5) as answer:
        assert answer.headers["Server"] == "ME_AI"
    with raw(port, b"nonsense\r\n\r\n") as peer:
        assert peer.recv(100)
    raw(port, b"GET / HTT").close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.alone
def test_a_full_server_says_so_at_once_and_comes_back(
    live: Any, opened: list[socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 3)
    monkeypatch.setattr(server_module._QuietHandler, "timeout", 1.0)
    port = live(hello).port
    opened += [raw(port, b"GET / HTTP/1.1\r\nX: slow") for _ in range(3)]
    started = time.monotonic()
    fourth = raw(port)
    opened.append(fourth)
    assert fourth.recv(1000).startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n")
    assert time.monotonic() - started < 0.5
    deadline = started + 5
    while True:  # slow senders are timed out, and then there is room
        try:
            assert get(port) == b"hello"
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


HEAD = b"PUT / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\nX: ", HEAD], ids=["head", "body"])
@pytest.mark.alone
def test_a_request_that_comes_byte_by_byte_has_no_more_time_than_another(
    live: Any, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(server_module._QuietHandler, "timeout", 0.5)

    def read(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(1000)
        return hello(environ, start_response)

    started = time.monotonic()
    with raw(live(read).port, begun) as peer:
        peer.settimeout(0.05)
        assert not gives_up(peer, until=started + 0.3)
        assert gives_up(peer, until=started + 3)


def gives_up(peer: socket.socket, until: float) -> bool:
    """Send a byte every 50 ms and return whether the server ends the connection before *until*."""
    while time.monotonic() < until:
        try:
            peer.sendall(b"a")
            return peer.recv(1) == b""
        except TimeoutError:
            pass
        except ConnectionError:
            return True
    return False


def test_an_answer_may_take_longer_than_its_request_could(live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module._QuietHandler, "timeout", 0.1)

    def late(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        time.sleep(0.3)
        return hello(environ, start_response)

    assert get(live(late).port) == b"hello"


def test_a_taken_port_is_one_sentence(live: Any) -> None:
    port = live(hello).port
    with pytest.raises(PortTaken, match=f"Port {port} is in use by another program; choose another with --port"):
        LoopbackServer(port, hello)


def test_serving_is_told_when_it_begins_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    ports: list[int] = []
    begun = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        begun.set()

    made: list[LoopbackServer] = []

    class Known(LoopbackServer):
        def __init__(self, port: int, app: App) -> None:
            super().__init__(port, app)
            made.append(self)

    monkeypatch.setattr(server_module, "LoopbackServer", Known)
    thread = threading.Thread(target=lambda: serve(hello, 0, ready=ready, stop=lambda: said.append("end")))
    thread.start()
    assert begun.wait(5)
    assert get(ports[0]) == b"hello"
    made[0].shutdown()
    thread.join(5)
    assert said == ["end"]
    with pytest.raises(OSError, match="refused"):
        get(ports[0])


# The whole program.


class Program:
    """`run` in a process of its own, on a workspace, without a model."""

    def __init__(self, tmp_path: Path) -> None:
        workspace = tmp_path / "ME_AI"
        code = (
            "import sys; from pathlib import Path; from meai.config import read_config; from meai.serving import run;"
            "run(read_config(path=Path(sys.argv[1]) if sys.argv[1] else None, port=0, open_browser=False))"
        )
        environment = {
            **os.environ,
            "MEAI_WORKSPACE": str(workspace),
            "MEAI_DATA_DIR": str(tmp_path / "data"),
            "MEAI_CACHE_DIR": str(tmp_path / "cache"),
        }
        self.workspace = workspace
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, ""],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        match = re.fullmatch(r"ME_AI is running at http://127\.0\.0\.1:(\d+)/#token=([\w-]{43})\n", line)
        assert match, line
        self.port, self.token = int(match[1]), match[2]

    def page(self) -> websocket.WebSocket:
        page = websocket.create_connection(
            f"ws://127.0.0.1:{self.port}/ws", origin=f"http://127.0.0.1:{self.port}", timeout=10
        )
        page.send(json.dumps({"type": "hello", "token": self.token}))
        assert '"welcome"' in page.recv()
        return page


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.process.kill()
    program.process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.alone
def test_a_signal_ends_everything_within_two_seconds(program: Program, number: signal.Signals) -> None:
    pages = [program.page() for _ in range(5)]
    pages[0].send('{"type": "preview", "version": 1, "text": "# Hi"}')
    while '"previewed"' not in pages[0].recv():
        pass
    children = psutil.Process(program.process.pid).children(recursive=True)
    assert children, "the preview is drawn in a child"
    started = time.monotonic()
    program.process.send_signal(number)
    for page in pages:
        kind, data = page.recv_data()
        while kind != websocket.ABNF.OPCODE_CLOSE:
            kind, data = page.recv_data()
        assert int.from_bytes(data[:2], "big") == 1012
        page.shutdown()
    assert program.process.wait(5) == 0
    assert time.monotonic() - started < 2
    _, alive = psutil.wait_procs(children, timeout=2)
    assert alive == []
    assert program.process.communicate() == ("", "")


def test_a_first_run_begins_with_a_welcome(program: Program) -> None:
    assert [path.name for path in program.workspace.iterdir()] == ["Welcome.md"]


@pytest.mark.skipif(os.name == "nt", reason="a command line is read from /proc or by sysctl")
def test_the_token_is_in_no_command_line_and_no_log(program: Program) -> None:
    page = program.page()
    for path in ("/", "/healthz", "/api/documents", "/none"):
        request = urllib.request.Request(
            f"http://127.0.0.1:{program.port}{path}", headers={"Authorization": f"Bearer {program.token}"}
        )
        try:
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
    page.shutdown()
    processes = [psutil.Process(program.process.pid), *psutil.Process(program.process.pid).children(recursive=True)]
    lines = [line for process in processes for line in (*process.cmdline(), *process.environ().values())]
    program.process.terminate()
    said = program.process.communicate(timeout=5)
    assert not [line for line in (*lines, *said) if program.token in line]
