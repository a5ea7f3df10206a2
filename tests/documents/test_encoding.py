"""Exact bytes: what was not edited comes back as it was."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meai.documents.encoding import BOM, decode, encode, etag_of, flaw, salvage
from meai.errors import BadInput, DocumentUnreadable

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
# Characters that Python, but no editor, takes for line ends are in here on purpose.
WORDS = st.text(st.sampled_from("ab é👉e\u0301\u2028\u0085\x0b\x0c\ufeff"), max_size=5)
LINES = st.lists(st.tuples(WORDS, ENDS), max_size=8)


def build(lines: list[tuple[str, str]], last: str, bom: bool) -> bytes:
    return (BOM if bom else b"") + ("".join(text + end for text, end in lines) + last).encode()


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(ANY_TEXT.map(str.encode) | st.builds(build, LINES, WORDS, st.booleans()))
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


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"caf\xe9", "is not UTF-8 text: byte 3 is 0xe9"),
        (BOM + b"a\xff", "is not UTF-8 text: byte 4 is 0xff"),
        (b"\xed\xa0\x80", "is not UTF-8 text: byte 0 is 0xed"),
        (b"a\xff\0", "is not UTF-8 text: byte 1 is 0xff"),
        (b"a\0\xff", "is not plain text: byte 1 is 0x00"),
        (b"a\n\0", "is not plain text: byte 2 is 0x00"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_offset_of_the_first(data: bytes, why: str) -> None:
    assert flaw(data) == why
    with pytest.raises(DocumentUnreadable, match=rf"“n.md” {why}; save a copy .* UTF-8 and open"):
        decode(data, "“n.md”")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("“Café” – 5 €".encode("cp1252"), "“Café” – 5 €"),
        ("Müller ".encode() + "Müller".encode("latin-1"), "Müller Müller"),
        ("Ünï 👉".encode("utf-16"), "Ünï 👉"),
        (b"\xfe\xff" + "Ünï".encode("utf-16-be"), "Ünï"),
        ("Ünï".encode("utf-32"), "Ünï"),
        (b"a\0b\r\nc\x81", "a\ufffdb\r\nc\ufffd"),
    ],
    ids=["Windows-1252", "a Latin-1 line in UTF-8", "UTF-16", "big-endian", "UTF-32", "nothing known"],
)
def test_what_is_no_utf8_is_read_as_what_it_most_likely_is(data: bytes, text: str) -> None:
    assert salvage(data).decode("utf-8-sig") == text


@given(st.binary())
def test_what_is_salvaged_is_text_and_loses_no_line(data: bytes) -> None:
    saved = salvage(data)
    assert flaw(saved) is None
    if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        assert (saved.count(b"\n"), saved.count(b"\r")) == (data.count(b"\n"), data.count(b"\r"))


@pytest.mark.parametrize(("text", "why"), [("a\ud800", "half of a pair"), ("a\0", "contains the character NUL")])
def test_what_no_text_file_can_hold_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        encode(text, b"a")


def test_an_etag_is_the_quoted_digest_of_the_bytes() -> None:
    assert etag_of(b"") == '"sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"'
    assert decode(BOM + b"a").etag == etag_of(BOM + b"a") != etag_of(b"a")
