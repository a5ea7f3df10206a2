"""How the page feels under the fingers: typing, previews and the first load, beside EasyMDE on the same documents.

Usage: python -m benchmarks.page [--keep]. EasyMDE comes by `npm ci` in this folder; without it the page is alone.
"""

from __future__ import annotations

import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.export import newsletter
from benchmarks.page_weight import BUILT, LIMIT, first_load, weight
from benchmarks.report import heading, keep
from benchmarks.writers_loop import CHROMIUM, FLAGS
from meai.markdown.parser import parser
from meai.markdown.service import Preview, PreviewService

HERE = Path(__file__).resolve().parent
EASYMDE = HERE / "node_modules" / "easymde" / "dist"
SIZES = {"10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000}
MARK = "Here a key is pressed again and again: "
KEYS = 80
LIMIT_MS = 6_000
LOADS = 5
LONG = 500_000


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured on both pages, in milliseconds unless *unit* says otherwise."""

    what: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    goal: str = ""
    unit: str = "ms"

    def __str__(self) -> str:
        """The row of a table: of each page the median and the 95th percentile."""
        return f"| {self.what} | {_told(self.ours, self.unit)} | {_told(self.theirs, self.unit)} | {self.goal} |"


@dataclass(slots=True)
class Times:
    """What one page took for one document."""

    dispatch: list[float] = field(default_factory=list)
    paint: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)


TYPING_GOALS = {"100 KB": "p95 32 ms", "1 MB": "p95 80 ms"}
SHOWN_GOALS = {"100 KB": "100 ms"}


def main() -> None:
    """Measure and print; keep the table with --keep."""
    with sync_playwright() as playwright:
        found = subprocess.run([str(CHROMIUM)], stdout=subprocess.PIPE, text=True, check=True)
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        rows = []
        for row in measure(browser):
            print(row, file=sys.stderr, flush=True)
            rows.append(row)
        browser.close()
    text = table(rows)
    print(text)
    if "--keep" in sys.argv:
        keep("page", text)


def measure(browser: Browser) -> Iterator[Row]:
    """Yield all rows; takes three minutes at most."""
    with meai(letter(SIZES["10 KB"])) as ours, easymde(letter(SIZES["10 KB"])) as theirs:
        loads = [(load(browser, ours), load(browser, theirs)) for _ in range(LOADS)]
    our_loads, their_loads = ([each[whose] for each in loads] for whose in (0, 1))
    yield Row("first load, until a key is taken", our_loads, their_loads, "1000 ms")
    yield Row("the same, compressed", [_kilobytes(first_load(BUILT))], _their_weight(), f"{LIMIT // 1000} KB", "KB")
    for size, length in SIZES.items():
        text = letter(length)
        with meai(text) as address:
            ours_took = typed(browser, address, length)
        with easymde(text) as address:
            theirs_took = typed(browser, address, length)
        goal = TYPING_GOALS.get(size, "")
        yield Row(f"{size}: a change and its layout", ours_took.dispatch, theirs_took.dispatch, goal)
        yield Row(f"{size}: key to paint", ours_took.paint, theirs_took.paint, goal)
        yield Row(f"{size}: key to updated preview", ours_took.shown, theirs_took.shown, SHOWN_GOALS.get(size, ""))
    drawn, whole = drawings(letter(SIZES["100 KB"]))
    yield Row("100 KB: server, one paragraph changed", drawn)
    yield Row("100 KB: markdown-it-py, the whole document", whole)
    ratio = statistics.median(drawn) / statistics.median(whole)
    yield Row("`preview_keystroke_ratio`", [ratio], goal="≤ 0.15", unit="")


def table(rows: Sequence[Row]) -> str:
    """Return *rows* as a Markdown table under a line that says where they come from."""
    head = [
        f"{heading()} Median, then 95th percentile.",
        "",
        "| What | ME_AI | EasyMDE | Goal |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *map(str, rows)])


def letter(size: int) -> str:
    """Return a newsletter of *size* bytes with the place to type in its middle."""
    text = newsletter(size)
    at = text.index("\n\n", len(text) // 2)
    return f"{text[:at]}\n\n{MARK}{text[at:]}"


def load(browser: Browser, address: str) -> float:
    """Open *address* as for the first time; return the milliseconds until a key is taken."""
    with _page(browser) as page:
        page.add_init_script(
            """(() => {
                const look = () => {
                    const line = document.querySelector(".cm-content[contenteditable=true] .cm-line, .CodeMirror-line");
                    if (line) window.taken = performance.now();
                    else requestAnimationFrame(look);
                };
                look();
            })()"""
        )
        page.goto(address)
        return float(str(_until(page, "window.taken")))


def typed(browser: Browser, address: str, length: int) -> Times:
    """Type into the document of *length* bytes at *address*, with its preview beside it."""
    times = Times()
    with _page(browser) as page:
        page.goto(address)
        page.wait_for_selector(".cm-content[contenteditable=true] .cm-line, .CodeMirror-line")
        page.evaluate(f"() => {{ {(HERE / 'page.js').read_text('utf-8')} }}")
        _until(page, "document.querySelector(bench.editor.preview)?.textContent.length > 1000")
        page.evaluate("(mark) => bench.place(mark)", MARK.strip())
        page.wait_for_timeout(1000)
        times.dispatch = page.evaluate("([count, limit]) => bench.dispatches(count, limit)", [KEYS, LIMIT_MS])
        already = "x" * len(times.dispatch)
        page.wait_for_timeout(1000)
        page.evaluate("(words) => bench.watch(words)", MARK.strip() + already)
        _press(page, 60, KEYS)
        times.paint = page.evaluate("bench.found.painted")
        page.wait_for_timeout(1000)
        page.evaluate("bench.found.shown.length = 0")
        # A key before the answer would be waited for with the next one.
        _press(page, 250 if length < LONG else 1000, KEYS // 3)
        page.wait_for_timeout(1000)
        times.shown = page.evaluate("bench.found.shown")
    return times


def _until(page: Page, what: str) -> object:
    """Return what the expression *what* is in *page* as soon as it is something."""
    look = f"() => {{ const now = {what}; now ? done(now) : setTimeout(look, 50); }}"
    return page.evaluate(f"() => new Promise((done) => {{ const look = {look}; look(); }})")


def _press(page: Page, pause: int, keys: int) -> None:
    end = time.monotonic() + LIMIT_MS / 1000
    for count in range(keys):
        if count >= 5 and time.monotonic() > end:
            return
        page.keyboard.press("x")
        page.wait_for_timeout(pause)


def drawings(text: str) -> tuple[list[float], list[float]]:
    """Return what one changed paragraph takes, asked of the process that draws, and what the parser takes for all."""
    service = PreviewService()
    service.start()
    try:
        _draw(service, 0, text)
        changed, whole = [], []
        for version in range(1, 31):
            typed_text = text.replace(MARK, MARK + "x" * version)
            changed.append(_timed(lambda: _draw(service, version, typed_text)))  # noqa: B023 - called at once
            whole.append(_timed(lambda: parser().render(typed_text)))  # noqa: B023
    finally:
        service.close()
    return changed, whole


def _draw(service: PreviewService, version: int, text: str) -> None:
    drawn = threading.Event()
    answers: list[Preview] = []

    def take(preview: Preview) -> None:
        answers.append(preview)
        drawn.set()

    service.render("page", version, text, take)
    if not drawn.wait(60) or answers[0].message:
        sys.exit("The preview did not come.")


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)


@contextmanager
def meai(text: str) -> Iterator[str]:
    """A running ME_AI without a model, with *text* open; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "letters" / "Letter.md"
        document.parent.mkdir()
        document.write_text(text, encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MEAI_")}
        environment |= {"MEAI_DATA_DIR": f"{folder}/data", "MEAI_CACHE_DIR": f"{folder}/cache"}
        command = [sys.executable, "-m", "meai", str(document.parent), "--no-browser", "--port", "0"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


@contextmanager
def easymde(text: str) -> Iterator[str]:
    """EasyMDE with *text*, side by side with its preview; yields its address."""
    if not EASYMDE.is_dir():
        sys.exit("EasyMDE is not here; run `make bench-page`, or `npm ci` in benchmarks/.")
    files = {
        "/": (HERE / "peer_editor.html").read_bytes(),
        "/document.md": text.encode(),
        "/easymde.min.js": (EASYMDE / "easymde.min.js").read_bytes(),
        "/easymde.min.css": (EASYMDE / "easymde.min.css").read_bytes(),
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(files))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


TYPES = {"/": "text/html", ".js": "text/javascript", ".css": "text/css", ".md": "text/plain; charset=utf-8"}


def _handler(files: Mapping[str, bytes]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", TYPES.get(self.path) or TYPES.get(Path(self.path).suffix, "text/plain"))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

    return Handler


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def _kilobytes(paths: Sequence[Path]) -> float:
    return weight(paths) / 1000


def _their_weight() -> list[float]:
    return [_kilobytes([EASYMDE / "easymde.min.js", EASYMDE / "easymde.min.css"])]


def _told(values: Sequence[float], unit: str) -> str:
    if not values:
        return ""
    middle = statistics.median(values)
    if len(values) < 5:
        return f"{middle:.2f} {unit}".strip()
    return f"{middle:.1f} {unit}, {sorted(values)[int(0.95 * (len(values) - 1) + 0.5)]:.1f}"


if __name__ == "__main__":
    main()
