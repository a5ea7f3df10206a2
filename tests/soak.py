"""What a soak counts, as a table for docs/reliability.md. Knows no test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import heading, keep

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"


@dataclass
class Tally:
    """Figures in the order in which they were counted; *write* gets each line for whoever waits."""

    write: Callable[[str], None] = print
    rows: list[tuple[str, str]] = field(default_factory=list)

    def progress(self, line: str) -> None:
        """Tell how far something is."""
        self.write(f"  {line}")

    def count(self, what: str, figure: str) -> None:
        """Keep *figure*, the result for *what*."""
        self.rows.append((what, figure))
        self.write(f"  {what}: {figure}")

    def table(self) -> str:
        """Return the figures as a Markdown table under a line that says where they come from."""
        rows = [f"| {what} | {figure} |" for what, figure in self.rows]
        return "\n".join([heading(), "", "| What | Counted |", "| --- | --- |", *rows])

    def keep(self) -> None:
        """Put the table into docs/reliability.md."""
        keep("soak", self.table(), DOCUMENT)
