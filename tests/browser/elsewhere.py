"""A site of somebody else's on this machine, which forbids nothing and writes down who came. Knows nothing of ME_AI."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

_PAGE = ("text/html", b"<!doctype html><meta charset=utf-8><title>Elsewhere</title><h1>Elsewhere</h1>")
_PICTURE = ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>")
_BY_ENDING = {"js": ("text/javascript", b""), "css": ("text/css", b""), "svg": _PICTURE, "png": _PICTURE}
_OPEN_TO_ALL = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "*"),
    ("Access-Control-Allow-Headers", "*, Authorization"),
]


@dataclass
class Site:
    """The running site; `http://NAME:port` is its address by every name that leads to this machine."""

    port: int
    visits: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take whatever comes, as WSGI."""
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ["PATH_INFO"]
        self.visits.append((environ["REQUEST_METHOD"], path))
        kind, content = _BY_ENDING.get(path.rpartition(".")[2], _PAGE)
        start_response("200 OK", [*_OPEN_TO_ALL, ("Content-Type", kind)])
        return [content]


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""


@contextmanager
def elsewhere() -> Iterator[Site]:
    """Run such a site until the end of the block."""
    with WSGIServer(("127.0.0.1", 0), _QuietHandler) as server:
        site = Site(server.server_port)
        server.set_app(site.answer)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
