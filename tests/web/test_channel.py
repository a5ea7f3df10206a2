"""A channel keeps whole what many threads send, is bounded both ways, and can always be freed."""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
import websocket
from simple_websocket import ConnectionClosed, Server
from werkzeug.wrappers import Request, Response

from meai.web import channel as channels_module
from meai.web.boxes import MAX_OUTBOX_MESSAGES, Inbox, Outbox
from meai.web.channel import MAX_GREETING, SERVER_OPTIONS, Channel, Channels


def eventually(holds: Callable[[], bool], within_s: float = 5.0) -> bool:
    """Whether *holds* comes true in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


class Talks:
    """An application whose every socket is given to *talk*, and which knows the channels and how they ended."""

    def __init__(self) -> None:
        self.channels = Channels()
        self.talk: Callable[[Channel], None] = lambda channel: None
        self.opened: list[Channel] = []
        self.ended = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.channels.take_place()
        try:
            self.channels.serve(Server(environ, **SERVER_OPTIONS), self._talk)
        finally:
            self.channels.give_place()
            self.ended.release()
        return Response()(Request(environ).environ, start_response)

    def _talk(self, channel: Channel) -> None:
        self.opened.append(channel)
        self.talk(channel)


def listen(channel: Channel) -> None:
    """Read, as a session does, until the connection ends."""
    channel.trust()
    while True:
        channel.receive()


@pytest.fixture
def talks() -> Iterator[Talks]:
    talks = Talks()
    yield talks
    talks.channels.close()


def close_code(peer: websocket.WebSocket) -> int:
    """Return the code that the server closes with, or 1006 when the connection just ends."""
    try:
        while True:
            kind, data = peer.recv_data()
            if kind == websocket.ABNF.OPCODE_CLOSE:
                return int(struct.unpack("!H", data[:2])[0])
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return 1006


def test_four_producers_lose_nothing_and_keep_their_order(live: Any, talks: Talks) -> None:
    texts = [[f"{producer}:{number}:" + "x" * 20_000 for number in range(40)] for producer in range(4)]

    def produce(channel: Channel) -> None:
        threads = [threading.Thread(target=lambda own=own: [channel.send(text) for text in own]) for own in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        listen(channel)

    talks.talk = produce
    peer = live(talks).connect()
    heard = [peer.recv() for _ in range(160)]
    for producer, own in enumerate(texts):
        assert [text for text in heard if text.startswith(f"{producer}:")] == own
    peer.close()


def test_a_stuck_reader_is_freed(live: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels_module, "STUCK_S", 0.2)
    monkeypatch.setattr(channels_module, "_REAP_EVERY_S", 0.05)

    def flood(channel: Channel) -> None:
        for _ in range(8):
            channel.send("x" * 1_000_000)
        listen(channel)

    talks.talk = flood
    peer = live(talks).connect(sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    assert talks.ended.acquire(timeout=5), "the server still waits for a peer that does not read"
    assert len(talks.channels) == 0
    assert close_code(peer) == 1006  # no frame can pass one that is stuck
    peer.close()


def test_a_peer_too_slow_for_what_it_asked_is_cut_off_and_told(
    live: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def wait(outbox: Outbox) -> None:
        go_on.wait(10)

    def flood(channel: Channel) -> None:
        for _ in range(MAX_OUTBOX_MESSAGES + 1):
            channel.send("x")
        listen(channel)

    # A writer that gets nothing away and is not in the middle of a frame either.
    monkeypatch.setattr(Outbox, "take", wait)
    talks.talk = flood
    peer = live(talks).connect()
    assert close_code(peer) == 1013
    go_on.set()
    assert talks.ended.acquire(timeout=5)


def test_a_peer_that_answers_no_ping_is_told_and_let_go(
    live: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERVER_OPTIONS, "ping_interval", 0.1)
    talks.talk = listen
    peer = live(talks).connect()
    monkeypatch.setattr(peer, "pong", lambda payload="": None)
    assert close_code(peer) == 1008
    assert talks.ended.acquire(timeout=5)


def test_a_flood_of_messages_is_cut_before_it_fills_the_memory(live: Any, talks: Talks) -> None:
    opened, release = threading.Event(), threading.Event()

    def busy(channel: Channel) -> None:
        channel.trust()
        opened.set()
        release.wait(10)

    talks.talk = busy
    peer = live(talks).connect(timeout_s=0.5)
    assert opened.wait(5)
    before = psutil.Process().memory_info().rss
    message = "x" * 1_000_000
    sent = 0
    with suppress(websocket.WebSocketException, OSError):
        while sent < 1000:
            peer.send(message)
            sent += 1
    assert sent < 100
    assert psutil.Process().memory_info().rss - before < 32 * 1024 * 1024
    release.set()
    assert talks.ended.acquire(timeout=5)


@pytest.mark.parametrize(("trusted", "limit"), [(False, MAX_GREETING), (True, 100_000)])
def test_a_message_above_the_limit_ends_the_connection(
    live: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch, trusted: bool, limit: int
) -> None:
    monkeypatch.setattr(channels_module, "MAX_MESSAGE", 100_000)

    def count(channel: Channel) -> None:
        if trusted:
            channel.trust()
        channel.send("go on")
        while True:
            channel.send(str(len(channel.receive() or "")))

    talks.talk = count
    peer = live(talks).connect()
    assert peer.recv() == "go on"
    peer.send("x" * limit)
    assert peer.recv() == str(limit)
    peer.send("x" * (limit + 1))
    assert close_code(peer) == 1009
    assert talks.ended.acquire(timeout=5)


def test_an_idle_connection_outlives_the_servers_timeout_for_requests(
    live: Any, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meai.server._QuietHandler.timeout", 0.1)

    def echo(channel: Channel) -> None:
        while True:
            channel.send(str(channel.receive()))

    talks.talk = echo
    peer = live(talks).connect()
    assert not talks.ended.acquire(timeout=0.4)
    peer.send("still here")
    assert peer.recv() == "still here"


def test_a_kill_frees_whoever_receives_and_tells_the_peer_why(live: Any, talks: Talks) -> None:
    talks.talk = listen
    peer = live(talks).connect()
    assert eventually(lambda: bool(talks.opened))
    talks.opened[0].kill(4401)
    talks.opened[0].kill(1000)  # the first reason stands
    assert close_code(peer) == 4401
    assert talks.ended.acquire(timeout=5)
    talks.opened[0].send("too late")


def test_the_end_of_the_server_is_told_to_all(live: Any, talks: Talks) -> None:
    talks.talk = listen
    server = live(talks)
    peers = [server.connect() for _ in range(5)]
    assert eventually(lambda: len(talks.channels) == 5)
    talks.channels.close()
    assert [close_code(peer) for peer in peers] == [1012] * 5
    with pytest.raises(websocket.WebSocketBadStatusException):
        server.connect()


@pytest.mark.parametrize("goodbye", ["close", "abort"])
def test_a_connection_leaves_nothing_behind(live: Any, talks: Talks, goodbye: str) -> None:
    talks.talk = listen
    server = live(talks)
    server.connect().close()
    assert talks.ended.acquire(timeout=5)
    process = psutil.Process()
    files = process.num_fds() if os.name != "nt" else 0

    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if "reaper" not in thread.name]

    quiet = len(threads())
    for _ in range(10):
        peer = server.connect()
        if goodbye == "abort":
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.shutdown()
        else:
            peer.close()
        assert talks.ended.acquire(timeout=5)
    assert eventually(lambda: len(threads()) <= quiet), threads()
    assert eventually(lambda: os.name == "nt" or process.num_fds() <= files)
    assert len(talks.channels) == 0


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x05hello",  # not masked
        b"\xf1\x80\0\0\0\0",  # reserved bits
        b"\x81\x82\0\0\0\0\xff\xfe",  # not UTF-8
        b"\x09\x80\0\0\0\0",  # a control frame in pieces
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",  # a length that no memory holds
        b"\x83\x80\0\0\0\0",  # an opcode that does not exist
    ],
)
def test_what_is_no_websocket_frame_ends_the_connection(live: Any, talks: Talks, frame: bytes) -> None:
    talks.talk = listen
    peer = live(talks).connect()
    peer.sock.sendall(frame)
    assert close_code(peer) in (1002, 1006, 1007, 1009)
    assert talks.ended.acquire(timeout=5)


def test_the_library_is_the_one_that_the_channel_was_written_for(live: Any, talks: Talks) -> None:
    """The channel replaces parts of simple-websocket by name; another release may have other parts."""
    talks.talk = listen
    live(talks).connect()
    assert eventually(lambda: bool(talks.opened))
    inner = talks.opened[0]._ws
    assert isinstance(inner.sock, channels_module.LockedSocket)
    assert isinstance(inner.input_buffer, Inbox)
    assert isinstance(inner.event, threading.Event)
    assert inner.thread.is_alive()
    assert inner.connected is True


def test_an_outbox_is_bounded_by_number_and_size_and_takes_a_lone_giant() -> None:
    outbox = Outbox()
    assert outbox.put("x" * 20_000_000)
    assert not outbox.put("y")
    assert outbox.take() == "x" * 20_000_000
    assert [outbox.put(str(number)) for number in range(MAX_OUTBOX_MESSAGES + 1)].count(False) == 1
    assert outbox.take() == "0"
    outbox.close()
    assert outbox.take() is None
    assert not outbox.put("z")


def test_a_closed_channel_says_so_to_its_reader(live: Any, talks: Talks) -> None:
    said: list[type[BaseException]] = []

    def talk(channel: Channel) -> None:
        try:
            listen(channel)
        except ConnectionClosed as end:
            said.append(type(end))
            raise

    talks.talk = talk
    live(talks).connect().close()
    assert talks.ended.acquire(timeout=5)
    assert said == [ConnectionClosed]
