"""A model on a server that speaks the OpenAI API, with the promises of `Engine`: load, ask, cancel, compare, close.

Knows no prompt. What is asked about leaves for that server, and nothing else does: nothing is read ahead there, and no
text goes before somebody asks.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from meai.errors import BadInput, Cancelled, EngineGone, MeaiError, ModelRefused, NoModel
from meai.inference import comparing
from meai.inference.address import Address
from meai.inference.dialects import Body, event_of, is_end, spoken
from meai.inference.engine import EngineState
from meai.inference.exchange import (
    POLL_S,
    Door,
    Exchange,
    Patience,
    Stopped,
    Unreachable,
    Unready,
    fetch,
)
from meai.inference.finding import RemoteReport, There, find, path_of
from meai.inference.request import Completion, ModelTraits, Request
from meai.inference.streamed import Streamed
from meai.inference.turns import Turns

READY_TIMEOUT_S = 180.0
AGAIN_S = (0.3, 1.5)
"""How long to wait before asking again where nothing has come yet, each time."""
RECONNECT_S = (2.0, 5.0, 10.0, 30.0)
"""How long to wait before looking for a server again that is away; the last one from then on."""
COMPARED_AT_ONCE = 4
NO_COMPARING = "It cannot compare wordings, so it writes what “Correct spelling” offers, as far as the checks allow it."

T = TypeVar("T")
_LOG = logging.getLogger("meai.inference")


class Remote:
    """Asks the server at *address*, showing it *key* where there is one. Every method may be called from any thread.

    *wanted* is the model to ask for; None for the first that the server names. *on_state* hears the newest state after
    each change, on the thread that caused it; it must not block.
    """

    def __init__(
        self,
        address: Address,
        key: str = "",
        wanted: str | None = None,
        on_state: Callable[[EngineState], None] = lambda state: None,
        *,
        patience: Patience | None = None,
    ) -> None:
        self._door = Door(address, key, patience or Patience())
        self._wanted = wanted
        self._on_state = on_state
        self._telling = threading.Lock()
        self._changed = threading.Condition()
        self._state = EngineState("none")
        self._there: There | None = None
        self._looking = False
        self._closed = threading.Event()
        self._turns = Turns(self._stop_if_closed)

    @property
    def place(self) -> str:
        """Where texts go, for people."""
        return self._door.address.place

    @property
    def state(self) -> EngineState:
        """The state now."""
        return self._state

    def connect(self) -> None:
        """Begin to look for the server and its model. Returns at once; the state tells the rest."""
        self._look(EngineState("loading", self._wanted or self.place))

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S, cancelled: threading.Event | None = None) -> EngineState:
        """Return the state once it is `ready`. Raises NoModel, ModelRefused, Cancelled or EngineGone."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while self._state.state == "loading":
                if cancelled is not None and cancelled.is_set():
                    raise Cancelled("It was stopped.")
                if time.monotonic() > until:
                    raise self._door.gone(f"was not ready within {timeout_s:.0f} s")
                self._changed.wait(POLL_S)
            state = self._state
        if state.state == "none":
            raise NoModel(f"The engine at {self.place} was let go; start ME_AI again.")
        if state.state == "failed":
            raise ModelRefused(state.message)
        return state

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        """Return what is known of the model, waiting for a server that is being looked for. Raises as `wait_ready`."""
        return self.wait_ready(cancelled=cancelled).traits

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        """Answer *request*; *emit* gets each new piece of text on the caller's thread.

        Raises Cancelled soon after *cancelled* is set or the request's editor asked for something newer, NoModel,
        ModelRefused, EngineGone, or BadInput for what the server refuses.
        """
        with self._turn(request, cancelled) as (there, stopped):
            began_s = time.monotonic()
            streamed = Streamed(request, emit)
            path, body = spoken(request, there.served, completes=there.trial.completes)
            return self._again(partial(self._stream, path, body, streamed, began_s, stopped), stopped, streamed)

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        """Return for each of *candidates* how probable it is as a continuation of *request*'s start, as `Engine` does.

        Raises as `generate` does, and BadInput where the server cannot tell.
        """
        with self._turn(request, cancelled) as (there, stopped):
            if there.trial.way is None:
                raise BadInput(f"The engine at {self.place} cannot tell which of several wordings is more probable.")
            one = partial(self._score, there, request.start, stopped)
            with ThreadPoolExecutor(min(COMPARED_AT_ONCE, there.served.dialect.at_once)) as pool:
                return tuple(pool.map(one, candidates))

    def warm(self, requests: Sequence[Request]) -> None:
        """Do nothing: a text goes to another machine when somebody asks for an answer, and not before."""

    def report(self, cancelled: threading.Event) -> RemoteReport:
        """Return what the engine is and can do. Raises as `wait_ready` does."""
        self.wait_ready(cancelled=cancelled)
        there = self._require()
        served, trial = there.served, there.trial
        return RemoteReport(
            self.place, served.dialect.name, served.id, trial.completes, trial.way or "", self._turns.working
        )

    def close(self) -> None:
        """End what is asked there, and ask nothing more."""
        self._closed.set()
        with self._changed:
            self._there = None
            self._set(EngineState("none"))
        self._tell()

    def _stream(self, path: str, body: Body, streamed: Streamed, began_s: float, stopped: Stopped) -> Completion:
        """Ask and pass on what comes. Raises Unready where the connection ends before the answer does."""
        first_s: float | None = None
        with Exchange(self._door, self._door.address.path + path, body, stopped) as exchange:
            for line in exchange.lines():
                if is_end(line):
                    break
                self._take(line, streamed)
                if first_s is None and streamed.begun:
                    first_s = time.monotonic()
                if streamed.reason is not None:
                    break
            else:
                if not streamed.may_end:
                    raise Unready(
                        f"The engine at {self.place} broke its answer off; your text is as it was, try again."
                    )
        ended_s = time.monotonic()
        return streamed.completion((first_s or ended_s) - began_s, ended_s - (first_s or ended_s))

    def _take(self, line: str, streamed: Streamed) -> None:
        try:
            event = event_of(line)
            if event is None:
                return
            if error := event.get("error"):
                words = error.get("message", "") if isinstance(error, dict) else error
                said = self._door.without_key(str(words))
                raise self._door.gone(f"failed in the middle of its answer{f': {said}' if said else ''}")
            streamed.take(event)
        except (ValueError, RecursionError) as error:
            raise self._door.gone("sends an answer that is none of the OpenAI API; is this its address?") from error

    def _score(self, there: There, start: str, stopped: Stopped, candidate: str) -> float:
        try:
            return comparing.scored(there.trial, there.served, start, candidate, partial(self._post, stopped))
        except comparing.NoFigures as error:
            raise self._door.gone("did not tell how probable a wording is; try again") from error

    def _post(self, stopped: Stopped, path: str, body: Body) -> Body:
        return self._again(lambda: fetch(self._door, path_of(self._door, path), body, stopped), stopped)

    def _again(self, ask: Callable[[], T], stopped: Stopped, streamed: Streamed | None = None) -> T:
        """Return what *ask* returns, asking again where nothing had come yet and that may help."""
        for pause_s in (*AGAIN_S, None):
            try:
                return ask()
            except Unready as error:
                if pause_s is None or (streamed is not None and streamed.begun):
                    if isinstance(error, Unreachable):
                        self._lose(str(error))
                    raise EngineGone(str(error)) from error
                _rest(max(pause_s, error.after_s), stopped)
        raise AssertionError

    @contextmanager
    def _turn(self, request: Request, cancelled: threading.Event) -> Iterator[tuple[There, Stopped]]:
        """Wait for the server and for a place at it."""
        with self._turns.take(request, cancelled, lambda: self.wait_ready(cancelled=cancelled)) as stopped:
            yield self._require(), stopped

    def _stop_if_closed(self) -> None:
        if self._closed.is_set():
            raise EngineGone("The engine was let go.")

    def _require(self) -> There:
        there = self._there
        if there is None:
            raise self._door.gone("is away; it is looked for")
        return there

    def _look(self, state: EngineState) -> None:
        """Look for the server on a thread of its own, unless that is done already; the state is *state* meanwhile."""
        with self._changed:
            self._there = None
            if self._closed.is_set():
                return
            self._set(state)
            begins, self._looking = not self._looking, True
        self._tell()
        if begins:
            threading.Thread(target=self._find, name="find-engine", daemon=True).start()

    def _lose(self, message: str) -> None:
        self._look(replace(self._state, state="failed", message=message))

    def _find(self) -> None:
        """Look for the server until it is there, or refuses for good."""
        tries = 0
        while not self._closed.is_set():
            try:
                there = find(self._door, self._wanted, self._stop_if_closed)
            except EngineGone as error:
                self._settle(EngineState("failed", self._wanted or self.place, str(error)), None, looking=True)
            except MeaiError as error:
                self._settle(EngineState("failed", self._wanted or self.place, str(error)), None)
                return
            except Exception:
                _LOG.exception("Looking for the engine failed.")
                sentence = f"The engine at {self.place} answers in a way that ME_AI does not understand."
                self._settle(EngineState("failed", self._wanted or self.place, sentence), None)
                return
            else:
                self._settle(self._ready(there), there)
                return
            self._closed.wait(RECONNECT_S[min(tries, len(RECONNECT_S) - 1)])
            tries += 1

    def _settle(self, state: EngineState, there: There | None, *, looking: bool = False) -> None:
        with self._changed:
            self._looking = looking
            if self._closed.is_set() or state == self._state:
                return
            self._there = there
            if there is not None:
                self._turns.make_room(there.served.dialect.at_once)
            self._set(state)
        self._tell()

    def _ready(self, there: There) -> EngineState:
        goes = (
            f"goes to another program on this machine, at {self.place}."
            if self._door.address.is_here
            else f"leaves this machine: it goes to {self.place}."
        )
        poorer = "" if there.trial.way else f" {NO_COMPARING}"
        message = f"What you ask the model about {goes}{poorer}"
        return EngineState("ready", there.served.label, message, there.served.traits)

    def _set(self, state: EngineState) -> None:
        self._state = state
        self._changed.notify_all()

    def _tell(self) -> None:
        # Outside the other lock, which whoever listens may want; and one after another, so that the newest comes last.
        with self._telling:
            self._on_state(self._state)


def _rest(seconds: float, stopped: Stopped) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        stopped()
        time.sleep(POLL_S)
