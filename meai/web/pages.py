"""The page shell and the sign of life. The shell holds no word of the writer's, so it needs no token."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, g, jsonify, render_template

from meai import __version__
from meai.web.security import pictures_allowed


def blueprint(highlight_css: Callable[[], str], modules: Callable[[], Sequence[str]]) -> Blueprint:
    """Return the routes. *highlight_css* gives the colours of code in the preview; it is asked once.

    *modules* tells the scripts in `/static` that the page imports, so that a browser need not find out one by one.
    """
    pages = Blueprint("pages", __name__)
    colours: list[str] = []

    @pages.get("/")
    def shell() -> str:
        if not colours:
            colours.append(highlight_css())
        return render_template(
            "page.html",
            nonce=g.nonce,
            version=__version__,
            highlight_css=colours[0],
            pictures=pictures_allowed(),
            modules=modules(),
        )

    @pages.get("/healthz")
    def health() -> Response:
        return jsonify({"status": "ok"})

    return pages
