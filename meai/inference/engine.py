"""The parent's side of the model's process: load, generate, cancel, close. Knows no prompt and no llama.cpp.

A crash, a hang or a hostile model file stays in the child: whoever waits gets one sentence, and the child is started
anew for the next request.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from meai.errors import BadInput, Cancelled, EngineGone, MeaiError, ModelRefused, NoModel
from meai.inference.request import Completion, Request
from meai.process import Child, Frame

WORKER = "meai.inference.worker"
LOAD_TIMEOUT_S = 120.0
SILENCE_TIMEOUT_S = 60.0
"""A worker that sends nothing for so long while it answers hangs; it is killed."""
CRASHES_ALLOWED = 3
CRASH_WINDOW_S = 300.0
POLL_S = 0.02
ILLEGAL_INSTRUCTION = -4


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the model is doing, for people."""

    state: Literal["none", "loading", "ready", "failed"]
    name: str = ""
    message: str = ""
    """One sentence where the state needs one."""
    parameters: int = 0
    """The model's size in weights, known once it is ready."""


class Engine:
    """Owns at most one model process. Every method may be called from any thread.

    *on_state* hears each new state, on the thread that caused it; it must not block.
    """

    def __init__(self, on_state: Callable[[EngineState], None] = lambda state: None) -> None:
        self._on_state = on_state
        self._changed = threading.Condition()
        self._state = EngineState("none")
        self._child: Child | None = None
        self._path: Path | None = None
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.Queue[Frame]] = {}
        self._crashes: list[float] = []

    @property
    def state(self) -> EngineState:
        """The state now."""
        return self._state

    def load(self, path: Path, name: str) -> None:
        """Begin to load the model file at *path*, in place of any other. Returns at once; the state tells the rest."""
        self._crashes.clear()
        self._start(path, name)

    def wait_ready(self, timeout_s: float = LOAD_TIMEOUT_S, cancelled: threading.Event | None = None) -> EngineState:
        """Return the state once it is `ready`, the model's size known.

        Raises NoModel, ModelRefused, Cancelled, or EngineGone after *timeout_s* seconds.
        """
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while self._state.state == "loading":
                if cancelled is not None and cancelled.is_set():
                    raise Cancelled("It was stopped.")
                if time.monotonic() > deadline:
                    raise EngineGone(f"The model {self._state.name} did not load within {timeout_s:.0f} s.")
                self._changed.wait(POLL_S)
            state = self._state
        if state.state == "none":
            raise NoModel("There is no model yet; get one in the AI menu or with `meai models pull smollm2-135m`.")
        if state.state == "failed":
            raise ModelRefused(state.message)
        return state

    def parameters(self, cancelled: threading.Event) -> int:
        """Return the model's size in weights, waiting for one that is being loaded. Raises as `wait_ready` does."""
        return self.wait_ready(cancelled=cancelled).parameters

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        """Answer *request*; *emit* gets each new piece of text on the caller's thread.

        Waits for a model that is being loaded. Raises Cancelled soon after *cancelled* is set, NoModel, EngineGone,
        or BadInput for a text that does not fit the model.
        """
        self.wait_ready(cancelled=cancelled)
        number = next(self._numbers)
        inbox: queue.Queue[Frame] = queue.Queue()
        child = self._child
        if child is None:
            raise EngineGone("The model's process has ended; please try again.")
        self._waiting[number] = inbox
        try:
            child.send({"do": "submit", "id": number, "request": request.to_frame()})
            return self._receive(child, number, inbox, emit, cancelled)
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """End the model's process and free its memory."""
        child, self._child = self._child, None
        self._path = None
        if child is not None:
            child.kill()
            child.close()
        self._set(EngineState("none"))
        self._fail_waiting("The model was unloaded.")

    def _receive(
        self,
        child: Child,
        number: int,
        inbox: queue.Queue[Frame],
        emit: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Completion:
        heard = time.monotonic()
        asked_to_stop = False
        while True:
            if cancelled.is_set() and not asked_to_stop:
                child.send({"do": "cancel", "id": number})
                asked_to_stop = True
            try:
                frame = inbox.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() - heard > SILENCE_TIMEOUT_S and not self._others_wait(number):
                    child.kill()
                continue
            heard = time.monotonic()
            if frame["is"] == "delta":
                emit(frame["text"])
            elif frame["is"] == "done":
                return _finished(frame)
            else:
                raise _error_of(frame)

    def _others_wait(self, number: int) -> bool:
        """Whether an older request is still before *number*: then silence is only the queue."""
        return min(self._waiting, default=number) < number

    def _start(self, path: Path, name: str) -> None:
        old, self._child = self._child, None
        if old is not None:
            old.kill()
        self._fail_waiting("The model was changed; please try again.")
        self._path = path
        child = Child(WORKER, on_frame=self._on_frame, on_exit=lambda status: self._on_exit(child, status))
        self._child = child
        self._set(EngineState("loading", name))
        child.start()
        child.send({"do": "load", "path": str(path)})

    def _on_frame(self, frame: Frame) -> None:
        number = frame.get("id")
        if number is not None:
            inbox = self._waiting.get(number)
            if inbox is not None:
                inbox.put(frame)
        elif frame["is"] == "ready":
            self._set(replace(self._state, state="ready", parameters=frame["parameters"]))
        else:
            self._set(replace(self._state, state="failed", message=frame["message"]))

    def _on_exit(self, child: Child, status: int) -> None:
        if child is not self._child or self._path is None:
            return
        path, name = self._path, self._state.name
        failed = self._state.state == "failed"
        self._child = None
        self._fail_waiting("The model stopped unexpectedly; your text is as it was. Please try again.")
        if failed:
            return
        self._crashes = [at for at in self._crashes if time.monotonic() - at < CRASH_WINDOW_S] + [time.monotonic()]
        if status == ILLEGAL_INSTRUCTION or len(self._crashes) >= CRASHES_ALLOWED:
            self._set(EngineState("failed", name, _crash_sentence(name, status)))
        else:
            self._start(path, name)

    def _fail_waiting(self, message: str) -> None:
        for inbox in list(self._waiting.values()):
            inbox.put({"is": "failed", "code": EngineGone.code, "message": message})

    def _set(self, state: EngineState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()
        self._on_state(state)


def _finished(frame: Frame) -> Completion:
    completion = Completion.from_frame(frame)
    if completion.reason == "cancelled":
        raise Cancelled("It was stopped.")
    return completion


def _error_of(frame: Frame) -> MeaiError:
    kinds: tuple[type[MeaiError], ...] = (BadInput, ModelRefused)
    return {kind.code: kind for kind in kinds}.get(frame["code"], EngineGone)(frame["message"])


def _crash_sentence(name: str, status: int) -> str:
    if status == ILLEGAL_INSTRUCTION:
        return (
            "llama.cpp was built for another processor than this one; install it anew with "
            "`pip install --force-reinstall --no-cache-dir llama-cpp-python==0.3.36`."
        )
    return f"The model {name} crashed {CRASHES_ALLOWED} times within five minutes; choose another or fetch it again."
