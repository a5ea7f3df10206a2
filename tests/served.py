"""Real servers with the OpenAI API that tests ask: llama.cpp's own, as xllamacpp has it, and llama-cpp-python's."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_S = 60
THREADS = "1"
"""Several wait for each other in busy loops, which takes long beside everything else that a test runs."""


@dataclass
class ServedModel:
    """A model that a server of its own answers with."""

    url: str
    """As `--engine` takes it."""
    process: subprocess.Popen[str]


@contextmanager
def llama_server(model: Path, port: int = 0) -> Iterator[ServedModel]:
    """llama.cpp's server on any free port, or on *port*."""
    command = [sys.executable, "-m", "benchmarks.llama_server", str(model), THREADS, str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        limit = threading.Timer(START_S, process.kill)
        limit.start()
        try:
            address = process.stdout.readline().strip()
            assert address, "llama-server did not start"
            limit.cancel()
            yield ServedModel(address, process)
        finally:
            limit.cancel()
            process.kill()


@contextmanager
def python_server(model: Path) -> Iterator[ServedModel]:
    """llama-cpp-python's server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--n_threads", THREADS, "--n_threads_batch", THREADS, "--n_ctx", "4096"]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), *options]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            url = f"http://127.0.0.1:{port}/v1"
            until = time.monotonic() + START_S
            while not _answers(f"{url}/models"):
                assert process.poll() is None, "llama-cpp-python's server did not start"
                assert time.monotonic() < until, "llama-cpp-python's server takes too long to start"
                time.sleep(0.05)
            yield ServedModel(url, process)
        finally:
            process.kill()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own loopback address
            return True
    except (urllib.error.URLError, OSError):
        return False


SERVERS = {"llama-server": llama_server, "llama-cpp-python": python_server}
