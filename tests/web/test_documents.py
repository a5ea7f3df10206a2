"""Documents over HTTP: which version is meant, and what is answered when it is another."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from meai import errors
from meai.documents.encoding import etag_of
from meai.documents.store import DocumentStore
from meai.errors import MeaiError
from meai.web import answers

Ask = Callable[..., Any]
ETAG = etag_of(b"one\r\ntwo\r\n")


def test_the_list_names_the_workspace_and_what_to_open(ask: Ask, workspace: Path) -> None:
    listed = ask("GET", "/api/documents").json
    assert listed["workspace"] == "ME_AI"
    assert listed["open"] == "a.md"
    (entry,) = listed["documents"]
    assert (entry["name"], entry["size"]) == ("a.md", 10)
    assert entry["modified"].endswith("Z")
    (workspace / "a.md").unlink()
    empty = ask("GET", "/api/documents").json
    assert empty == {"workspace": "ME_AI", "id": empty["id"], "documents": [], "open": None}
    assert len(empty["id"]) == 16


def test_a_document_is_text_with_an_etag(ask: Ask) -> None:
    answer = ask("GET", "/api/documents/a.md")
    assert answer.json == {
        "name": "a.md",
        "text": "one\ntwo\n",
        "etag": ETAG,
        "rev": 1,
        "warning": None,
        "repair": None,
        "read_only": None,
        "convertible": False,
        "plain": False,
    }
    assert answer.headers["ETag"] == ETAG


def test_a_document_that_is_the_same_need_not_travel_again(ask: Ask, workspace: Path) -> None:
    answer = ask("GET", "/api/documents/a.md", headers={"If-None-Match": ETAG})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", ETAG)
    before = (workspace / "a.md").stat()
    (workspace / "a.md").write_bytes(b"ONE\r\ntwo\r\n")
    os.utime(workspace / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask("GET", "/api/documents/a.md", headers={"If-None-Match": ETAG}).json["text"] == "ONE\ntwo\n"


def test_whoever_asks_for_a_document_that_another_program_moved_hears_its_name(ask: Ask, workspace: Path) -> None:
    assert ask("GET", "/api/documents/a.md").status_code == 200
    (workspace / "a.md").rename(workspace / "b.md")
    known = ask("GET", "/api/documents/a.md", headers={"If-None-Match": ETAG})
    assert (known.status_code, known.json["error"]["code"], known.json["name"]) == (404, "document-moved", "b.md")
    assert "name" not in ask("GET", "/api/documents/a.md").json
    assert "name" not in ask("GET", "/api/documents/a.md", headers={"If-None-Match": etag_of(b"other")}).json


def test_a_document_that_cannot_be_saved_says_why_and_can_be_converted(ask: Ask, workspace: Path) -> None:
    (workspace / "a.md").write_bytes("ðŸ‘‰ caf".encode() + b"\xe9")
    opened = ask("GET", "/api/documents/a.md").json
    assert (opened["text"], opened["convertible"], opened["repair"]) == ("ðŸ‘‰ café", True, None)
    assert "byte 14 is 0xe9" in opened["read_only"]
    copy = ask("POST", "/api/documents/a.md/copy", json={})
    assert (copy.status_code, copy.json) == (201, {"name": "a 2.md", "etag": etag_of("ðŸ‘‰ café".encode())})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "Archive/b.md"}, 201),
        ({"name": "A.md"}, 412),
        ({"name": "../b.md"}, 400),
        ({"name": "b"}, 400),
        ({"name": 1}, 400),
        ([], 400),
    ],
)
def test_duplicating(ask: Ask, workspace: Path, body: Any, status: int) -> None:
    answer = ask("POST", "/api/documents/a.md/copy", json=body)
    assert answer.status_code == status
    if status == 201:
        assert answer.json == {"name": "Archive/b.md", "etag": ETAG}
        assert (workspace / "Archive" / "b.md").read_bytes() == (workspace / "a.md").read_bytes()


def test_a_save_sent_twice_is_one_save(ask: Ask, workspace: Path) -> None:
    def save(text: str, base: str, seq: int) -> Any:
        body = {"text": text, "client": "page", "seq": seq}
        return ask("PUT", "/api/documents/a.md", json=body, headers={"If-Match": base})

    first = save("two", ETAG, 1)
    assert first.json == {"name": "a.md", "etag": first.headers["ETag"], "rev": 2, "seq": 1, "warning": None}
    assert save("three", first.json["etag"], 2).status_code == 200
    assert save("two", ETAG, 1).json == first.json
    assert (workspace / "a.md").read_text() == "three"


@pytest.mark.parametrize(
    "mark",
    [
        {"client": "page"},
        {"seq": 1},
        {"client": "", "seq": 1},
        {"client": 1, "seq": 1},
        {"client": "page", "seq": True},
        {"client": "p" * 101, "seq": 1},
    ],
)
def test_a_save_says_both_whose_and_which_it_is_or_neither(ask: Ask, mark: dict[str, Any]) -> None:
    answer = ask("PUT", "/api/documents/a.md", json={"text": "x", **mark}, headers={"If-Match": ETAG})
    assert answer.status_code == 400


def test_a_garbled_document_comes_with_its_repair(ask: Ask, workspace: Path) -> None:
    (workspace / "a.md").write_text("x\nðŸ‘‰", encoding="utf-8")
    answer = ask("GET", "/api/documents/a.md").json
    assert answer["text"] == "x\nðŸ‘‰"
    assert answer["repair"] == {"text": "x\n👉", "changes": [{"line": 1, "before": "ðŸ‘‰", "after": "👉"}]}


def test_a_name_may_need_escaping(ask: Ask, workspace: Path) -> None:
    (workspace / "Folder").mkdir()
    (workspace / "Folder" / "50 % é?.md").write_text("text")
    assert ask("GET", "/api/documents/Folder/50%20%25%20%C3%A9%3F.md").json["text"] == "text"


# Which version is meant: a row per method and precondition.

MATRIX = [
    ("PUT", "a.md", {"If-Match": ETAG}, 200, b"new\r\n"),
    ("PUT", "a.md", {"If-Match": etag_of(b"old")}, 412, None),
    ("PUT", "a.md", {"If-Match": "*"}, 412, None),
    ("PUT", "a.md", {"If-Match": f"W/{ETAG}"}, 412, None),
    ("PUT", "a.md", {"If-Match": ETAG.strip('"')}, 412, None),
    ("PUT", "a.md", {"If-Match": f"{ETAG}, {ETAG}"}, 412, None),
    ("PUT", "a.md", {"If-None-Match": "*"}, 412, None),
    ("PUT", "A.MD", {"If-None-Match": "*"}, 412, None),
    ("PUT", "a.md", {"If-None-Match": ETAG}, 428, None),
    ("PUT", "a.md", {}, 428, None),
    ("PUT", "a.md", {"If-Match": " "}, 428, None),
    ("PUT", "a.md", {"If-Match": etag_of(b"old"), "If-None-Match": "*"}, 412, None),
    ("PUT", "b.md", {"If-None-Match": "*"}, 201, b"new\n"),
    ("PUT", "b.md", {"If-Match": ETAG}, 404, None),
    ("PUT", "b.md", {}, 428, None),
    ("PUT", "b.txt", {"If-None-Match": "*"}, 400, None),
    ("PUT", "..%2fb.md", {"If-None-Match": "*"}, 400, None),
    ("PUT", "%2e%2e/b.md", {"If-None-Match": "*"}, 400, None),
    ("PUT", "/b.md", {"If-None-Match": "*"}, 404, None),
    ("DELETE", "a.md", {"If-Match": ETAG}, 200, b""),
    ("DELETE", "a.md", {"If-Match": etag_of(b"old")}, 412, None),
    ("DELETE", "a.md", {}, 428, None),
    ("DELETE", "b.md", {"If-Match": ETAG}, 404, None),
]


@pytest.mark.parametrize(("method", "name", "headers", "status", "content"), MATRIX)
def test_the_precondition_decides(
    ask: Ask, workspace: Path, method: str, name: str, headers: dict[str, str], status: int, content: bytes | None
) -> None:
    before = {path.name: path.read_bytes() for path in workspace.iterdir()}
    body = {"json": {"text": "new\n"}} if method == "PUT" else {}
    answer = ask(method, f"/api/documents/{name}", headers=headers, **body)
    assert answer.status_code == status
    after = {path.name: path.read_bytes() for path in workspace.iterdir()}
    if content is None:
        assert after == before
        assert answer.json["error"]["message"].endswith(".")
    elif content:
        assert after == before | {name: content}
        kept = {"rev": 2 if name == "a.md" else 1, "seq": None, "warning": None}
        assert answer.json == {"name": name, "etag": etag_of(content), **kept}
        assert answer.headers["ETag"] == etag_of(content)
    else:
        assert after == {"a.png": before["a.png"]}


def test_a_conflict_names_the_current_version(ask: Ask) -> None:
    answer = ask("PUT", "/api/documents/a.md", json={"text": "x"}, headers={"If-Match": etag_of(b"old")}).json
    assert answer["etag"] == ETAG
    assert answer["error"]["code"] == "document-conflict"


@pytest.mark.parametrize(
    ("to", "headers", "status"),
    [
        ("New name.md", {"If-Match": ETAG}, 200),
        ("Folder/New.md", {"If-Match": ETAG}, 200),
        ("A.md", {"If-Match": ETAG}, 200),
        ("b.md", {"If-Match": ETAG}, 412),
        ("c.md", {"If-Match": etag_of(b"old")}, 412),
        ("c.md", {}, 428),
        ("../c.md", {"If-Match": ETAG}, 400),
        ("c", {"If-Match": ETAG}, 400),
    ],
)
def test_renaming(ask: Ask, workspace: Path, to: str, headers: dict[str, str], status: int) -> None:
    (workspace / "b.md").write_text("other")
    answer = ask("PATCH", "/api/documents/a.md", json={"name": to}, headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.json == {"name": to, "etag": ETAG}
    assert (workspace / (to if status == 200 else "a.md")).read_bytes() == b"one\r\ntwo\r\n"
    assert (workspace / "b.md").read_text() == "other"


def test_a_deleted_document_lies_in_the_trash(ask: Ask, tmp_path: Path) -> None:
    ask("DELETE", "/api/documents/a.md", headers={"If-Match": ETAG})
    (trashed,) = (tmp_path / "data" / "trash").rglob("a.md")
    assert trashed.read_bytes() == b"one\r\ntwo\r\n"


# What a request may carry.


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        ("", "application/json", 400),
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ("{}", "application/json", 400),
        ('{"text": null}', "application/json", 400),
        ('{"text": 1}', "application/json", 400),
        ('{"text": ["a"]}', "application/json", 400),
        ('{"text": "\\ud800"}', "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ('{"text": "a"}', "text/plain", 415),
        ('{"text": "a"}', "application/json-patch", 415),
        ("text=a", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_text_in_json_is_refused(
    ask: Ask, workspace: Path, data: str | bytes, content_type: str, status: int
) -> None:
    headers = {"If-Match": ETAG}
    answer = ask("PUT", "/api/documents/a.md", data=data, content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message"}
    assert (workspace / "a.md").read_bytes() == b"one\r\ntwo\r\n"


def test_a_body_above_the_limit_is_refused(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_TEXT_BODY", 100)
    answer = ask("PUT", "/api/documents/a.md", json={"text": "x" * 100}, headers={"If-Match": ETAG})
    assert answer.status_code == 413
    answer = ask("PATCH", "/api/documents/a.md", json={"name": "x" * 70_000}, headers={"If-Match": ETAG})
    assert answer.status_code == 413


# How a failure is told.


@pytest.mark.parametrize(
    ("method", "address", "status"), [("GET", "/api/none", 404), ("POST", "/api/documents", 405), ("GET", "/ws", 400)]
)
def test_every_failure_is_one_json_sentence(ask: Ask, method: str, address: str, status: int) -> None:
    answer = ask(method, address, headers={"Origin": "http://127.0.0.1:5000"})
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message"}
    assert "<" not in answer.text


def test_a_defect_is_logged_and_not_shown(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, token: str
) -> None:
    def defect(self: DocumentStore) -> None:
        raise KeyError("a secret of the code")

    monkeypatch.setattr(DocumentStore, "list", defect)
    with caplog.at_level(logging.ERROR):
        answer = ask("GET", "/api/documents")
    assert answer.status_code == 500
    assert answer.json["error"] == {"code": "failed", "message": answers._SENTENCES[500]}
    assert "a secret of the code" in caplog.text
    assert token not in caplog.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# What goes wrong with a model is told on the socket.
TOLD_ON_THE_SOCKET = {errors.DownloadFailed, errors.EngineGone, errors.Cancelled}


def test_each_kind_of_failure_has_a_status_or_is_told_on_the_socket(app: Flask) -> None:
    def family(kind: type[MeaiError]) -> set[type[MeaiError]]:
        return {kind}.union(*(family(each) for each in kind.__subclasses__()))

    own = {kind for kind in family(MeaiError) if kind.__module__ == "meai.errors"} - {MeaiError}
    assert own - TOLD_ON_THE_SOCKET == set(answers.STATUS)


# Images.


def test_an_image_of_the_workspace_is_served(ask: Ask, workspace: Path) -> None:
    (workspace / "pictures").mkdir()
    (workspace / "pictures" / "ä b.JPG").write_bytes(b"jpg")
    answer = ask("GET", "/api/files/pictures/%C3%A4%20b.JPG")
    assert (answer.data, answer.headers["Content-Type"]) == (b"jpg", "image/jpeg")
    assert ask("GET", "/api/files/a.png").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("path", ["none.png", "a.md", "..%2fsecret.png", "%2fetc%2fpasswd", ".git/a.png", "a.png%00"])
def test_what_is_no_image_of_the_workspace_is_not_served(ask: Ask, workspace: Path, path: str) -> None:
    (workspace.parent / "secret.png").write_bytes(b"classified")
    answer = ask("GET", f"/api/files/{path}")
    assert answer.status_code == 404
    assert b"classified" not in answer.data
