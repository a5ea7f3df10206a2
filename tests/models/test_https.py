"""A file comes whole or not at all, however often the way is cut."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from meai.errors import BadInput, Cancelled, DownloadFailed
from meai.models import https
from meai.models.catalogue import CatalogueEntry, HttpsSource, HubSource
from meai.models.choices import Choices, Learnt
from meai.models.download import Network, fetched_bytes, pull

from .gguf_files import FLOAT, Gguf, Tensor

CONTENT = Gguf().with_tensors(Tensor("big", (500_000,), FLOAT, size=2_000_000)).packed()


@dataclass
class Host:
    """A server of one file that can be made to fail."""

    url: str = ""
    content: bytes = CONTENT
    etag: str = '"one"'
    linked_etag: str = ""
    cut_after: list[int] = field(default_factory=list)
    """For each of the next answers, after how many bytes it breaks off."""
    status: int = 200
    ranges: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    redirect_to: str = ""


def handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append({"path": self.path, **{name.lower(): said for name, said in self.headers.items()}})
            if host.status != 200:
                self.send_error(host.status)
                return
            if host.redirect_to:
                self.send_response(302)
                self.send_header("Location", host.redirect_to)
                if host.linked_etag:
                    self.send_header("X-Linked-Etag", host.linked_etag)
                self.end_headers()
                return
            self.answer()

        def answer(self) -> None:
            begin = 0
            asked = self.headers.get("Range", "")
            if host.ranges and asked and self.headers.get("If-Range") == host.etag:
                begin = int(asked.removeprefix("bytes=").rstrip("-"))
            if begin >= len(host.content):
                self.send_error(416)
                return
            self.send_response(206 if begin else 200)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(host.content) - 1}/{len(host.content)}")
            self.send_header("ETag", host.etag)
            self.send_header("Content-Length", str(len(host.content) - begin))
            self.end_headers()
            rest = host.content[begin:]
            if host.cut_after:
                rest = rest[: host.cut_after.pop(0)]
            with suppress(ConnectionError):
                self.wfile.write(rest)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[..., Host]]:
    servers: list[ThreadingHTTPServer] = []

    def start(**settings: object) -> Host:
        host = Host(**settings)  # type: ignore[arg-type]
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(host))
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        host.url = f"http://127.0.0.1:{server.server_address[1]}"
        return host

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "WAITS_S", (0.01, 0.01))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def at(entry: CatalogueEntry) -> Callable[[Host], CatalogueEntry]:
    """The entry whose model *host* has."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    return lambda host: replace(
        entry, size=len(CONTENT), sha256=digest, source=HttpsSource(f"{host.url}/tiny.gguf", len(CONTENT))
    )


Serve = Callable[..., Host]
At = Callable[[Host], CatalogueEntry]


def fetch(entry: CatalogueEntry, folder: Path, **more: object) -> Path:
    return pull(entry, folder, lambda done, total: None, threading.Event(), **more)  # type: ignore[arg-type]


def test_a_file_comes_from_its_address(serve: Serve, at: At, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    path = pull(at(serve()), tmp_path, lambda done, total: steps.append((done, total)), threading.Event())
    assert path.read_bytes() == CONTENT
    assert steps[-1] == (len(CONTENT), len(CONTENT))
    assert sorted(steps) == steps


def test_a_way_that_is_cut_again_and_again_is_taken_up_where_it_broke(serve: Serve, at: At, tmp_path: Path) -> None:
    cuts = random.Random(7)  # noqa: S311
    host = serve(cut_after=[cuts.randrange(1, 300_000) for _ in range(9)])
    assert fetch(at(host), tmp_path).read_bytes() == CONTENT
    assert len(host.asked) >= 6
    assert all("range" in asked for asked in host.asked[1:])


def test_a_paused_fetch_keeps_what_came_and_goes_on_from_there(serve: Serve, at: At, tmp_path: Path) -> None:
    host, stop = serve(), threading.Event()
    entry = at(host)
    with pytest.raises(Cancelled):
        pull(entry, tmp_path, lambda done, total: stop.set() if done > 400_000 else None, stop)
    here = fetched_bytes(entry, tmp_path)
    assert 400_000 < here < len(CONTENT)
    assert not (tmp_path / entry.file).exists()
    assert fetch(entry, tmp_path).read_bytes() == CONTENT
    assert host.asked[-1]["range"] == f"bytes={here}-"


FETCH_UNTIL_KILLED = """
import os, signal, sys, threading
from pathlib import Path
from meai.models.catalogue import CatalogueEntry, HttpsSource
from meai.models import https
from meai.models.download import pull
# Of a file of gigabytes every 32 MB are made safe; this one has two.
https._SYNC_BYTES = 200_000
url, sha256, size, folder, end = sys.argv[1:]
source = HttpsSource(url, int(size))
entry = CatalogueEntry("tiny", "Tiny", "MIT", "", int(size), sha256, "", "tiny.gguf", source)
def progress(done, total):
    if done > int(end):
        os.kill(os.getpid(), signal.SIGKILL)
pull(entry, Path(folder), progress, threading.Event())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that nothing can catch")
def test_a_fetch_that_is_killed_twice_goes_on_from_where_it_was(serve: Serve, at: At, tmp_path: Path) -> None:
    host = serve()
    entry = at(host)
    asked = [host.url + "/tiny.gguf", entry.sha256, str(len(CONTENT)), str(tmp_path)]
    for end in (300_000, 1_200_000):
        child = subprocess.run([sys.executable, "-c", FETCH_UNTIL_KILLED, *asked, str(end)], check=False)
        assert child.returncode == -signal.SIGKILL
        assert list(tmp_path.glob("*.gguf")) == []
    begun = replace(entry, name="tiny", file="tiny.gguf")
    here = fetched_bytes(begun, tmp_path)
    assert 700_000 <= here <= 1_400_000
    assert fetch(begun, tmp_path).read_bytes() == CONTENT
    assert host.asked[-1]["range"] == f"bytes={here}-"


def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(serve: Serve, at: At, tmp_path: Path) -> None:
    host = serve(content=CONTENT[:-1] + b"!", etag='"old"', cut_after=[500_000, 0, 0, 0, 0])
    entry = at(host)
    with pytest.raises(DownloadFailed):
        fetch(entry, tmp_path)
    host.content, host.etag, host.cut_after = CONTENT, '"new"', []
    assert fetch(entry, tmp_path).read_bytes() == CONTENT


def test_a_host_that_cannot_continue_is_asked_for_all_of_it(serve: Serve, at: At, tmp_path: Path) -> None:
    host = serve(ranges=False, cut_after=[700_000])
    assert fetch(at(host), tmp_path).read_bytes() == CONTENT


def test_a_host_that_sends_more_than_it_said_is_not_believed(serve: Serve, at: At, tmp_path: Path) -> None:
    host = serve(content=CONTENT + b"more")
    with pytest.raises(DownloadFailed, match="SHA-256 differs"):
        fetch(at(host), tmp_path)
    assert not (tmp_path / ".fetching-tiny-1b").exists()


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "set HF_TOKEN"), (403, "terms"), (404, "not there any more"), (503, "does not answer")]
)
def test_what_a_host_refuses_is_told_with_the_way_out(
    serve: Serve, at: At, tmp_path: Path, status: int, reason: str
) -> None:
    with pytest.raises(DownloadFailed, match=reason) as failure:
        fetch(at(serve(status=status)), tmp_path)
    assert "meai models import FILE" in str(failure.value)
    assert list(tmp_path.glob(".fetching*")) == []


def test_without_a_network_the_way_by_hand_is_told(at: At, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="by hand and run `meai models import FILE`"):
        fetch(at(Host(url="http://127.0.0.1:9")), tmp_path)


@pytest.mark.parametrize("url", ["http://example.org/tiny.gguf", "ftp://127.0.0.1/tiny.gguf", "file:///etc/passwd"])
def test_an_address_that_is_not_safe_is_not_asked(entry: CatalogueEntry, tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="over https only"):
        fetch(replace(entry, source=HttpsSource(url, 10)), tmp_path)


def test_a_redirect_to_an_unsafe_address_is_not_followed(serve: Serve, at: At, tmp_path: Path) -> None:
    host = serve(redirect_to="http://example.org/tiny.gguf")
    with pytest.raises(BadInput, match="over https only"):
        fetch(at(host), tmp_path)


def test_the_hub_is_asked_with_its_key_and_the_place_it_sends_to_without(
    serve: Serve, entry: CatalogueEntry, tmp_path: Path
) -> None:
    store = serve()
    digest = hashlib.sha256(CONTENT).hexdigest()
    hub = serve(redirect_to=f"{store.url}/blob", linked_etag=f'"{digest}"')
    choices = Choices(tmp_path / "choices.json")
    on_hub = replace(entry, size=1, sha256="", source=HubSource("me/tiny", "tiny.gguf", len(CONTENT)))
    fetch(on_hub, tmp_path, network=Network(hub.url, "secret"), choices=choices)
    assert hub.asked[0]["path"] == "/me/tiny/resolve/main/tiny.gguf"
    assert hub.asked[0]["authorization"] == "Bearer secret"
    assert "authorization" not in store.asked[0]
    assert choices.read().learnt == {"tiny-1b": Learnt(digest, len(CONTENT))}


def test_another_file_than_the_hub_publishes_is_thrown_away(
    serve: Serve, entry: CatalogueEntry, tmp_path: Path
) -> None:
    hub = serve(redirect_to=f"{serve().url}/blob", linked_etag=f'"{"0" * 64}"')
    on_hub = replace(entry, sha256="", source=HubSource("me/tiny", "tiny.gguf", len(CONTENT)))
    with pytest.raises(DownloadFailed, match="SHA-256 differs"):
        fetch(on_hub, tmp_path, network=Network(hub.url))


def test_a_hash_that_was_learnt_is_held_to(serve: Serve, at: At, tmp_path: Path) -> None:
    host, choices = serve(), Choices(tmp_path / "choices.json")
    entry = replace(at(host), sha256="", size=1)
    fetch(entry, tmp_path, choices=choices).unlink()
    host.content, host.etag = Gguf().packed(), '"another"'
    with pytest.raises(DownloadFailed, match="SHA-256 differs"):
        fetch(entry, tmp_path, choices=choices)


def test_a_note_of_what_came_that_is_damaged_is_not_believed(serve: Serve, at: At, tmp_path: Path) -> None:
    entry = at(serve())
    work = tmp_path / ".fetching-tiny-1b"
    work.mkdir()
    (work / "model").write_bytes(b"x" * 10)
    (work / "published.json").write_text(json.dumps({"size": 5, "safe": 10_000, "etag": '"one"'}))
    assert fetch(entry, tmp_path).read_bytes() == CONTENT


def test_a_key_is_not_shown_with_the_settings() -> None:
    assert "secret" not in repr(Network(hub_key="secret"))
