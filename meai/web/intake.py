"""What comes from elsewhere and what goes there, over HTTP: pastes, files, pictures, downloads. Converts nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, request

from meai.documents import importing, pictures
from meai.documents.bundle import bundle
from meai.documents.foreign.converter import Converter
from meai.documents.store import DocumentStore
from meai.web import answers


def blueprint(store: DocumentStore, converter: Converter) -> Blueprint:
    """Return the routes that bring text and pictures into *store*, and out of it."""
    intake = Blueprint("intake", __name__, url_prefix="/api")

    @intake.post("/intake/html")
    def paste() -> Response:
        html, name = answers.strings(answers.MAX_TEXT_BODY, "html", "name")
        arrived = converter.html(html)
        for picture in arrived.pictures:
            pictures.keep(store.root, name, picture)
        return jsonify({"text": arrived.text, "notes": arrived.notes})

    @intake.post("/intake/file")
    def take_file() -> tuple[Response, int]:
        name = answers.file_name()
        with _received(importing.limit_of(name)) as path:
            imported = importing.take(store, converter, path, name, request.args.get("folder", ""))
        documents = [{"name": document.name, "etag": document.etag} for document in imported.documents]
        return jsonify({"documents": documents, "notes": imported.notes}), 201

    @intake.post("/assets")
    def keep_picture() -> tuple[Response, int]:
        answers.expect_type(answers.BYTES)
        # One byte more than may be, so that it is the picture that is too large and not the request.
        request.max_content_length = 2 * pictures.MAX_BYTES
        path = pictures.keep(store.root, request.args.get("document", ""), request.get_data())
        return jsonify({"path": path}), 201

    @intake.get("/download/<path:name>")
    def download(name: str) -> Response:
        document = Response(store.data(name), content_type="text/markdown; charset=utf-8")
        return _attachment(document, PurePosixPath(name).name)

    @intake.get("/download")
    def download_all() -> Response:
        return _attachment(Response(bundle(store), content_type="application/zip"), f"{store.root.name or 'ME_AI'}.zip")

    return intake


@contextmanager
def _received(limit: int) -> Iterator[Path]:
    """Yield a file with the request's body, this user's alone; it is gone afterwards."""
    answers.expect_type(answers.BYTES)
    request.max_content_length = limit
    with tempfile.TemporaryDirectory(prefix="meai-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as file:
            shutil.copyfileobj(request.stream, file, 1024 * 1024)
        yield path


def _attachment(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
