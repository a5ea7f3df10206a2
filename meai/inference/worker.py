"""The model's process: hears requests, does a step of the most urgent one, answers. Knows nothing of who started it.

One thread makes every llama.cpp call (a context must not be used from two, abetlen/llama-cpp-python#471); another
reads the pipe, so that what is cancelled or more urgent breaks an evaluation off. When the pipe ends, so does the
process.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from meai.errors import BadInput, Cancelled, MeaiError, ModelRefused
from meai.inference.answer import Answer
from meai.inference.llama import NoRoom
from meai.inference.loaded import Loaded, load
from meai.inference.request import Adapter, Request
from meai.inference.resident import give_back_large_pieces
from meai.inference.scheduler import Schedule, Work, overtakes
from meai.inference.scores import Scores
from meai.inference.warming import Warming
from meai.process import Frame, read_frames, take_pipes, write_frame

LIFE_S = 0.5


class Task(Protocol):
    """A request at work."""

    def step(self) -> None:
        """Evaluate one batch, or nothing when interrupted. Raises NoRoom."""

    def pause(self) -> None:
        """Give back the room in the cache."""

    def close(self) -> None:
        """Give back everything."""


class Worker:
    """Does what frames ask with one model, a step at a time. *reply* sends frames, from the thread that calls."""

    def __init__(self, reply: Callable[[Frame], None]) -> None:
        self._reply = reply
        self._schedule = Schedule()
        self._tasks: dict[int, tuple[Work, Task]] = {}
        self._running: Work | None = None
        self._loaded: Loaded | None = None
        self._shown_at = float("-inf")

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do until a frame comes."""
        return not self._tasks

    def notice(self, frame: Frame) -> None:
        """Look at *frame* as it arrives, on the thread that reads the pipe: may what runs now go on?"""
        running, loaded = self._running, self._loaded
        # A model that cannot rewind is left in an unknown state by an interruption; its piece is let finish.
        if running is None or loaded is None or not loaded.model.rewinds:
            return
        if frame["do"] == "cancel":
            stop = frame["id"] == running.number
        else:
            stop = "purpose" in frame and overtakes(_work(frame), running)
        if stop:
            loaded.model.interrupt(True)

    def hear(self, frame: Frame) -> None:
        """Do what *frame* asks, or take it up. Raises what the sender is to be told."""
        _HANDLERS[frame["do"]](self, frame)

    def step(self) -> None:
        """Do one step of the work whose turn it is, and tell what is finished."""
        number = self._schedule.next()
        if number is None:
            return
        work, task = self._tasks[number]
        # Whatever wanted an interruption has been heard; one that comes late must not stop all that follows.
        self._require_loaded().model.interrupt(False)
        self._running = work
        try:
            task.step()
            self._show_life()
        except NoRoom:
            self._make_room(work)
            return
        except (MeaiError, RuntimeError) as error:
            self._end(number)
            self._reply({"id": number, **_failure(error)})
            return
        finally:
            self._running = None
        self._tell_end(number, task)

    def _load(self, frame: Frame) -> None:
        cache = Path(frame["cache"]) if frame["cache"] else None
        self._loaded = loaded = load(Path(frame["path"]), cache, self._show_preparing, frame.get("gpu_layers"))
        loaded.adapters.take([Adapter.from_frame(each) for each in frame.get("adapters", ())])
        said = {"traits": loaded.model.traits.to_frame(), "calibration": loaded.calibration.to_frame()}
        self._reply({"is": "ready", **said, "message": loaded.makeshift})
        # This delays nobody who has just seen the page.
        loaded.learn_words()

    def _adapt(self, frame: Frame) -> None:
        self._require_loaded().adapters.take([Adapter.from_frame(each) for each in frame["adapters"]])

    def _show_preparing(self, message: str, fraction: float) -> None:
        self._reply({"is": "preparing", "message": message, "fraction": fraction})

    def _submit(self, frame: Frame) -> None:
        def say(text: str) -> None:
            self._reply({"is": "delta", "id": frame["id"], "text": text})

        self._take_up(frame, self._require_loaded().answer(Request.from_frame(frame["request"]), say))

    def _warm(self, frame: Frame) -> None:
        self._take_up(frame, self._require_loaded().warming([Request.from_frame(each) for each in frame["requests"]]))

    def _score(self, frame: Frame) -> None:
        request = Request.from_frame(frame["request"])
        self._take_up(frame, self._require_loaded().scores(request, frame["candidates"]))

    def _cancel(self, frame: Frame) -> None:
        self._end(frame["id"])

    def _report(self, frame: Frame) -> None:
        report = self._require_loaded().report(working=len(self._tasks))
        self._reply({"is": "report", "id": frame["id"], **report.to_frame()})

    def _require_loaded(self) -> Loaded:
        if self._loaded is None:
            raise ModelRefused("No model is loaded.")
        return self._loaded

    def _take_up(self, frame: Frame, task: Task) -> None:
        work = _work(frame)
        self._tasks[work.number] = (work, task)
        for replaced in self._schedule.add(work):
            self._end(replaced)
            self._reply({"id": replaced, **_failure(Cancelled("A newer request took its place."))})
        if work.number in self._tasks:
            self._tell_end(work.number, task)

    def _tell_end(self, number: int, task: Task) -> None:
        """Tell the result of *task* and drop it, where it has one."""
        if isinstance(task, Answer) and task.reason is not None:
            result: Frame = {"is": "done", **task.completion().to_frame()}
        elif isinstance(task, Scores) and task.finished:
            result = {"is": "scored", "scores": list(task.result)}
        elif isinstance(task, Warming) and task.finished:
            result = {"is": "warm"}
        else:
            return
        self._end(number)
        self._reply({"id": number, **result})

    def _end(self, number: int) -> None:
        self._schedule.remove(number)
        if found := self._tasks.pop(number, None):
            found[1].close()

    def _make_room(self, work: Work) -> None:
        """Set the least urgent work aside until other work is done; give *work* up where nothing else holds room."""
        waiting = self._schedule.least_urgent()
        if waiting is None:
            self._end(work.number)
            sentence = "The text is too long for this model; select less of it."
            self._reply({"id": work.number, **_failure(BadInput(sentence))})
            return
        _, task = self._tasks[waiting]
        task.pause()
        self._schedule.set_aside(waiting)
        self._tell_end(waiting, task)

    def _show_life(self) -> None:
        """Send a sign of life now and then: on a slow machine a long prompt may take minutes."""
        now = time.monotonic()
        if now - self._shown_at > LIFE_S:
            self._shown_at = now
            self._reply({"is": "working"})


_HANDLERS: dict[str, Callable[[Worker, Frame], None]] = {
    "load": Worker._load,
    "adapt": Worker._adapt,
    "submit": Worker._submit,
    "warm": Worker._warm,
    "score": Worker._score,
    "cancel": Worker._cancel,
    "report": Worker._report,
}


def _work(frame: Frame) -> Work:
    return Work(frame["id"], frame["purpose"], frame["editor"])


def _failure(error: Exception) -> Frame:
    return {"is": "failed", "code": getattr(error, "code", MeaiError.code), "message": str(error)}


def receive(pipe: BinaryIO, incoming: queue.SimpleQueue[Frame], worker: Worker, reply: Callable[[Frame], None]) -> None:
    """Hand frames to the thread that computes; the end of the pipe ends the process at once, whatever it computes."""
    try:
        for frame in read_frames(pipe):
            if frame["do"] == "ping":
                reply({"is": "alive"})
                continue
            # In this order: an interruption must find its reason in the queue.
            incoming.put(frame)
            worker.notice(frame)
    finally:
        os._exit(0)


def serve(worker: Worker, incoming: queue.SimpleQueue[Frame], reply: Callable[[Frame], None]) -> None:
    """Do what *incoming* asks, for ever: everything that has arrived is heard before the next step."""
    while True:
        for frame in _arrived(incoming, wait=worker.idle):
            try:
                worker.hear(frame)
            except (MeaiError, RuntimeError) as error:
                reply({**{key: frame[key] for key in ("id",) if key in frame}, **_failure(error)})
        worker.step()


def _arrived(incoming: queue.SimpleQueue[Frame], *, wait: bool) -> Iterator[Frame]:
    if wait:
        yield incoming.get()
    # Nobody else takes anything out of it.
    while not incoming.empty():
        yield incoming.get()


def main() -> None:
    """Serve the pipe until it ends."""
    give_back_large_pieces()
    pipe_in, pipe_out = take_pipes()
    lock = threading.Lock()

    def reply(frame: Frame) -> None:
        with lock:
            write_frame(pipe_out, frame)

    incoming: queue.SimpleQueue[Frame] = queue.SimpleQueue()
    worker = Worker(reply)
    threading.Thread(target=receive, args=(pipe_in, incoming, worker, reply), daemon=True).start()
    serve(worker, incoming, reply)


if __name__ == "__main__":
    main()
