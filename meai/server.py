"""The threaded loopback server that the application runs on: bounded, quiet, ended by a signal within two seconds.

Binds 127.0.0.1 only: there is no way to make it reachable from another machine. Knows nothing of what is served.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from meai.errors import MeaiError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
MAX_CONNECTIONS = 96
REQUEST_TIMEOUT_S = 15
_POLL_S = 0.1
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PortTaken(MeaiError):
    """Another program listens on the port."""

    code = "port-taken"


def is_free(port: int) -> bool:
    """Whether a server could listen on *port* now."""
    try:
        with LoopbackServer(port, lambda environ, start_response: ()):
            return True
    except PortTaken:
        return False


def serve(
    app: WSGIApplication,
    port: int,
    *,
    ready: Callable[[int], None] = lambda port: None,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve *app* on loopback until SIGINT or SIGTERM; *port* 0 takes a free one.

    *ready* hears the port once connections are accepted; *stop* is called at the end, to free what *app* holds.
    Raises PortTaken.
    """
    server = LoopbackServer(port, app)
    with _stopped_by_signals(server.shutdown):
        try:
            ready(server.port)
            server.serve_forever(_POLL_S)
        finally:
            server.server_close()
            stop()


class _Timely(io.RawIOBase):
    """What *raw* brings of *connection*, as long as that is within *within_s* from now, byte by byte or at once.

    A later read raises TimeoutError. The connection's own time-out, for sends, stays as it is.
    """

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, within_s: float) -> None:
        self._raw = raw
        self._connection = connection
        self._until = time.monotonic() + within_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("The request did not come in time.")
        for_sends = self._connection.gettimeout()
        self._connection.settimeout(left_s)
        try:
            return self._raw.readinto(buffer)
        finally:
            self._connection.settimeout(for_sends)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _QuietHandler(WSGIRequestHandler):
    # For the whole request, an idle wait before it included, and for each send; a socket lifts it when it upgrades.
    timeout = REQUEST_TIMEOUT_S
    rbufsize = 0

    def setup(self) -> None:
        super().setup()
        # Werkzeug answers one request on a connection, so the connection's time is the request's.
        timely = _Timely(cast(io.RawIOBase, self.rfile), self.connection, self.timeout)
        self.rfile = io.BufferedReader(timely)

    def version_string(self) -> str:
        return "ME_AI"

    def log(self, kind: str, message: str, *args: Any) -> None:
        """Say nothing: requests name a writer's documents, and defects are logged where they happen."""


class LoopbackServer(ThreadedWSGIServer):
    """A thread per connection, up to 96; the next one hears 503 at once instead of waiting."""

    request_queue_size = 128
    # On Windows this option would let a second program take over the port.
    allow_reuse_address = os.name != "nt"

    def __init__(self, port: int, app: WSGIApplication) -> None:
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(HOST, port, app, handler=_QuietHandler)

    def server_bind(self) -> None:
        if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", 0):
            self.socket.setsockopt(socket.SOL_SOCKET, exclusive, 1)
        try:
            super().server_bind()
        except OSError as error:
            # Not as OSError: werkzeug would print it and end the program.
            raise PortTaken(_refusal(self.port, error)) from error

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            try:
                super().process_request(request, client_address)
            except BaseException:
                self._free.release()
                raise
            return
        with suppress(OSError):
            request.setblocking(False)
            request.send(_FULL)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that broke off."""


def _refusal(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program; choose another with --port."
    return f"Port {port} cannot be used: {error.strerror}; choose another with --port."


@contextmanager
def _stopped_by_signals(shutdown: Callable[[], None]) -> Iterator[None]:
    """Call *shutdown* at SIGINT or SIGTERM, from a thread: it waits for the loop that the signal interrupts."""

    def stop(number: int, frame: object) -> None:
        threading.Thread(target=shutdown, name="shutdown", daemon=True).start()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
