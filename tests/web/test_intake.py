"""Pastes, files, pictures and downloads over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

Ask = Callable[..., Any]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
BYTES = "application/octet-stream"


def send(ask: Ask, name: str, data: bytes, folder: str = "") -> Any:
    headers = {"X-Filename": quote(name)}
    return ask("POST", f"/api/intake/file?folder={quote(folder)}", data=data, content_type=BYTES, headers=headers)


def test_a_pasted_piece_comes_back_as_markdown(ask: Ask) -> None:
    answer = ask("POST", "/api/intake/html", json={"html": "<p>a <b>b</b></p>", "name": "a.md"})
    assert (answer.status_code, answer.json) == (200, {"text": "a **b**\n", "notes": []})


def test_a_picture_in_a_paste_is_written_beside_the_document(ask: Ask, workspace: Path) -> None:
    html = "<img alt='A dot' src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ'>"
    answer = ask("POST", "/api/intake/html", json={"html": html, "name": "letters/new.md"})
    (picture,) = (workspace / "letters" / "assets").iterdir()
    assert answer.json["text"] == f"![A dot](assets/{picture.name})\n"


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("Käse.txt", "Käse\n".encode("latin-1"), "Käse\n".encode()),
        ("Käse.md", b"\xef\xbb\xbfone\r\ntwo", b"\xef\xbb\xbfone\r\ntwo"),
        ("Käse.html", "<h1>Käse</h1>".encode(), "# Käse\n".encode()),
    ],
)
def test_a_file_becomes_a_document_of_its_name(ask: Ask, workspace: Path, name: str, data: bytes, text: bytes) -> None:
    answer = send(ask, name, data, "letters")
    assert answer.status_code == 201
    assert [document["name"] for document in answer.json["documents"]] == ["letters/Käse.md"]
    assert (workspace / "letters" / "Käse.md").read_bytes() == text
    assert ask("GET", "/api/documents/letters/Käse.md").headers["ETag"] == answer.json["documents"][0]["etag"]


def test_a_file_never_overwrites_a_document(ask: Ask, workspace: Path) -> None:
    before = (workspace / "a.md").read_bytes()
    assert send(ask, "a.md", b"another").json["documents"][0]["name"] == "a 2.md"
    assert (workspace / "a.md").read_bytes() == before


@pytest.mark.parametrize("name", ["song.mp3", "old.doc", "noending", "", "a" * 300 + ".md"])
def test_a_file_of_another_kind_is_refused_with_a_sentence(ask: Ask, name: str) -> None:
    answer = send(ask, name, b"x")
    assert answer.status_code == 400
    assert answer.json["error"]["message"].endswith(("can.", "X-Filename."))


@pytest.mark.parametrize("name", ["../../evil.md", "/etc/evil.md", "C:\\evil.md", "..\\evil.md"])
def test_the_name_of_a_file_is_no_path(ask: Ask, workspace: Path, name: str) -> None:
    assert send(ask, name, b"x").json["documents"][0]["name"] == "evil.md"
    assert (workspace / "evil.md").exists()


@pytest.mark.parametrize("folder", ["..", "/tmp", "a/../..", ".hidden"])  # noqa: S108
def test_a_folder_outside_the_workspace_is_refused(ask: Ask, folder: str) -> None:
    assert send(ask, "a.md", b"x", folder).status_code == 400


def test_a_picture_is_called_by_its_content(ask: Ask, workspace: Path) -> None:
    paths = {
        ask("POST", "/api/assets?document=letters/x.md", data=PNG, content_type=BYTES).json["path"] for _ in range(2)
    }
    (path,) = paths
    assert (workspace / "letters" / path).read_bytes() == PNG
    assert ask("GET", f"/api/files/letters/{path}").data == PNG


@pytest.mark.parametrize(
    "data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF", bytes(100), PNG + bytes(10 * 1024 * 1024)]
)
def test_what_is_no_picture_or_too_large_a_one_is_refused(ask: Ask, workspace: Path, data: bytes) -> None:
    answer = ask("POST", "/api/assets?document=a.md", data=data, content_type=BYTES)
    assert answer.status_code == 400
    assert not (workspace / "assets").exists()


@pytest.mark.parametrize("document", ["", "..%2Fx.md", "a.txt", ".hidden/x.md"])
def test_a_picture_has_a_document(ask: Ask, document: str) -> None:
    assert ask("POST", f"/api/assets?document={document}", data=PNG, content_type=BYTES).status_code == 400


@pytest.mark.parametrize("path", ["/api/intake/file", "/api/assets?document=a.md"])
@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_form_of_another_site_can_send_nothing(ask: Ask, path: str, kind: str) -> None:
    headers = {"X-Filename": "x.md"}
    assert ask("POST", path, data=PNG, content_type=kind, headers=headers).status_code == 415


def test_too_large_a_file_is_refused_before_it_is_read(ask: Ask) -> None:
    assert send(ask, "a.md", bytes(20 * 1024 * 1024 + 1)).status_code == 413


def test_a_document_is_downloaded_byte_by_byte(ask: Ask, workspace: Path) -> None:
    answer = ask("GET", "/api/download/a.md")
    assert answer.data == (workspace / "a.md").read_bytes()
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a.md"


def test_all_documents_and_their_pictures_are_downloaded_as_one_zip(ask: Ask, workspace: Path) -> None:
    path = ask("POST", "/api/assets?document=letters/x.md", data=PNG, content_type=BYTES).json["path"]
    (workspace / "letters" / "Ünï.md").write_bytes(b"text")
    (workspace / "letters" / "assets" / "secret.txt").write_bytes(b"no picture")
    answer = ask("GET", "/api/download")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["a.md", f"letters/{path}", "letters/Ünï.md"]
        assert archive.read("a.md") == (workspace / "a.md").read_bytes()
