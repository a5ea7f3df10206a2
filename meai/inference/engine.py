"""The parent's side of the model's process: load, ask, cancel, close. Knows no prompt and no llama.cpp.

A crash, a hang or a hostile model file stays in the child: whoever waits gets one sentence, and the child is started
anew for the next request.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from meai.errors import BadInput, Cancelled, EngineGone, MeaiError, ModelRefused, NoModel
from meai.inference.calibration import Calibration
from meai.inference.request import Adapter, Completion, ModelTraits, Request, WorkerReport
from meai.inference.stop import told
from meai.inference.watched import Watched
from meai.process import Frame

WORKER = "meai.inference.worker"
LOAD_TIMEOUT_S = 120.0
SILENCE_TIMEOUT_S = 60.0
"""A worker that gets nothing done for so long while somebody waits hangs; it is killed."""
CRASHES_ALLOWED = 3
CRASH_WINDOW_S = 300.0
POLL_S = 0.15
"""How often whoever waits looks around: for a cancellation that tells nobody, and for a worker that hangs."""
_LOOK: Frame = {"is": "look"}
"""Wakes whoever waits for a frame."""
ILLEGAL_INSTRUCTION = frozenset({-4, 0xC000001D})
"""Exit statuses of a program made for another processor: SIGILL, and what Windows says."""
REINSTALL = "`pip install --force-reinstall --no-cache-dir --no-binary llama-cpp-python llama-cpp-python==0.3.36`"


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the model is doing, for people and for prompts."""

    state: Literal["none", "loading", "ready", "failed"]
    name: str = ""
    message: str = ""
    """One sentence where the state needs one."""
    traits: ModelTraits = field(default_factory=ModelTraits)
    """What the model file says of itself, known once it is ready."""
    calibration: Calibration | None = None
    """What it costs on this machine, known once it is ready."""
    progress: float = 0.0
    """From 0 to 1, while a model is prepared for this machine."""


class Engine:
    """Owns at most one model process. Every method may be called from any thread.

    *on_state* hears the newest state after each change, on the thread that caused it; it must not block. *worker* is
    the module that the process runs, *silence_s* how long it may say nothing while somebody waits. In *cache*, a
    folder, it keeps what is known of models on this machine; without one nothing is kept. A GPU computes *gpu_layers*
    of a model, None: as many as its memory has room for.
    """

    def __init__(
        self,
        on_state: Callable[[EngineState], None] = lambda state: None,
        *,
        worker: str = WORKER,
        silence_s: float = SILENCE_TIMEOUT_S,
        cache: Path | None = None,
        gpu_layers: int | None = None,
    ) -> None:
        self._on_state = on_state
        self._cache = cache
        self._gpu_layers = gpu_layers
        self._worker = worker
        self._silence_s = silence_s
        self._telling = threading.Lock()
        self._changed = threading.Condition()
        self._state = EngineState("none")
        self._run: Watched | None = None
        self._numbers = itertools.count(1)
        self._crashes: list[float] = []

    @property
    def state(self) -> EngineState:
        """The state now."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The model's process; None where there is none."""
        run = self._run
        return run.child.pid if run is not None else None

    def load(self, path: Path, name: str, adapters: Sequence[Adapter] = ()) -> None:
        """Begin to load the model file at *path*, in place of any other. Returns at once; the state tells the rest.

        It answers with *adapters*, which were made for it.
        """
        with self._changed:
            self._crashes.clear()
            old = self._run
            self._start(path, name, tuple(adapters))
        self._end(old, "The model was changed; please try again.")
        self._tell()

    def adapt(self, adapters: Sequence[Adapter]) -> None:
        """Have what is asked from now on answered with *adapters*, in place of others; nothing is loaded anew."""
        with self._changed:
            if self._run is not None:
                self._run.adapters = tuple(adapters)
                self._run.send_if_there({"do": "adapt", "adapters": [each.to_frame() for each in adapters]})

    def wait_ready(self, timeout_s: float = LOAD_TIMEOUT_S, cancelled: threading.Event | None = None) -> EngineState:
        """Return the state once it is `ready`.

        Raises NoModel, ModelRefused, Cancelled, or EngineGone when the process says nothing for *timeout_s* seconds.
        """
        asked_s = time.monotonic()
        with self._changed:
            while (run := self._run) is not None and self._state.state == "loading":
                if cancelled is not None and cancelled.is_set():
                    raise Cancelled("It was stopped.")
                if time.monotonic() - max(asked_s, run.heard_s) > timeout_s:
                    raise EngineGone(f"The model {self._state.name} did not load within {timeout_s:.0f} s.")
                # A large model on a slow disk may take longer, and its process says that it lives.
                run.ask()
                self._changed.wait(POLL_S)
            state = self._state
        if state.state == "none":
            raise NoModel("There is no model yet; get one in the AI menu or with `meai models pull smollm2-135m`.")
        if state.state == "failed":
            raise ModelRefused(state.message)
        return state

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        """Return what the model file says of itself, waiting for one being loaded. Raises as `wait_ready` does."""
        return self.wait_ready(cancelled=cancelled).traits

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        """Answer *request*; *emit* gets each new piece of text on the caller's thread.

        Waits for a model that is being loaded. Raises Cancelled soon after *cancelled* is set or the request's editor
        asked for something newer, NoModel, EngineGone, or BadInput for a text that does not fit the model.
        """
        frame = {"do": "submit", "request": request.to_frame(), **_turn_of(request)}
        return Completion.from_frame(self._ask(frame, "done", emit, cancelled))

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        """Return for each of *candidates* how probable it is as a continuation of *request*'s prompt.

        The figures are natural logarithms of probabilities, each the sum over the candidate's tokens. A candidate is
        read as it stands: one that begins a new word begins with a space. Raises as `generate` does.
        """
        frame = {"do": "score", "request": request.to_frame(), "candidates": list(candidates), **_turn_of(request)}
        return tuple(map(float, self._ask(frame, "scored", lambda text: None, cancelled)["scores"]))

    def warm(self, requests: Sequence[Request]) -> None:
        """Have the prompts of *requests*, of one editor, read ahead while nobody waits. Returns at once, never raises.

        The editor's next request, for an answer or to read ahead, ends it; what was read by then stays useful.
        """
        run = self._run
        if run is None or self._state.state != "ready" or not requests:
            return
        frame = {"do": "warm", "id": next(self._numbers), "requests": [request.to_frame() for request in requests]}
        with suppress(MeaiError):
            run.child.send({**frame, "purpose": "warm", "editor": requests[0].editor})

    def report(self, cancelled: threading.Event) -> WorkerReport:
        """Return what the model's process is doing and holding. Raises as `score` does."""
        return WorkerReport.from_frame(self._ask({"do": "report"}, "report", lambda text: None, cancelled))

    def close(self) -> None:
        """End the model's process and free its memory."""
        with self._changed:
            old, self._run = self._run, None
            self._set(EngineState("none"))
        self._end(old, "The model was unloaded.")
        if old is not None:
            old.child.close()
        self._tell()

    def _ask(self, frame: Frame, ending: str, emit: Callable[[str], None], cancelled: threading.Event) -> Frame:
        """Send *frame* and return the frame of the kind *ending* that answers it."""
        number = next(self._numbers)
        inbox: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        run = self._join(number, inbox, cancelled)
        try:
            run.child.send({"id": number, **frame})
            with told(cancelled, partial(inbox.put, _LOOK)):
                return self._receive(run, inbox, ending, emit, cancelled)
        except BaseException:
            # Whoever asked need not wait for the worker, which drops a request that it has not begun.
            run.send_if_there({"do": "cancel", "id": number})
            raise
        finally:
            with self._changed:
                run.waiting.pop(number, None)

    def _join(self, number: int, inbox: queue.SimpleQueue[Frame], cancelled: threading.Event) -> Watched:
        """Wait for a model that is ready, and have its process answer *number* into *inbox*."""
        while True:
            self.wait_ready(cancelled=cancelled)
            with self._changed:
                # Another may have been chosen meanwhile, whose process must not be looked after while it loads.
                if self._run is not None and self._state.state == "ready":
                    self._run.waiting[number] = inbox
                    return self._run

    def _receive(
        self,
        run: Watched,
        inbox: queue.SimpleQueue[Frame],
        ending: str,
        emit: Callable[[str], None],
        cancelled: threading.Event,
    ) -> Frame:
        while True:
            if cancelled.is_set():
                raise Cancelled("It was stopped.")
            try:
                frame = inbox.get(timeout=POLL_S)
            except queue.Empty:
                run.look(self._silence_s)
                continue
            if frame["is"] == "delta":
                emit(frame["text"])
            elif frame["is"] == ending:
                return frame
            elif frame["is"] == "failed":
                raise _error_of(frame)

    def _start(self, path: Path, name: str, adapters: tuple[Adapter, ...]) -> None:
        run = Watched(path, name, self._worker, on_frame=self._on_frame, on_exit=self._on_exit)
        try:
            run.child.start()
        except OSError as error:
            self._run = None
            reason = f"{error.strerror}; close other programs and choose it again"
            self._set(EngineState("failed", name, f"The model {name} could not be started: {reason}."))
            return
        self._run = run
        run.adapters = adapters
        self._set(EngineState("loading", name))
        cache, given = str(self._cache) if self._cache else None, [each.to_frame() for each in adapters]
        how = {"cache": cache, "gpu_layers": self._gpu_layers, "adapters": given}
        run.send_if_there({"do": "load", "path": str(path), **how})

    def _end(self, run: Watched | None, message: str) -> None:
        if run is not None:
            with self._changed:
                run.fail(message)
            run.child.kill()

    def _on_frame(self, run: Watched, frame: Frame) -> None:
        with self._changed:
            run.note(done=frame["is"] != "alive")
            if "id" in frame:
                if inbox := run.waiting.get(frame["id"]):
                    inbox.put(frame)
                return
            if run is not self._run or frame["is"] in ("alive", "working"):
                return
            if frame["is"] == "ready":
                self._set(_ready(run.name, frame))
            elif frame["is"] == "preparing":
                self._set(EngineState("loading", run.name, str(frame["message"]), progress=frame["fraction"]))
            else:
                self._set(EngineState("failed", run.name, str(frame["message"])))
                run.child.kill()
        self._tell()

    def _on_exit(self, run: Watched, status: int) -> None:
        with self._changed:
            run.fail("The model stopped unexpectedly; your text is as it was. Please try again.")
            if run is not self._run:
                return
            self._run = None
            if self._state.state == "failed":
                return
            now_s = time.monotonic()
            self._crashes = [at_s for at_s in self._crashes if now_s - at_s < CRASH_WINDOW_S] + [now_s]
            if status in ILLEGAL_INSTRUCTION or len(self._crashes) >= CRASHES_ALLOWED:
                self._set(EngineState("failed", run.name, _crash_sentence(run.name, status)))
            else:
                self._start(run.path, run.name, run.adapters)
        self._tell()

    def _set(self, state: EngineState) -> None:
        self._state = state
        self._changed.notify_all()

    def _tell(self) -> None:
        # Outside the other lock, which whoever listens may want; and one after another, so that the newest comes last.
        with self._telling:
            self._on_state(self._state)


def _turn_of(request: Request) -> Frame:
    """What decides whose turn it is, where the worker's reader sees it at once."""
    return {"purpose": request.purpose, "editor": request.editor}


def _ready(name: str, frame: Frame) -> EngineState:
    calibration = Calibration.from_frame(frame["calibration"]) if "calibration" in frame else None
    return EngineState("ready", name, frame.get("message", ""), ModelTraits.from_frame(frame["traits"]), calibration)


def _error_of(frame: Frame) -> MeaiError:
    kinds: tuple[type[MeaiError], ...] = (BadInput, Cancelled, ModelRefused)
    return {kind.code: kind for kind in kinds}.get(frame["code"], EngineGone)(frame["message"])


def _crash_sentence(name: str, status: int) -> str:
    if status in ILLEGAL_INSTRUCTION:
        return f"llama.cpp was built for another processor than this one; install it anew with {REINSTALL}."
    return f"The model {name} crashed {CRASHES_ALLOWED} times within five minutes; choose another or fetch it again."
