"""Exports over HTTP. What a format looks like and what it loses is the business of `meai.export`."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from meai.documents.receipts import Receipts
from meai.documents.store import DocumentStore
from meai.errors import BadInput
from meai.web import answers


def blueprint(store: DocumentStore, receipts: Receipts) -> Blueprint:
    """Return the route that exports a text: its images come from *store*, what a model wrote of it from *receipts*."""
    exports = Blueprint("exports", __name__, url_prefix="/api")

    @exports.get("/export")
    def list_formats() -> Response:
        from meai.export.formats import FORMATS
        from meai.export.options import CHOICES
        from meai.export.report import FIXES

        formats = [
            {
                "name": name,
                "label": target.label,
                "suffix": target.suffix,
                "media_type": target.media_type,
                "choices": {option: CHOICES[option] for option in target.choices},
            }
            for name, target in FORMATS.items()
        ]
        return jsonify({"formats": formats, "fixes": FIXES})

    @exports.post("/export")
    def export_text() -> Response:
        fields = answers.body(answers.MAX_TEXT_BODY)
        target, name, text = (answers.string(fields, field) for field in ("format", "name", "text"))
        chosen = fields.get("options", {})
        if not isinstance(chosen, dict):
            raise BadInput("The field “options” must be an object.")
        disclosure = receipts.disclosure(name, text) if fields.get("disclose") is True else None
        # Parsers and exporters are only needed now, and slow to import.
        from meai.export.formats import export

        result = export(
            text,
            name=name,
            format=target,
            asset=store.asset,
            closing=f"*{disclosure}*" if disclosure else "",
            chosen=chosen,
        )
        return jsonify(
            {
                "filename": result.filename,
                "media_type": result.media_type,
                "content": result.content,
                "disclosure": disclosure,
                "parts": [asdict(part) for part in result.parts],
                "facts": result.facts,
                "report": [asdict(note) for note in result.report],
            }
        )

    return exports
