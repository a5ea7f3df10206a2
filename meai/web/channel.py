"""A socket that any thread may send on, that never grows without bound and can always be freed. Knows no message.

simple-websocket alone is not safe for two senders (their frames mix), keeps all that a client sends until it is read,
and cannot free a thread that is stuck in a send. Here one writer thread alone sends text; the library's own control
frames pass the same lock; both directions are bounded; and `kill` frees whoever waits.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from simple_websocket import ConnectionClosed, Server
from simple_websocket import ws as library
from wsproto.events import CloseConnection
from wsproto.utilities import LocalProtocolError

from meai.errors import MeaiError
from meai.web.boxes import Inbox, Outbox

# In characters where the message is text, as the library counts.
# Of whoever has not said who it is: enough for a token.
MAX_GREETING = 4096
# The largest document, its quotes and line ends escaped: one too large to draw is answered, not cut off.
MAX_MESSAGE = 32 * 1024 * 1024
MAX_CHANNELS = 64
STUCK_S = 10.0
PING_S = 20.0
GOING_AWAY, TRY_LATER, RESTART = 1001, 1013, 1012
_NORMAL = 1000
_REAP_EVERY_S = 0.5


class LockedSocket:
    """The connection's socket with whole sends in turn. What is not here is the real socket's."""

    def __init__(self, real: socket.socket) -> None:
        # The server's timeout for requests would end an idle page and cut a slow send in two.
        real.settimeout(None)
        self.real = real
        self.turn = threading.Lock()
        self.sending_since: float | None = None

    def send(self, data: bytes) -> int:
        """Send all of *data*, which blocks while the peer does not read."""
        with self.turn:
            self.sending_since = time.monotonic()
            try:
                self.real.sendall(data)
            finally:
                self.sending_since = None
        return len(data)

    def send_now(self, data: bytes) -> bool:
        """Send *data* if that needs no waiting, and return whether it went."""
        if not self.turn.acquire(blocking=False):
            return False
        try:
            return self.real.send(data, getattr(socket, "MSG_DONTWAIT", 0)) == len(data)
        except OSError:
            return False
        finally:
            self.turn.release()

    def shut(self, how: int = socket.SHUT_RDWR) -> None:
        """End the connection, also for the server's own end and for a thread that waits in a send."""
        with suppress(OSError):
            self.real.shutdown(how)

    def close(self) -> None:
        """End the connection and close; the library, whose socket is a duplicate, would only close."""
        self.shut()
        self.real.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def _reader_of(target: Callable[[], None]) -> threading.Thread:
    """Return the thread for *target*, the library's loop, its connection's unguarded parts replaced.

    The library asks for this thread between its handshake and the first byte that it reads.
    """
    ws: Server = target.__self__  # type: ignore[attr-defined]
    # Else a clock set back an hour would stop the library's pings for that hour, and one set forward cut peers off.
    library.time = time.monotonic
    ws.sock = LockedSocket(ws.sock)
    ws.input_buffer = Inbox()

    def read_and_wake() -> None:
        try:
            target()
        finally:
            # After a message too large the library would leave whoever receives waiting.
            ws.connected = False
            ws.event.set()

    return threading.Thread(target=read_and_wake)


SERVER_OPTIONS: dict[str, Any] = {
    "receive_bytes": 65536,
    "ping_interval": PING_S,
    "max_message_size": MAX_GREETING,
    "thread_class": _reader_of,
}
"""How flask-sock must make the connections that become channels: its `SOCK_SERVER_OPTIONS`."""


class Channel:
    """One connection. `send` and `kill` may be called from any thread, `receive` from one."""

    def __init__(self, ws: Server) -> None:
        """Take over *ws*, which was made with SERVER_OPTIONS."""
        self._ws = ws
        self._socket: LockedSocket = ws.sock
        self._outbox = Outbox()
        self._ending = threading.Lock()
        self._ended = False
        self._writer = threading.Thread(target=self._write, name="socket-writer", daemon=True)
        self._writer.start()

    @property
    def stuck_s(self) -> float:
        """For how many seconds the current send has waited for the peer to read."""
        since = self._socket.sending_since
        return 0.0 if since is None else time.monotonic() - since

    def trust(self) -> None:
        """Take whole documents from the peer, which has said who it is."""
        self._ws.max_message_size = MAX_MESSAGE

    def send(self, text: str) -> None:
        """Send *text*, in order, without waiting. A peer too slow for it is cut off: it reconnects and starts anew."""
        if not self._outbox.put(text):
            self.kill(TRY_LATER)

    def receive(self, timeout_s: float | None = None) -> str | bytes | None:
        """Return the next message, or None after *timeout_s*. Raises simple_websocket.ConnectionClosed at the end."""
        message: str | bytes | None = self._ws.receive(timeout_s)
        return message

    def kill(self, code: int) -> None:
        """End the connection now, with close *code* if a frame can still be sent, and free whoever waits on it."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
        self._outbox.close()
        told = False
        with suppress(LocalProtocolError):
            told = self._socket.send_now(self._ws.ws.send(CloseConnection(code)))
        self._ws.connected = False
        # After a close frame the peer may still read it: reading on until it hangs up keeps the frame from being lost.
        self._socket.shut(socket.SHUT_WR if told else socket.SHUT_RDWR)
        self._ws.event.set()

    def finish(self) -> None:
        """Release everything; for the thread that received, when it is done."""
        self.kill(_NORMAL)
        self._ws.thread.join(1.0)
        self._socket.shut()

    def _write(self) -> None:
        with suppress(OSError, LocalProtocolError, ConnectionClosed):
            while (text := self._outbox.take()) is not None:
                self._ws.send(text)
        self.kill(GOING_AWAY)


class NoRoom(MeaiError):
    """As many channels are open as there may be, or the server is going."""

    code = "no-room"


class Channels:
    """All open channels: how many there may be, which are stuck, and the end of them all."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._places = 0
        self._open: set[Channel] = set()
        self._closed = threading.Event()
        self._reaper: threading.Thread | None = None

    def __len__(self) -> int:
        with self._turn:
            return self._places

    def take_place(self) -> None:
        """Count a connection that is about to be upgraded; `give_place` must follow. Raises NoRoom."""
        with self._turn:
            if self._closed.is_set() or self._places >= MAX_CHANNELS:
                raise NoRoom("ME_AI is serving all the windows it can; please close one.")
            self._places += 1
            if self._reaper is None:
                self._reaper = threading.Thread(target=self._reap, name="socket-reaper", daemon=True)
                self._reaper.start()

    def give_place(self) -> None:
        """Count one connection less."""
        with self._turn:
            self._places -= 1

    def serve(self, ws: Server, talk: Callable[[Channel], None]) -> None:
        """Let *talk* use a channel over *ws*, which was made with SERVER_OPTIONS, and release it."""
        channel = Channel(ws)
        try:
            self._admit(channel)
            with suppress(ConnectionClosed):
                talk(channel)
        finally:
            channel.finish()
            with self._turn:
                self._open.discard(channel)

    def close(self) -> None:
        """Tell every peer that the server goes (1012) and end its channel. None opens afterwards."""
        self._closed.set()
        for channel in self._all():
            channel.kill(RESTART)

    def _admit(self, channel: Channel) -> None:
        with self._turn:
            self._open.add(channel)
        if self._closed.is_set():  # meanwhile, so that `close` may have missed it
            channel.kill(RESTART)

    def _all(self) -> tuple[Channel, ...]:
        with self._turn:
            return tuple(self._open)

    def _reap(self) -> None:
        while not self._closed.wait(_REAP_EVERY_S):
            for channel in self._all():
                if channel.stuck_s > STUCK_S:
                    channel.kill(TRY_LATER)
