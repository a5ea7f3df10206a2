"""What an export costs: a newsletter of 100 KB, every paragraph of it another, to each format.

Usage: python -m benchmarks.export [RUNS] [--keep]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from benchmarks.report import Figure, keep, table
from meai.export.formats import FORMATS, export

BYTES = 100_000
GOALS = {"html": "300 ms", "email": "600 ms"}
WORDS = (  # noqa: SIM905 - as prose it is easier to read and to change
    "garden letter slow machine patient reader window paper ink morning river compost moss lantern press sheet "
    "quiet honest small wonder engine question answer evening rain kettle map station sea bread"
).split()
CODE = "def {0}({1}: list[int]) -> int:\n    # {2} {3}\n    return sum(one for one in {1} if one > {4})"


def main() -> None:
    """Measure and print; keep the table with --keep."""
    runs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 9)
    letter = newsletter()
    rows = [Figure(target, "ms", tuple(timed(letter, target, runs)), GOALS.get(target, "")) for target in FORMATS]
    text = table(rows)
    print(text)
    if "--keep" in sys.argv:
        keep("export", text)


def newsletter(size: int = BYTES) -> str:
    """Return *size* bytes of a letter: mostly prose, with links, lists, tables, code, formulas and notes."""
    draw = random.Random(7)  # noqa: S311

    def words(count: int) -> str:
        return " ".join(draw.choices(WORDS, k=count))

    parts = ["---\ntitle: A long letter\nsubtitle: Of everything\n---\n"]
    written, number = 0, 0
    while written < size:
        number += 1
        parts.append(_section(number, draw, words))
        written += len(parts[-1].encode())
    return "\n".join(parts)


def _section(number: int, draw: random.Random, words: Callable[[int], str]) -> str:
    def paragraph() -> str:
        link = f"[{words(2)}](https://example.com/{draw.randrange(10**6)})"
        return f"{words(30)}, **{words(2)}** and {link} {words(25)} *{words(3)}*."

    blocks = [f"## {words(4)} {number}", *(paragraph() for _ in range(4))]
    blocks.append("\n".join(f"- {words(9)}" for _ in range(4)))
    if number % 3 == 0:
        rows = "\n".join(f"| {words(2)} | {draw.randrange(1000)} | {words(4)} |" for _ in range(6))
        blocks.append(f"| What | How many | Why |\n|---|--:|---|\n{rows}")
    if number % 4 == 0:
        blocks.append(f"```python\n{CODE.format(*draw.sample(WORDS, 4), draw.randrange(99))}\n```")
    if number % 5 == 0:
        blocks += [f"> [!NOTE]\n> {words(20)}", f"$e^{{{number}x}} + {draw.randrange(99)}$ and a note[^{number}]."]
        blocks.append(f"[^{number}]: {words(12)}")
    return "\n\n".join(blocks) + "\n"


def timed(letter: str, target: str, runs: int) -> list[float]:
    """Return milliseconds of each of *runs* exports, after one that is not counted."""
    chosen = {"pictures": "described"} if "pictures" in FORMATS[target].choices else {}
    found = []
    for _ in range(runs + 1):
        began = time.perf_counter()
        export(letter, name="letter.md", format=target, asset=lambda path: None, chosen=chosen)
        found.append(1000 * (time.perf_counter() - began))
    return found[1:]


if __name__ == "__main__":
    main()
