"""Exports over HTTP. What a format looks like and what it loses is the business of `meai.export`."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from meai.documents.store import DocumentStore
from meai.web import answers


def blueprint(store: DocumentStore) -> Blueprint:
    """Return the route that exports a text; its images come from *store*."""
    exports = Blueprint("exports", __name__, url_prefix="/api")

    @exports.post("/export")
    def export_text() -> Response:
        target, name, text = answers.strings(answers.MAX_TEXT_BODY, "format", "name", "text")
        # Parsers and exporters are only needed now, and slow to import.
        from meai.export.formats import export

        result = export(text, name=name, format=target, asset=store.asset)
        return jsonify(
            {
                "filename": result.filename,
                "media_type": result.media_type,
                "content": result.content,
                "report": [asdict(loss) for loss in result.report],
            }
        )

    return exports
