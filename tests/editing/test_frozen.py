"""What is put away before a model reads a text comes back exactly once, or the answer is not taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.frozen import Frozen, Thawing, freeze, freeze_leaving_out
from meai.editing.protect import protected_spans

SENTENCE = "See [teh page](https://example.org/a) and `run`[^1], {{ name }}."
PIECES = """word |[teh page](https://example.org)|`code`|[^1]|[2]|[x](y) |![alt](a.png)| |\n|.|{{ tag }}|$x$|[|]|(|
[a `b` c](d)|[![i](j)](k)|<b>|%%NAME%%|[words][ref]|https://a.bc"""
MARKDOWN = st.lists(st.sampled_from(PIECES.split("|")), max_size=12).map("".join)


def test_a_model_reads_short_marks_and_no_address() -> None:
    frozen = freeze(SENTENCE)
    assert frozen.text == "See [teh page][1] and [2][3], [4]."
    assert frozen.thawed("See [the page][1] and [2][3], [4].") == (SENTENCE.replace("teh", "the"), "")


def test_what_is_left_out_returns_to_the_words_it_stood_beside() -> None:
    frozen = freeze_leaving_out("See [teh page](https://example.org/a) of it[^1], and `run`.")
    assert frozen.text == "See teh page of it, and [1]."
    answer, reason = frozen.thawed("Please see the page of it, and [1].")
    assert (answer, reason) == ("Please see [the page](https://example.org/a) of it[^1], and `run`.", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("See [the page][1] and [2], [4].", "lost [^1]"),
        ("See [the page][1] and [2][2][3], [4].", "doubled `run`"),
        ("See [the page][1] and x[2][3], [4].", "no place for `run`"),
        ("", "lost"),
    ],
)
def test_a_lost_doubled_or_glued_mark_is_told(answer: str, reason: str) -> None:
    text, told = freeze(SENTENCE).thawed(answer)
    assert text == ""
    assert reason in told


def test_what_stands_close_to_a_word_stands_close_to_one_again() -> None:
    frozen = freeze("Press <kbd>Ctrl</kbd> now[^1], or <br> `x`s.")
    assert frozen.text == "Press [1]Ctrl[2] now[3], or [4] [5]s."
    assert frozen.thawed("Do press [1] Control [2] now [3], or [4] [5] s.") == (
        "Do press <kbd>Control</kbd> now[^1], or <br> `x` s.",
        "",
    )


def test_an_order_is_kept_where_it_must_be() -> None:
    frozen = freeze("`a` or `b`")
    assert frozen.thawed("[2] or [1]") == ("`b` or `a`", "")
    assert "order" in frozen.thawed("[2] or [1]", in_order=True)[1]


def test_where_the_words_are_gone_nothing_is_put_anywhere() -> None:
    frozen = freeze_leaving_out("See [teh page](https://example.org/a) of it.")
    assert "no place" in frozen.thawed("Look at this.")[1]


@given(st.one_of(MARKDOWN, st.text()))
def test_what_comes_back_untouched_is_the_text(text: str) -> None:
    for frozen in (freeze(text), freeze_leaving_out(text)):
        again, reason = frozen.thawed(frozen.text, in_order=True)
        assert (again, reason) == (text, "")


@given(MARKDOWN, MARKDOWN)
def test_an_answer_that_is_taken_has_every_span_once(text: str, words: str) -> None:
    for frozen in (freeze(text), freeze_leaving_out(text)):
        for answer in (words + frozen.text, frozen.text.replace("word", words, 1), frozen.text[::-1]):
            thawed, reason = frozen.thawed(answer)
            for _, span in frozen.marks if not reason else ():
                assert span in thawed
            for cut in frozen.cuts if not reason else ():
                assert cut.text in thawed


@given(st.lists(st.text("[]1 2ab", max_size=4)))
def test_a_stream_shows_what_the_marks_stand_for(pieces: list[str]) -> None:
    shown: list[str] = []
    frozen = Frozen("", (("[1]", "`code`"),))
    thawing = Thawing(frozen, shown.append)
    for piece in pieces:
        thawing(piece)
    thawing.flush()
    assert "".join(shown) == frozen.shown("".join(pieces))


def test_the_text_has_numbers_of_its_own() -> None:
    text = "As [1] says, `run` [2] it."
    frozen = freeze(text)
    assert frozen.thawed(frozen.text) == (text, "")
    assert protected_spans(text) == ["[1]", "`run`", "[2]"]
