"""Whose words they are: found again after edits, counted, and said in one sentence."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.documents.authorship import Piece, Share, carried, sentence, share, standing, words


def by_model(line: int, text: str, nth: int = 0, receipt: str = "r") -> Piece:
    return Piece(receipt, line, text, nth)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one, two – three!", 3),
        ("don't well-known l’été", 3),
        ("# **Bold** [link](a_b)", 4),
        ("今日は晴れ", 5),
        ("3.14", 2),
        ("naïve Ωmega привет", 3),
    ],
)
def test_words_are_what_a_reader_would_count(text: str, count: int) -> None:
    assert len(words(text)) == count


def test_the_share_is_the_words_that_stand_in_pieces() -> None:
    text = "I wrote this. The model wrote these words.\nMine again."
    assert share(text, [by_model(0, "The model wrote these words.")]) == Share(10, 5)


def test_a_word_is_the_models_by_more_than_half_of_it() -> None:
    assert share("reproduce", [by_model(0, "produce")]).suggested == 1
    assert share("reproduce", [by_model(0, "duce")]).suggested == 0
    assert share("ab", [by_model(0, "a")]).suggested == 0


def test_pieces_over_one_another_count_once() -> None:
    pieces = [by_model(0, "one two"), by_model(0, "two three", receipt="other"), by_model(0, "one two")]
    assert share("one two three four", pieces) == Share(4, 3)


def test_a_piece_that_does_not_stand_counts_for_nothing() -> None:
    pieces = [by_model(0, "gone"), by_model(7, "one"), by_model(-1, "one"), by_model(0, "one", nth=1), by_model(0, "")]
    assert share("one two", pieces).suggested == 0
    assert standing("one two", [*pieces, by_model(0, "two")]) == (by_model(0, "two"),)


def test_an_occurrence_tells_equal_texts_apart() -> None:
    assert share("very good, very", [by_model(0, "very", nth=1)]).suggested == 1
    assert standing("aaa", [by_model(0, "aa", nth=1)]) == (by_model(0, "aa", nth=1),)


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (Share(0, 0), None),
        (Share(200, 0), None),
        (Share(200, 24), "About 12 % of this text was suggested by a language model."),
        (Share(1000, 1), "Less than 1 % of this text was suggested by a language model."),
        (Share(1000, 999), "About 99 % of this text was suggested by a language model."),
        (Share(10, 10), "All of this text was suggested by a language model."),
    ],
)
def test_the_sentence_says_the_share_and_never_too_little_or_all(of: Share, said: str | None) -> None:
    assert sentence(of) == said


BEFORE = "# Title\n\nMine. Theirs are these few words. Mine.\n\nA paragraph of theirs alone.\n\nThe end."
PIECES = (by_model(2, "Theirs are these few words."), by_model(4, "A paragraph of theirs alone.", receipt="s"))


def texts(pieces: tuple[Piece, ...]) -> list[tuple[str, int, str]]:
    return [(piece.receipt, piece.line, piece.text) for piece in pieces]


def test_pieces_move_with_their_lines() -> None:
    after = "New first line\n" + BEFORE.replace("\n\nThe end.", "\n\nMore.\n\nThe end.")
    assert texts(carried(PIECES, BEFORE, after)) == [("r", 3, PIECES[0].text), ("s", 5, PIECES[1].text)]


def test_an_edit_inside_a_piece_leaves_the_rest_of_it() -> None:
    after = BEFORE.replace("these few words", "these many words")
    assert texts(carried(PIECES, BEFORE, after))[:2] == [("r", 2, "Theirs are these"), ("r", 2, "words.")]


def test_an_edit_beside_a_piece_leaves_it_whole() -> None:
    after = BEFORE.replace("Mine. Theirs", "Mine, too, of course. Theirs")
    assert texts(carried(PIECES, BEFORE, after))[0] == ("r", 2, "Theirs are these few words.")


def test_a_paragraph_moved_elsewhere_stays_theirs() -> None:
    after = "A paragraph of theirs alone.\n\n" + BEFORE.replace("A paragraph of theirs alone.\n\n", "")
    assert ("s", 0, "A paragraph of theirs alone.") in texts(carried(PIECES, BEFORE, after))


def test_a_new_text_is_nobodys_but_the_writers() -> None:
    assert carried(PIECES, BEFORE, "Something else entirely; nothing came along.") == ()
    assert carried(PIECES, BEFORE, "") == ()


def test_joined_and_split_lines_keep_what_stands() -> None:
    after = BEFORE.replace("alone.\n\nThe end.", "alone. The end.").replace("these few", "these\nfew")
    assert share(after, carried(PIECES, BEFORE, after)) == share(BEFORE, PIECES)


lines = st.lists(
    st.sampled_from(["", "one", "two words", "the the the", "a b c d e", "Ünï çødé", "  x  "]), max_size=12
)
documents = lines.map("\n".join)


@st.composite
def owned(draw: st.DrawFn) -> tuple[str, tuple[Piece, ...]]:
    """A text, and pieces that stand in it."""
    text = draw(documents)
    pieces = []
    for number, line in enumerate(text.split("\n")):
        if line.strip() and draw(st.booleans()):
            start = draw(st.integers(0, len(line) - 1))
            part = line[start : draw(st.integers(start + 1, len(line)))]
            pieces.append(Piece(draw(st.sampled_from("rst")), number, part, 0))
    return text, standing(text, pieces)


@given(owned(), documents)
def test_what_is_carried_stands_where_it_says(before: tuple[str, tuple[Piece, ...]], after: str) -> None:
    text, pieces = before
    found = carried(pieces, text, after)
    assert standing(after, found) == found
    assert {piece.receipt for piece in found} <= {piece.receipt for piece in pieces}


@given(owned())
def test_no_edit_loses_nothing(before: tuple[str, tuple[Piece, ...]]) -> None:
    text, pieces = before
    assert carried(pieces, text, text) == pieces


@given(owned(), st.integers(0, 4), st.integers(0, 4))
def test_lines_added_around_lose_nothing(before: tuple[str, tuple[Piece, ...]], above: int, below: int) -> None:
    text, pieces = before
    head = "".join(f"Above {number}\n" for number in range(above))
    after = head + text + "".join(f"\nBelow {number}" for number in range(below))
    found = carried(pieces, text, after)
    assert sorted(texts(found)) == sorted((piece.receipt, piece.line + above, piece.text) for piece in pieces)


def test_a_large_text_rewritten_is_followed_within_a_second() -> None:
    before = "\n".join(f"The {number} of the words and the lines of it." for number in range(8000))
    after = "\n".join(f"A {number} of the words or the lines in it." for number in range(8000))
    pieces = [by_model(line, "the words and the lines") for line in range(0, 8000, 10)]
    started = time.process_time()
    carried(pieces, before, after)
    assert time.process_time() - started < 2
