"""Prompts that are too long: what is left out, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meai.errors import BadInput
from meai.inference.fitting import GRID, fit
from meai.inference.request import Purpose, Request, Turn
from meai.inference.templates import FAMILIES, PLAIN, Family, Segment, render

TEXTS = st.text("ab .\n", max_size=3000)


def words(text: str) -> int:
    """Count as a model might: a token for each four letters of a piece."""
    return -(-len(text) // 4)


def segments(*turns: Turn, start: str = "", purpose: Purpose = "free", family: Family = PLAIN) -> tuple[Segment, ...]:
    return render(Request(turns, start, purpose=purpose), family)


def text_of(segments: tuple[Segment, ...]) -> str:
    return "".join(segment.text for segment in segments)


def size(segments: tuple[Segment, ...]) -> int:
    return sum(words(segment.text) for segment in segments)


def test_what_fits_is_left_as_it_is() -> None:
    asked = segments(Turn("system", "Be brief."), Turn("user", "Hello"))
    assert fit(asked, size(asked), words) == (asked, 0)


@given(TEXTS, st.integers(50, 800))
def test_a_text_before_the_caret_loses_its_start_and_keeps_its_end(text: str, limit: int) -> None:
    before = f"{text}The last words"
    (kept,), left_out = fit(segments(start=before), limit, words)
    assert before.endswith(kept.text)
    assert kept.text.endswith("The last words")
    assert words(kept.text) <= limit
    assert left_out == len(before) - len(kept.text)


@given(TEXTS, TEXTS, st.integers(150, 800), st.sampled_from([*FAMILIES.values(), PLAIN]))
def test_instructions_and_the_end_of_the_last_turn_stay(first: str, last: str, limit: int, family: Family) -> None:
    turns = (
        Turn("system", "Be brief."),
        Turn("user", f"First {first}"),
        Turn("assistant", "Yes."),
        Turn("user", f"Sum it up.\n\n{last} The end"),
    )
    kept, left_out = fit(segments(*turns, family=family), limit, words)
    assert size(kept) <= limit
    whole = text_of(kept)
    assert "Be brief." in whole
    assert "Sum it up.\n\n" in whole
    assert " The end" in whole
    assert left_out == len(text_of(segments(*turns, family=family))) - len(whole) - scaffold_lost(kept, turns, family)


def scaffold_lost(kept: tuple[Segment, ...], turns: tuple[Turn, ...], family: Family) -> int:
    def scaffold(segments: tuple[Segment, ...]) -> int:
        return sum(len(segment.text) for segment in segments if segment.special)

    return scaffold(segments(*turns, family=family)) - scaffold(kept)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
def test_without_its_oldest_exchange_a_chat_is_written_like_one_that_never_had_it(family: Family) -> None:
    system, last = Turn("system", "Be brief."), Turn("user", "And now?")
    old = (Turn("user", "x" * 4000), Turn("assistant", "Yes."))
    kept, left_out = fit(segments(system, *old, last, family=family), 200, words)
    assert text_of(kept) == text_of(segments(system, last, family=family))
    assert left_out == 4004


def test_the_newest_exchanges_stay() -> None:
    turns = [Turn("user" if at % 2 == 0 else "assistant", f"Turn {at}. {'x' * 400}") for at in range(9)]
    kept, _ = fit(segments(*turns), 600, words)
    assert [segment.text[:7] for segment in kept if not segment.special] == [
        "Turn 4.",
        "Turn 5.",
        "Turn 6.",
        "Turn 7.",
        "Turn 8.",
    ]


def test_a_text_is_cut_before_a_paragraph_where_one_begins_near() -> None:
    text = "".join(f"Paragraph {number} says this. And that.\n\n" for number in range(200))
    (kept,), _ = fit(segments(start=text), 500, words)
    assert kept.text.startswith("Paragraph ")


def test_a_text_without_paragraphs_is_cut_before_a_sentence_and_one_without_sentences_before_a_word() -> None:
    (sentences,), _ = fit(segments(start="We write this sentence now. " * 200), 500, words)
    assert sentences.text.startswith("We write this")
    (loose,), _ = fit(segments(start="words " * 1000), 500, words)
    assert loose.text.startswith("words ")


@given(st.integers(0, 60))
def test_writing_on_does_not_move_the_start(more: int) -> None:
    text = "A sentence of some length. " * 400
    (before,), _ = fit(segments(start=text), 1000, words)
    (after,), _ = fit(segments(start=text + "x" * more), 1000, words)
    assume(words(before.text) + more < 1000)
    assert after.text == before.text + "x" * more


def test_no_more_is_left_out_than_must_be() -> None:
    text = "A sentence of some length. " * 400
    (kept,), _ = fit(segments(start=text), 1000, words)
    assert words(kept.text) > 1000 - words("x" * 2 * GRID)


def test_a_text_that_is_being_rewritten_is_refused_with_its_size() -> None:
    with pytest.raises(BadInput, match=r"8,000 characters are 2,0\d\d tokens, and it has room for 500; select less"):
        fit(segments(Turn("user", "x" * 8000), purpose="rewrite"), 500, words)


def test_instructions_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match="select less of it"):
        fit(segments(Turn("system", "x" * 8000), Turn("user", "Hello")), 500, words)


def test_a_text_without_any_border_is_cut_all_the_same() -> None:
    (kept,), left_out = fit(segments(start="x" * 8000), 500, words)
    assert words(kept.text) <= 500
    assert left_out == 8000 - len(kept.text)
