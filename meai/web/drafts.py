"""Unsaved texts over HTTP: what there is to bring back, and that it may go. They come by the socket."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC

from flask import Blueprint, Response, jsonify, request

from meai.documents import encoding
from meai.documents.journal import Draft, Journal
from meai.documents.store import DocumentStore
from meai.errors import MeaiError


def blueprint(journal: Journal, store: DocumentStore) -> Blueprint:
    """Return the routes of *journal*, whose drafts are of documents of *store*."""
    drafts = Blueprint("drafts", __name__, url_prefix="/api")

    @drafts.get("/drafts")
    def unsaved() -> Response:
        told = []
        for draft, at in journal.list():
            if _is_saved(draft, store):
                journal.drop(draft.name, draft.client)
            else:
                told.append({**asdict(draft), "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")})
        return jsonify({"drafts": told})

    @drafts.delete("/drafts/<path:name>")
    def drop(name: str) -> Response:
        journal.drop(name, request.args.get("client"))
        return Response(status=204)

    return drafts


def _is_saved(draft: Draft, store: DocumentStore) -> bool:
    try:
        return encoding.plain(store.data(draft.name)) == encoding.utf8(draft.text)
    except MeaiError:
        return False
