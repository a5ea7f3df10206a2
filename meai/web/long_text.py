"""A JSON object around one long text, taken apart and put together with the text as UTF-8. Knows no request.

As Python's characters it would take up to four times its bytes, and several of them at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PART_BYTES = 64 * 1024
# `\ud83d\udc49`, which stands for one character.
_LONGEST_ESCAPE = 12
# A string, with the colon before it where it is a value; or what begins and ends objects and lists.
_TOKEN = re.compile(rb'(?::[ \t\r\n]*)?(?P<string>"(?:[^"\\]++|\\.)*+")|[{}\[\]]', re.DOTALL)
_SECOND_HALF = re.compile(rb"\\u[dD][c-fC-F]")
_BACKSLASH = ord("\\")


def taken_apart(body: bytearray, name: str) -> tuple[Any, bytes | None]:
    """Return the JSON value *body* and the text of its field *name*, as UTF-8, which is then empty in it.

    The text is None where there is none; half of a pair in it is three bytes that are no UTF-8. *body* is used up.
    Raises ValueError or RecursionError for what is no JSON.
    """
    span = _span(body, name)
    if span is None:
        return _loaded(body), None
    start, end = span
    rest = _loaded(body[: start + 1] + body[end - 1 :])
    length = _unescape(body, start + 1, end - 1)
    del body[start + 1 + length :], body[: start + 1]
    text = bytes(body)
    body.clear()
    return rest, text


def put_together(fields: Mapping[str, object], name: str, text: bytes) -> list[bytes]:
    """Return the parts of a JSON object of *fields* and *text*, valid UTF-8, as its field *name*."""
    head = json.dumps({**fields, name: ""}, ensure_ascii=False).encode()
    return [head.removesuffix(b'"}'), *_escaped(text), b'"}']


def _loaded(body: bytearray) -> Any:
    return json.loads(bytes(body))


def _span(body: bytearray, name: str) -> tuple[int, int] | None:
    """Return where the string lies, its quotes included, that is the last field *name* of the object *body*."""
    wanted, found, depth, key = json.dumps(name).encode(), None, 0, b""
    for token in _TOKEN.finditer(body):
        start, end = token.span("string")
        if start < 0:
            depth += 1 if body[token.start()] in b"{[" else -1
        elif depth != 1:
            continue
        elif token.start() == start:
            key = bytes(body[start : min(end, start + len(wanted) + 1)])
        elif key == wanted:
            found = start, end
    return found


def _unescape(body: bytearray, start: int, end: int) -> int:
    """Put what the inside of a JSON string says in its place, from *start* on, and return how many bytes that are."""
    at, to = start, start
    while at < end:
        cut = _cut(body, at, end)
        part = json.loads(f'"{str(body[at:cut], "utf-8", "surrogatepass")}"').encode("utf-8", "surrogatepass")
        body[to : to + len(part)] = part
        at, to = cut, to + len(part)
    return to - start


def _cut(body: bytearray, at: int, end: int) -> int:
    """Return where a part from *at* on may end that cuts neither a character nor an escape."""
    low = at + _PART_BYTES
    if end - low < _PART_BYTES:
        return end
    slash = body.find(b"\\", low, low + _PART_BYTES)
    if slash < 0:
        cut = low + _LONGEST_ESCAPE
        while body[cut] & 0xC0 == 0x80:
            cut += 1
        return cut
    run = slash
    while run > at and body[run - 1] == _BACKSLASH:
        run -= 1
    if (slash - run) % 2:  # the second one of two, which say one
        return slash + 1
    return slash + 6 if _SECOND_HALF.match(body, slash) else slash


def _escaped(text: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(text):
        end = min(at + _PART_BYTES, len(text))
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end += 1
        yield json.dumps(text[at:end].decode(), ensure_ascii=False)[1:-1].encode()
        at = end
