"""Texts made to take a parser for ever: each is drawn in time, or killed in time, and hurts nobody else."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

import pytest

from meai.markdown.service import MAX_SECONDS, PATIENCE, Preview, PreviewService

HOSTILE: dict[str, Callable[[int], str]] = {
    "nested emphasis": lambda n: "*a **a " * n + "b" + " a** a*" * n,
    "closers without openers": lambda n: "a_ " * n,
    "openers without closers": lambda n: "_a " * n,
    "link closers": lambda n: "a]" * n,
    "link openers": lambda n: "[a" * n,
    "mismatched": lambda n: "*a_ " * n,
    "mismatched openers": lambda n: "*a " * n + "_a*_ " * n,
    "rule of three": lambda n: "a**b" + "c* " * n,
    "openers and brackets": lambda n: "[ a_" * n,
    "link destinations": lambda n: "[ (](" * n,
    "images in links": lambda n: "![[]()" * n,
    "nested brackets": lambda n: "[" * n + "a" + "]" * n,
    "nested quotations": lambda n: "> " * n + "a",
    "quotations and emphasis": lambda n: ">" + "a*" * n,
    "nested dashes": lambda n: "- " * n + "x\n",
    "nested stars": lambda n: "* " * n + "\n",
    "deep lists": lambda n: "".join("  " * depth + "* a\n" for depth in range(3 * int(n**0.5))),
    "backticks": lambda n: "e" + "".join("`" * run + " " for run in range(int((2 * n) ** 0.5))),
    "unclosed angle links": lambda n: "[a](<b" * n,
    "unclosed links": lambda n: "[a](b" * n,
    "comments": lambda n: "</" + "<!--" * n,
    "angles": lambda n: "<a:" * n,
    "attributes": lambda n: "<a " + "b " * n,
    "quotes in attributes": lambda n: "<a b='" * n,
    "images": lambda n: "![" * n,
    "double underscores": lambda n: "?" + "c_" * n + "c_",
    "strikethrough": lambda n: "~~a " * n,
    "backslashes": lambda n: "\\" * n,
    "colons": lambda n: ":" * n,
    "definitions of terms": lambda n: "a\n: " * n,
    "setext": lambda n: "a\n" + "=" * n,
    "table": lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n|" + "a|" * n,
    "wide table": lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n" + "|a\n" * 60,
    "eight wide tables": lambda n: ("|" + "a|" * n + "\n|" + "-|" * n + "\n" + "|a\n" * 30 + "\n") * 8,
    "footnote uses": lambda n: "[^1]" * n + "\n\n[^1]: a\n",
    "footnotes in footnotes": lambda n: "^[" * n,
    "dollars": lambda n: "$" * n,
    "open formulas": lambda n: "$a " * n,
    "open display formulas": lambda n: "$$a\n" * n,
    "rulers": lambda n: "---\n" * n,
    "tasks": lambda n: "- [ ] a\n" * n,
    "addresses": lambda n: "http://a" * n,
    "mail": lambda n: "a@" * n,
    "www": lambda n: "www." * n,
    "dots and brackets": lambda n: "a.com(" * n,
    "double quotes": lambda n: '"a" ' * n,
    "single quotes": lambda n: "'\"" * n,
    "ampersands": lambda n: "&" * n,
    "references": lambda n: "&#" * n,
    "link definitions": lambda n: "".join(f"[{i}]: /{i}\n" for i in range(n // 10)) + "\n" + "[0] " * (n // 10),
    "open elements": lambda n: "<div>\n\n" * n,
    "nested elements": lambda n: "<div>" * n,
    "overlapping elements": lambda n: "<b>\n\n" * n + "</b>\n\n" * n,
    "elements and closers": lambda n: "<b>\n\n</i>\n\n" * n,
    "headings of one name": lambda n: "# a\n" * n,
    "colons after words": lambda n: "a: " * n,
    "brackets after an address": lambda n: "http://a.b" + ")" * n,
    "nested formulas": lambda n: "$" + "{" * n + "}" * n + "$",
    "fractions": lambda n: "$" + "\\frac{" * n + "$",
    "one line of code": lambda n: "```python\n" + "'\\" * n + "\n```",
    "front matter": lambda n: "---\na: " + "[" * n + "\n---\n",
}

QUICK = ("nested brackets", "eight wide tables", "images", "addresses", "overlapping elements", "nested formulas")
CASES = [
    *(pytest.param(name, 4000, marks=() if name in QUICK else pytest.mark.slow) for name in HOSTILE),
    *(pytest.param(name, size, marks=pytest.mark.soak) for name in HOSTILE for size in (1000, 2000)),
]
# By the clock, on however busy a machine; what is counted is the processor's time.
LONGEST = MAX_SECONDS * PATIENCE + 1


@pytest.fixture(scope="module")
def service() -> object:
    service = PreviewService()
    service.start()
    yield service
    service.close()


def seconds(service: PreviewService, text: str) -> float:
    previews: queue.Queue[Preview] = queue.Queue()
    service.render("warm", 0, "a", previews.put)
    previews.get(timeout=30)
    started = time.monotonic()
    service.render("hostile", 1, text, previews.put)
    previews.get(timeout=30)
    return time.monotonic() - started


@pytest.mark.parametrize(("name", "size"), CASES)
def test_a_hostile_text_is_drawn_or_killed_in_time(name: str, size: int, service: PreviewService) -> None:
    assert seconds(service, HOSTILE[name](size)) < LONGEST
