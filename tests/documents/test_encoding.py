"""Exact bytes: what was not edited comes back as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meai.documents.encoding import BOM, decode, encode, etag_of
from meai.errors import BadInput, DocumentUnreadable

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
# Characters that Python, but no editor, takes for line ends are in here on purpose.
WORDS = st.text(st.sampled_from("ab é👉\u2028\u0085\x0b\x0c\0\ufeff"), max_size=5)
LINES = st.lists(st.tuples(WORDS, ENDS), max_size=8)


def build(lines: list[tuple[str, str]], last: str, bom: bool) -> bytes:
    return (BOM if bom else b"") + ("".join(text + end for text, end in lines) + last).encode()


@given(st.text().map(str.encode) | st.builds(build, LINES, WORDS, st.booleans()))
def test_saving_without_an_edit_gives_the_same_bytes(data: bytes) -> None:
    assert encode(decode(data).text, data) == data


@given(st.binary())
def test_any_bytes_come_back_or_are_refused(data: bytes) -> None:
    try:
        text = decode(data).text
    except DocumentUnreadable:
        return
    assert encode(text, data) == data


@given(LINES.filter(bool), WORDS, st.booleans(), st.data())
def test_an_edit_of_one_line_changes_that_line_only(
    lines: list[tuple[str, str]], last: str, bom: bool, data: st.DataObject
) -> None:
    old = build(lines, last, bom)
    text = decode(old).text.split("\n")
    number = data.draw(st.integers(0, len(text) - 1))
    text[number] = "edited"
    was = decode(old)
    body = "".join(line + end for line, end in zip(text, (*was.ends, ""), strict=True))
    assert encode("\n".join(text), old) == was.bom + body.encode()


@given(st.text(st.sampled_from("a\ufeff\n"), max_size=5), st.binary() | st.builds(build, LINES, WORDS, st.booleans()))
@example("\ufeffhello", b"")
@example("\ufeffhello", BOM + BOM + b"hello")
def test_the_same_save_again_gives_the_same_bytes(text: str, old: bytes) -> None:
    try:
        once = encode(text, old)
    except DocumentUnreadable:
        return
    assert encode(text, once) == once == encode(decode(once).text, once)
    assert decode(once).bom == decode(old).bom


@given(LINES, WORDS, LINES, WORDS)
def test_the_new_bytes_say_the_new_text(
    old: list[tuple[str, str]], old_last: str, new: list[tuple[str, str]], new_last: str
) -> None:
    text = decode(build(new, new_last, bom=False)).text
    assert decode(encode(text, build(old, old_last, bom=True))).text == text


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        (b"a\r\nb\r\n", "a\nnew\nb\n", b"a\r\nnew\r\nb\r\n"),
        (b"a\r\nb\r\nc\n", "a\nb\nc\nd\n", b"a\r\nb\r\nc\nd\r\n"),
        (b"a\nb\r\nc\r", "a\nc\n", b"a\nc\r"),
        (b"one\n\ntwo\r\n\r\nthree\n", "one\n\nthree\n", b"one\n\nthree\n"),
        (b"no end", "no end\nmore", b"no end\nmore"),
        (b"", "first\n", b"first\n"),
        (b"a\r\nb", "a\nb\nc", b"a\r\nb\r\nc"),
    ],
    ids=["inserted", "appended", "deleted", "deleted among blanks", "no final newline", "new", "last line continued"],
)
def test_line_ends_after_an_edit(old: bytes, text: str, new: bytes) -> None:
    assert encode(text, old) == new


def test_many_changed_lines_of_a_mixed_file_are_paired_by_position() -> None:
    old = b"".join(b"%d\r\n" % number if number % 2 else b"%d\n" % number for number in range(10_000))
    text = "".join(f"x{number}\n" for number in range(10_000))
    new = encode(text, old)
    assert (new.count(b"\r\n"), new.count(b"\n")) == (5_000, 10_000)


def test_foreign_line_ends_in_the_text_do_not_get_in() -> None:
    assert encode("a\r\nb\rc", b"x\ny\nz") == b"a\nb\nc"


@pytest.mark.parametrize(("data", "offset"), [(b"caf\xe9", 3), (BOM + b"a\xff", 4), (b"\xed\xa0\x80", 0)])
def test_bytes_that_are_not_utf8_are_refused_with_their_offset(data: bytes, offset: int) -> None:
    with pytest.raises(DocumentUnreadable, match=rf"“n.md” is not UTF-8 text: byte {offset} is 0x.*UTF-8 and open"):
        decode(data, "“n.md”")


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(BadInput, match="half of a pair"):
        encode("a\ud800", b"a")


def test_an_etag_is_the_quoted_digest_of_the_bytes() -> None:
    assert etag_of(b"") == '"sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"'
    assert decode(BOM + b"a").etag == etag_of(BOM + b"a") != etag_of(b"a")
