"""What a JSON request may carry, and how a failure is told. Knows no route."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from io import RawIOBase
from typing import Any, cast
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, default_exceptions

from meai import errors
from meai.errors import BadInput, DocumentConflict, DocumentMoved, MeaiError
from meai.web import long_text

BYTES = "application/octet-stream"
# A document of 20 MiB, its quotes and line ends escaped.
MAX_TEXT_BODY = 32 * 1024 * 1024
MAX_SMALL_BODY = 64 * 1024

_LOG = logging.getLogger("meai.web")

STATUS: dict[type[MeaiError], int] = {
    errors.BadInput: 400,
    errors.NoModel: 404,
    errors.ModelRefused: 422,
    errors.DocumentNotFound: 404,
    errors.DocumentMoved: 404,
    errors.DocumentExists: 412,
    errors.DocumentConflict: 412,
    errors.DocumentUnreadable: 422,
    errors.DocumentNotWritten: 507,
    errors.HistoryUnavailable: 503,
}
_SENTENCES = {
    400: "The request cannot be understood.",
    404: "There is nothing at this address.",
    405: "This address does not answer to that method.",
    413: "What was sent is too large; please split the document.",
    415: "The request’s body is of another type than this address takes; the documentation says which.",
    428: "The request must say which version it means, with If-Match or If-None-Match: *.",
    500: "Something went wrong in ME_AI; your documents are as they were. The terminal says more.",
    503: "ME_AI is serving all the windows it can; please close one.",
}


def strings(limit: int, *names: str) -> tuple[str, ...]:
    """Return the fields *names* of the request's JSON object, all strings, in that order. Raises like `body`."""
    fields = body(limit)
    return tuple(string(fields, name) for name in names)


def string(fields: dict[str, Any], name: str) -> str:
    """Return the field *name* of a body. Raises BadInput where it is no string."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise BadInput(f"The request's body needs “{name}”, a string.")
    return value


def body(limit: int) -> dict[str, Any]:
    """Return the request's JSON object, of which nothing else is checked.

    Raises BadInput, or an HTTPException for a body above *limit* bytes or of another type than JSON.
    """
    return _parsed(limit, json.loads)


def long_body(limit: int, name: str) -> tuple[dict[str, Any], bytes]:
    """Return the request's JSON object and the text of its field *name*, as `long_text` has it. Raises like `body`."""
    texts: list[bytes | None] = []

    def parse(received: bytearray) -> Any:
        fields, text = long_text.taken_apart(received, name)
        texts.append(text)
        return fields

    fields, (text,) = _parsed(limit, parse), texts
    return fields, string(fields, name).encode("utf-8", "surrogatepass") if text is None else text


def with_long_text(fields: Mapping[str, object], name: str, text: bytes) -> Response:
    """Return the answer that is *fields* and *text*, valid UTF-8, as its field *name*."""
    parts = long_text.put_together(fields, name, text)
    response = Response(parts, mimetype="application/json")
    response.content_length = sum(map(len, parts))
    return response


def _parsed(limit: int, parse: Callable[[bytearray], Any]) -> dict[str, Any]:
    expect_type("application/json")
    request.max_content_length = limit
    try:
        fields = parse(_received())
    except (ValueError, RecursionError) as error:
        raise BadInput("The request's body is not JSON.") from error
    if not isinstance(fields, dict):
        raise BadInput("The request's body is not a JSON object.")
    return fields


def _received() -> bytearray:
    """Return the request's body, which is nowhere else then. Raises an HTTPException for one that is too large."""
    stream = cast(RawIOBase, request.stream)
    received, at = bytearray(request.content_length or 0), 0
    view = memoryview(received)
    while at < len(view) and (more := stream.readinto(view[at:])):
        at += more
    view.release()
    return received


def expect_type(media_type: str) -> None:
    """Raise an HTTPException where the request's body says that it is of another type than *media_type*.

    Types that a form of any site may send are never asked for: a browser then asks before it sends.
    """
    if request.mimetype != media_type:
        raise _http(415)


def file_name() -> str:
    """Return the last part of the name that the request says its file has, on whatever system. Raises BadInput."""
    name = unquote(request.headers.get("X-Filename", "")).replace("\\", "/").rpartition("/")[2].strip()
    if not name or len(name) > 255:
        raise BadInput("The request must say what the file is called, in X-Filename.")
    return name


def precondition_missing() -> HTTPException:
    """Return what to raise for a request that names no version."""
    return _http(428)


def failure(status: int, code: str, message: str, **more: str) -> Response:
    """Return the answer of *status* that says *message*, one sentence; *code* is its word for programs."""
    response = jsonify({"error": {"code": code, "message": message}, **more})
    response.status_code = status
    return response


def install(app: Flask) -> None:
    """Make *app* tell every failure as one JSON sentence."""
    app.register_error_handler(MeaiError, _of_meai)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_defect)


def _of_meai(error: MeaiError) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    more = {"etag": error.etag} if isinstance(error, DocumentConflict) else {}
    if isinstance(error, DocumentMoved):
        more = {"name": error.name}
    return failure(status, error.code, str(error), **more)


def _of_http(error: HTTPException) -> Response:
    status = error.code or 500
    response = failure(status, error.name.lower().replace(" ", "-"), _SENTENCES.get(status, error.name + "."))
    for name, value in error.get_headers():
        if name in ("Retry-After", "Allow"):
            response.headers[name] = value
    return response


def _of_defect(error: Exception) -> Response:
    _LOG.error("%s %r failed.", request.method, request.path, exc_info=error)
    return failure(500, MeaiError.code, _SENTENCES[500])


def _http(status: int) -> HTTPException:
    return default_exceptions[status]()
