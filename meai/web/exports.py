"""Exports over HTTP. What a format looks like and what it loses is the business of `meai.export`."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from meai.documents.receipts import Receipts
from meai.documents.store import DocumentStore
from meai.web import answers


def blueprint(store: DocumentStore, receipts: Receipts) -> Blueprint:
    """Return the route that exports a text: its images come from *store*, what a model wrote of it from *receipts*."""
    exports = Blueprint("exports", __name__, url_prefix="/api")

    @exports.post("/export")
    def export_text() -> Response:
        fields = answers.body(answers.MAX_TEXT_BODY)
        target, name, text = (answers.string(fields, field) for field in ("format", "name", "text"))
        disclosure = receipts.disclosure(name, text) if fields.get("disclose") is True else None
        # Parsers and exporters are only needed now, and slow to import.
        from meai.export.formats import export

        result = export(
            text, name=name, format=target, asset=store.asset, closing=f"*{disclosure}*" if disclosure else ""
        )
        return jsonify(
            {
                "filename": result.filename,
                "media_type": result.media_type,
                "content": result.content,
                "disclosure": disclosure,
                "report": [asdict(loss) for loss in result.report],
            }
        )

    return exports
