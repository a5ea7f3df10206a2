"""Searching the workspace over HTTP. What is found, and when a search ends, is the search's business."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from meai.documents.search import Search


def blueprint(search: Search) -> Blueprint:
    """Return the route of *search*."""
    searches = Blueprint("search", __name__, url_prefix="/api")

    @searches.get("/search")
    def find() -> Response:
        results = search.find(request.args.get("q", ""), page=request.args.get("page", ""))
        return jsonify({"results": [asdict(match) for match in results.matches], "more": results.more})

    return searches
