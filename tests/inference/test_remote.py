"""The engine elsewhere, asked at real servers that the tests start: it streams, stops, compares, survives theirs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meai.errors import BadInput, Cancelled, EngineGone, ModelRefused
from meai.inference import remote as remotes
from meai.inference.address import address_of
from meai.inference.engine import Engine
from meai.inference.remote import Remote
from meai.inference.request import Request, Sampling, Turn
from tests.served import SERVERS, ServedModel, llama_server

pytestmark = [pytest.mark.model, pytest.mark.slow]

STORY = Request((Turn("user", "Tell me a story about a bee."),), "", Sampling(max_tokens=16))
WORDINGS = (" were short, and nobody believed them", " was short, and nobody beleived them", " “café” was")
CLOSE = 1.5
"""Nats by which a sum over a dozen tokens may differ: the file here is another one, made for this machine."""


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest, model_path: Path) -> Iterator[ServedModel]:
    with SERVERS[request.param](model_path) as served:
        yield served


@pytest.fixture(scope="module")
def engine(served: ServedModel) -> Iterator[Remote]:
    engine = Remote(address_of(served.url))
    engine.connect()
    engine.wait_ready()
    yield engine
    engine.close()


@pytest.fixture
def go() -> threading.Event:
    return threading.Event()


def ignore(_text: str) -> None:
    pass


def test_it_knows_what_it_is(engine: Remote, go: threading.Event) -> None:
    assert engine.state.name == "smollm2-135m"
    assert engine.traits(go).basename == "smollm2"
    assert 130_000_000 < engine.traits(go).parameters < 140_000_000
    report = engine.report(go)
    assert report.server in SERVERS
    assert report.completes
    assert report.compares == ("grammar" if report.server == "llama-server" else "")


def test_an_answer_streams_in_pieces_that_make_the_whole(engine: Remote, go: threading.Event) -> None:
    pieces: list[str] = []
    first = engine.generate(STORY, pieces.append, go)
    assert len(pieces) > 3
    assert "".join(pieces) == first.text
    assert first.reason == "length"


def test_a_text_is_continued_to_a_stop_string_and_within_a_grammar(engine: Remote, go: threading.Event) -> None:
    counted = Request((), "1, 2, 3, 4,", Sampling(max_tokens=24, stop=(" 8",)))
    answer = engine.generate(counted, ignore, go)
    assert (answer.text, answer.reason) == (" 5, 6, 7,", "stop")
    begun = Sampling(max_tokens=6, grammar='root ::= " "? "beau" [^\\n]*')
    assert engine.generate(Request((), "What a", begun), ignore, go).text.strip().startswith("beau")


def test_another_seed_is_another_answer(engine: Remote, go: threading.Event) -> None:
    # A prompt that is read in one go rounds otherwise than one that a server has read already.
    engine.generate(STORY, ignore, go)
    warm = replace(STORY, sampling=replace(STORY.sampling, temperature=1.0))
    texts = [
        engine.generate(replace(warm, sampling=replace(warm.sampling, seed=seed)), ignore, go).text
        for seed in (1, 2, 1)
    ]
    assert texts[0] == texts[2]
    assert texts[0] != texts[1]


def test_wordings_are_compared_as_the_engine_here_compares_them(
    engine: Remote, go: threading.Event, model_path: Path, prepared_cache: Path
) -> None:
    if not engine.traits(go).compares:
        with pytest.raises(BadInput, match="cannot tell which of several wordings is more probable"):
            engine.score(Request((), "The answers"), WORDINGS, go)
        return
    here = Engine(cache=prepared_cache)
    here.load(model_path, "here")
    try:
        expected = here.score(Request((), "The answers"), WORDINGS, go)
    finally:
        here.close()
    found = engine.score(Request((), "The answers"), WORDINGS, go)
    assert found == pytest.approx(expected, abs=CLOSE)
    assert engine.score(Request((), "The answers"), (), go) == ()


def test_a_stopped_answer_ends_at_once_and_the_next_one_comes(engine: Remote) -> None:
    stop, stopped_at = threading.Event(), []

    def once(_text: str) -> None:
        if not stopped_at:
            stopped_at.append(time.monotonic())
            stop.set()

    with pytest.raises(Cancelled):
        engine.generate(replace(STORY, sampling=Sampling(max_tokens=400)), once, stop)
    assert time.monotonic() - stopped_at[0] < 0.2
    assert engine.generate(STORY, ignore, threading.Event()).text


def test_several_at_once_get_their_own_answers(engine: Remote, go: threading.Event) -> None:
    words = ("1, 2, 3, 4,", "a, b, c, d,", "Monday, Tuesday, Wednesday,")
    alone = [engine.generate(Request((), each, Sampling(max_tokens=8)), ignore, go).text for each in words]
    answers: dict[str, str] = {}

    def ask(each: str) -> None:
        answers[each] = engine.generate(Request((), each, Sampling(max_tokens=8)), ignore, go).text

    threads = [threading.Thread(target=ask, args=(each,)) for each in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[each][:6] for each in words] == [text[:6] for text in alone]


def test_a_server_that_is_killed_is_told_and_one_that_comes_back_answers(
    model_path: Path, go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remotes, "RECONNECT_S", (0.1,))
    with llama_server(model_path) as served:
        engine = Remote(address_of(served.url))
        engine.connect()
        engine.wait_ready()
        with pytest.raises(EngineGone, match=r"broke (its answer|the connection) off"):
            engine.generate(replace(STORY, sampling=Sampling(max_tokens=400)), lambda text: served.process.kill(), go)
        with pytest.raises(EngineGone, match="cannot be reached; look whether it runs"):
            engine.generate(STORY, ignore, go)
        assert engine.state.state == "failed"
        with pytest.raises(ModelRefused, match="cannot be reached"):
            engine.generate(STORY, ignore, go)
    with llama_server(model_path, int(served.url.rpartition(":")[2])):
        until = time.monotonic() + 30
        while engine.state.state != "ready" and time.monotonic() < until:
            time.sleep(0.05)
        assert engine.generate(STORY, ignore, go).text
    engine.close()
