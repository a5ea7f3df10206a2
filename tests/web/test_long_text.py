"""JSON around a long text: taken apart as `json` would, whatever stands where a part of it ends."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.web import long_text
from meai.web.long_text import put_together, taken_apart

# What may be cut in two by mistake, and what looks like JSON and is text.
TRICKY = ["a", "\\", '"', "\n", "é", "👉", "\u2028", "\x01", "{", "}", "[", ":", '"text":', "\ud83d", "\udc49"]
TEXTS = st.lists(st.sampled_from(TRICKY), max_size=90).map("".join)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_text, "_PART_BYTES", 16)


def sent(value: object, *, ascii_only: bool) -> bytearray:
    return bytearray(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@pytest.mark.usefixtures("small_parts")
@given(TEXTS, TEXTS, st.booleans())
def test_a_text_is_taken_as_json_says_it(text: str, other: str, ascii_only: bool) -> None:
    value = {"pieces": [{"text": other}], "text": text, other: other, "more": {"text": 1}, "seq": 2}
    body = sent(value, ascii_only=ascii_only)
    expected = json.loads(bytes(body).decode("utf-8", "surrogatepass"))
    rest, taken = taken_apart(body, "text")
    assert taken == expected["text"].encode("utf-8", "surrogatepass")
    assert rest == {**expected, "text": ""}


@given(st.text(st.characters(exclude_categories=["Cs"])), TEXTS)
def test_what_is_put_together_is_json(text: str, other: str) -> None:
    other = other.encode("utf-8", "replace").decode()
    whole = b"".join(put_together({"name": other, "rev": 1}, "text", text.encode()))
    assert json.loads(whole) == {"name": other, "rev": 1, "text": text}


@pytest.mark.parametrize("value", [{}, {"text": 1}, {"text": None}, {"more": {"text": "a"}}, ["text", "a"], "text"])
def test_where_there_is_no_text_none_is_taken(value: object) -> None:
    assert taken_apart(sent(value, ascii_only=False), "text") == (value, None)


def test_of_two_the_last_counts_as_in_any_json() -> None:
    assert taken_apart(bytearray(b'{"text": "one", "text" : "two"}'), "text") == ({"text": ""}, b"two")


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "a}', b'{"text": "\n"}', b'{"text": "\\x"}', b'{"text" "a"}'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        taken_apart(bytearray(body), "text")
