"""Who may ask: exact Host and Origin, a token, and the headers that bind the page. Knows nothing of what is asked.

Hostile pages in the same browser reach a loopback port: by a plain request, by a socket, or by a name that resolves to
127.0.0.1. Each check here closes one of these ways; `docs/security.md` says which.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path

from flask import Flask, Response, g, request

from meai.errors import BadInput
from meai.web.answers import failure

# No token: the shell and its files hold no word of the writer's, and a socket says its token in its first message.
PUBLIC_ENDPOINTS = frozenset({"pages.shell", "pages.health", "static", "socket.connect"})
_SOCKET = "socket.connect"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43,200}")
"""256 random bits or more, as a URL can carry them."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:{pictures}; "
    "font-src 'self'; connect-src 'self' ws://{host}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types meai-preview meai-export meai-worker"
)

ANY_PICTURE = "any"
_ORIGIN = re.compile(r"https?://(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}(?::\d{1,5})?")
_MOST_ORIGINS = 32


def new_token() -> str:
    """Return a fresh token of 256 bits that a URL can carry."""
    return secrets.token_urlsafe(32)


def kept_token(file: Path) -> str:
    """Return the token that *file* keeps, which is made with a fresh one where it is not there yet.

    Raises BadInput where it can be neither read nor made, holds no token, or others may read it.
    """
    try:
        with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as made:
            made.write(new_token())
    except FileExistsError:
        pass
    except OSError as error:
        raise BadInput(f"The token file {file} cannot be made: {error.strerror}.") from error
    try:
        token = file.read_text(encoding="utf-8").strip()
        open_to_others = os.name == "posix" and file.stat().st_mode & 0o077
    except (OSError, ValueError) as error:
        raise BadInput(f"The token file {file} cannot be read; delete it, and a new one is made.") from error
    if open_to_others:
        raise BadInput(f"Others may read the token file {file}; close it with `chmod 600`, or delete it.")
    if not _TOKEN.fullmatch(token):
        raise BadInput(f"The token file {file} holds no token that is safe; delete it, and a new one is made.")
    return token


def token_matches(given: str, token: str) -> bool:
    """Whether *given* is *token*; how long that takes does not tell how much of it is right."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), token.encode())


def install(app: Flask, token: str) -> None:
    """Make *app* refuse every request that is not from its own page or lacks *token*, and send its headers."""

    @app.before_request
    def guard() -> Response | None:
        g.nonce = secrets.token_urlsafe(16)
        return _refuse_host() or _refuse_origin() or _refuse_foreign_site() or _refuse_token(token)

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        own = _host() if _host() in _own_hosts() else "127.0.0.1"
        pictures = "".join(f" {source}" for source in _picture_sources())
        policy = _POLICY.format(nonce=g.nonce, host=own, pictures=pictures)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def pictures_allowed() -> str:
    """Return what the page that is asked for may load pictures from: origins with a space between, or ANY_PICTURE.

    The writer decides that for a document, and the page is loaded anew with it: a policy cannot be widened later. An
    address that somebody else made opens a page without the token, which shows no document.
    """
    if request.endpoint != "pages.shell":
        return ""
    asked = request.args.get("pictures", "").split(" ")
    if asked == [ANY_PICTURE]:
        return ANY_PICTURE
    return " ".join([origin for origin in asked if _ORIGIN.fullmatch(origin)][:_MOST_ORIGINS])


def _picture_sources() -> list[str]:
    allowed = pictures_allowed()
    return ["https:", "http:"] if allowed == ANY_PICTURE else allowed.split()


def _host() -> str:
    return str(request.environ.get("HTTP_HOST", ""))


def _own_hosts() -> tuple[str, ...]:
    port = request.environ["SERVER_PORT"]
    return tuple(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))


def _refuse_host() -> Response | None:
    """A name of another site that resolves to this machine is still that site's."""
    if _host() in _own_hosts():
        return None
    return failure(421, "wrong-host", "ME_AI answers only at the address it printed when it started.")


def _refuse_origin() -> Response | None:
    """Pages of another origin, sandboxed pages and files (`null`) included."""
    origin = request.environ.get("HTTP_ORIGIN")
    if origin is None and request.endpoint != _SOCKET:
        return None
    if origin in {f"http://{host}" for host in _own_hosts()}:
        return None
    return failure(403, "wrong-origin", "ME_AI answers only its own page.")


def _refuse_foreign_site() -> Response | None:
    """What another site makes a browser fetch; a link to the page itself is a way in like any other."""
    if request.environ.get("HTTP_SEC_FETCH_SITE") not in ("cross-site", "same-site"):
        return None
    navigation = request.environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
    top = request.environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"
    if request.method == "GET" and request.endpoint == "pages.shell" and navigation and top:
        return None
    return failure(403, "wrong-site", "ME_AI answers only its own page.")


def _refuse_token(token: str) -> Response | None:
    if request.endpoint in PUBLIC_ENDPOINTS and request.method in ("GET", "HEAD"):
        return None
    scheme, _, given = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme == "Bearer" and token_matches(given, token):
        return None
    response = failure(401, "no-token", "Open ME_AI with the whole address that it printed, its token included.")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response
