"""Figures as a table, with the machine, the versions and the date they came from, kept in docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured several times."""

    what: str
    unit: str
    values: tuple[float, ...]
    goal: str = ""
    """What it should be, in words; empty where it is only told."""

    @property
    def row(self) -> str:
        """The figure as a row: median, then smallest and largest."""
        middle, low, high = statistics.median(self.values), min(self.values), max(self.values)
        return f"| {self.what} | {middle:.2f} {self.unit} | {low:.2f} to {high:.2f} | {self.goal} |"


def table(figures: Sequence[Figure]) -> str:
    """Return *figures* as a Markdown table under a line that says where they come from."""
    runs = max(len(figure.values) for figure in figures)
    head = [
        f"{heading()} Median of up to {runs}, then smallest and largest.",
        "",
        "| What | Median | Spread | Goal |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *(figure.row for figure in figures)])


def heading() -> str:
    """Return when and where something was measured, as a sentence."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} CPUs, {platform.system()}, "
        f"Python {platform.python_version()}, llama-cpp-python {version('llama-cpp-python')}."
    )


def keep(name: str, text: str, document: Path = PAGE) -> None:
    """Put *text* in the place marked *name* of *document*. Raises ValueError when there is none."""
    page = document.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    if start not in page or end not in page:
        raise ValueError(f"{document.name} has no place for {name!r}.")
    before, _, rest = page.partition(start)
    after = rest.partition(end)[2]
    document.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()
