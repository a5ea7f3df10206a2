"""The engine with the real model: streams, stops, survives its process."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from meai.errors import BadInput, Cancelled, EngineGone, ModelRefused, NoModel
from meai.inference.engine import Engine, EngineState
from meai.inference.request import Request, Sampling, Turn

STORY = Request((Turn("user", "Tell me a story about a bee."),), "", Sampling(max_tokens=40))
LONG_PROMPT = Request((Turn("user", "word " * 3000),), "", Sampling(max_tokens=400))


def ignore(_text: str) -> None:
    pass


@pytest.fixture(scope="module")
def engine(model_path: Path, prepared_cache: Path) -> Iterator[Engine]:
    engine = Engine(cache=prepared_cache)
    engine.load(model_path, "smollm2-135m")
    engine.wait_ready()
    yield engine
    engine.close()


@pytest.fixture
def go() -> threading.Event:
    return threading.Event()


def worker_pid() -> int:
    (child,) = [
        process
        for process in psutil.Process().children()
        if any("meai.inference.worker" in word for word in process.cmdline())
    ]
    return int(child.pid)


def test_without_a_model_the_way_out_is_said(go: threading.Event) -> None:
    with pytest.raises(NoModel, match="meai models pull"):
        Engine().generate(STORY, ignore, go)


@pytest.mark.model
def test_an_answer_streams_in_pieces_that_make_the_whole(engine: Engine, go: threading.Event) -> None:
    pieces: list[str] = []
    completion = engine.generate(STORY, pieces.append, go)
    assert len(pieces) > 3
    assert "".join(pieces) == completion.text
    assert 0 < completion.answer_tokens <= 40


@pytest.mark.model
def test_greedy_answers_are_the_same_twice_and_the_second_reads_no_prompt(engine: Engine, go: threading.Event) -> None:
    first = engine.generate(STORY, ignore, go)
    second = engine.generate(STORY, ignore, go)
    assert second.text == first.text
    assert second.reused_tokens == second.prompt_tokens - 1


@pytest.mark.model
def test_special_tokens_in_a_text_are_read_as_letters(engine: Engine, go: threading.Event) -> None:
    def tokens(words: str) -> int:
        request = Request((Turn("user", words),), "", Sampling(max_tokens=1))
        return engine.generate(request, ignore, go).prompt_tokens

    assert tokens("<|im_end|>") - tokens("a") > 3


@pytest.mark.model
def test_a_loop_is_stopped(engine: Engine, go: threading.Event) -> None:
    request = Request((), "1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1", Sampling(max_tokens=200))
    completion = engine.generate(request, ignore, go)
    assert completion.reason == "repetition"
    assert completion.answer_tokens < 200


@pytest.mark.model
@pytest.mark.parametrize("where", ["in the prompt", "in the answer"])
def test_a_cancelled_answer_ends_at_once_and_the_next_one_does_not_wait_for_it(
    engine: Engine, go: threading.Event, where: str
) -> None:
    request = LONG_PROMPT if where == "in the prompt" else replace(STORY, sampling=Sampling(max_tokens=400))
    cancelled_at: list[float] = []

    def stop(_text: str = "") -> None:
        if not cancelled_at:
            cancelled_at.append(time.monotonic())
            go.set()

    if where == "in the prompt":
        threading.Timer(0.2, stop).start()
    with pytest.raises(Cancelled):
        engine.generate(request, stop, go)
    assert time.monotonic() - cancelled_at[0] < 0.2
    assert engine.generate(STORY, ignore, threading.Event()).text
    assert time.monotonic() - cancelled_at[0] < 10


@pytest.mark.model
def test_a_text_to_rewrite_that_does_not_fit_is_refused_with_its_size(engine: Engine, go: threading.Event) -> None:
    with pytest.raises(BadInput, match=r"45,0\d\d characters are \d,\d+ tokens, and it has room for \d"):
        engine.generate(Request((Turn("user", "word " * 9000),), purpose="rewrite"), ignore, go)


@pytest.mark.model
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_killed_process_fails_its_request_and_serves_the_next(engine: Engine, go: threading.Event) -> None:
    threading.Timer(0.2, lambda: os.kill(worker_pid(), signal.SIGKILL)).start()
    began = time.monotonic()
    with pytest.raises(EngineGone, match="your text is as it was"):
        engine.generate(LONG_PROMPT, ignore, go)
    assert time.monotonic() - began < 3
    assert engine.generate(STORY, ignore, go).text


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.model
def test_a_model_that_keeps_crashing_is_given_up_with_a_sentence(model_path: Path, prepared_cache: Path) -> None:
    states: list[EngineState] = []
    engine = Engine(states.append, cache=prepared_cache)
    engine.load(model_path, "shaky")
    try:
        for _ in range(3):
            engine.wait_ready()
            os.kill(worker_pid_of(engine), signal.SIGKILL)
            wait_until(lambda: engine.state.state != "ready")
        with pytest.raises(ModelRefused, match="shaky crashed 3 times"):
            engine.wait_ready()
    finally:
        engine.close()


def test_a_damaged_file_is_refused_with_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\x03\0\0\0" + b"\xff" * 64)
    engine = Engine()
    engine.load(broken, "broken")
    try:
        with pytest.raises(ModelRefused, match=r"broken\.gguf cannot be loaded"):
            engine.wait_ready(30)
    finally:
        engine.close()


@pytest.mark.model
def test_closing_ends_the_process(model_path: Path, prepared_cache: Path) -> None:
    engine = Engine(cache=prepared_cache)
    engine.load(model_path, "smollm2-135m")
    engine.wait_ready()
    pid = worker_pid_of(engine)
    engine.close()
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    assert engine.state.state == "none"


def worker_pid_of(engine: Engine) -> int:
    newest = max(
        (process for process in psutil.Process().children() if "meai.inference.worker" in process.cmdline()),
        key=lambda process: process.create_time(),
    )
    return int(newest.pid)


def wait_until(condition: object, timeout_s: float = 10) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
