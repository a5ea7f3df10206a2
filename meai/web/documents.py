"""The workspace's documents over HTTP: status codes and ETags. What a name or a save means is the store's business."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from pathlib import PurePosixPath

from flask import Blueprint, Response, jsonify, request
from flask.views import MethodView

from meai.documents.intake import repair
from meai.documents.store import Document, DocumentStore, Entry
from meai.errors import DocumentNotFound
from meai.web import answers

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
    ".bmp": "image/bmp",
    ".ico": "image/x-icon",
}


def blueprint(store: DocumentStore) -> Blueprint:
    """Return the routes for the documents and images of *store*."""
    documents = Blueprint("documents", __name__, url_prefix="/api")
    documents.add_url_rule("/documents", view_func=_Workspace.as_view("workspace", store))
    documents.add_url_rule("/documents/<path:name>", view_func=_Document.as_view("document", store))
    documents.add_url_rule("/files/<path:path>", view_func=_File.as_view("file", store))
    return documents


class _StoreView(MethodView):
    init_every_request = False

    def __init__(self, store: DocumentStore) -> None:
        self._store = store


class _Workspace(_StoreView):
    def get(self) -> Response:
        entries = self._store.list()
        latest = max(entries, key=lambda entry: entry.modified, default=None)
        return jsonify(
            {
                "workspace": self._store.root.name,
                "documents": [_listed(entry) for entry in entries],
                "open": latest.name if latest else None,
            }
        )


class _Document(_StoreView):
    def get(self, name: str) -> Response:
        document = self._store.read(name)
        mended = repair(document.text)
        return _with_etag(document, {**asdict(document), "repair": asdict(mended) if mended else None})

    def put(self, name: str) -> Response:
        (text,) = answers.strings(answers.MAX_TEXT_BODY, "text")
        if request.headers.get("If-None-Match") == "*" and "If-Match" not in request.headers:
            return _saved(self._store.write(name, text, base=None), status=201)
        return _saved(self._store.write(name, text, base=_base()))

    def patch(self, name: str) -> Response:
        (to,) = answers.strings(answers.MAX_SMALL_BODY, "name")
        return _saved(self._store.rename(name, to, base=_base()))

    def delete(self, name: str) -> Response:
        self._store.delete(name, base=_base())
        return Response(status=204)


class _File(_StoreView):
    def get(self, path: str) -> Response:
        data = self._store.asset(path)
        if data is None:
            raise DocumentNotFound(f"There is no image “{path}” in this workspace.")
        media_type = MEDIA_TYPES.get(PurePosixPath(path).suffix.casefold(), "application/octet-stream")
        response = Response(data, content_type=media_type)
        # Should a browser ever be brought to open it as a page: an SVG may carry scripts.
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["Content-Disposition"] = "attachment"
        return response


def _base() -> str:
    """Return the ETag that the request says it means; a list or `*` equals no document's and so is a conflict."""
    base = request.headers.get("If-Match", "").strip()
    if not base:
        raise answers.precondition_missing()
    return base


def _listed(entry: Entry) -> dict[str, str | int]:
    modified = entry.modified.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": entry.name, "size": entry.size, "modified": modified}


def _saved(document: Document, status: int = 200) -> Response:
    response = _with_etag(document, {"name": document.name, "etag": document.etag})
    response.status_code = status
    return response


def _with_etag(document: Document, fields: dict[str, object]) -> Response:
    response = jsonify(fields)
    response.headers["ETag"] = document.etag
    return response
