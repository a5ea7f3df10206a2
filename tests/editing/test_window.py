"""What a model reads before the caret: enough, not too much, and from the same place while the writer types."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from meai.editing.window import GRID, LEAST, window

LONGEST = LEAST + 2 * GRID
PAGE_SENDS = 4000
"""UTF-16 units before the caret that a page sends at least, where there are as many."""

words = st.text("abcdefgh é\n#👉日", min_size=1, max_size=40)
documents = st.lists(words, min_size=1, max_size=20).map(lambda parts: "".join(parts) * 40)
typed = st.text("abc de.\n# 👉é", min_size=200, max_size=200)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def start(text: str) -> int:
    return len(text) - len(window(text))


@given(documents)
def test_it_is_the_end_of_the_text_and_neither_short_nor_long(text: str) -> None:
    read = window(text)
    assert text.endswith(read)
    assert units(read) > min(units(text), LEAST) - GRID // 4
    assert len(read) < LONGEST


@given(documents, typed)
def test_typing_moves_its_beginning_at_most_once(text: str, more: str) -> None:
    starts = [start(text + more[:count]) for count in range(len(more) + 1)]
    assert sum(before != after for before, after in pairwise(starts)) <= 1


@given(documents, st.integers(0, 8))
def test_a_text_cut_on_the_grid_has_the_window_of_the_whole(text: str, grids: int) -> None:
    cut = min(grids, (units(text) - PAGE_SENDS) // GRID) * GRID
    whole = text.encode("utf-16-le")
    sent = whole[2 * max(0, cut) :].decode("utf-16-le", "surrogatepass")
    assert window(sent) == window(text)


def test_a_short_text_is_read_whole() -> None:
    assert window("# Title\n\nOnce upon") == "# Title\n\nOnce upon"


def test_it_begins_at_a_heading_where_one_is_near() -> None:
    text = "word " * 300 + "\n## Here it begins\n\n" + "word " * 400
    assert window(text).startswith("## Here it begins\n")


def test_it_begins_at_a_line_else_at_a_word() -> None:
    assert window("a line of words\n" * 200).startswith("a line of words\n")
    assert window("word " * 800).startswith("word ")


def test_a_long_paragraph_is_read_also_after_its_end() -> None:
    assert len(window("word " * 400 + "\n\n")) > LEAST


def test_half_a_pair_is_a_character_like_any_other() -> None:
    text = "a" * (GRID - 1) + "\ud83d" + "b" * (LEAST + 1)
    assert window(text).endswith("b" * LEAST)
