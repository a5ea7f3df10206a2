"""Messages to and from JSON: strict on the way in, whole on the way out, and all of them documented."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.errors import BadInput
from meai.settings.values import Settings
from meai.web import protocol
from meai.web.protocol import (
    Block,
    Cancel,
    Delta,
    DraftWritten,
    FromPage,
    FromServer,
    Hello,
    ModelState,
    Offer,
    PreviewChanged,
    Previewed,
    PreviewWanted,
    Pull,
    RewriteWanted,
    Warm,
    Welcome,
    parse,
    to_json,
)

GOOD: dict[str, tuple[dict[str, Any], FromPage]] = {
    "hello": ({"token": "t"}, Hello("t")),
    "preview": ({"version": 3, "text": "# é"}, PreviewWanted(3, "# é")),
    "preview_change": (
        {"version": 4, "base": 3, "line": 0, "lines": 1, "text": "# è"},
        PreviewChanged(4, 3, 0, 1, "# è"),
    ),
    "rewrite": (
        {"id": "1", "action": "ask", "selection": "s", "before": "b", "after": "a", "instruction": "i"},
        RewriteWanted("1", "ask", "s", "b", "a", "i"),
    ),
    "warm": ({"selection": "s", "before": "b", "after": "a"}, Warm("s", "b", "a")),
    "cancel": ({"id": "1"}, Cancel("1")),
    "pull": ({"model": "small"}, Pull("small")),
    "draft": (
        {"name": "a.md", "base": "", "text": "t", "client": "c", "seq": 3},
        DraftWritten("a.md", "", "t", "c", 3),
    ),
}
WRONG = {"str": [None, 1, True, [], {}, 1.5], "int": [None, "1", True, 1.0, [], {}]}


@pytest.mark.parametrize("kind", GOOD)
def test_a_message_is_read(kind: str) -> None:
    given, meant = GOOD[kind]
    assert parse(json.dumps({"type": kind, **given})) == meant


def wrong_fields() -> list[tuple[str, str, object]]:
    return [
        (kind, field.name, value)
        for kind, (_, message) in GOOD.items()
        for field in fields(message)
        for value in WRONG[str(field.type)]
    ]


@pytest.mark.parametrize(("kind", "name", "value"), wrong_fields())
def test_a_wrong_type_is_refused_by_name(kind: str, name: str, value: object) -> None:
    with pytest.raises(BadInput, match=f"“{kind}” needs “{name}”, a "):
        parse(json.dumps({"type": kind, **GOOD[kind][0], name: value}))


@pytest.mark.parametrize("kind", GOOD)
def test_a_missing_field_is_refused(kind: str) -> None:
    with pytest.raises(BadInput, match=f"“{kind}” needs"):
        parse(json.dumps({"type": kind}))


@pytest.mark.parametrize(
    "raw",
    [
        *("", "{", "null", "[]", '"hello"', "1", "{}", "[" * 100_000, "\ud800", b'{"type": "hello", "token": "t"}'),
        *('{"type": 1}', '{"type": "none"}', '{"type": ["hello"]}', '{"type": "welcome"}'),
        '{"type": "hello", "token": NaN}',
    ],
)
def test_what_is_no_message_of_the_page_is_refused(raw: str | bytes) -> None:
    with pytest.raises(BadInput):
        parse(raw)


def test_a_long_id_is_refused() -> None:
    with pytest.raises(BadInput, match="100 characters"):
        parse(json.dumps({"type": "cancel", "id": "x" * 101}))


@given(st.text(st.characters()))
def test_any_text_arrives_as_it_was(text: str) -> None:
    message = to_json(Delta("1", text))
    message.encode()  # what travels is UTF-8
    assert json.loads(message) == {"type": "delta", "id": "1", "text": text}


def test_a_block_that_the_page_has_travels_without_its_html() -> None:
    message = json.loads(to_json(Previewed(1, 0, (Block("a", 0, "<p>"), Block("b", 2, None)), 0, 0, "")))
    assert message["blocks"] == [{"id": "a", "line": 0, "html": "<p>"}, {"id": "b", "line": 2}]


def test_a_welcome_holds_the_fields_of_a_model_message() -> None:
    state = ModelState("none", None, "No model.", offer=Offer("small", "Small", 100, "MIT"))
    welcome = json.loads(to_json(Welcome("1.2", (), state, Settings())))
    model = json.loads(to_json(state))
    assert model.pop("type") == "model"
    assert welcome["model"] == model
    assert model["offer"] == {"name": "small", "label": "Small", "size": 100, "licence": "MIT"}


def test_every_message_is_documented_with_its_fields() -> None:
    text = (Path(protocol.__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+) \{(.*?)\}` \|", text, re.MULTILINE))
    documented = {kind: re.sub(r"\[?\{.*?\}\]?", "", row).replace(":", "") for kind, row in rows.items()}
    messages = [*get_args(FromPage), *get_args(FromServer)]
    assert set(documented) == {message.type for message in messages}
    for message in messages:
        names = [name.strip() for name in documented[message.type].split(",") if name]
        assert names == [each.name for each in fields(message)]
