"""One HTTP request to a remote engine, read on a thread of its own, so that whoever waits can leave at any moment.

Knows hosts, time-outs and limits; knows nothing of models. Nothing it says holds the key or a word that was sent.
"""

from __future__ import annotations

import http.client
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from meai import __version__
from meai.errors import BadInput, Cancelled, EngineGone, MeaiError, ModelRefused
from meai.inference.address import Address, is_private, plain_refused

POLL_S = 0.02
MAX_LINE = 1024 * 1024
"""Bytes of one line of a stream."""
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a whole answer."""
MAX_WORDS = 200
"""Characters that are passed on of what a server says of its failure."""
_AHEAD = 256
"""Lines that are read before somebody takes them."""
_PIECE = 64 * 1024

Body = dict[str, Any]
Stopped = Callable[[], None]
"""Raises where whoever waits is to wait no more."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    connect_s: float = 5.0
    first_s: float = 180.0
    """For the first word: a server may have a queue, a model to load and a long text to read."""
    next_s: float = 45.0
    """From one word to the next."""


class Unready(EngineGone):
    """Nothing came, and the same may be asked again in *after_s* seconds."""

    def __init__(self, message: str, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s


class Unreachable(Unready):
    """There is nobody at the address."""


@dataclass(frozen=True, slots=True, repr=False)
class Door:
    """A server, how one shows oneself to it, and how long one waits there."""

    address: Address
    key: str
    patience: Patience

    def __repr__(self) -> str:
        """Name the address alone: a key in a traceback is a key in a log."""
        return f"Door({self.address.url})"

    def gone(self, what: str) -> EngineGone:
        """Return that the engine at this address did *what*."""
        return EngineGone(f"The engine at {self.address.place} {what}.")

    def without_key(self, words: str) -> str:
        """Return what a server said, on one line and short, without the key that it may repeat."""
        line = " ".join(words.split())
        return (line.replace(self.key, "…") if self.key else line)[:MAX_WORDS]


class Exchange:
    """A question to *door* at *path*, a POST of *body* or a GET without one. To be used in a `with`; leaving ends it.

    *stopped* is called while one waits, and may raise.
    """

    def __init__(self, door: Door, path: str, body: Body | None, stopped: Stopped) -> None:
        self._door = door
        self._path = path
        self._body = None if body is None else json.dumps(body).encode()
        self._stopped = stopped
        self._events: queue.Queue[http.client.HTTPResponse | bytes | Exception | None] = queue.Queue(_AHEAD)
        self._over = threading.Event()
        kind = http.client.HTTPSConnection if door.address.secure else http.client.HTTPConnection
        self._connection = kind(door.address.host, door.address.port, timeout=door.patience.connect_s)
        # Kept here, since the connection lets go of it once an answer begins that ends with it.
        self._sock: socket.socket | None = None
        self._until = 0.0

    def __enter__(self) -> Exchange:
        threading.Thread(target=self._converse, name="engine", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._sock is not None:
            # The thread may be reading; a shutdown wakes it, and the server sees that nobody listens any more.
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def lines(self) -> Iterator[str]:
        """Yield the lines of a streamed answer as they come, without their ends.

        Raises Unready before the first where asking again may help, else what a failure means: BadInput, ModelRefused,
        EngineGone.
        """
        kind = self._status().headers.get_content_type()
        if kind != "text/event-stream":
            raise self._door.gone(f"answers with {kind} where a stream of events is due; is this its address?")
        while (line := self._next()) is not None:
            # Whatever came is life, a comment that only says so as well.
            self._wait(self._door.patience.next_s)
            yield line.rstrip(b"\r\n").decode("utf-8", "replace")

    def json(self) -> Body:
        """Return the whole answer. Raises as `lines` does, and EngineGone where it is no JSON object."""
        self._status()
        return self._object(self._rest())

    def _status(self) -> http.client.HTTPResponse:
        self._wait(self._door.patience.connect_s + self._door.patience.first_s)
        response = self._take()
        assert isinstance(response, http.client.HTTPResponse)
        self._wait(self._door.patience.first_s)
        if response.status != 200:
            raise _refusal(self._door, self._path, response, self._said(response))
        return response

    def _said(self, response: http.client.HTTPResponse) -> str:
        """Return what the server says of its failure, where it says it in one of the usual ways."""
        try:
            told = self._object(self._rest())
        except EngineGone:
            return ""
        error = told.get("error", told.get("detail", told.get("message", "")))
        words = error.get("message", "") if isinstance(error, dict) else error
        return self._door.without_key(words) if isinstance(words, str) else ""

    def _rest(self) -> bytes:
        pieces = []
        while (piece := self._next()) is not None:
            pieces.append(piece)
        return b"".join(pieces)

    def _object(self, raw: bytes) -> Body:
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise self._door.gone("answers with something that is no JSON; is this its address?")
        return told

    def _next(self) -> bytes | None:
        event = self._take()
        assert not isinstance(event, http.client.HTTPResponse)
        return event

    def _wait(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def _take(self) -> http.client.HTTPResponse | bytes | None:
        while True:
            self._stopped()
            try:
                event = self._events.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() > self._until:
                    raise self._door.gone(
                        "says nothing more; try again, or look whether it has too much to do"
                    ) from None
                continue
            if isinstance(event, Exception):
                raise event
            return event

    def _converse(self) -> None:
        """Ask and read, on the exchange's own thread; whatever fails becomes an event."""
        try:
            self._ask()
            with self._connection.getresponse() as response:
                self._read(response)
        except MeaiError as error:
            self._put(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._put(self._failure(error))
        finally:
            self._connection.close()

    def _ask(self) -> None:
        self._connection.connect()
        self._sock = sock = self._connection.sock
        # What the name led to, and not what it seems to be: a name may lead anywhere.
        guarded = self._door.address.secure or self._door.address.plain_anywhere
        if not guarded and not is_private(sock.getpeername()[0]):
            raise ModelRefused(plain_refused(self._door.address.host))
        # From here on the time is kept by who waits.
        sock.settimeout(None)
        if self._over.is_set():
            raise Cancelled("It was stopped.")
        headers = {"Accept": "application/json, text/event-stream", "User-Agent": f"ME_AI/{__version__}"}
        if self._door.key:
            headers["Authorization"] = f"Bearer {self._door.key}"
        if self._body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request("POST" if self._body is not None else "GET", self._path, self._body, headers)

    def _read(self, response: http.client.HTTPResponse) -> None:
        streams = response.status == 200 and response.headers.get_content_type() == "text/event-stream"
        self._put(response)
        size = 0
        while piece := response.readline(MAX_LINE + 1) if streams else response.read1(_PIECE):
            size += len(piece)
            if size > MAX_BODY or (streams and len(piece) > MAX_LINE):
                raise self._door.gone("sends without end; its answer is not taken")
            self._put(piece)
        self._put(None)

    def _put(self, event: http.client.HTTPResponse | bytes | Exception | None) -> None:
        while not self._over.is_set():
            with suppress(queue.Full):
                self._events.put(event, timeout=POLL_S)
                return

    def _failure(self, error: Exception) -> EngineGone:
        place = self._door.address.place
        if isinstance(error, ssl.SSLCertVerificationError):
            return EngineGone(f"The certificate of the engine at {place} is not valid: {error.verify_message}.")
        if isinstance(error, ssl.SSLError):
            return EngineGone(f"The engine at {place} cannot be spoken to by https; is it an http:// address?")
        if isinstance(error, socket.gaierror):
            return Unreachable(
                f"There is no host {self._door.address.host}; look at the engine's address and the network."
            )
        if self._sock is None:
            return Unreachable(
                f"The engine at {place} cannot be reached; look whether it runs and the network is there."
            )
        return Unready(f"The engine at {place} broke the connection off; look whether it still runs.")


def fetch(door: Door, path: str, body: Body | None, stopped: Stopped) -> Body:
    """Return the JSON that *door* answers at *path*. Raises as `Exchange.json`."""
    with Exchange(door, path, body, stopped) as exchange:
        return exchange.json()


def _refusal(door: Door, path: str, response: http.client.HTTPResponse, said: str) -> MeaiError:
    """Return what a *response* that is no answer means, *said* being the server's own words."""
    place, words = door.address.place, f": {said}" if said else ""
    if 300 <= response.status < 400:
        target = door.without_key(response.headers.get("Location", "") or "elsewhere")
        return ModelRefused(f"The engine at {place} sends on to {target}, which is not followed; give its own address.")
    if response.status in (429, 502, 503, 504):
        return Unready(f"The engine at {place} has too much to do or is starting{words}.", _seconds(response))
    if response.status in (401, 403):
        wants = "does not accept the key" if door.key else "wants a key"
        return ModelRefused(f"The engine at {place} {wants}; set MEAI_ENGINE_KEY and start ME_AI again.")
    if response.status in (404, 405):
        return NotThere(f"The engine at {place} has no {path}{words}; its address usually ends in /v1.")
    if response.status in (400, 413, 422):
        return BadInput(f"The engine at {place} refuses the request{words or f' ({response.status})'}.")
    return EngineGone(f"The engine at {place} failed with status {response.status}{words}.")


class NotThere(ModelRefused):
    """The server has nothing at that path."""


def _seconds(response: http.client.HTTPResponse) -> float:
    said = response.headers.get("Retry-After", "")
    return min(float(said), 10.0) if said.isascii() and said.isdigit() else 0.0
