"""The measurements: what the engine takes, what a raw loop takes for the same, in turns. Knows no terminal.

Each returns the values of one figure. Ours and the raw loop's runs alternate, so that a busy moment meets both.
"""

from __future__ import annotations

import difflib
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from meai.bench.page import ServedPage
from meai.bench.samples import PARAGRAPHS
from meai.editing.prompts import by_sentence, free_instruction, prompts_for
from meai.editing.segment import pieces
from meai.errors import Cancelled
from meai.inference.engine import Engine
from meai.inference.raw import RawLoop
from meai.inference.request import Completion, Request, Sampling
from meai.inference.stop import Stop

LONG_PROMPT_TOKENS = 1500
STREAMED_TOKENS, STREAMED_CHARACTERS = 120, 550
"""About the same of an English text."""
STREAMS = 5
"""Streams to a run: they are short, so that a moment meets both."""
REPEATS = 0.85
"""Of its source's words, what an answer must repeat to count as a correction."""
SAMPLES = 10
CANCELS = 20
SETTLE_S = 0.05
"""The threads that share a model go on in their busy loop for a moment after their last work."""
STORY = "Tell a long story about a baker who learns to write, in one paragraph."


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured, and against what."""

    engine: Engine
    raw: RawLoop
    runs: int

    def ask(self, request: Request) -> tuple[Completion, float]:
        """Answer *request*; return the answer and the seconds from the question to its end."""
        time.sleep(SETTLE_S)
        began = time.perf_counter()
        completion = self.engine.generate(request, lambda text: None, threading.Event())
        return completion, time.perf_counter() - began

    def write(self, count: int, *, awake: bool) -> float:
        """Have the raw loop write *count* tokens after what it read; return the seconds that took.

        *awake*: as in the middle of an answer. After a rest the first token takes some milliseconds more.
        """
        time.sleep(SETTLE_S)
        if awake:
            self.raw.write(1)
        return self.raw.write(count)


def stream_ratio(bench: Bench, page: ServedPage) -> tuple[float, ...]:
    """How fast an ordinary answer streams at the page's end of the socket, against the raw loop.

    The loop writes half of its tokens before and half after, since how fast a machine is drifts from second to second.
    """
    ratios = []
    read = bench.raw.tokenize(" ".join(PARAGRAPHS))
    for run in range(STREAMS * bench.runs):
        instruction = f"{STORY} His name is number {run}."
        question = free_instruction(instruction, "", bench.engine.traits(threading.Event()))
        answer, _ = bench.ask(replace(question, sampling=replace(question.sampling, max_tokens=1)))
        # The longer the text behind it, the dearer a token.
        bench.raw.read(read[: answer.prompt_tokens])
        theirs = bench.write(STREAMED_TOKENS // 2, awake=True)
        time.sleep(SETTLE_S)
        streamed = page.ask(instruction, STREAMED_CHARACTERS)
        theirs += bench.write(STREAMED_TOKENS // 2, awake=True)
        ours = streamed.seconds / len(bench.raw.tokenize(streamed.text))
        ratios.append(theirs / STREAMED_TOKENS / ours)
    return tuple(ratios)


def corrections(bench: Bench) -> Iterator[Request]:
    """Yield the requests for a correction of the samples whose answers repeat most of their source."""
    traits = bench.engine.traits(threading.Event())
    prompt = prompts_for("correct-spelling", traits)[0]
    found = 0
    for paragraph in PARAGRAPHS:
        for piece in pieces(paragraph, sentences=by_sentence(traits)):
            request = prompt(piece.words)
            answer, _ = bench.ask(request)
            words = difflib.SequenceMatcher(None, piece.words.split(), answer.text.split(), autojunk=False)
            if answer.answer_tokens > 8 and words.ratio() >= REPEATS:
                yield request
                found += 1
            if found == SAMPLES:
                return


def rewrite_speedup(bench: Bench, requests: Sequence[Request], runs: int) -> tuple[float, ...]:
    """How much faster *requests*, all of whose prompts are cached, are answered than by the raw loop.

    The loop writes half of an answer before and half after, since how fast a machine is drifts from second to second.
    """
    speedups = []
    read = bench.raw.tokenize(" ".join(PARAGRAPHS))
    answers = [bench.ask(request)[0] for request in requests]
    for _ in range(runs):
        ours = theirs = 0.0
        for request, expected in zip(requests, answers, strict=True):
            bench.ask(replace(request, sampling=replace(request.sampling, max_tokens=1)))
            # What it is the raw loop has read changes nothing of its speed; how much it is does.
            bench.raw.go_on(read[: expected.prompt_tokens])
            half = (expected.answer_tokens + 1) // 2
            written = bench.write(half, awake=False)
            answer, took_s = bench.ask(request)
            written += bench.write(half, awake=True)
            # A near tie may make it longer or shorter than it was.
            theirs += written / (2 * half) * answer.answer_tokens
            ours += took_s
        speedups.append(theirs / ours)
    return tuple(speedups)


def unlike_source(bench: Bench) -> list[Request]:
    """Return requests whose answers have nothing of the source from which guesses are taken."""
    sampling = Sampling(max_tokens=80)
    return [Request((), f"{each}\n\nA week later,", sampling, source=each[::-1]) for each in PARAGRAPHS[:2]]


def warm_first_token_ratio(bench: Bench) -> tuple[float, ...]:
    """A dozen characters more after a long text that was read: from the key to the next token, against their price."""
    text = _long_text(bench.raw, seed=1)
    bench.raw.read(bench.raw.tokenize(text))
    bench.ask(_one_token(text))
    ratios = []
    for run in range(2 * bench.runs):
        text += f" and then {run % 10}"
        _, ours = bench.ask(_one_token(text))
        ratios.append(ours / bench.raw.go_on(bench.raw.tokenize(text)))
    return tuple(ratios)


def cold_first_token_ratio(bench: Bench) -> tuple[float, ...]:
    """From a long prompt that nobody has seen to its first token, against reading it in a raw loop before and after."""
    ratios = []
    before = bench.raw.read(bench.raw.tokenize(_long_text(bench.raw, seed=100)))
    for run in range(bench.runs):
        text = _long_text(bench.raw, seed=101 + run)
        _, ours = bench.ask(_one_token(text))
        after = bench.raw.read(bench.raw.tokenize(text))
        ratios.append(2 * ours / (before + after))
        before = after
    return tuple(ratios)


def cancel_ms(bench: Bench) -> tuple[float, ...]:
    """From a cancellation, in the middle of a long prompt or of an answer, until the model is idle."""
    values = []
    for run in range(CANCELS):
        start = _long_text(bench.raw, seed=200 + run) if run % 2 else PARAGRAPHS[run % len(PARAGRAPHS)]
        begun = threading.Event()
        with _running(bench, Request((), start, Sampling(max_tokens=300), editor="cancel"), begun) as cancelled:
            # In the answer: after its first word. In the prompt: before there is one.
            begun.wait(10 if run % 2 == 0 else 0.15 + 0.02 * run)
            asked = time.perf_counter()
            cancelled.set()
            while bench.engine.report(threading.Event()).working:
                pass
            values.append(1000 * (time.perf_counter() - asked))
    return tuple(values)


def other_tab_first_token_ratio(bench: Bench) -> tuple[float, ...]:
    """Text at the caret asked for while another tab's rewrite streams, against the same on an idle engine."""
    ratios = []
    for run in range(bench.runs):
        caret = replace(_one_token(PARAGRAPHS[run % len(PARAGRAPHS)]), purpose="caret", editor="caret")
        # Both the same distance from what is cached: only the last words are new each time.
        bench.ask(caret)
        _, idle = bench.ask(replace(caret, start=f"{caret.start} On {run} May we met again and"))
        begun = threading.Event()
        long = Request((), f"{STORY} Number {run}:", Sampling(max_tokens=400), purpose="rewrite", editor="rewrite")
        with _running(bench, long, begun) as cancelled:
            begun.wait(30)
            _, busy = bench.ask(replace(caret, start=f"{caret.start} On {run} June we met again and"))
            cancelled.set()
        ratios.append(busy / idle)
    return tuple(ratios)


@contextmanager
def _running(bench: Bench, request: Request, begun: threading.Event) -> Iterator[threading.Event]:
    """A request that runs on a thread of its own, *begun* with its first word; yields the event that cancels it."""
    cancelled = Stop()

    def run() -> None:
        with suppress(Cancelled):
            bench.engine.generate(request, lambda text: begun.set(), cancelled)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield cancelled
    finally:
        cancelled.set()
        thread.join()


def _one_token(text: str) -> Request:
    return Request((), text, Sampling(max_tokens=1))


def _long_text(raw: RawLoop, seed: int) -> str:
    """Return a text of about LONG_PROMPT_TOKENS that no other seed begins like."""
    words = " ".join(PARAGRAPHS).split()
    shuffled = random.Random(seed)  # noqa: S311
    text = ""
    while len(raw.tokenize(text)) < LONG_PROMPT_TOKENS:
        text += " ".join(shuffled.choices(words, k=100)) + " "
    return text.rstrip()
