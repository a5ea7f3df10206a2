"""History, trash and receipts over HTTP: what is answered, to whom, and what a request may carry."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from meai.documents import tables
from meai.documents.database import Database
from meai.documents.encoding import etag_of
from meai.documents.forgetting import Forgetting
from meai.documents.history import History
from meai.documents.journal import Journal
from meai.documents.receipts import Receipts
from meai.documents.store import DocumentStore
from meai.web import history

Ask = Callable[..., Any]
ETAG = etag_of(b"one\r\ntwo\r\n")


def save(ask: Ask, text: str, base: str = ETAG, **more: object) -> Any:
    return ask("PUT", "/api/documents/a.md", json={"text": text, **more}, headers={"If-Match": base})


def delete(ask: Ask, name: str = "a.md", base: str = ETAG) -> str:
    return str(ask("DELETE", f"/api/documents/{name}", headers={"If-Match": base}).json["trash"])


# Revisions.


def test_the_history_is_told_newest_first(ask: Ask) -> None:
    saved = save(ask, "one\ntwo\nthree\n")
    answer = ask("GET", "/api/documents/a.md/history").json
    assert answer["warning"] is None
    newest, oldest = answer["revisions"]
    assert newest.pop("saved").endswith("Z")
    counts = {"words": 3, "added": 1, "removed": 0}
    assert newest == {"rev": 2, "etag": saved.json["etag"], "label": None, "kind": "save", **counts}
    assert (oldest["rev"], oldest["kind"], oldest["etag"]) == (1, "import", ETAG)


def test_a_document_without_history_has_none(ask: Ask) -> None:
    assert ask("GET", "/api/documents/b.md/history").json == {"revisions": [], "warning": None}


def test_a_revision_is_told_with_its_text(ask: Ask) -> None:
    save(ask, "new\n")
    answer = ask("GET", "/api/documents/a.md/history/1")
    assert (answer.json["rev"], answer.json["text"]) == (1, "one\ntwo\n")
    for missing in ("a.md/history/3", "b.md/history/1", "a.md/history/x", "a.md/history/-1"):
        assert ask("GET", f"/api/documents/{missing}").status_code in (400, 404)


def test_a_version_gets_a_name(ask: Ask) -> None:
    save(ask, "new\n")
    answer = ask("PATCH", "/api/documents/a.md/history/2", json={"label": "As sent"})
    assert (answer.status_code, answer.json["label"]) == (200, "As sent")
    assert ask("GET", "/api/documents/a.md/history").json["revisions"][0]["label"] == "As sent"
    assert ask("PATCH", "/api/documents/a.md/history/2", json={"label": ""}).json["label"] is None
    assert ask("PATCH", "/api/documents/a.md/history/9", json={"label": "x"}).status_code == 404
    assert ask("PATCH", "/api/documents/a.md/history/2", json={"label": "x" * 201}).status_code == 400


def test_a_restored_text_says_so(ask: Ask) -> None:
    base = save(ask, "new\n").json["etag"]
    assert save(ask, "one\ntwo\n", base, kind="restore").json["rev"] == 3
    assert ask("GET", "/api/documents/a.md/history").json["revisions"][0]["kind"] == "restore"


def test_the_text_of_an_etag_is_there_to_merge_against(ask: Ask) -> None:
    save(ask, "new\n")
    for etag in (ETAG, ETAG.strip('"')):
        assert ask("GET", f"/api/revisions/{etag}").json["text"] == "one\ntwo\n"
    assert ask("GET", "/api/revisions/sha256-0").status_code == 404


# Forgotten.


def forget(ask: Ask, **wish: object) -> Any:
    return ask("POST", "/api/documents/a.md/history/forget", json=wish)


def kept(ask: Ask) -> list[int]:
    return [one["rev"] for one in ask("GET", "/api/documents/a.md/history").json["revisions"]]


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        ({"what": "versions", "first": 2, "last": 2}, [4, 3, 1]),
        ({"what": "versions", "first": 0, "last": 2}, [4, 3]),
        ({"what": "words", "words": "Secret"}, [4, 1]),
        ({"what": "all"}, [4]),
    ],
)
def test_versions_are_forgotten_after_a_look(ask: Ask, wish: dict[str, object], left: list[int]) -> None:
    base = ETAG
    for text in ("a secret\n", "no secret\n", "new\n"):
        base = save(ask, text, base).json["etag"]
    told = forget(ask, **wish, look=True)
    assert set(told.json) == {"versions", "named", "receipts", "drafts", "stays", "elsewhere", "damaged"}
    assert (told.status_code, told.json["stays"], kept(ask)) == (200, len(left), [4, 3, 2, 1])
    assert forget(ask, **wish).json == told.json
    assert kept(ask) == left


def test_what_is_no_wish_forgets_nothing(ask: Ask) -> None:
    save(ask, "new\n")
    for wish in (
        {},
        {"what": "everything"},
        {"what": "version"},
        {"what": "all", "rev": 1},
        {"what": "words", "words": 1},
    ):
        assert forget(ask, **wish).status_code == 400
    assert forget(ask, what="words", words="new").status_code == 400
    assert forget(ask, what="versions", first=9, last=9).status_code == 404
    assert ask("POST", "/api/documents/none.md/history/forget", json={"what": "all"}).status_code == 404
    assert kept(ask) == [2, 1]


# Deleted.


def test_what_was_deleted_is_listed_and_comes_back(ask: Ask, workspace: Path) -> None:
    identity = delete(ask)
    (entry,) = ask("GET", "/api/trash").json["documents"]
    assert entry.pop("deleted").endswith("Z")
    assert entry == {"id": identity, "name": "a.md", "size": 10}
    assert ask("GET", "/api/history/deleted").json == {"documents": []}
    answer = ask("POST", f"/api/trash/{identity}/restore")
    assert (answer.status_code, answer.json) == (201, {"name": "a.md", "etag": ETAG})
    assert (workspace / "a.md").read_bytes() == b"one\r\ntwo\r\n"
    assert ask("POST", f"/api/trash/{identity}/restore").status_code == 404


def test_what_left_the_trash_comes_back_from_the_history(ask: Ask, workspace: Path) -> None:
    identity = delete(ask)
    assert ask("DELETE", f"/api/trash/{identity}").status_code == 204
    (entry,) = ask("GET", "/api/history/deleted").json["documents"]
    assert set(entry) == {"id", "name", "rev", "etag", "saved", "words"}
    assert (entry["name"], entry["etag"], entry["words"]) == ("a.md", ETAG, 2)
    answer = ask("POST", f"/api/history/deleted/{entry['id']}/restore")
    assert (answer.status_code, answer.json) == (201, {"name": "a.md", "etag": ETAG})
    assert len(ask("GET", "/api/documents/a.md/history").json["revisions"]) == 1
    assert ask("GET", "/api/history/deleted").json == {"documents": []}
    assert ask("POST", "/api/history/deleted/99/restore").status_code == 404


def test_what_left_the_trash_is_forgotten(ask: Ask, workspace: Path) -> None:
    assert ask("DELETE", f"/api/trash/{delete(ask)}").status_code == 204
    (entry,) = ask("GET", "/api/history/deleted").json["documents"]
    assert ask("DELETE", f"/api/history/deleted/{entry['id']}").status_code == 204
    assert ask("GET", "/api/history/deleted").json == {"documents": []}
    assert ask("DELETE", f"/api/history/deleted/{entry['id']}").status_code == 404


def test_the_trash_is_emptied(ask: Ask) -> None:
    delete(ask)
    assert ask("DELETE", "/api/trash").status_code == 204
    assert ask("GET", "/api/trash").json == {"documents": []}
    assert ask("DELETE", "/api/trash").status_code == 204


def test_of_a_document_open_by_itself_no_other_is_told(workspace: Path, tmp_path: Path) -> None:
    """The others of its folder may well be there, and what was deleted of them is not to be emptied from here."""
    (workspace / "b.md").write_text("other")
    database = Database(tmp_path / "history.sqlite", tables.SCHEMA)
    past = History(database)
    folder = DocumentStore(workspace, trash=tmp_path / "trash", history=past)
    folder.read("a.md")
    identity = folder.delete("b.md", base=folder.read("b.md").etag)
    alone = DocumentStore(workspace, trash=tmp_path / "trash", only="c.md", history=past)
    drafts = Journal(tmp_path / "drafts")
    app = Flask(__name__)
    app.register_blueprint(
        history.blueprint(history.Past(alone, past, Receipts(database), Forgetting(alone, database, drafts)))
    )
    client = app.test_client()
    assert client.get("/api/trash").json == {"documents": []}
    assert client.get("/api/history/deleted").json == {"documents": []}
    assert client.delete("/api/trash").status_code == 204
    assert [one.id for one in folder.trash.list()] == [identity]
    database.close()


@pytest.mark.parametrize("identity", ["..", "..%2f..", "%2e%2e", "20260101T000000Z"])
def test_no_id_leads_out_of_the_trash(ask: Ask, workspace: Path, identity: str) -> None:
    assert ask("DELETE", f"/api/trash/{identity}").status_code in (404, 405)
    assert (workspace / "a.md").exists()


# Receipts.

RECEIPT = {"id": "r-1", "action": "shorten", "model": "smollm2-135m", "source": "one and", "result": "one"}
PIECE = {"receipt": "r-1", "line": 0, "text": "one", "nth": 0}


def test_a_receipt_is_kept_and_told_with_what_stands(ask: Ask) -> None:
    assert ask("POST", "/api/documents/a.md/receipts", json=RECEIPT).status_code == 204
    save(ask, "one\nthree four five\n", authorship=[PIECE])
    answer = ask("GET", "/api/documents/a.md/receipts").json
    (receipt,) = answer["receipts"]
    assert receipt.pop("at").endswith("Z")
    assert receipt == {**RECEIPT, "instruction": ""}
    assert answer["authorship"] == [PIECE]
    said = "About 25 % of this text was suggested by a language model."
    disclosure = ask("GET", "/api/documents/a.md/disclosure").json
    assert disclosure == {"words": 4, "suggested": 1, "sentence": said}


def test_a_change_elsewhere_leaves_what_still_stands(ask: Ask, workspace: Path) -> None:
    save(ask, "one\nthree\n", authorship=[PIECE])
    (workspace / "a.md").write_text("zero\none\nfour\n")
    assert ask("GET", "/api/documents/a.md/receipts").json["authorship"] == [{**PIECE, "line": 1}]


def test_a_document_without_receipts_discloses_nothing(ask: Ask) -> None:
    assert ask("GET", "/api/documents/a.md/receipts").json == {"receipts": [], "authorship": []}
    assert ask("GET", "/api/documents/a.md/disclosure").json == {"words": 2, "suggested": 0, "sentence": None}
    for kind in ("receipts", "disclosure"):
        assert ask("GET", f"/api/documents/b.md/{kind}").status_code == 404
    assert ask("POST", "/api/documents/b.md/receipts", json=RECEIPT).status_code == 404


@pytest.mark.parametrize("change", [{"id": ""}, {"id": "a b"}, {"id": 1}, {"result": None}, {"source": "\ud800"}])
def test_what_is_no_receipt_is_refused(ask: Ask, change: dict[str, object]) -> None:
    assert ask("POST", "/api/documents/a.md/receipts", json={**RECEIPT, **change}).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"authorship": "one"},
        {"authorship": [1]},
        {"authorship": [{**PIECE, "line": "0"}]},
        {"authorship": [{**PIECE, "line": 1.5}]},
        {"authorship": [{**PIECE, "receipt": "<b>"}]},
        {"authorship": [{"receipt": "r-1"}]},
        {"kind": "external"},
        {"kind": 1},
    ],
)
def test_what_makes_no_sense_of_a_save_is_refused_and_nothing_is_written(
    ask: Ask, workspace: Path, fields: dict[str, object]
) -> None:
    assert save(ask, "new", **fields).status_code == 400
    assert (workspace / "a.md").read_bytes() == b"one\r\ntwo\r\n"


def test_pieces_that_do_not_stand_are_dropped(ask: Ask) -> None:
    lies = [PIECE, {**PIECE, "line": 10**30}, {**PIECE, "text": ""}, {**PIECE, "text": "\ud800"}, {**PIECE, "nth": -1}]
    assert save(ask, "one\n", authorship=lies).status_code == 200
    assert ask("GET", "/api/documents/a.md/receipts").json["authorship"] == [PIECE]


# When the history fails, documents do not.


def test_a_history_in_use_elsewhere_costs_a_warning(
    ask: Ask, tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(ask, "two\n")
    (database,) = (tmp_path / "data" / "history").glob("*.sqlite")
    monkeypatch.setattr("meai.documents.database.Database._patience_ms", lambda self: 20)
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = save(ask, "three\n", etag_of(b"two\r\n"))
        assert answer.status_code == 200
        assert answer.json["rev"] == 0
        assert answer.json["warning"].endswith("because another program is using it; documents are saved all the same.")
        listed = ask("GET", "/api/documents/a.md/history").json
        assert listed["warning"] == answer.json["warning"]
        assert [one["rev"] for one in listed["revisions"]] == [2, 1]
        refused = ask("POST", "/api/documents/a.md/receipts", json=RECEIPT)
        assert (refused.status_code, refused.json["error"]["code"]) == (503, "history-unavailable")
    assert (workspace / "a.md").read_bytes() == b"three\r\n"
    assert save(ask, "four\n", answer.json["etag"]).json["warning"] is None


def test_a_history_that_cannot_be_read_is_said_so_where_it_would_be_shown(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    answer = ask("GET", "/api/documents/a.md")
    assert (answer.json["text"], answer.json["rev"]) == ("one\ntwo\n", 0)
    assert answer.json["warning"].startswith("The history “")
    listed = ask("GET", "/api/documents/a.md/history")
    assert (listed.status_code, listed.json["revisions"]) == (200, [])
    assert listed.json["warning"].endswith(".")


def test_nothing_of_this_is_told_without_the_token(ask: Ask) -> None:
    for address in (
        "trash",
        "history/deleted",
        "documents/a.md/history",
        f"revisions/{ETAG}",
        "documents/a.md/receipts",
    ):
        assert ask("GET", f"/api/{address}", headers={"Authorization": None}).status_code == 401
