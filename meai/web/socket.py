"""One Session per socket: what a page asks, and what it hears. Knows no frame and no thread but its own.

A preview asked for later replaces an earlier one. A rewrite runs on a thread of its own and ends when the page says so
or goes away.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Blueprint, Response, g
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server
from simple_websocket import ConnectionError as UpgradeRefused
from werkzeug.exceptions import ServiceUnavailable
from wsproto.utilities import ProtocolError

from meai import __version__, errors
from meai.documents.journal import Draft, Journal
from meai.documents.watch import Changes, Watch
from meai.editing.actions import ACTIONS
from meai.editing.marking import Block, Marked, Marking
from meai.editing.rewrite import Proposal, RewriteOrder, Rewriter, Unit
from meai.errors import BadInput, MeaiError
from meai.inference.stop import Stop
from meai.markdown.service import Preview, PreviewService
from meai.settings.file import SettingsFile
from meai.settings.values import Settings
from meai.web import protocol
from meai.web.answers import failure
from meai.web.channel import SERVER_OPTIONS, Channel, Channels, NoRoom
from meai.web.models import CurrentModel
from meai.web.protocol import (
    Cancel,
    Complete,
    DraftWritten,
    FromServer,
    Hello,
    Pause,
    PreviewChanged,
    PreviewWanted,
    ProofreadWanted,
    Pull,
    RewriteWanted,
    Use,
    Warm,
)
from meai.web.security import token_matches
from meai.web.typed import PageText

NO_TOKEN = 4401
HELLO_WITHIN_S = 5.0
FRAME_S = 1 / 30
MAX_REWRITES = 8
LIKELY = "correct-spelling"
"""The action that a model reads ahead for until the page has asked for one."""

_LOG = logging.getLogger("meai.web")
_DEFECT = "Something went wrong in ME_AI; your text is as it was. The terminal says more."


@dataclass(frozen=True, slots=True)
class Wings:
    """What a session can ask of the rest of the house."""

    preview: PreviewService
    rewriter: Rewriter
    marking: Marking
    model: CurrentModel
    journal: Journal
    watch: Watch
    settings: SettingsFile


def blueprint(token: str, channels: Channels, wings: Wings) -> Blueprint:
    """Return the socket's route; a page that says *token* first may talk to *wings*."""
    sockets = Blueprint("socket", __name__)
    sockets.record_once(lambda setup: setup.app.config.update(SOCK_SERVER_OPTIONS=SERVER_OPTIONS))
    sockets.register_error_handler(UpgradeRefused, _refuse_upgrade)
    sockets.register_error_handler(ProtocolError, _refuse_upgrade)
    # A page that goes away in the middle of its handshake is no defect; nobody hears the answer.
    sockets.register_error_handler(ConnectionError, _refuse_upgrade)

    # Before the upgrade, since afterwards there is no way to answer 503.
    @sockets.before_request
    def take_place() -> None:
        try:
            channels.take_place()
        except NoRoom as error:
            raise ServiceUnavailable(retry_after=1) from error
        g.gives_place = True

    @sockets.teardown_request
    def give_place(_error: BaseException | None) -> None:
        if g.pop("gives_place", False):
            channels.give_place()

    @Sock().route("/ws", bp=sockets)  # type: ignore[untyped-decorator]
    def connect(ws: Server) -> None:
        channels.serve(ws, lambda channel: converse(channel, token, wings))

    return sockets


def _refuse_upgrade(_error: Exception) -> Response:
    return failure(400, "bad-request", "The request is not the handshake of a socket.")


def converse(channel: Channel, token: str, wings: Wings) -> None:
    """Talk with the page on *channel* until it goes, or end it with 4401 when it does not begin with *token*."""
    if not _is_greeting(channel.receive(HELLO_WITHIN_S), token):
        channel.kill(NO_TOKEN)
        return
    channel.trust()
    session = Session(channel.send, wings)
    session.open()
    try:
        while True:
            session.hear(channel.receive() or "")
    except ConnectionClosed:
        pass
    finally:
        session.close()


def _is_greeting(raw: str | bytes | None, token: str) -> bool:
    try:
        message = protocol.parse(raw or "")
    except BadInput:
        return False
    return isinstance(message, Hello) and token_matches(message.token, token)


class Session:
    """The conversation with one page. *send* takes JSON text, from any thread, and does not block."""

    def __init__(self, send: Callable[[str], None], wings: Wings) -> None:
        self._send = send
        self._wings = wings
        self._name = uuid.uuid4().hex
        self._text = PageText()
        self._turn = threading.Lock()
        self._running: dict[str, Stop] = {}
        self._likely = LIKELY
        self._beyond: tuple[protocol.BeyondModel, ...] = ()

    def open(self) -> None:
        """Welcome the page."""
        state = self._wings.model.state
        self._say(protocol.Welcome(__version__, self._offered(), state, self._wings.settings.settings))
        self._say_beyond(state)
        self._wings.model.listen(self._model_changed, state)
        self._wings.watch.listen(self._changed)
        self._wings.settings.listen(self._settings_changed)

    def hear(self, raw: str | bytes) -> None:
        """Do what the message *raw* asks, or say why not. Returns soon; answers come when they are ready."""
        try:
            message = protocol.parse(raw)
            _HANDLERS[type(message)](self, message)
        except MeaiError as error:
            self._say(protocol.Error(error.code, str(error)))
        except Exception:
            _LOG.exception("A message of the page could not be handled.")
            self._say(protocol.Error(MeaiError.code, _DEFECT))

    def close(self) -> None:
        """Stop all that runs for the page."""
        self._wings.settings.forget(self._settings_changed)
        self._wings.watch.forget(self._changed)
        self._wings.model.forget(self._model_changed)
        self._wings.preview.forget(self._name)
        self._wings.marking.forget(self._name)
        with self._turn:
            running = tuple(self._running.values())
        for cancelled in running:
            cancelled.set()

    def _greet(self, message: Hello) -> None:
        raise BadInput("The message “hello” is only for the beginning.")

    def _preview(self, message: PreviewWanted) -> None:
        self._text.begin(message.version, message.text)
        self._wings.preview.render(self._name, message.version, message.text, self._previewed)

    def _preview_change(self, message: PreviewChanged) -> None:
        text = self._text.change(message)
        self._wings.preview.render(self._name, message.version, text, self._previewed)

    def _previewed(self, preview: Preview) -> None:
        blocks = tuple(protocol.Block(block.id, block.line, block.html) for block in preview.blocks)
        stay = {"kept": preview.kept, "rest": preview.rest, "moved": preview.moved}
        self._say(protocol.Previewed(version=preview.version, blocks=blocks, message=preview.message, **stay))

    def _warm(self, message: Warm) -> None:
        # A guess must never cost the writer a word, whatever goes wrong with it.
        try:
            self._wings.rewriter.warm(self._order(self._likely, message))
        except Exception:
            _LOG.exception("Nothing could be read ahead.")

    def _rewrite(self, message: RewriteWanted) -> None:
        self._likely = _likely_after(message.action, self._likely)
        order = self._order(message.action, message, message.instruction)
        more = replace(order, variation=message.variation, draft=message.draft, dialect=message.dialect)
        self._begin(message.id, more)

    def _complete(self, message: Complete) -> None:
        order = RewriteOrder("autocomplete", "", message.before, message.after, editor=self._name, one_sentence=True)
        self._begin(message.id, replace(order, variation=message.variation))

    def _begin(self, name: str, order: RewriteOrder) -> None:
        cancelled = Stop()
        with self._turn:
            if name in self._running:
                raise BadInput(f"A rewrite called {name!r} is running already.")
            full = len(self._running) >= MAX_REWRITES
            if not full:
                self._running[name] = cancelled
        if full:
            self._say(protocol.Failed(name, "busy", "The model has enough to do; wait for an answer first."))
        else:
            work = threading.Thread(target=self._answer, args=(name, order, cancelled), name="rewrite", daemon=True)
            work.start()

    def _answer(self, name: str, order: RewriteOrder, cancelled: Stop) -> None:
        deltas = Deltas(
            lambda text: self._say(protocol.Delta(name, text)), lambda text: self._say(protocol.Sketch(name, text))
        )
        try:
            proposal = self._wings.rewriter.rewrite(order, deltas.add, cancelled, deltas.sketch)
            deltas.flush()
            last: FromServer = _proposed(name, proposal)
        except errors.Cancelled:
            last = protocol.Cancelled(name)
        except MeaiError as error:
            last = protocol.Failed(name, error.code, str(error))
        except Exception:
            _LOG.exception("The rewrite %r failed.", order.action)
            last = protocol.Failed(name, MeaiError.code, _DEFECT)
        # First free the id: the page may use it again as soon as it hears the end.
        with self._turn:
            del self._running[name]
        self._say(last)

    def _order(self, action: str, message: RewriteWanted | Warm, instruction: str = "") -> RewriteOrder:
        return RewriteOrder(action, message.selection, message.before, message.after, instruction, self._name)

    def _cancel(self, message: Cancel) -> None:
        with self._turn:
            cancelled = self._running.get(message.id)
        # An unknown one has just ended, and the page will hear, or has heard, how.
        if cancelled is not None:
            cancelled.set()

    def _model_changed(self, state: protocol.ModelState | protocol.Fetching) -> None:
        self._say(state)
        if isinstance(state, protocol.ModelState):
            self._say_beyond(state)

    def _say_beyond(self, state: protocol.ModelState) -> None:
        if state.state != "ready":
            return
        beyond = tuple(protocol.BeyondModel(*each) for each in self._wings.rewriter.obstacles().items())
        if beyond != self._beyond:
            self._beyond = beyond
            self._say(protocol.Beyond(beyond))

    def _pull(self, message: Pull) -> None:
        self._wings.model.pull(message.model)

    def _pause(self, message: Pause) -> None:
        self._wings.model.pause()

    def _use(self, message: Use) -> None:
        self._wings.model.use(message.model)

    def _draft(self, message: DraftWritten) -> None:
        self._wings.journal.keep(Draft(message.name, message.base, message.text, message.client, message.seq))

    def _proofread(self, message: ProofreadWanted) -> None:
        block = Block(message.version, message.text, message.around, message.dialect)
        self._wings.marking.mark(self._name, block, lambda marked: self._say(_found(marked, message.line)))

    def _settings_changed(self, settings: Settings) -> None:
        self._say(protocol.SettingsNow(settings, self._offered()))

    def _offered(self) -> tuple[protocol.ActionOffered, ...]:
        known = self._wings.rewriter.actions.values()
        return tuple(protocol.ActionOffered(each.name, each.label, each.scope, each.needs, each.key) for each in known)

    def _changed(self, changes: Changes) -> None:
        for document in changes.documents:
            self._say(protocol.Changed(document.name, document.etag))
        if changes.listed:
            self._say(protocol.Listed())

    def _say(self, message: FromServer) -> None:
        self._send(protocol.to_json(message))


_HANDLERS: dict[type, Callable[..., None]] = {
    Hello: Session._greet,
    PreviewWanted: Session._preview,
    PreviewChanged: Session._preview_change,
    RewriteWanted: Session._rewrite,
    Complete: Session._complete,
    Warm: Session._warm,
    Cancel: Session._cancel,
    Pull: Session._pull,
    Pause: Session._pause,
    Use: Session._use,
    DraftWritten: Session._draft,
    ProofreadWanted: Session._proofread,
}


class Deltas:
    """Joins pieces of an answer to at most 30 a second, for an eye sees no more. The first goes at once.

    *send* gets what is checked, *send_sketch* what is not yet and stands only until more is checked.
    """

    def __init__(
        self,
        send: Callable[[str], None],
        send_sketch: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._send_sketch = send_sketch
        self._clock = clock
        self._text: str | None = None
        self._sketch = ""
        self._sent_at = float("-inf")

    def add(self, text: str) -> None:
        """Send *text* now or with what follows soon."""
        self._text = (self._text or "") + text
        self._sketch = ""
        self._in_time()

    def sketch(self, text: str) -> None:
        """The same for what is not checked."""
        self._sketch += text
        self._in_time()

    def flush(self) -> None:
        """Send what is held back."""
        if self._text is not None:
            self._send(self._text)
        if self._sketch:
            self._send_sketch(self._sketch)
        if self._text is not None or self._sketch:
            self._sent_at = self._clock()
        self._text, self._sketch = None, ""

    def _in_time(self) -> None:
        if self._clock() - self._sent_at >= FRAME_S:
            self.flush()


def _likely_after(action: str, before: str) -> str:
    """Return the action that may come next after *action*: the same, if it is one for a selection."""
    known = ACTIONS.get(action)
    return action if known is not None and known.scope == "replace" else before


def _found(marked: Marked, first: int) -> protocol.ProblemsFound:
    problems = tuple(
        protocol.ProblemFound(first + each.line, each.text, each.nth, each.is_word, each.message, each.suggestions)
        for each in marked.marks
    )
    return protocol.ProblemsFound(marked.version, marked.checked, problems)


def _proposed(name: str, proposal: Proposal) -> protocol.Proposed:
    return protocol.Proposed(
        name, proposal.text, tuple(_unit(unit) for unit in proposal.units), proposal.warnings, proposal.choices
    )


def _unit(unit: Unit) -> protocol.UnitProposed:
    flags = tuple(protocol.FactFlagged(flag.before, flag.after, flag.kind) for flag in unit.flags)
    return protocol.UnitProposed(unit.source, unit.text, unit.reason, flags)
