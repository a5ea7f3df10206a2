"""History, trash and receipts over HTTP. What a revision is, and which there are, is the business of the history."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, jsonify

from meai.documents import authorship
from meai.documents.authorship import Piece
from meai.documents.encoding import shown
from meai.documents.forgetting import Forgetting, Wish
from meai.documents.history import History
from meai.documents.receipts import Order, Receipts
from meai.documents.revisions import Kind, Origin, Revision
from meai.documents.store import DocumentStore
from meai.documents.trash import Trashed
from meai.errors import BadInput, HistoryUnavailable
from meai.web import answers

MAX_PIECES = 20_000
_ID = re.compile(r"[\w.:-]{1,100}")
# The others are found out, not asked for.
_KINDS: tuple[Kind, ...] = ("save", "restore", "import")


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of the documents of a workspace."""

    store: DocumentStore
    history: History
    receipts: Receipts
    forgetting: Forgetting

    def trashed(self) -> tuple[Trashed, ...]:
        """Return what was deleted of the documents that are open here."""
        return tuple(one for one in self.store.trash.list() if self.store.shows(one.name))


def blueprint(past: Past) -> Blueprint:
    """Return the routes for what *past* keeps."""
    routes = Blueprint("history", __name__, url_prefix="/api")
    _add_revisions(routes, past)
    _add_deleted(routes, past)
    _add_receipts(routes, past)
    return routes


def origin(fields: dict[str, Any]) -> Origin:
    """Return where the text of a save comes from, as the body of its request says. Raises BadInput."""
    kind = fields.get("kind", "save")
    if kind not in _KINDS:
        raise BadInput(f"The “kind” of a save must be one of {', '.join(_KINDS)}.")
    pieces = fields.get("authorship")
    return Origin(kind, None if pieces is None else _pieces(pieces))


def _add_revisions(routes: Blueprint, past: Past) -> None:
    @routes.get("/documents/<path:name>/history")
    def revisions(name: str) -> Response:
        try:
            found = past.history.list(name)
        except HistoryUnavailable as error:
            return jsonify({"revisions": [], "warning": str(error)})
        return jsonify({"revisions": list(map(_revision, found)), "warning": past.history.problem})

    @routes.get("/documents/<path:name>/history/<int:rev>")
    def revision(name: str, rev: int) -> Response:
        found, data = past.history.read(name, rev)
        return jsonify({**_revision(found), "text": shown(data)})

    @routes.patch("/documents/<path:name>/history/<int:rev>")
    def label(name: str, rev: int) -> Response:
        (wanted,) = answers.strings(answers.MAX_SMALL_BODY, "label")
        return jsonify(_revision(past.history.label(name, rev, wanted)))

    @routes.post("/documents/<path:name>/history/forget")
    def forget(name: str) -> Response:
        fields = answers.body(answers.MAX_SMALL_BODY)
        do = past.forgetting.look if fields.get("look") is True else past.forgetting.forget
        return jsonify(asdict(do(name, _wish(fields))))

    @routes.get("/revisions/<etag>")
    def content(etag: str) -> Response:
        return jsonify({"etag": etag, "text": past.history.text(etag)})


def _add_deleted(routes: Blueprint, past: Past) -> None:
    @routes.get("/trash")
    def trash() -> Response:
        return jsonify({"documents": [{**asdict(one), "deleted": _time(one.deleted)} for one in past.trashed()]})

    @routes.delete("/trash")
    def empty() -> Response:
        for one in past.trashed():
            past.store.trash.remove(one.id)
        return Response(status=204)

    @routes.post("/trash/<identity>/restore")
    def restore(identity: str) -> tuple[Response, int]:
        document = past.store.restore(identity)
        return jsonify({"name": document.name, "etag": document.etag}), 201

    @routes.delete("/trash/<identity>")
    def remove(identity: str) -> Response:
        past.store.trash.remove(identity)
        return Response(status=204)

    @routes.get("/history/deleted")
    def deleted() -> Response:
        trashed = {one.id for one in past.trashed()}
        found = past.history.gone(there=past.store.has, trashed=trashed)
        told = ({"id": one.id, "name": one.name, **_revision(one.last)} for one in found if past.store.shows(one.name))
        kept = ("id", "name", "rev", "etag", "saved", "words")
        return jsonify({"documents": [{key: one[key] for key in kept} for one in told]})

    @routes.post("/history/deleted/<int(max=2147483647):identity>/restore")
    def recreate(identity: int) -> tuple[Response, int]:
        name, data = past.history.last(identity)
        document = past.store.recreate(name, data, lambda new: past.history.revived(identity, new))
        return jsonify({"name": document.name, "etag": document.etag}), 201

    @routes.delete("/history/deleted/<int(max=2147483647):identity>")
    def forget_gone(identity: int) -> Response:
        past.forgetting.forget_gone(identity)
        return Response(status=204)


def _add_receipts(routes: Blueprint, past: Past) -> None:
    @routes.post("/documents/<path:name>/receipts")
    def add(name: str) -> Response:
        fields = answers.body(answers.MAX_TEXT_BODY)
        past.receipts.add(past.store.read(name).name, _order(fields))
        return Response(status=204)

    @routes.get("/documents/<path:name>/receipts")
    def receipts(name: str) -> Response:
        text = past.store.read(name).utf8
        found = ({"at": _time(one.at), **asdict(one.order)} for one in past.receipts.list(name))
        pieces = past.receipts.pieces(name, text)
        return jsonify({"receipts": list(found), "authorship": [asdict(piece) for piece in pieces]})

    @routes.get("/documents/<path:name>/disclosure")
    def disclosure(name: str) -> Response:
        text = past.store.read(name).text
        share = authorship.share(text, past.receipts.pieces(name, text))
        return jsonify({**asdict(share), "sentence": authorship.sentence(share)})


def _wish(fields: dict[str, Any]) -> Wish:
    match {name: value for name, value in fields.items() if name != "look"}:
        case {"what": "versions", "first": int(first), "last": int(last), **rest} if not rest:
            return Wish(first=first, last=last)
        case {"what": "words", "words": str(words), **rest} if not rest:
            return Wish(words=words)
        case {"what": "all", **rest} if not rest:
            return Wish()
    raise BadInput("What is to be forgotten must be “versions”, with “first” and “last”, “words” or “all”.")


def _order(fields: dict[str, Any]) -> Order:
    told = {"instruction": "", **fields}
    order = Order(
        *(answers.string(told, name) for name in ("id", "action", "model", "source", "result", "instruction"))
    )
    if not _ID.fullmatch(order.id):
        raise BadInput("The “id” of a receipt must be 1 to 100 letters, digits, “.”, “:”, “_” or “-”.")
    try:
        "".join(asdict(order).values()).encode()
    except UnicodeEncodeError as error:
        raise BadInput("The receipt has half of a character and cannot be kept.") from error
    return order


def _pieces(told: object) -> Sequence[Piece]:
    if not isinstance(told, list) or len(told) > MAX_PIECES:
        raise BadInput(f"“authorship” must be a list of at most {MAX_PIECES:,} pieces.")
    return tuple(map(_piece, told))


def _piece(told: object) -> Piece:
    match told:
        case {"receipt": str(receipt), "line": int(line), "text": str(text), "nth": int(nth)} if _ID.fullmatch(receipt):
            return Piece(receipt, line, text, nth)
    raise BadInput("A piece of “authorship” needs “receipt” and “text”, strings, and “line” and “nth”, whole numbers.")


def _revision(revision: Revision) -> dict[str, Any]:
    return {**asdict(revision), "saved": _time(revision.saved)}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
