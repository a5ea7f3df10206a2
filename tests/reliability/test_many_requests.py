"""Four pages ask the real model at random, change their minds and see it die: in the end it is idle and whole."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import SHUT_RDWR

import psutil
import pytest
import websocket

from meai.app import Services, create_app
from meai.config import Config
from meai.inference import engine as engine_module
from meai.inference.request import WorkerReport
from meai.server import LoopbackServer
from meai.web.security import new_token
from tests.reliability.page import hear, say
from tests.soak import Tally

pytestmark = pytest.mark.model

PAGES = 4
ENDINGS = ("proposed", "failed", "cancelled")
SENTENCES = (
    "The tide come in at noon.",
    "We has walked to the the lighthouse.",
    "Nobody weeds the garden behind the library.",
    "It rained, and the bakery were closed.",
)
ACTIONS = ("correct-spelling", "make-fluent", "autocomplete")
PAUSES_S = (0.0, 0.4)
ANSWERED_WITHIN_S = 180.0
IDLE_WITHIN_S = 30.0
RESIDENT_GROWTH_BYTES = 24 * 1024 * 1024


@dataclass
class House:
    """The application with the real model, served to pages."""

    services: Services
    port: int
    token: str

    def page(self) -> websocket.WebSocket:
        """Return a socket that was welcomed."""
        origin = f"http://127.0.0.1:{self.port}"
        socket = websocket.create_connection(f"ws://127.0.0.1:{self.port}/ws", origin=origin, timeout=ANSWERED_WITHIN_S)
        say(socket, "hello", token=self.token)
        hear(socket, "welcome")
        return socket

    def kill_worker(self) -> bool:
        """Kill the model's process, if there is one that is ready."""
        engine = self.services.engine
        pid = engine.pid
        if pid is None or engine.state.state != "ready":
            return False
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
        return True

    def idle_report(self) -> WorkerReport:
        """Return what the model's process holds once it has nothing to do any more."""
        ends_at = time.monotonic() + IDLE_WITHIN_S
        while True:
            report = self.services.engine.report(threading.Event())
            if (report.working, report.taken) == (0, 0) or time.monotonic() > ends_at:
                return report
            time.sleep(0.1)


@pytest.fixture
def house(tmp_path: Path, model_path: Path, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    # That a model which keeps crashing is given up is another promise.
    monkeypatch.setattr(engine_module, "CRASHES_ALLOWED", 1_000_000)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    token = new_token()
    config = Config(
        workspace=workspace,
        single=None,
        port=0,
        port_given=True,
        open_browser=False,
        model=str(model_path),
        data_dir=tmp_path / "data",
        cache_dir=prepared_cache,
        config_file=tmp_path / "config.toml",
    )
    app = create_app(config, token=token)
    services: Services = app.extensions["meai"]
    server = LoopbackServer(0, app)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()
    services.start()
    services.engine.wait_ready()
    yield House(services, server.port, token)
    services.stop()
    server.shutdown()
    serving.join()


@dataclass
class Editor:
    """A page whose writer cannot decide."""

    house: House
    draw: random.Random
    asked: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    """How often each request was told its end."""
    how: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    cancels: int = 0
    _all_ended: threading.Event = field(default_factory=threading.Event)

    def work(self, steps: int, kills: float) -> None:
        """Do *steps* random things, of which *kills* is the share of kills, and wait for the end of all requests."""
        socket = self.house.page()
        listening = threading.Thread(target=self._listen, args=(socket,), daemon=True)
        listening.start()
        for _ in range(steps):
            if self.draw.random() < kills:
                self.kills += self.house.kill_worker()
            elif self.asked and self.draw.random() < 0.4:
                say(socket, "cancel", id=self.draw.choice(self.asked[-3:]))
                self.cancels += 1
            else:
                self._ask(socket)
            time.sleep(self.draw.uniform(*PAUSES_S))
        ends_at = time.monotonic() + ANSWERED_WITHIN_S
        while set(self.asked) - set(self.ended) and time.monotonic() < ends_at:
            time.sleep(0.05)
        hang_up(socket)
        listening.join()

    def _ask(self, socket: websocket.WebSocket) -> None:
        action, sentence = self.draw.choice(ACTIONS), self.draw.choice(SENTENCES)
        text = {"selection": sentence, "before": "", "after": ""}
        if action == "autocomplete":
            text = {"selection": "", "before": sentence, "after": ""}
        if self.draw.random() < 0.2:
            say(socket, "warm", **text)
        name = f"request {len(self.asked)}"
        self.asked.append(name)
        say(socket, "rewrite", id=name, action=action, instruction="", **text)

    def _listen(self, socket: websocket.WebSocket) -> None:
        with suppress(websocket.WebSocketException, OSError):
            while True:
                message = hear(socket, *ENDINGS)
                self.ended[message["id"]] += 1
                self.how[message.get("code", message["type"])] += 1


def hang_up(socket: websocket.WebSocket) -> None:
    """End the connection, also for a thread that listens to it."""
    socket.sock.shutdown(SHUT_RDWR)
    socket.shutdown()


def stress(house: House, steps: int, kills: float, seed: int) -> list[Editor]:
    """Let four editors do *steps* things together."""
    editors = [Editor(house, random.Random(10 * seed + number)) for number in range(PAGES)]  # noqa: S311
    with ThreadPoolExecutor(PAGES) as pool:
        running = [pool.submit(editor.work, steps // PAGES, kills) for editor in editors]
        for each in running:
            each.result()
    return editors


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(100, marks=[pytest.mark.slow, pytest.mark.timeout(300)]),
        pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)]),
    ],
)
def test_whatever_is_asked_cancelled_and_killed_the_model_is_idle_and_whole_in_the_end(
    steps: int, house: House, tally: Tally
) -> None:
    stormy = stress(house, steps * 7 // 10, kills=0.04, seed=1)
    house.services.engine.wait_ready()
    threads = threading.active_count()
    before = house.idle_report()
    tally.progress(f"{steps * 7 // 10} of {steps} requests, cancels and kills")
    # From here on it is one process, whose memory can be compared.
    pid = house.services.engine.pid
    calm = stress(house, steps * 3 // 10, kills=0, seed=2)
    after = house.idle_report()

    editors = [*stormy, *calm]
    for editor in editors:
        assert editor.ended == Counter(editor.asked), "each request has exactly one end"
    assert (before.working, before.taken, after.working, after.taken) == (0, 0, 0, 0)
    assert house.services.engine.pid == pid
    assert before.resident_bytes is not None
    assert after.resident_bytes is not None
    growth = after.resident_bytes - before.resident_bytes
    assert growth < RESIDENT_GROWTH_BYTES
    assert settles(threading.active_count, threads)
    how = sum((editor.how for editor in editors), Counter())
    assert how["proposed"] > 0
    kills, cancels = (sum(getattr(editor, what) for editor in editors) for what in ("kills", "cancels"))
    ends = ", ".join(f"{number} {how}" for how, number in how.most_common())
    tally.count(
        f"{steps} requests, cancels ({cancels}) and kills of the model ({kills}) from {PAGES} sockets",
        f"{ends}, none without an end; then idle, 0 sequences taken, {growth / 2**20:+.1f} MiB",
    )


def settles(level: Callable[[], int], at: int, within_s: float = 10) -> bool:
    """Whether *level* comes to *at* or below."""
    ends_at = time.monotonic() + within_s
    while level() > at and time.monotonic() < ends_at:
        time.sleep(0.05)
    return level() <= at
