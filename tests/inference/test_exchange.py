"""A remote engine that fails: each failure is one sentence, in time, without the key; what may is asked again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from meai.errors import BadInput, Cancelled, EngineGone, MeaiError, ModelRefused
from meai.inference import exchange as exchanges
from meai.inference import remote as remotes
from meai.inference.address import address_of, is_private
from meai.inference.exchange import Patience
from meai.inference.remote import Remote
from meai.inference.request import Completion, Request, Sampling, Turn
from tests.inference.faulty import FaultyServer, answered, faulty_server, models, streamed

KEY = "sk-very-secret-1234"
CHAT = "/v1/chat/completions"
HELLO = Request((Turn("user", "Say hello."),), "", Sampling(max_tokens=40))
SHORT = Patience(connect_s=1, first_s=0.3, next_s=0.3)
Connect = Callable[..., Remote]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as server:
        yield server


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remotes, "AGAIN_S", (0.0, 0.0))
    monkeypatch.setattr(remotes, "RECONNECT_S", (0.02,))


@pytest.fixture
def connect(server: FaultyServer) -> Iterator[Connect]:
    engines: list[Remote] = []

    def connected(wanted: str | None = None, **more: Patience) -> Remote:
        engine = Remote(address_of(server.url), KEY, wanted, **more)
        engines.append(engine)
        engine.connect()
        return engine

    yield connected
    for engine in engines:
        engine.close()


def ask(engine: Remote, request: Request = HELLO, *, heard: list[str] | None = None) -> Completion:
    return engine.generate(request, (heard if heard is not None else []).append, threading.Event())


def failure_of(engine: Remote, *, heard: list[str] | None = None) -> MeaiError:
    with pytest.raises(MeaiError) as failure:
        ask(engine, heard=heard)
    return failure.value


NEVER = threading.Event()
EVENT = {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}]}
FAULTS = {
    "stalls before its headers": ([NEVER], EngineGone, "says nothing more"),
    "stalls before its first word": (streamed(NEVER), EngineGone, "says nothing more"),
    "stalls in the middle": (streamed("Hel", NEVER), EngineGone, "says nothing more"),
    "is cut in a line": (streamed("Hel", b'data: {"choi', done=False), EngineGone, "broke its answer off|none of the"),
    "is cut between lines": (streamed("Hel", done=False), EngineGone, "broke its answer off"),
    "cuts its headers": ([b"HTTP/1.1 200 OK\r\nContent-"], EngineGone, "broke its answer off|no JSON|stream of events"),
    "sends no HTTP": ([b"220 mail.example.org ESMTP\r\n"], EngineGone, "broke the connection off"),
    "does not know the key": (answered({"error": {"message": f"bad {KEY}"}}, "401 No"), ModelRefused, "the key"),
    "forbids": (answered({"error": "no"}, "403 No"), ModelRefused, "does not accept the key"),
    "has no chat": (answered({"detail": "Not Found"}, "404 Not Found"), ModelRefused, "no /v1/chat/completions"),
    "is too busy": (answered({"error": {"message": "slow down"}}, "429 No"), EngineGone, "too much to do.*slow down"),
    "is starting": (answered(b"<html>", "503 No", kind="text/html"), EngineGone, "too much to do or is starting"),
    "fails": (answered({"error": {"message": f"oh, {KEY}"}}, "500 No"), EngineGone, "status 500: oh, …"),
    "has no room": (answered({"error": {"message": "exceeds the context"}}, "400 No"), BadInput, "exceeds the context"),
    "answers as a web page": (answered(b"<html>", kind="text/html"), EngineGone, "text/html where a stream"),
    "answers whole": (answered({"choices": []}), EngineGone, "application/json where a stream"),
    "sends a line without end": (streamed(b"data: " + b"x" * 1_100_000), EngineGone, "sends without end"),
    "sends no JSON": (streamed(b"data: {oh\n\n"), EngineGone, "none of the OpenAI API"),
    "sends a list": (streamed(b"data: [1]\n\n"), EngineGone, "none of the OpenAI API"),
    "sends deep JSON": (streamed(b"data: " + b"[" * 100_000 + b"\n\n"), EngineGone, "none of the OpenAI API"),
    "sends numbers for words": (
        streamed({"choices": [{"delta": {"content": 7}}]}),
        EngineGone,
        "none of the OpenAI API",
    ),
    "sends choices of another kind": (streamed({"choices": {"a": 1}}), EngineGone, "none of the OpenAI API"),
    "fails in the middle": (
        streamed("Hel", {"error": {"message": f"out of memory {KEY}"}}),
        EngineGone,
        "failed in the middle of its answer: out of memory …",
    ),
    "fails in the middle as llama.cpp does": (
        streamed("Hel", b'error: {"code": 500, "message": "oh"}\n\n'),
        EngineGone,
        "failed in the middle of its answer: oh",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_one_sentence(server: FaultyServer, connect: Connect, fault: str) -> None:
    steps, kind, words = FAULTS[fault]
    server.chats(steps)
    failure = failure_of(connect(patience=SHORT))
    assert isinstance(failure, kind)
    with pytest.raises(kind, match=words):
        raise failure
    assert KEY not in str(failure)
    assert str(failure).count("\n") == 0
    assert str(failure).endswith(".")


def test_a_redirect_is_not_followed(server: FaultyServer, connect: Connect) -> None:
    with faulty_server() as other:
        other.chats(streamed("You are here."))
        server.chats(answered(b"", "307 Elsewhere", more=f"Location: {other.url}/chat/completions\r\n"))
        failure = failure_of(connect())
        assert isinstance(failure, ModelRefused)
        assert f"sends on to {other.url}/chat/completions, which is not followed" in str(failure)
        assert other.asked == []


def test_the_key_is_in_no_sentence(server: FaultyServer, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    server.scripts["/v1/models"] = lambda asked: answered({"error": {"message": f"Incorrect: {KEY}"}}, "500 No")
    engine = connect()
    with pytest.raises(ModelRefused) as failure:
        engine.wait_ready(5)
    told = [str(failure.value), repr(engine._door), repr(engine.state), caplog.text]
    assert all(KEY not in each for each in told)
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_before_its_first_word_an_answer_is_asked_for_again(server: FaultyServer, connect: Connect) -> None:
    busy = answered({"error": {"message": "busy"}}, "503 Busy", more="Retry-After: 0\r\n")
    server.chats(busy, [b""], streamed("Hello."))
    assert ask(connect()).text == "Hello."
    assert len(server.to(CHAT)) == 3


def test_after_its_first_word_it_is_not(server: FaultyServer, connect: Connect) -> None:
    heard: list[str] = []
    server.chats(streamed("Hel", done=False), streamed("Hello."))
    assert isinstance(failure_of(connect(), heard=heard), EngineGone)
    assert heard == ["Hel"]
    assert len(server.to(CHAT)) == 1


def test_what_would_fail_again_is_not_asked_again(server: FaultyServer, connect: Connect) -> None:
    server.chats(answered({"error": {"message": "too long"}}, "400 No"))
    failure_of(connect())
    assert len(server.to(CHAT)) == 1


@pytest.mark.parametrize("where", ["before the headers", "in the middle"])
def test_who_stops_it_closes_the_connection_at_once(server: FaultyServer, connect: Connect, where: str) -> None:
    server.chats([NEVER] if where == "before the headers" else streamed("Hel", NEVER))
    engine, stop = connect(), threading.Event()
    engine.wait_ready(5)

    def stop_once_asked() -> None:
        eventually(lambda: bool(server.to(CHAT)))
        stop.set()

    threading.Thread(target=stop_once_asked, daemon=True).start()
    with pytest.raises(Cancelled):
        engine.generate(HELLO, lambda text: None, stop)
    assert server.to(CHAT)[0].gone.wait(1)


def test_signs_of_life_are_no_silence(server: FaultyServer, connect: Connect) -> None:
    def slow(asked: object) -> Iterator[bytes]:
        yield from (step for step in streamed("Hel", done=False) if isinstance(step, bytes))
        for _ in range(5):
            time.sleep(0.1)
            yield b": still there\n\n"
        yield b'data: {"choices": [{"delta": {"content": "lo"}, "finish_reason": "stop"}]}\n\n'

    server.scripts[CHAT] = slow
    assert ask(connect(patience=SHORT)).text == "Hello"


def test_an_editors_newer_request_ends_its_older_one(server: FaultyServer, connect: Connect) -> None:
    first = Request(HELLO.turns, purpose="rewrite", editor="one")
    server.chats(streamed("Hel", NEVER), streamed("Hello."))
    engine, ended = connect(), []

    def older() -> None:
        try:
            ask(engine, first)
        except MeaiError as error:
            ended.append(error)

    thread = threading.Thread(target=older, daemon=True)
    thread.start()
    eventually(lambda: bool(server.to(CHAT)))
    assert ask(engine, first).text == "Hello."
    thread.join(2)
    assert [type(error) for error in ended] == [Cancelled]


def test_a_server_that_goes_is_told_and_found_again(server: FaultyServer) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    states: list[str] = []
    engine = Remote(address_of(f"http://127.0.0.1:{port}"), on_state=lambda state: states.append(state.state))
    engine.connect()
    with pytest.raises(ModelRefused, match=f"The engine at 127.0.0.1:{port} cannot be reached"):
        engine.wait_ready(5)
    # Now somebody answers there.
    engine._door = remotes.Door(address_of(server.url), "", Patience())
    eventually(lambda: engine.state.state == "ready")
    server.chats(streamed("Hello."))
    assert ask(engine).text == "Hello."
    engine.close()
    assert states == ["loading", "failed", "ready", "none"]


def test_a_key_that_is_refused_is_not_shown_again_and_again(server: FaultyServer, connect: Connect) -> None:
    server.scripts["/v1/models"] = lambda asked: answered({"error": "no"}, "401 No")
    with pytest.raises(ModelRefused, match="does not accept the key; set MEAI_ENGINE_KEY"):
        connect().wait_ready(5)
    time.sleep(0.1)
    assert len(server.asked) == 1


def test_the_model_is_the_first_or_the_one_that_was_asked_for(server: FaultyServer, connect: Connect) -> None:
    server.scripts["/v1/models"] = lambda asked: models(
        "text-embedding-nomic", "/srv/qwen3-4b.gguf", "org/Granite-4.1-8B"
    )
    server.chats(streamed("Hello."))
    for wanted, expected in ((None, "/srv/qwen3-4b.gguf"), ("qwen3-4b", "/srv/qwen3-4b.gguf")):
        engine = connect(wanted)
        assert engine.wait_ready(5).name == "qwen3-4b"
        ask(engine)
        assert server.to(CHAT)[-1].body["model"] == expected
    traits = connect("org/Granite-4.1-8B").wait_ready(5).traits
    assert (traits.parameters, traits.basename) == (8_000_000_000, "Granite")
    with pytest.raises(
        ModelRefused, match=r"has no model mistral; it has text-embedding-nomic, qwen3-4b, Granite-4.1-8B\."
    ):
        connect("mistral").wait_ready(5)


def test_a_text_is_continued_as_a_chat_where_a_server_can_only_chat(server: FaultyServer, connect: Connect) -> None:
    server.chats(streamed(" there was a bee.\nAnd more"))
    answer = ask(connect(), Request((), "Once", Sampling(max_tokens=20, stop=("\n",))))
    assert (answer.text, answer.reason) == (" there was a bee.", "stop")
    assert server.to(CHAT)[0].body["messages"][-1] == {"role": "user", "content": "Once"}


def test_thoughts_and_loops_are_no_answer(server: FaultyServer, connect: Connect) -> None:
    server.chats(streamed("<thi", "nk>Hm.</think>", "Hello."))
    assert ask(connect()).text == "Hello."
    server.chats(streamed(*["one ", "two ", "three "] * 40))
    answer = ask(connect())
    assert answer.reason == "repetition"
    assert answer.text.startswith("one two three")
    assert len(answer.text.split()) < 8


def test_a_server_that_does_not_keep_to_the_length_is_stopped(server: FaultyServer, connect: Connect) -> None:
    words = [f"{'abcdefgh'[number % 8]}{number} " * 20 for number in range(200)]
    server.chats(streamed(*words))
    assert ask(connect(), Request(HELLO.turns, "", Sampling(max_tokens=10))).reason == "length"


def test_what_a_server_may_not_know_is_not_sent_to_it(server: FaultyServer, connect: Connect) -> None:
    server.chats(streamed("Hello."))
    ask(connect())
    sent = server.to(CHAT)[0].body
    assert set(sent) == {"model", "stream", "max_tokens", "temperature", "top_p", "seed", "messages"}
    server.scripts["/v1/models"] = lambda asked: models("toy", owned_by="vllm")
    ask(connect())
    assert {"top_k", "min_p", "repetition_penalty", "stream_options"} <= set(server.to(CHAT)[1].body)


def test_nothing_is_read_ahead_elsewhere(server: FaultyServer, connect: Connect) -> None:
    engine = connect()
    engine.wait_ready(5)
    before = len(server.asked)
    engine.warm([HELLO])
    time.sleep(0.05)
    assert len(server.asked) == before


def test_what_a_closed_engine_was_asked_ends(server: FaultyServer, connect: Connect) -> None:
    server.chats(streamed("Hel", NEVER))
    engine = connect()
    threading.Thread(target=lambda: (eventually(lambda: bool(server.to(CHAT))), engine.close()), daemon=True).start()
    assert isinstance(failure_of(engine), EngineGone)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org", "no address of a server"),
        ("example.org:8000", "no address of a server"),
        ("http://", "no address of a server"),
        ("http://[::1", "makes no sense"),
        ("http://127.0.0.1:99999", "makes no sense"),
        (f"https://me:{KEY}@example.org/v1", "no name, key or question in it; put the key into MEAI_ENGINE_KEY"),
        (f"https://example.org/v1?key={KEY}", "no name, key or question"),
        ("http://8.8.8.8/v1", "outside this machine.*use https, or set MEAI_ENGINE_PLAIN=1"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as failure:
        address_of(url)
    assert KEY not in str(failure.value)


def test_an_address_may_leave_out_what_is_usual() -> None:
    assert address_of("https://models.example.org").url == "https://models.example.org/v1"
    assert address_of("http://[::1]:8080/v1/").place == "[::1]:8080"
    assert address_of("http://8.8.8.8/v1", plain_anywhere=True).place == "8.8.8.8"


def test_plain_http_goes_to_private_networks_alone(
    server: FaultyServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(map(is_private, ("127.0.0.1", "10.1.2.3", "192.168.0.9", "fd00::1", "fe80::1%eth0", "100.100.1.1")))
    assert not any(map(is_private, ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "::", "224.0.0.1")))
    # A name may lead outside: the address that it led to decides, before a byte is sent.
    monkeypatch.setattr(exchanges, "is_private", lambda ip: False)
    with pytest.raises(ModelRefused, match="can be read on the way"):
        connect().wait_ready(5)
    assert server.asked == []


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)
