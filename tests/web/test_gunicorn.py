"""The same application under gunicorn, as a team may run it: served, bounded to one process, its token kept."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import websocket

from meai.errors import BadInput
from meai.web.security import kept_token

START_S = 30
pytestmark = pytest.mark.skipif(os.name == "nt", reason="gunicorn needs POSIX")
StartGunicorn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def gunicorn(tmp_path: Path, port: int) -> Iterator[StartGunicorn]:
    started: list[subprocess.Popen[str]] = []
    (tmp_path / "letters").mkdir()

    def start(**more: str) -> subprocess.Popen[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MEAI_")},
            "MEAI_WORKSPACE": str(tmp_path / "letters"),
            "MEAI_DATA_DIR": str(tmp_path / "data"),
            "MEAI_CACHE_DIR": str(tmp_path / "cache"),
            "MEAI_PORT": str(port),
            "MEAI_TOKEN_FILE": str(tmp_path / "token"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            **more,
        }
        options = ["--worker-class", "gthread", "--threads", "100", "--bind", f"127.0.0.1:{port}"]
        program = [sys.executable, "-m", "gunicorn", *options, "--graceful-timeout", "3", "meai.serving:application()"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(program, env=environment, text=True, **pipes)  # type: ignore[call-overload]
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def address_of(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Return where the page is and its token, once it is there."""
    limit = threading.Timer(START_S, process.kill)
    limit.start()
    assert process.stdout is not None
    line = process.stdout.readline()
    limit.cancel()
    match = re.fullmatch(r"ME_AI is running at (http://127\.0\.0\.1:\d+)/#token=(\S+)\n", line)
    assert match, line
    return match[1], match[2]


@pytest.mark.slow
def test_it_serves_its_socket_and_ends_with_all_its_children(gunicorn: StartGunicorn, tmp_path: Path) -> None:
    process = gunicorn()
    url, token = address_of(process)
    assert token == (tmp_path / "token").read_text().strip()
    page = websocket.create_connection(url.replace("http", "ws", 1) + "/ws", origin=url, timeout=20)
    page.send(json.dumps({"type": "hello", "token": token}))
    assert json.loads(page.recv())["type"] == "welcome"
    page.send(json.dumps({"type": "preview", "version": 1, "text": "# Hello"}))
    while (message := json.loads(page.recv()))["type"] != "previewed":
        pass
    assert "Hello</h1>" in message["blocks"][0]["html"]

    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) > 1
    process.terminate()
    assert process.wait(10) == 0
    page.close()
    until = time.monotonic() + 5
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children):
        assert time.monotonic() < until, "a child outlived it"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("setting", "words"),
    [("MEAI_PORT", "must be a number from 0 to 65535"), ("MEAI_ENGINE", "is no address of a server")],
)
def test_what_keeps_it_from_starting_is_one_sentence(gunicorn: StartGunicorn, setting: str, words: str) -> None:
    process = gunicorn(**{setting: "nonsense"})
    _, said = process.communicate(timeout=START_S)
    assert words in said
    assert "Traceback" not in said
    assert process.returncode != 0


def test_a_kept_token_is_the_same_at_each_start_and_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "token"
    token = kept_token(file)
    assert kept_token(file) == token
    assert len(token) >= 43
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o644)
    with pytest.raises(BadInput, match="Others may read the token file"):
        kept_token(file)


@pytest.mark.parametrize("content", ["", "short", "x" * 500, "ü" * 43, "a b" * 20])
def test_a_token_that_could_be_guessed_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(BadInput, match="holds no token that is safe"):
        kept_token(file)


def test_a_token_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be made: No such file or directory"):
        kept_token(tmp_path / "nowhere" / "token")
