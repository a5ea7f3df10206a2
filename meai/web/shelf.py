"""Which models there are to choose from, over HTTP. Choosing and fetching go over the socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import BinaryIO, cast

from flask import Blueprint, Response, jsonify, request

from meai.errors import BadInput
from meai.models import receiving
from meai.models.choices import KeptAdapter
from meai.models.shelf import Card
from meai.web import answers
from meai.web.models import CurrentModel


def blueprint(
    cards: Callable[[], tuple[Card, ...]], adapters: Callable[[], Mapping[str, KeptAdapter]], current: CurrentModel
) -> Blueprint:
    """Return the routes of the models that *cards* finds, of which *current* answers, and of their *adapters*."""
    shelf = Blueprint("shelf", __name__, url_prefix="/api")

    @shelf.get("/models")
    def list_models() -> Response:
        told = {"used": current.used, "fetching": current.fetching}
        kept = [{"name": name, **asdict(adapter)} for name, adapter in adapters().items()]
        return jsonify({**told, "models": [asdict(card) for card in cards()], "adapters": kept})

    @shelf.post("/models")
    def add_model() -> tuple[Response, int]:
        (place,) = answers.strings(answers.MAX_SMALL_BODY, "path")
        return jsonify({"done": current.take(place)}), 201

    @shelf.post("/models/offer")
    def offer_model() -> Response:
        listed = cards()
        found = current.better(listed)
        used = next((card for card in listed if card.name == current.used), None)
        return jsonify({"offer": found, "used": used if found is not None else None})

    @shelf.post("/models/file")
    def receive_model() -> tuple[Response, int]:
        answers.expect_type(answers.BYTES)
        request.max_content_length = receiving.PIECE_BYTES
        at, whole = (request.args.get(name, -1, int) for name in ("at", "whole"))
        if not 0 <= at < whole:
            raise BadInput("The request must say which piece of the file it is, with at and whole.")
        done = current.receive(answers.file_name(), cast(BinaryIO, request.stream), at, whole)
        return jsonify({"done": done}), 201 if done else 202

    @shelf.delete("/models/<name>")
    def remove_model(name: str) -> Response:
        return jsonify({"done": current.remove(name)})

    @shelf.delete("/adapters/<name>")
    def remove_adapter(name: str) -> Response:
        return jsonify({"done": current.remove_adapter(name)})

    return shelf
