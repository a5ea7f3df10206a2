"""What opening and saving the largest documents costs in memory: at most six times their size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Server, StartServer
from tests.reliability.page import Page
from tests.soak import Tally

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells the most a process held"),
]

MIB = 1024 * 1024
LARGEST = 20 * MIB
MOST_TIMES = 6
FLOOR_BYTES = 32 * MIB
"""What a smaller document may take in all."""
LINE = "The letter of week {} is about *the garden* behind the [library](https://example.org), where {} plants grow.\n"


def prose(size: int) -> str:
    """Return *size* characters, most of its words more than once and some of them never."""
    return "".join(LINE.format(week, week * 7919 % 100_003) for week in range(size // len(LINE) + 1))[:size]


KINDS: dict[str, Callable[[int], str]] = {
    # One such character makes Python hold every other one in four bytes.
    "with an emoji": lambda size: prose(size - 5) + "\U0001f331\n",
    "of one line": lambda size: prose(size).replace("\n", " "),
    "of short lines": lambda size: "".join(f"{number:x}\n" for number in range(size // 7)),
    "with ends of two kinds": lambda size: prose(size - size // 80).replace("\n", "\r\n")[: size - 1] + "\n",
}


@dataclass
class Meter:
    """Tells how much memory *server* took at most beyond what it has now."""

    server: Server
    idle: int = field(init=False)

    def __post_init__(self) -> None:
        self.idle = self._told("VmRSS")

    def most(self, do: Callable[[], str]) -> tuple[int, str]:
        """Return the bytes while *do* is done, and what it returns."""
        Path(f"/proc/{self.server.process.pid}/clear_refs").write_text("5")
        result = do()
        return self._told("VmHWM") - self.idle, result

    def _told(self, what: str) -> int:
        lines = Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


@pytest.mark.timeout(300)
def test_opening_and_saving_takes_at_most_six_times_the_size(
    tmp_path: Path, start_server: StartServer, tally: Tally
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    small = worst(start_server(workspace), prose(MIB))
    assert small <= FLOOR_BYTES
    taken = {kind: worst(start_server(workspace), made(LARGEST - 1024)) / LARGEST for kind, made in KINDS.items()}
    tally.count(
        f"a document of 20 MiB opened and saved, {len(KINDS)} kinds of text",
        f"{max(taken.values()):.1f} times its size",
    )
    assert max(taken.values()) <= MOST_TIMES, taken


def worst(server: Server, text: str) -> int:
    """Return the bytes that *server* took at most to open *text* twice and save it twice, then end it."""
    (server.workspace / "Small.md").write_text("# Small\n")
    (server.workspace / "Large.md").write_bytes(text.encode())
    page = Page(server)
    page.save("Small.md", "# Small one\n", page.open("Small.md")["etag"])
    meter, plain = Meter(server), text.replace("\r\n", "\n")

    def opened() -> str:
        etag: str = page.open("Large.md")["etag"]
        page.ask("GET", "/api/documents/Large.md/receipts")
        return etag

    def saved(now: str, base: str) -> Callable[[], str]:
        body = {"text": now, "client": "page", "seq": len(now)}
        return lambda: str(page.ask("PUT", "/api/documents/Large.md", body, {"If-Match": base})["etag"])

    first, _ = meter.most(opened)
    second, etag = meter.most(opened)
    middle = len(plain) // 2
    third, etag = meter.most(saved(f"{plain[:middle]} more {plain[middle:]}", etag))
    fourth, etag = meter.most(saved(f"one {plain} two", etag))
    page.close()
    server.process.terminate()
    server.process.wait(10)
    return max(first, second, third, fourth)
