"""Searching over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[..., Any]


def test_what_is_found_is_told_with_its_line_and_surroundings(ask: Ask, workspace: Path) -> None:
    (workspace / "Post 1.md").write_text("# Été\n\nUn café, s’il vous plaît.\n", encoding="utf-8")
    assert ask("GET", "/api/search?q=CAFE&page=p").json == {
        "results": [{"name": "Post 1.md", "line": 2, "before": "Un ", "match": "café", "after": ", s’il vous plaît."}],
        "more": False,
    }
    (by_name,) = ask("GET", "/api/search?q=post%201").json["results"]
    assert by_name == {"name": "Post 1.md", "line": None, "before": "", "match": "Post 1", "after": ".md"}


def test_a_search_for_nothing_finds_nothing(ask: Ask) -> None:
    assert ask("GET", "/api/search").json == {"results": [], "more": False}
