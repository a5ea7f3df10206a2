"""What a browser fetches before the page takes keys: scripts and style sheets, as built. Knows nothing of fonts.

Usage: python -m benchmarks.page_weight
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "static" / "dist"
LIMIT = 250_000
FIRST = ("app.js", "app.css", "early.js")
# A bundle's static imports; what is imported by a call comes later, and only where it is wanted.
_IMPORT = re.compile(r"""\b(?:from|import)\s*["'](\.[^"']+)["']""")


def main() -> None:
    """Print each file with its weight, the heaviest first."""
    weights = {path: weight([path]) for path in first_load(BUILT)}
    for path, size in sorted(weights.items(), key=lambda item: -item[1]):
        print(f"{size:8,} {path.relative_to(BUILT)}")
    print(f"{sum(weights.values()):8,} of {LIMIT:,}")


def first_load(built: Path) -> list[Path]:
    """Return the files of the first load in *built*, the page's own folder."""
    found: dict[Path, None] = {}
    for name in FIRST:
        found.update(dict.fromkeys(_with_imports(built / name, set())))
    return list(found)


def weight(paths: Iterable[Path]) -> int:
    """Return how many bytes the files *paths* have, compressed as servers do by default."""
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in paths)


def _with_imports(path: Path, seen: set[Path]) -> Iterator[Path]:
    if path in seen:
        return
    seen.add(path)
    yield path
    if path.suffix == ".js":
        for name in _IMPORT.findall(path.read_text("utf-8")):
            yield from _with_imports((path.parent / name).resolve(), seen)


if __name__ == "__main__":
    main()
