"""The workspace's documents over HTTP: status codes and ETags. What a name or a save means is the store's business."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.views import MethodView

from meai.documents.acknowledged import Attempt
from meai.documents.document import Document
from meai.documents.intake import Repair, repair
from meai.documents.journal import MAX_CLIENT_CHARS, Journal
from meai.documents.listing import Entry
from meai.documents.places import workspace_id
from meai.documents.store import DocumentStore
from meai.errors import BadInput, DocumentMoved, DocumentNotFound
from meai.web import answers
from meai.web.history import origin

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

# A larger one takes several times as much memory only to be looked at.
MAX_REPAIRED_BYTES = 4_000_000
_SHOWN = ("name", "etag", "read_only", "convertible", "plain", "rev", "warning")


def blueprint(store: DocumentStore, journal: Journal) -> Blueprint:
    """Return the routes for the documents and images of *store*; *journal* hears which drafts are saved."""
    documents = Blueprint("documents", __name__, url_prefix="/api")
    documents.add_url_rule("/documents", view_func=_Workspace.as_view("workspace", store))
    documents.add_url_rule("/documents/<path:name>", view_func=_Document.as_view("document", store, journal))
    documents.add_url_rule("/documents/<path:name>/copy", view_func=_Copy.as_view("copy", store))
    documents.add_url_rule("/folders/<path:path>", view_func=_Folder.as_view("folder", store))
    documents.add_url_rule("/files/<path:path>", view_func=_File.as_view("file", store))
    return documents


class _StoreView(MethodView):
    init_every_request = False

    def __init__(self, store: DocumentStore) -> None:
        self._store = store


class _Workspace(_StoreView):
    def get(self) -> Response:
        entries = self._store.list()
        latest = max(entries, key=lambda entry: entry.modified_ns, default=None)
        return jsonify(
            {
                "workspace": self._store.root.name,
                "id": workspace_id(self._store.root),
                "documents": [_listed(entry) for entry in entries],
                "open": latest.name if latest else None,
            }
        )


class _Document(_StoreView):
    def __init__(self, store: DocumentStore, journal: Journal) -> None:
        super().__init__(store)
        self._journal = journal

    def get(self, name: str) -> Response:
        known = request.headers.get("If-None-Match", "")
        document = self._read(name, known)
        if known == document.etag:
            return _tagged(Response(), document, 304)
        text = document.utf8
        mended = None if document.read_only else _mended(text)
        fields = {name: getattr(document, name) for name in _SHOWN}
        answer = answers.with_long_text({**fields, "repair": asdict(mended) if mended else None}, "text", text)
        return _tagged(answer, document)

    def _read(self, name: str, known: str) -> Document:
        """Return the document *name*. Raises DocumentMoved where its file, with the ETag *known*, has another name."""
        try:
            return self._store.read(name)
        except DocumentNotFound:
            if (now := self._store.moved(name, known)) is not None:
                raise DocumentMoved(f"“{name}” is “{now}” now.", now) from None
            raise

    def put(self, name: str) -> Response:
        body, text = answers.long_body(answers.MAX_TEXT_BODY, "text")
        attempt = _attempt(body)
        creates = request.headers.get("If-None-Match") == "*" and "If-Match" not in request.headers
        base, source = None if creates else _base(), origin(body)
        document = self._store.write(name, text, base=base, attempt=attempt, origin=source)
        seq = attempt.seq if attempt else None
        if attempt:
            self._journal.saved(name, attempt.client, attempt.seq)
        answer = {**_named(document), "rev": document.rev, "seq": seq, "warning": document.warning}
        return _with_etag(document, answer, status=201 if creates else 200)

    def patch(self, name: str) -> Response:
        (to,) = answers.strings(answers.MAX_SMALL_BODY, "name")
        document = self._store.rename(name, to, base=_base())
        return _with_etag(document, _named(document))

    def delete(self, name: str) -> Response:
        return jsonify({"trash": self._store.delete(name, base=_base())})


class _Copy(_StoreView):
    def post(self, name: str) -> Response:
        to = answers.body(answers.MAX_SMALL_BODY).get("name")
        if not isinstance(to, str | None):
            raise BadInput("The “name” of a copy must be a string.")
        document = self._store.copy(name, to)
        return _with_etag(document, _named(document), status=201)


class _Folder(_StoreView):
    def patch(self, path: str) -> Response:
        (to,) = answers.strings(answers.MAX_SMALL_BODY, "name")
        return jsonify({"renamed": self._store.rename_folder(path, to)})


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
    # A third of the time of strftime, five thousand times.
    modified = entry.modified.isoformat()[:19] + "Z"
    return {"name": entry.name, "size": entry.size, "modified": modified}


def _attempt(fields: dict[str, Any]) -> Attempt | None:
    """Return what the page calls this save, or None where it does not say."""
    client, seq = fields.get("client"), fields.get("seq")
    if client is None and seq is None:
        return None
    if not (isinstance(client, str) and 0 < len(client) <= MAX_CLIENT_CHARS and type(seq) is int):
        raise BadInput(f"“client” must be 1 to {MAX_CLIENT_CHARS} characters, and “seq” a whole number with it.")
    return Attempt(client, seq)


def _mended(text: bytes) -> Repair | None:
    return None if text.isascii() or len(text) > MAX_REPAIRED_BYTES else repair(text.decode())


def _named(document: Document) -> dict[str, object]:
    return {"name": document.name, "etag": document.etag}


def _with_etag(document: Document, fields: dict[str, object], status: int = 200) -> Response:
    return _tagged(jsonify(fields), document, status)


def _tagged(response: Response, document: Document, status: int = 200) -> Response:
    response.headers["ETag"] = document.etag
    response.status_code = status
    return response
