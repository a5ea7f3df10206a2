"""What of a text reaches its readers as it is, and what an answer leaves open behind it."""

from __future__ import annotations

import pytest

from meai.editing.anchors import anchors, lost_anchors
from meai.editing.closing import closed, is_closed


@pytest.mark.parametrize(
    ("source", "answer", "lost"),
    [
        ("[it](https://e.org/a) is", "It [is](https://e.org/a)", []),
        ("[it](https://e.org/a) is", "`[it](https://e.org/a)` is", ["https://e.org/a"]),
        ("See [it][a].\n\n[a]: /b 'T'\n", "See [it][a]. [a]: /b 'T'\n", ["/b"]),
        ("A note[^1].\n\n[^1]: Words.\n", "A note[^1]. [^1]: Words.\n", ["[^1]", "[^1]"]),
        ("Words.\n\n```py\ncode\n```\n", "Words. ```py\ncode\n```\n", ["code"]),
        ("---\ntitle: A\n---\n\nWords.\n", "# New\n\n---\ntitle: A\n---\n\nWords.\n", ["---\ntitle: A\n---"]),
        ("| `a \\| b` |\n| --- |\n", "It is `a \\| b`.", []),
        ("$$\nx\n$$\n", "It is $$\nx\n$$ there.\n", ["x"]),
    ],
)
def test_what_is_no_longer_what_it_was_in_its_place_is_lost(source: str, answer: str, lost: list[str]) -> None:
    assert list(lost_anchors(source, answer)) == lost
    assert list(lost_anchors(source, source)) == []


def test_words_hold_nothing() -> None:
    assert not anchors("# Words\n\n- *and* more\n")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Words.", ""),
        ("- an item", ""),
        ("    code", ""),
        ("```\ncode\n```", ""),
        ("```\ncode", "\n```"),
        ("~~~\ncode", "\n~~~"),
        ("````\n```\ncode\n```", "\n````"),
        ("<!-- hm", "\n-->"),
        ("::: tip\nWords.", "\n:::"),
    ],
)
def test_what_is_left_open_is_closed(text: str, end: str) -> None:
    assert is_closed(text) is (end == "")
    assert closed(text) == text + end


def test_what_cannot_be_closed_is_no_answer() -> None:
    assert closed("Words.\n\n<script>\nmore") == ""
