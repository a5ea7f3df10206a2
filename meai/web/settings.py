"""The writer's settings over HTTP. What may be set, and to what, the settings say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from meai.errors import BadInput
from meai.settings.file import LARGEST, SettingsFile
from meai.web.answers import BYTES, body, expect_type


def blueprint(settings: SettingsFile) -> Blueprint:
    """Return the routes of *settings*."""
    routes = Blueprint("settings", __name__, url_prefix="/api/settings")

    def told() -> dict[str, Any]:
        now = asdict(settings.settings)
        return {"values": now, "file": str(settings.file), "problem": settings.problem or None}

    @routes.get("")
    def read() -> Response:
        return jsonify(told())

    @routes.patch("")
    def change() -> Response:
        settings.change(body(LARGEST))
        return jsonify(told())

    @routes.get("/file")
    def export() -> Response:
        named = {"Content-Disposition": 'attachment; filename="meai-settings.toml"'}
        return Response(settings.text(), mimetype="application/toml", headers=named)

    @routes.put("/file")
    def bring() -> Response:
        expect_type(BYTES)
        request.max_content_length = LARGEST
        try:
            settings.replace(request.get_data().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise BadInput("The file of settings cannot be read: it is not UTF-8.") from error
        return jsonify(told())

    return routes
