"""What several wings' tests share: fixtures on disk, the real model, a real server, a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from meai.config import read_config
from meai.models.library import open_library
from tests.soak import Tally

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# A list of suggestions below the address bar is a page of its own in each window, and takes half of what one costs.
# Of several such lists Chromium heeds the last alone, so what Playwright leaves out stands here too.
WITHOUT_FEATURES = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "OptimizationHints"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "ThirdPartyStoragePartitioning", "NetworkTimeServiceQuerying"),
    *("AimEnabled", "PreconnectToSearch"),
)
# Root in a container has no sandbox; the rest keeps the browser from calling home on its own.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(WITHOUT_FEATURES)}",
)
RUNNING = re.compile(r"ME_AI is running at (http://127\.0\.0\.1:\d+)/#token=(\S+)\n")
START_TIMEOUT_S = 60
EMBEDDED = "smollm2-135m"
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""Those that a process can be kept to; none where the system cannot do that."""
PATIENCE_MS = 20_000
"""How long a browser is waited for where a test promises no time: a busy machine is no failure."""


# A busy machine is no failure. The same examples are drawn each time, so that a change is judged by what it changes;
# `--hypothesis-profile=explore` draws others, and many more where a test does not say how many.
settings.register_profile("meai", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("explore", settings.get_profile("meai"), derandomize=False, max_examples=1000)
settings.load_profile("meai")
expect.set_options(timeout=PATIENCE_MS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `make soak` and `make test` give."""
    parser.addoption("--soak", action="store_true", help="run the tests marked soak, and only those")
    parser.addoption("--part", choices=("shared", "alone"), help="only tests that can share the machine, or the rest")
    parser.addoption("--keep", action="store_true", help="put the figures of a soak into docs/reliability.md")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not asked for: tests that take minutes, and the part of the others that runs another time."""
    for item in items:
        if "model_path" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.model)
    part = config.getoption("--part")
    left_out = [
        item
        for item in items
        if (item.get_closest_marker("soak") is not None) is not config.getoption("--soak")
        or (part is not None and _part(item) != part)
    ]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]
    if part == "shared":
        # Long ones first, so that none is left over for one worker in the end.
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _part(item: pytest.Item) -> str:
    needs_all = item.get_closest_marker("alone") or (item.get_closest_marker("model") and not CORES)
    return "alone" if needs_all else "shared"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep a test with a model to one core where others run beside it: a model's threads wait in busy loops."""
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    if worker is None or item.get_closest_marker("model") is None:
        return (yield)
    os.sched_setaffinity(0, {CORES[int(worker[1]) % len(CORES)]})
    try:
        return (yield)
    finally:
        os.sched_setaffinity(0, CORES)


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """What a soak counts; it is told on the terminal at once, and with --keep kept when all went well."""
    terminal = request.config.get_terminal_writer()
    counted = Tally(lambda line: terminal.write(f"\n{line}", flush=True))
    yield counted
    if request.config.getoption("--keep") and not request.session.testsfailed:
        counted.keep()


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The folder of documents written for the tests."""
    return Path(__file__).parent / "fixtures"


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The real embedded model."""
    for model in open_library(read_config().data_dir).list():
        if model.name == EMBEDDED:
            return model.path
    pytest.fail(f"The embedded model is not on this machine; fetch it with `meai models pull {EMBEDDED}`.")


@pytest.fixture(scope="session")
def prepared_cache(request: pytest.FixtureRequest) -> Path:
    """A cache folder in which the embedded model is prepared once, by whoever loads it first, and not in each test."""
    return request.config.cache.mkdir("prepared")


@dataclass
class Server:
    """A running `python -m meai`."""

    process: subprocess.Popen[str]
    url: str
    """Without a slash at the end."""
    token: str
    workspace: Path
    data_dir: Path
    complaints: list[str]
    """Lines that came on stderr so far."""
    listener: threading.Thread
    """Collects them."""

    @property
    def page_url(self) -> str:
        """What a writer opens."""
        return f"{self.url}/#token={self.token}"

    @property
    def headers(self) -> dict[str, str]:
        """What every request but the page's first carries."""
        return {"Authorization": f"Bearer {self.token}"}


StartServer = Callable[..., Server]


@contextmanager
def serving(folder: Path, cache: Path) -> Iterator[StartServer]:
    """Start servers, as the fixture `start_server` does, until the end of the block; *folder* is for what is theirs."""
    servers: list[Server] = []
    with ExitStack() as ends:

        def start(
            path: Path | None,
            *arguments: str,
            model: Path | None = None,
            environment: Mapping[str, str] = MappingProxyType({}),
            program: Sequence[str] = ("-m", "meai"),
        ) -> Server:
            home = folder / f"server-{len(servers)}"
            more = {"MEAI_CACHE_DIR": str(cache), **environment}
            given = [*arguments, *(["--model", str(model)] if model else [])]
            server = _start(path, home, given, more, program)
            ends.callback(_stop, server)
            servers.append(server)
            return server

        yield start
    assert "".join(line for server in servers for line in server.complaints) == ""


@pytest.fixture
def start_server(tmp_path: Path, prepared_cache: Path) -> Iterator[StartServer]:
    """Start servers with `start_server(workspace, model=None)`; each ends with the test and must have had no complaint.

    Without *model* there is none: no model of the checkout or the user is found. Without a workspace there must be a
    MEAI_WORKSPACE in *environment*, which is added to that of the tests. *program* is what Python is to run.
    """
    with serving(tmp_path, prepared_cache) as start:
        yield start


@pytest.fixture
def server(start_server: StartServer, tmp_path: Path, model_path: Path) -> Server:
    """A server with the embedded model on an empty workspace."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    return start_server(workspace, model=model_path)


def _start(
    path: Path | None, home: Path, arguments: list[str], more: Mapping[str, str], program: Sequence[str]
) -> Server:
    data_dir = home / "data"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MEAI_")},
        "MEAI_DATA_DIR": str(data_dir),
        "XDG_CONFIG_HOME": str(home / "config"),
        **more,
    }
    given = [] if path is None else [str(path)]
    process = subprocess.Popen(
        [sys.executable, *program, *given, "--no-browser", "--port", "0", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    complaints: list[str] = []
    listener = threading.Thread(target=complaints.extend, args=(process.stderr,), daemon=True)
    listener.start()
    limit = threading.Timer(START_TIMEOUT_S, process.kill)
    limit.start()
    line = process.stdout.readline()
    limit.cancel()
    match = RUNNING.fullmatch(line)
    if match is None:
        process.kill()
        listener.join()
        process.communicate()
        pytest.fail(f"The server did not start; it said {line!r} and {complaints}.")
    named = path or Path(environment["MEAI_WORKSPACE"])
    workspace = named if named.is_dir() else named.parent
    return Server(process, match[1], match[2], workspace, data_dir, complaints, listener)


def _stop(server: Server) -> None:
    """End *server* as a writer's Ctrl-C does, and hold it to its word: one line on stdout, and an end within 10 s."""
    server.process.terminate()
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        server.process.kill()
        pytest.fail("The server did not end within 10 s of SIGTERM.")
    finally:
        server.listener.join()
        rest, _ = server.process.communicate()
    assert rest == "", f"More than one line on stdout: {rest!r}"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser of this machine; `make test` installs one where it can."""
    for name in (os.environ.get("MEAI_CHROMIUM", ""), *CHROMIUM_NAMES):
        if name and (path := shutil.which(name)):
            return path
    pytest.fail("The browser tests need Chromium or Chrome; run `make chromium`, or set MEAI_CHROMIUM to its path.")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@dataclass
class Watched:
    """A page and what went wrong in it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    """Requests to other hosts than this machine; none of them leaves."""

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("requestfailed", self._failed)

    def forgive(self, *parts: str) -> None:
        """Forget the complaints so far; each must hold one of *parts*."""
        assert [complaint for complaint in self.complaints if not any(part in complaint for part in parts)] == []
        self.complaints.clear()

    def guard(self, route: Route) -> None:
        """Let only what stays on this machine through."""
        host = urlsplit(route.request.url).hostname
        if host in ("127.0.0.1", None):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        self.complaints.append(f"failed: {request.url} {request.failure}")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser session of its own, with a clipboard."""
    session = browser.new_context(viewport={"width": 1280, "height": 800})
    session.grant_permissions(["clipboard-read", "clipboard-write"])
    session.set_default_timeout(PATIENCE_MS)
    yield session
    session.close()


@pytest.fixture
def watched(context: BrowserContext) -> Iterator[Watched]:
    """A page whose complaints a test may expect: it looks at them and clears the lists."""
    seen = Watched(context.new_page())
    seen.watch(seen.page)
    context.route("**/*", seen.guard)
    yield seen
    assert seen.foreign == [], "the page asked another host"
    assert seen.complaints == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """A page that fails the test on any error, console complaint, failed request, or request to another host."""
    return watched.page
