"""The figures of `meai bench` for the embedded model, or those given, kept in docs/performance.md.

Usage: python -m benchmarks.engine [MODEL...] [--keep]
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.report import heading, keep
from meai.bench.run import Measured, run
from meai.config import read_config


def main() -> None:
    """Measure and print; keep the tables with --keep."""
    for model in [word for word in sys.argv[1:] if not word.startswith("-")] or ["smollm2-135m"]:
        measured = run(read_config(model=model), lambda doing: print(f"{doing} …", file=sys.stderr))
        text = table(measured)
        print(text)
        if "--keep" in sys.argv:
            keep(f"engine {measured.model}", text)


def table(measured: Measured) -> str:
    """Return the figures of one run as a Markdown table."""
    lines = [
        f"{heading()} {measured.threads} threads, the file {Path(measured.file).name}, {measured.samples} corrections.",
        "",
        "| Figure | Value | Spread | Runs | Goal |",
        "| --- | --- | --- | --- | --- |",
    ]
    for figure in measured.figures:
        told = figure.fields
        goal = told.get("goal", "") + ("" if told.get("met", True) else " (missed)")
        spread = f"{told['low']:.2f} to {told['high']:.2f}"
        lines.append(f"| `{figure.key}` | {told['value']:.2f} | {spread} | {told['runs']} | {goal} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
