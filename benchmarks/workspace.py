"""What a folder of five thousand letters costs: listing it, searching it, saving in it, hearing of changes.

Usage: python -m benchmarks.workspace [RUNS] [--keep]
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from benchmarks.report import Figure, keep, table
from meai.app import create_app
from meai.config import Config
from meai.documents.search import Search
from meai.documents.watch import Watch

DOCUMENTS, FOLDERS, BYTES = 5000, 50, 4000
SENTENCES = (
    "The letter of this week is about the garden behind the library, and “why” nobody weeds it.",
    "Über die Gärten schöner Städte weiß man viel, über die Straßen dahinter fast nichts.",
    "Le café d’à côté a fermé ; la dernière fournée était la meilleure de l’année.",
    "W Łodzi źle się śpi, gdy żółte światło świeci całą noc.",
    "読者への手紙はいつも庭の話から始まる。",
)
NOWHERE = "a phrase that stands in no letter"
HOST = "127.0.0.1:5000"


def main() -> None:
    """Measure and print; keep the table with --keep."""
    runs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "Letters"
        fill(root)
        rows = [measure(root, Path(folder) / f"data {run}") for run in range(runs)]

    def figure(what: str, key: str, goal: str = "") -> Figure:
        return Figure(what, "ms", tuple(1000 * row[key] for row in rows), goal)

    text = table(
        [
            figure("the list of 5,000 documents", "list", "200 ms"),
            figure("the first search, for what stands nowhere", "first", "1,000 ms"),
            figure("processor time of a first search, whatever else runs", "processor", "1,000 ms"),
            figure("the same again", "again", "1,000 ms"),
            figure("a search for what stands in a fifth of them", "many"),
            figure("opening a document of 4 KB", "open"),
            figure("saving it, history and all", "save"),
            figure("saving one of 1 MiB", "save large", "150 ms"),
            figure("from a change on the disk to its notice", "notice", "2,000 ms"),
        ]
    )
    print(text)
    if "--keep" in sys.argv:
        keep("workspace", text)


def fill(root: Path) -> None:
    """Write the letters, in several languages."""
    draw = random.Random(5)  # noqa: S311
    for number in range(DOCUMENTS):
        path = root / f"Year {number % FOLDERS}" / f"Letter {number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"# Letter {number}\n"]
        while sum(len(line.encode()) + 1 for line in lines) < BYTES:
            lines.append(" ".join(draw.choices(SENTENCES[: 1 + number % len(SENTENCES)], k=3)))
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "Large.md").write_text(f"{SENTENCES[0]}\n" * (2**20 // len(SENTENCES[0].encode())), encoding="utf-8")


def measure(root: Path, data_dir: Path) -> dict[str, float]:
    """Start anew on *root* and return seconds by name."""
    config = Config(
        workspace=root,
        single=None,
        port=0,
        port_given=True,
        open_browser=False,
        model=None,
        data_dir=data_dir,
        cache_dir=data_dir,
        config_file=data_dir / "config.toml",
    )
    app = create_app(config, token="token")  # noqa: S106
    with ExitStack() as at_the_end:
        at_the_end.callback(app.extensions["meai"].stop)
        ask = _asking(app.test_client())
        return {
            "list": timed(lambda: ask("GET", "/api/documents")),
            "first": timed(lambda: ask("GET", f"/api/search?q={NOWHERE}")),
            "processor": processor_time(Search(app.extensions["meai"].store)),
            "again": timed(lambda: ask("GET", f"/api/search?q={NOWHERE}")),
            "many": timed(lambda: ask("GET", "/api/search?q=garten")),
            "open": timed(lambda: ask("GET", "/api/documents/Year 0/Letter 0.md")),
            "save": save(ask, "Year 0/Letter 0.md"),
            "save large": save(ask, "Large.md"),
            "notice": notice(Watch(app.extensions["meai"].store), root / "Year 1" / "Letter 1.md"),
        }


Ask = Callable[..., Any]


def _asking(client: FlaskClient) -> Ask:
    def ask(method: str, path: str, **more: Any) -> Any:
        headers = {"Host": HOST, "Authorization": "Bearer token", **more.pop("headers", {})}
        answer = client.open(path, method=method, base_url=f"http://{HOST}", headers=headers, **more)
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer

    return ask


def save(ask: Ask, name: str) -> float:
    """Return how long a save of *name* takes, one line of it changed."""
    opened = ask("GET", f"/api/documents/{name}").json
    text = f"{time.time_ns()}\n{opened['text']}"
    return timed(
        lambda: ask("PUT", f"/api/documents/{name}", json={"text": text}, headers={"If-Match": opened["etag"]})
    )


def notice(watch: Watch, path: Path) -> float:
    """Return how long it takes until a change of *path* is told."""
    told = threading.Event()
    watch.listen(lambda _: told.set())
    watch.start()
    try:
        while not told.wait(0.5):  # from the first look on, all is told
            path.write_text(f"changed at {time.time_ns()}\n")
        time.sleep(1)
        told.clear()
        began = time.perf_counter()
        path.write_text(f"changed at {time.time_ns()}\n")
        told.wait(10)
        return time.perf_counter() - began
    finally:
        watch.close()


def processor_time(search: Search) -> float:
    """Return the processor's seconds for a first search through everything."""
    began = time.process_time()
    search.find(NOWHERE, within_s=60)
    return time.process_time() - began


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds *work* takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
