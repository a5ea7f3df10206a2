"""The model's process: reads requests, answers token by token. Knows nothing of the program that started it.

One thread makes every llama.cpp call (a context must not be used from two, abetlen/llama-cpp-python#471); another
reads the pipe, so that a cancellation is noticed while a prompt is being read. When the pipe ends, so does the process.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from meai.errors import BadInput, MeaiError, ModelRefused
from meai.inference.detokenizer import Detokenizer
from meai.inference.llama import BATCH_TOKENS, Model
from meai.inference.pace import Pace
from meai.inference.prefix import common_prefix
from meai.inference.repetition import looped_tokens
from meai.inference.request import Completion, FinishReason, Request
from meai.inference.templates import family_of, render
from meai.process import Frame, read_frames, take_pipes, write_frame

CONTEXT_LENGTH = 4096
CHUNK_S = 0.05
"""How long one piece of a prompt may take: the longest that a cancellation waits."""
FIRST_CHUNK_TOKENS = 16


class Worker:
    """Answers one request after another with one model."""

    def __init__(self, reply: Callable[[Frame], None], cancelled: set[int]) -> None:
        self._reply = reply
        self._cancelled = cancelled
        self._model: Model | None = None
        self._family = "plain"
        self._cached: list[int] = []
        self._chunk_tokens = FIRST_CHUNK_TOKENS
        self._pace = Pace(1, 0.0)

    def load(self, path: Path) -> None:
        """Load the model file at *path* and say so. Raises ModelRefused."""
        self._model = Model(path, context_length=CONTEXT_LENGTH)
        self._family = family_of(self._model.chat_template)
        self._pace = Pace(_threads(), _price_of_one_thread(self._model))
        self._reply({"is": "ready", "traits": self._model.traits.to_frame()})

    def answer(self, number: int, request: Request) -> None:
        """Answer *request*, sending deltas as they come and the completion last."""
        model = self._require_model()
        started = time.monotonic()
        prompt = self._tokenize(model, request)
        room = model.context_length - len(prompt)
        if room < 1:
            raise BadInput(
                f"The text is too long for this model: {len(prompt)} tokens of at most {model.context_length}; "
                "select less of it."
            )
        reused = self._rewind(model, prompt)
        if not self._read_prompt(model, prompt, reused, number):
            self._finish(number, "", "cancelled", len(prompt), reused, 0, started, time.monotonic())
            return
        first = time.monotonic()
        text, reason, count = self._generate(model, request, number, min(room, request.sampling.max_tokens))
        self._finish(number, text, reason, len(prompt), reused, count, started, first)

    def _require_model(self) -> Model:
        if self._model is None:
            raise ModelRefused("No model is loaded.")
        return self._model

    def _tokenize(self, model: Model, request: Request) -> list[int]:
        tokens: list[int] = []
        for segment in render(request, self._family):
            tokens += model.tokenize(segment.text, special=segment.special, start=not tokens)
        if not tokens:
            raise BadInput("There is no text to go on from.")
        return tokens

    def _rewind(self, model: Model, prompt: list[int]) -> int:
        """Drop from the cache what *prompt* does not share; return how many of its tokens stay."""
        shared = common_prefix(self._cached, prompt)
        if not model.forget(shared):
            shared = 0
        del self._cached[shared:]
        return shared

    def _read_prompt(self, model: Model, prompt: list[int], start: int, number: int) -> bool:
        """Evaluate *prompt* from *start* on in pieces of about CHUNK_S; false when cancelled in between."""
        position = start
        while position < len(prompt):
            if number in self._cancelled:
                return False
            chunk = prompt[position : position + self._chunk_tokens]
            elapsed_s = self._evaluate(model, chunk)
            if len(chunk) == self._chunk_tokens:
                self._chunk_tokens = _next_chunk(len(chunk), elapsed_s)
            position += len(chunk)
            # A sign of life: on a slow machine a long prompt may take minutes.
            self._reply({"is": "reading", "id": number})
        return True

    def _evaluate(self, model: Model, tokens: list[int]) -> float:
        """Evaluate *tokens* after what is cached; return the seconds it took."""
        began = time.monotonic()
        model.use_threads(self._pace.threads)
        model.decode(tokens, len(self._cached))
        self._cached += tokens
        ended = time.monotonic()
        self._pace.note(len(tokens), ended - began, ended)
        return ended - began

    def _generate(self, model: Model, request: Request, number: int, limit: int) -> tuple[str, FinishReason, int]:
        sampler = model.sampler(request.sampling)
        detokenizer = Detokenizer(request.sampling.stop)
        answer: list[int] = []
        text = ""
        reason: FinishReason = "length"
        try:
            while len(answer) < limit:
                if number in self._cancelled:
                    reason = "cancelled"
                    break
                token = sampler.next()
                if model.ends(token):
                    reason = "stop"
                    break
                answer.append(token)
                text += self._send_delta(number, detokenizer.push(model.piece(token)))
                if detokenizer.stopped:
                    reason = "stop"
                    break
                if looped_tokens(answer):
                    reason = "repetition"
                    break
                self._evaluate(model, [token])
        finally:
            sampler.close()
        text += self._send_delta(number, detokenizer.finish())
        if reason == "repetition":
            kept = answer[: len(answer) - looped_tokens(answer)]
            text = b"".join(model.piece(token) for token in kept).decode("utf-8", "replace")
        return text, reason, len(answer)

    def _send_delta(self, number: int, text: str) -> str:
        if text:
            self._reply({"is": "delta", "id": number, "text": text})
        return text

    def _finish(
        self,
        number: int,
        text: str,
        reason: FinishReason,
        prompt: int,
        reused: int,
        answer: int,
        started: float,
        first: float,
    ) -> None:
        completion = Completion(text, reason, prompt, reused, answer, first - started, time.monotonic() - first)
        self._reply({"is": "done", "id": number, **completion.to_frame()})


def _next_chunk(tokens: int, elapsed_s: float) -> int:
    """Return the size of the next piece of a prompt, from what the last one of *tokens* took."""
    fitting = int(tokens * CHUNK_S / max(elapsed_s, 1e-6))
    return max(1, min(fitting, 2 * tokens, BATCH_TOKENS))


def _price_of_one_thread(model: Model) -> float:
    """Return the seconds that one thread takes for a token.

    The first evaluation is not counted: it reads the weights from disk, which so delays "ready" and not the first word.
    """
    token = model.tokenize("a", special=False)[:1]
    prices: list[float] = []
    for position in range(3):
        began = time.monotonic()
        model.decode(token, position)
        prices.append(time.monotonic() - began)
    model.forget(0)
    return min(prices[1:])


def _threads() -> int:
    """Return how many threads to compute with: all CPUs up to four, else half, which are the physical cores."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count <= 4 else count // 2


def _receive(pipe: BinaryIO, incoming: queue.Queue[Frame], cancelled: set[int]) -> None:
    """Hand frames to the engine thread; the end of the pipe ends the process at once, whatever it computes."""
    try:
        for frame in read_frames(pipe):
            if frame["do"] == "cancel":
                cancelled.add(frame["id"])
            else:
                incoming.put(frame)
    finally:
        os._exit(0)


def main() -> None:
    """Serve the pipe until it ends."""
    pipe_in, pipe_out = take_pipes()
    lock = threading.Lock()

    def reply(frame: Frame) -> None:
        with lock:
            write_frame(pipe_out, frame)

    incoming: queue.Queue[Frame] = queue.Queue()
    cancelled: set[int] = set()
    threading.Thread(target=_receive, args=(pipe_in, incoming, cancelled), daemon=True).start()
    serve(Worker(reply, cancelled), incoming, cancelled, reply)


def serve(worker: Worker, incoming: queue.Queue[Frame], cancelled: set[int], reply: Callable[[Frame], None]) -> None:
    """Do what *incoming* asks, one frame after another, for ever."""
    while True:
        frame = incoming.get()
        number = frame.get("id", 0)
        try:
            if frame["do"] == "load":
                worker.load(Path(frame["path"]))
            elif number not in cancelled:
                worker.answer(number, Request.from_frame(frame["request"]))
        except MeaiError as error:
            reply({**_about(frame), "is": "failed", "code": error.code, "message": str(error)})
        except RuntimeError as error:
            reply({**_about(frame), "is": "failed", "code": "failed", "message": str(error)})
        # Numbers only grow: what was cancelled up to here cannot come any more.
        for past in [past for past in list(cancelled) if past <= number]:
            cancelled.discard(past)


def _about(frame: Frame) -> Frame:
    return {"id": frame["id"]} if "id" in frame else {}


if __name__ == "__main__":
    main()
