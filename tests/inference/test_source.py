"""The text that a rewrite repeats, as tokens, and where it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.llama import Model
from meai.inference.source import Source, source_of

PIECES = [b" the", b" we", b"ather", b" te", b"h", b"Te", b" weather", b"\n", b" is", b",", b" th", b"e", b" The"]
TOKENS = {piece: token for token, piece in enumerate(PIECES)}
WORDS = {piece[1:].decode(): token for piece, token in TOKENS.items() if piece[:1] == b" " and piece[1:].isalpha()}

PARTS = ["The", "wether", "“teh”", "recieve", "Ünder", "👉", "\n", "agian,", "and"]


def read(*pieces: bytes, before: str = "") -> Source:
    """Return what *pieces* are, one after another, where the model reads *before* in front of every text."""
    text = b"".join(pieces).decode().removeprefix(before)
    return source_of(text, [TOKENS[piece] for piece in pieces], PIECES.__getitem__, WORDS)


@pytest.mark.parametrize("before", ["", " "])
def test_a_mistyped_word_may_become_the_word_that_was_meant(before: str) -> None:
    source = read(b" the", b" weather", b",", b" te", b"h", b" weather", before=before)
    assert list(source.doubts) == [3]
    doubt = source.doubts[3]
    assert PIECES[source.tokens[doubt.end]] == b" weather"
    assert doubt.meant == TOKENS[b" the"]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param((b" the", b" weather"), id="no slip"),
        pytest.param((b"Te", b"h", b" weather"), id="no space before it"),
        pytest.param((b" the", b"\n", b"Te", b"h"), id="a line's first word"),
    ],
)
def test_elsewhere_there_is_no_doubt(pieces: tuple[bytes, ...]) -> None:
    assert not read(*pieces).doubts


def test_tokens_that_are_not_the_text_are_taken_as_they_are() -> None:
    assert source_of("Once teh weather", [1, 2, 3], PIECES.__getitem__, WORDS) == Source([1, 2, 3])


@pytest.mark.model
@given(
    st.lists(st.sampled_from(["The", "wether", "“teh”", "recieve", "Ünder", "👉", "\n", "agian,", "and"]), max_size=12)
)
def test_a_doubt_of_the_real_model_is_a_whole_word(model: Model, words: dict[str, int], parts: list[str]) -> None:
    text = " ".join(parts)
    source = source_of(text, model.tokenize(text, special=False), model.piece, words)
    for start, doubt in source.doubts.items():
        word = b"".join(map(model.piece, source.tokens[start : doubt.end])).decode()
        assert word in (" wether", " recieve", " agian")
        assert doubt.meant is not None
        assert model.piece(doubt.meant) in (b" weather", b" whether", b" receive", b" again", b" water")


@pytest.fixture(scope="module")
def model(model_path: Path) -> Model:
    return Model(model_path, context_length=64)


@pytest.fixture(scope="module")
def words(model: Model) -> dict[str, int]:
    pieces = enumerate(model.pieces())
    return {piece[1:].decode(): token for token, piece in pieces if piece[:1] == b" " and piece[1:].isalpha()}
