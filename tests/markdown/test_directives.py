"""Callouts, pull quotes, buttons, sign-up forms and paywalls: what opens them, what closes them, what they hold."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meai.markdown.blocks import Blocks


def html(text: str) -> str:
    drawn = "".join(block.html for block in Blocks().render(text))
    return re.sub(r' data-line="\d+"|\n', "", drawn)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "::: note\na *b*\n:::\nc",
            '<aside class="callout note"><p class="callout-label"><strong>Note</strong></p>'
            "<p>a <em>b</em></p></aside><p>c</p>",
        ),
        (
            "> [!WARNING]\n> a\n> b",
            '<aside class="callout warning"><p class="callout-label"><strong>Warning</strong></p><p>ab</p></aside>',
        ),
        (
            "> [!tip] My *own*\n>\n> - a",
            '<aside class="callout tip"><p class="callout-label"><strong>My <em>own</em></strong></p>'
            "<ul><li>a</li></ul></aside>",
        ),
        ("::: pullquote\na\n:::", '<blockquote class="pullquote"><p>a</p></blockquote>'),
        ("a\n::: paywall\nb", '<p>a</p><div class="directive paywall"><p>Paywall</p></div><p>b</p>'),
        ("<!-- paywall -->\n\nb", '<div class="directive paywall"><p>Paywall</p></div><p>b</p>'),
        ("::: subscribe", '<div class="directive subscribe"></div>'),
        ("{{ subscribe }}", '<div class="directive subscribe"></div>'),
        ("::: subscribe\nJoin\n:::\nb", '<div class="directive subscribe"><p>Join</p></div><p>b</p>'),
        ("::: subscribe\nnot in it\n\n:::", '<div class="directive subscribe"></div><p>not in it</p><p>:::</p>'),
        (
            "::: button [Go](https://a.example) :::",
            '<div class="directive button"><p><a href="https://a.example">Go</a></p></div>',
        ),
    ],
)
def test_what_is_meant(text: str, expected: str) -> None:
    assert html(text) == expected


@pytest.mark.parametrize(
    "text",
    ["::: noted\na", ":: note\na", "    ::: note", "`::: note`", "> a\n> [!NOTE]", "> [!NOTES]\n> a", "[!NOTE]\na"],
)
def test_what_only_looks_like_it_stays_as_it_is(text: str) -> None:
    assert "callout" not in html(text)


def test_a_callout_holds_all_of_markdown_and_other_callouts() -> None:
    drawn = html("::: note\n- a\n  ::: tip\n  b[^1]\n  :::\n\n```\n:::\n```\n\n[^1]: c\n:::\nafter")
    assert drawn.count("<aside") == 2
    assert "<section" in drawn
    assert drawn.index("after") > drawn.rindex("</aside>")


def test_an_open_callout_ends_with_what_it_stands_in() -> None:
    assert html("- ::: note\n  a\n\nb").endswith("</aside></li></ul><p>b</p>")


def test_lines_inside_are_those_of_the_source() -> None:
    drawn = "".join(block.html for block in Blocks().render("a\n\n::: note\n\nb\n:::\n"))
    assert '<p data-line="2">b</p>' in drawn


LINES = ("::: note", ":::", "::: paywall", "> [!TIP]", "> a", "- b", "  c", "```", "", "[^1]", "[^1]: d")


@given(st.lists(st.sampled_from(LINES)))
@settings(deadline=None)
def test_no_word_between_marks_is_lost(lines: list[str]) -> None:
    drawn = re.sub(r"<[^>]*>", " ", html("\n".join([*lines, "", "zzz"])))
    assert "zzz" in drawn


@pytest.mark.parametrize(
    "text", ["::: note\n" * 5000, "::: subscribe\na\n" * 5000, "- ::: note\n" * 2000, "> [!NOTE]\n" * 5000]
)
def test_many_marks_take_no_long_time(text: str) -> None:
    began = time.process_time()
    Blocks().render(text)
    assert time.process_time() - began < 5
