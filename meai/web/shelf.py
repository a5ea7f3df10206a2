"""Which models there are to choose from, over HTTP. Choosing and fetching go over the socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from meai.models.shelf import Card
from meai.web.models import CurrentModel


def blueprint(cards: Callable[[], tuple[Card, ...]], current: CurrentModel) -> Blueprint:
    """Return the routes of the models that *cards* finds, of which *current* answers."""
    shelf = Blueprint("shelf", __name__, url_prefix="/api")

    @shelf.get("/models")
    def list_models() -> Response:
        return jsonify(
            {"used": current.used, "fetching": current.fetching, "models": [asdict(card) for card in cards()]}
        )

    @shelf.delete("/models/<name>")
    def remove_model(name: str) -> Response:
        return jsonify({"done": current.remove(name)})

    return shelf
