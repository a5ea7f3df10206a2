"""The writer's own words over HTTP. What a word is, the dictionary says."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from meai.editing.dictionary import Dictionary
from meai.web.answers import MAX_SMALL_BODY, strings


def blueprint(dictionary: Dictionary) -> Blueprint:
    """Return the routes of *dictionary*."""
    words = Blueprint("dictionary", __name__, url_prefix="/api/dictionary")

    @words.get("")
    def listed() -> Response:
        return jsonify({"words": sorted(dictionary.words, key=str.casefold)})

    @words.post("")
    def add() -> Response:
        (word,) = strings(MAX_SMALL_BODY, "word")
        dictionary.add(word)
        return Response(status=204)

    @words.delete("/<path:word>")
    def remove(word: str) -> Response:
        dictionary.remove(word)
        return Response(status=204)

    return words
