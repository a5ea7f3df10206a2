"""A model that is loaded, with its cache, its prices and its way of writing chats down. Knows no pipe and no turn.

Here requests become tasks: what the model does a batch at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from meai.errors import BadInput
from meai.inference.adapters import Adapters
from meai.inference.answer import Answer, Guessing
from meai.inference.cache import Cache
from meai.inference.calibration import Calibration
from meai.inference.llama import Model
from meai.inference.own_template import writer_of
from meai.inference.pace import Pace
from meai.inference.preparation import Tell, open_prepared
from meai.inference.prompt import prompt_of, sampling_of
from meai.inference.request import Request, WorkerReport
from meai.inference.resident import resident_bytes
from meai.inference.scores import Scores
from meai.inference.source import Source, source_of
from meai.inference.speculation import DraftLength
from meai.inference.templates import Writer
from meai.inference.warming import Prompt, Warming

CONTEXT_LENGTH = 4096
LEFT_SOURCE_HOPE = 0.5
"""How probable a guess is to come true just after the answer left its source, before anything is known."""


@dataclass(slots=True)
class Loaded:
    """A model and what it takes to work with it. One thread only, but for `model.interrupt`."""

    model: Model
    adapters: Adapters
    cache: Cache
    calibration: Calibration
    guessing: Guessing
    writer: Writer
    makeshift: str
    """A sentence where the model's own way of writing chats down is not used; else empty."""
    _words: dict[str, int] = field(default_factory=dict)

    @property
    def chunk(self) -> int:
        """How many tokens of a prompt to read at once."""
        return self.calibration.chunk_tokens(interruptible=self.model.rewinds)

    def learn_words(self) -> None:
        """Look which words the model has, for better guesses. A quarter of a second for a large vocabulary."""
        self._words = _words(self.model)

    def answer(self, request: Request, say: Callable[[str], None]) -> Answer:
        """Return the answer to *request*, which tells its text to *say*. Raises BadInput where it does not fit."""
        prompt = prompt_of(request, self.writer, self.model)
        return Answer(
            replace(request, sampling=sampling_of(request, self.writer, self.model)),
            prompt.tokens,
            self._source(request),
            cache=self.cache,
            guessing=self.guessing,
            limit=min(self.model.context_length - len(prompt.tokens), request.sampling.max_tokens),
            chunk=self.chunk,
            thinks=self.writer.thinks,
            left_out=prompt.left_out,
            adapted=self.adapters.of(request.action),
            say=say,
        )

    def warming(self, requests: Sequence[Request]) -> Warming:
        """Return the reading ahead of *requests*' prompts."""
        prompts = []
        for request in requests:
            # What does not fit is told to whoever asks for its answer.
            with suppress(BadInput):
                tokens = prompt_of(request, self.writer, self.model).tokens
                prompts.append(Prompt(tokens, self.adapters.of(request.action)))
        return Warming(prompts, cache=self.cache, chunk=self.chunk)

    def scores(self, request: Request, candidates: Sequence[str]) -> Scores:
        """Return the scores of *candidates* after *request*'s prompt. Raises BadInput where one does not fit."""
        prompt = prompt_of(request, self.writer, self.model).tokens
        tokens = [self.model.tokenize(text, special=False) for text in candidates]
        if len(prompt) + max(map(len, tokens), default=0) > self.model.context_length:
            raise BadInput("The text is too long for this model to compare its variants; select less of it.")
        adapted = self.adapters.of(request.action)
        return Scores(prompt, tokens, cache=self.cache, chunk=self.chunk, adapted=adapted)

    def report(self, working: int) -> WorkerReport:
        """Return what this process holds while it is *working* on so many requests."""
        return WorkerReport(
            working=working,
            taken=self.cache.taken,
            file=str(self.model.path),
            threads=self.calibration.threads,
            cache_bytes=self.model.cells * self.model.cell_bytes + self.cache.parked_bytes,
            resident_bytes=resident_bytes(),
        )

    def _source(self, request: Request) -> Source:
        """Return what the answer is expected to repeat, as the model would write it."""
        if not request.source:
            return Source()
        # After "Corrected:" a line begins with a space, and in a chat a turn does not.
        text = request.source if request.turns else f" {request.source}"
        return source_of(text, self.model.tokenize(text, special=False), self.model.piece, self._words)


def load(path: Path, cache: Path | None, tell: Tell, gpu_layers: int | None = None) -> Loaded:
    """Load the model file at *path*, or what was made of it; see `open_prepared`. Raises ModelRefused."""
    prepared = open_prepared(path, cache, CONTEXT_LENGTH, tell, gpu_layers=gpu_layers)
    model, calibration = prepared.model, prepared.calibration
    price = calibration.price_s
    writer, makeshift = writer_of(model.chat_template, model.end_text)
    return Loaded(
        model,
        Adapters(model),
        Cache(model, Pace(calibration.threads, calibration.one_thread_s)),
        calibration,
        Guessing(DraftLength(price), DraftLength(price, LEFT_SOURCE_HOPE)),
        writer,
        makeshift,
    )


def _words(model: Model) -> dict[str, int]:
    """Return the words that are one token of *model*, and their tokens."""
    pieces = enumerate(model.pieces())
    return {piece[1:].decode(): token for token, piece in pieces if piece[:1] == b" " and piece[1:].isalpha()}
