"""The page comes quickly: what a browser fetches before it takes keys stays light."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.page_weight import BUILT, LIMIT, first_load, weight


def test_the_first_load_is_light() -> None:
    """`python -m benchmarks.page_weight` says what weighs; what is not needed at once belongs behind `later.ts`."""
    assert weight(first_load(BUILT)) <= LIMIT


def test_a_browser_is_told_what_the_page_imports() -> None:
    told = json.loads((BUILT / "modules.json").read_text("utf-8"))
    scripts = [path.relative_to(BUILT.resolve()) for path in first_load(BUILT.resolve()) if path.suffix == ".js"]
    assert sorted(told) == sorted(path.as_posix() for path in scripts if path.name != "early.js")


def test_what_is_imported_at_once_counts_and_what_is_called_for_does_not(tmp_path: Path) -> None:
    (tmp_path / "chunks").mkdir()
    (tmp_path / "app.js").write_text('import{a}from"./chunks/a.js";import"./chunks/b.js";import("./chunks/later.js")')
    (tmp_path / "chunks" / "a.js").write_text('export*from"./b.js"')
    for name in ("chunks/b.js", "chunks/later.js", "app.css", "early.js"):
        (tmp_path / name).write_text("")
    found = {path.relative_to(tmp_path).as_posix() for path in first_load(tmp_path)}
    assert found == {"app.js", "app.css", "early.js", "chunks/a.js", "chunks/b.js"}
