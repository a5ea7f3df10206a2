"""How long a writer waits: from the server's line to a page, to a model, to the first character of a rewrite.

Usage: python -m benchmarks.writers_loop [RUNS] [--keep]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import Figure, keep, table
from meai.config import read_config
from meai.models.library import open_library

CHROMIUM = Path(__file__).resolve().parent.parent / ".ci" / "chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SIXTY_WORDS = (
    "Last week we planted teh tomatos in the garden behind the old library, and the weather was beautifull all day. "
    "The neighbors was very helpfull and brought tools, water and a cake for everybody who came. "
    "In the begining the work was slow, but nobody complained about it. I definately want to do it agian next year, "
    "with more people and fewer slugs than this time."
)


def main() -> None:
    """Measure and print; keep the table with --keep."""
    runs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    rows: list[dict[str, float]] = []
    with sync_playwright() as playwright:
        found = subprocess.run([str(CHROMIUM)], stdout=subprocess.PIPE, text=True, check=True)
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        for _ in range(runs):
            rows.append(measure(browser))
        browser.close()

    def figure(what: str, unit: str, key: str, goal: str = "") -> Figure:
        return Figure(what, unit, tuple(row[key] for row in rows), goal)

    text = table(
        [
            figure("from the command to the server's line", "s", "line"),
            figure("from the line to a page that takes keys", "s", "page", "1.5 s"),
            figure("from there to a model that is ready", "s", "model", "2 s"),
            figure("first character of a 60-word rewrite, nothing cached", "s", "first", "1.5 s"),
            figure("the whole of it", "s", "whole"),
            figure("first character, asked again", "s", "again"),
            figure("from Esc to the next rewrite's first character", "s", "cancel"),
            figure("memory of the web process", "MB", "memory", "120 MB"),
        ]
    )
    print(text)
    if "--keep" in sys.argv:
        keep("the writer's loop", text)


def measure(browser: Browser) -> dict[str, float]:
    """Go through the loop once."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "letters"
        workspace.mkdir()
        (workspace / "Letter.md").write_text(f"# A letter\n\n{SIXTY_WORDS}\n", encoding="utf-8")
        started = time.monotonic()
        with server(workspace, Path(folder)) as (process, address):
            line = time.monotonic()
            page = browser.new_page()
            page.goto(address)
            page.locator(".cm-line", has_text="A letter").wait_for()
            page.keyboard.press("End")
            shown = time.monotonic()
            page.locator("#model[data-state=ready]").wait_for(timeout=60_000)
            ready = time.monotonic()
            first, whole = rewrite(page)
            again, _ = rewrite(page)
            cancel = stop(page)
            memory = psutil.Process(process.pid).memory_info().rss / 1e6
            page.close()
        return {
            "line": line - started,
            "page": shown - line,
            "model": max(0.0, ready - shown),
            "first": first,
            "whole": whole,
            "again": again,
            "cancel": cancel,
            "memory": memory,
        }


@contextmanager
def server(workspace: Path, home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running ME_AI with the embedded model; yields the process and the address it printed."""
    model = open_library(read_config().data_dir).find("smollm2-135m")
    if model is None:
        sys.exit("The embedded model is not here; fetch it with `meai models pull smollm2-135m`.")
    command = [sys.executable, "-m", "meai", str(workspace), "--no-browser", "--port", "0", "--model", str(model.path)]
    # The cache is the user's own, so that a model is prepared for this machine once and not in each round.
    environment = {**os.environ, "MEAI_DATA_DIR": str(home / "data")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def rewrite(page: Page) -> tuple[float, float]:
    """Have the paragraph corrected and reject it; return the seconds to its first character and to its end."""
    page.evaluate(
        """() => {
            window.first = null;
            new MutationObserver((_, observer) => {
                const count = document.querySelector(".proposal-bar .count")?.textContent;
                if (count !== "writing…" && !document.querySelector("[data-proposal=done]")) return;
                window.first = performance.now();
                observer.disconnect();
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    choose_correction(page)
    began = page.evaluate("() => performance.now()")
    page.locator("[data-proposal=done]").wait_for(timeout=60_000)
    ended = page.evaluate("() => performance.now()")
    first = page.evaluate("() => window.first")
    page.keyboard.press("Escape")
    return (first - began) / 1000, (ended - began) / 1000


def stop(page: Page) -> float:
    """Stop a rewrite at once; return the seconds until the model has answered something else's first character."""
    choose_correction(page)
    page.keyboard.press("Escape")
    first, _ = rewrite(page)
    return first


def choose_correction(page: Page) -> None:
    page.locator(".cm-line", has_text="Last week we planted").click(button="right")
    page.get_by_role("menuitem", name="Correct spelling").click()


if __name__ == "__main__":
    main()
