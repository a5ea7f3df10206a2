"""The engine with a worker that misbehaves on purpose: it sleeps, dies, or answers for another model."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from meai.errors import Cancelled, EngineGone, MeaiError, ModelRefused
from meai.inference.engine import Engine, EngineState
from meai.inference.request import Completion, Request
from meai.process import MAX_FRAME_BYTES

# The real loop round a model that reads its prompt for as many seconds as the request's start says.
WORKER = """
import queue, threading, time
from meai.errors import ModelRefused
from meai.inference import worker
from meai.process import take_pipes, write_frame

DONE = dict(reason="stop", prompt_tokens=1, reused_tokens=0, answer_tokens=1, prompt_s=0.0, answer_s=0.0, left_out=0)


class Sleeper:
    def __init__(self):
        self.asked, self.cancelled = [], set()

    @property
    def idle(self):
        return not self.asked

    def notice(self, frame):
        if frame["do"] == "cancel":
            self.cancelled.add(frame["id"])

    def hear(self, frame):
        if frame["do"] == "submit":
            self.asked.append(frame)
        elif frame["do"] == "load":
            self.load(frame["path"])

    def load(self, path):
        kind, _, seconds = path.partition("-")
        time.sleep(float(seconds or 0))
        if kind == "refused":
            raise ModelRefused("The model is refused.")
        message = "It makes do." if kind == "7" else ""
        reply({"is": "ready", "traits": {"parameters": int(kind), "basename": ""}, "message": message})

    def step(self):
        if self.asked:
            self.answer(self.asked.pop(0))

    def answer(self, frame):
        text, number = frame["request"]["start"], frame["id"]
        seconds, _, alive = text.partition("-")
        ends = time.monotonic() + float(seconds)
        while time.monotonic() < ends and number not in self.cancelled:
            time.sleep(0.01)
            if alive == "says":
                reply({"is": "delta", "id": number, "text": "word "})
            elif alive:
                reply({"is": "working"})
        reply({"is": "done", "id": number, "text": text, **DONE})


incoming, outgoing = take_pipes()
lock, frames, sleeper = threading.Lock(), queue.Queue(), Sleeper()


def reply(frame):
    with lock:
        write_frame(outgoing, frame)


threading.Thread(target=worker.receive, args=(incoming, frames, sleeper, reply), daemon=True).start()
worker.serve(sleeper, frames, reply)
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    with closing(engine_of(tmp_path, monkeypatch, silence_s=0.5)) as engine:
        yield engine


def engine_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, silence_s: float) -> Engine:
    (tmp_path / "sleeping_worker.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    return Engine(worker="sleeping_worker", silence_s=silence_s)


class Clock:
    """A clock that may be put forward, as if the machine had slept."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s


class Asked(threading.Thread):
    """A request on a thread of its own, and what became of it."""

    def __init__(self, engine: Engine, start: str) -> None:
        super().__init__(daemon=True)
        self.cancelled = threading.Event()
        self.outcome: Completion | MeaiError | None = None
        self._engine, self._start = engine, start
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self._engine.generate(Request((), self._start), lambda text: None, self.cancelled)
        except MeaiError as error:
            self.outcome = error

    def end(self, within_s: float = 10) -> Completion | MeaiError | None:
        self.join(within_s)
        assert not self.is_alive(), "nobody answered"
        return self.outcome


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_a_cancelled_request_does_not_wait_for_those_before_it(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    first = Asked(engine, "3-alive")
    second = Asked(engine, "0")
    second.cancelled.set()
    assert isinstance(second.end(within_s=1), Cancelled)
    assert first.is_alive()
    first.cancelled.set()
    assert isinstance(first.end(within_s=1), Cancelled)
    assert isinstance(Asked(engine, "0").end(within_s=2), Completion)


def test_a_long_prompt_is_no_hang_and_neither_is_a_queue(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    asked = [Asked(engine, "1-alive") for _ in range(3)]
    assert all(isinstance(each.end(), Completion) for each in asked)


def test_a_worker_that_hangs_is_ended_and_the_next_request_works(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    assert isinstance(Asked(engine, "60").end(), EngineGone)
    assert isinstance(Asked(engine, "0").end(), Completion)


def test_a_program_that_was_held_up_itself_ends_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("meai.inference.engine.time", clock)
    with closing(engine_of(tmp_path, monkeypatch, silence_s=60)) as engine:
        engine.load(Path("1"), "one")
        asked = Asked(engine, "1.5")
        eventually(lambda: bool(engine._run and engine._run.waiting))
        clock.ahead_s += 3600
        assert isinstance(asked.end(), Completion)


def test_a_request_waits_for_a_model_that_is_loaded_just_then(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.load(Path("1"), "one")
    wait_ready = engine.wait_ready

    def replaced_meanwhile(*args: Any, **kwargs: Any) -> EngineState:
        monkeypatch.setattr(engine, "wait_ready", wait_ready)
        state = wait_ready(*args, **kwargs)
        engine.load(Path("2-1.5"), "two")
        return state

    monkeypatch.setattr(engine, "wait_ready", replaced_meanwhile)
    assert isinstance(Asked(engine, "0").end(), Completion)


def test_an_answer_that_nobody_takes_is_stopped(engine: Engine) -> None:
    def refuse(text: str) -> None:
        raise OSError("the page went away")

    engine.load(Path("1"), "one")
    with pytest.raises(OSError, match="the page went away"):
        engine.generate(Request((), "5-says"), refuse, threading.Event())
    assert isinstance(Asked(engine, "0").end(within_s=2), Completion)


def test_reading_ahead_what_is_too_large_for_the_pipe_raises_nothing(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    engine.wait_ready(10)
    engine.warm([Request((), "x" * (MAX_FRAME_BYTES + 1))])


def test_a_process_that_cannot_be_started_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*args: object, **kwargs: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("meai.process.subprocess.Popen", no_process)
    engine.load(Path("1"), "one")
    with pytest.raises(ModelRefused, match=r"one could not be started: Cannot allocate memory"):
        engine.wait_ready(10)


def test_a_model_that_was_replaced_says_nothing_for_the_new_one(engine: Engine) -> None:
    engine.load(Path("1-0.3"), "one")
    engine.load(Path("2-0.6"), "two")
    ready = engine.wait_ready(10)
    assert ready == EngineState("ready", "two", traits=ready.traits)
    assert ready.traits.parameters == 2


def test_a_model_that_makes_do_is_ready_and_says_so(engine: Engine) -> None:
    engine.load(Path("7"), "seven")
    assert engine.wait_ready(10).message == "It makes do."


def test_a_model_may_take_long_to_load_as_long_as_its_process_lives(engine: Engine) -> None:
    engine.load(Path("1-3"), "slow")
    assert engine.wait_ready(timeout_s=2).name == "slow"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot hold a process up")
def test_a_process_that_stands_still_while_it_loads_is_not_waited_for_for_ever(engine: Engine) -> None:
    engine.load(Path("1-60"), "stuck")
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGSTOP)
    with pytest.raises(EngineGone, match="stuck did not load within 1 s"):
        engine.wait_ready(timeout_s=1)


def test_whoever_waits_for_a_replaced_model_is_told(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    engine.wait_ready(10)
    waiting = Asked(engine, "60-alive")
    eventually(lambda: bool(engine._run and engine._run.waiting))
    engine.load(Path("2"), "two")
    assert isinstance(waiting.end(within_s=3), EngineGone)
    assert isinstance(Asked(engine, "0").end(), Completion)


def test_requests_and_changes_of_model_at_once_leave_nobody_waiting(engine: Engine) -> None:
    engine.load(Path("1"), "one")
    asked = []
    for number in range(4):
        asked += [Asked(engine, "0.05") for _ in range(4)]
        engine.load(Path(str(number)), "next")
    assert all(isinstance(each.end(), Completion | EngineGone) for each in asked)


def test_a_refused_model_leaves_no_process_behind(engine: Engine) -> None:
    engine.load(Path("refused"), "bad")
    with pytest.raises(ModelRefused, match="The model is refused"):
        engine.wait_ready(10)
    eventually(lambda: engine._run is None)


def test_nothing_is_started_after_the_end(engine: Engine) -> None:
    engine.load(Path("1-0.2"), "one")
    engine.close()
    assert engine.state == EngineState("none")
    assert engine._run is None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot hold a process up")
@pytest.mark.alone
def test_a_worker_that_stands_still_is_ended_within_two_seconds_or_so_and_the_next_request_works(
    tmp_path: Path, engine: Engine
) -> None:
    engine.load(Path("1"), "one")
    engine.wait_ready(10)
    waiting = Asked(engine, "60-alive")
    eventually(lambda: bool(engine._run and engine._run.waiting))
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert isinstance(waiting.end(), EngineGone)
    assert time.monotonic() - began < 4
    assert isinstance(Asked(engine, "0").end(), Completion)
