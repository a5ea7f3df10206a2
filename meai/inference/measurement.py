"""What a model costs and how well it foresees a text, measured. Knows no file and keeps nothing."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from meai.inference.calibration import QUIET, Calibration
from meai.inference.llama import LOGIT_ROWS, Model, Run
from meai.inference.machine import Machine
from meai.inference.scores import log_probability

SIZES = (1, 2, 4, 8, 16, 32)
READ_SIZES = (64, 32, 16, 8)
MOST_ROUNDS = 6
PROBE_S, PROBE_TOKENS = 0.1, 4
USUAL_GAIN, SINGLE_GAIN = 0.8, 0.4
"""n threads are usually n to the power of this times as fast as one; the second is for single tokens, where most of
the time goes into reading the weights."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How to measure."""

    threads: int
    rounds: int
    """The price is the least of so many: whatever else the machine does can only make a batch slower."""
    clock: Callable[[], float]
    gain_of: int = 1
    """To how many threads the measured seconds are converted, where they are those of one."""


def measure(model: Model, machine: Machine, budget_s: float = 2.0) -> Calibration:
    """Return what *model* costs on *machine*, which is this one. Takes about *budget_s* seconds, and empties its cache.

    A slow model is measured with small batches only. On a machine that is busy with something else the prices are
    estimated from what one thread computes; `share` then tells.
    """
    return measure_together((model,), machine, budget_s)[0]


def measure_together(models: Sequence[Model], machine: Machine, budget_s: float) -> tuple[Calibration, ...]:
    """Measure *models* in turns, so that none of them has a better moment than another. Takes *budget_s* for each."""
    share = share_of_time(models[0], machine.threads)
    way = _way(share, machine.threads)
    benches = [_Bench(model, way, budget_s) for model in models]
    deadline_s = time.perf_counter() + budget_s * len(models)
    for bench in benches:
        bench.begin()
    for turn in range(1, MOST_ROUNDS):
        if turn >= way.rounds and time.perf_counter() > deadline_s:
            break
        for bench in benches:
            bench.repeat()
    return tuple(bench.result(machine, share) for bench in benches)


def share_of_time(model: Model, threads: int) -> float:
    """Return which share of the time of *threads* processors *model* gets at the moment.

    Takes a tenth of a second, and empties the model's cache.
    """
    if model.on_gpu:
        return 1.0
    # Not looked at: it reads the weights from disk.
    _Bench(model, _Way(1, 1, time.perf_counter), 1.0).time(1, 1)
    bench = _Bench(model, _Way(threads, 1, time.perf_counter), 1.0)
    # On a busy machine a single evaluation may take seconds, which would tell no more.
    limit = threading.Timer(PROBE_S, model.interrupt, (True,))
    began_s, used_s, elapsed_s = time.perf_counter(), time.process_time(), 0.0
    limit.start()
    while elapsed_s < PROBE_S:
        bench.time(PROBE_TOKENS, PROBE_TOKENS)
        elapsed_s = time.perf_counter() - began_s
    limit.join()
    model.interrupt(False)
    model.forget(0)
    return min((time.process_time() - used_s) / (elapsed_s * threads), 1.0)


def perplexity(model: Model, text: str) -> float:
    """Return how uncertain *model* is of each next token of *text*, on average: 1 is none. Empties its cache."""
    tokens = model.tokenize(text, special=False, start=True)[: model.context_length]
    model.forget(0)
    loss = 0.0
    for start in range(0, len(tokens) - 1, LOGIT_ROWS):
        piece = tokens[start : start + LOGIT_ROWS]
        model.evaluate(Run(piece, start, 0, logits=len(piece)))
        expected = tokens[start + 1 : start + 1 + len(piece)]
        loss -= log_probability(model.logits[: len(expected)], expected)
    model.forget(0)
    return math.exp(loss / (len(tokens) - 1))


def _way(share: float, threads: int) -> _Way:
    """Threads that wait for each other in busy loops measure the other programs; one that is held up is not charged."""
    fine = time.get_clock_info("thread_time").resolution < 1e-4
    if share >= QUIET or threads == 1 or not fine:
        return _Way(threads, 3, time.perf_counter)
    return _Way(1, 1, time.thread_time, threads)


class _Bench:
    """One model and the least seconds seen for each size of batch."""

    def __init__(self, model: Model, way: _Way, budget_s: float) -> None:
        self._model = model
        self._way = way
        self._budget_s = budget_s
        self._token = model.tokenize("a", special=False)[-1]
        self._batch_s: dict[int, float] = {}
        self._read_size = READ_SIZES[-1]
        self._read_s = self._alone_s = math.inf
        self._start()

    def begin(self) -> None:
        """Find the sizes that can be measured often enough within the budget, and measure each once."""
        # Not counted: it reads the weights from disk, and memory is touched for the first time.
        self.time(1, 1)
        for size in SIZES:
            if self._batch_s and not self._affords_more():
                break
            self._batch_s[size] = self.time(size, size)
        self._read_size = self._best_read_size()
        self._read()
        self._alone()

    def repeat(self) -> None:
        """Measure everything once more."""
        self._start()
        for size, least_s in self._batch_s.items():
            self._batch_s[size] = min(least_s, self.time(size, size))
        self._read()
        self._alone()

    def result(self, machine: Machine, share: float) -> Calibration:
        """Return the prices, and leave the model's cache empty."""
        self._model.forget(0)
        last, last_s = max(self._batch_s.items())
        return Calibration(
            tuple((size, self._converted_s(price, size)) for size, price in self._batch_s.items()),
            self._converted_s(min(self._read_s, last_s / last), self._read_size),
            self._alone_s,
            machine.threads,
            machine.label,
            datetime.now(UTC).date().isoformat(),
            share,
        )

    def time(self, tokens: int, logits: int) -> float:
        """Return the seconds that one more batch takes."""
        run = Run([self._token] * tokens, self._position, 0, logits=logits)
        began_s = self._way.clock()
        self._model.evaluate(run)
        # On a GPU nothing is sure to be done before it is asked for.
        _ = self._model.logits
        self._position += tokens
        return self._way.clock() - began_s

    def _converted_s(self, price_s: float, tokens: int) -> float:
        return float(price_s * self._way.gain_of ** -(SINGLE_GAIN if tokens == 1 else USUAL_GAIN))

    def _start(self) -> None:
        self._model.forget(0)
        self._position = 0
        self._model.use_threads(self._way.threads)

    def _affords_more(self) -> bool:
        """Whether batches of twice the size can be measured in every round, in three quarters of the budget."""
        dearest_s = max(self._batch_s.values())
        return self._way.rounds * (sum(self._batch_s.values()) + 2 * dearest_s) <= 0.75 * self._budget_s

    def _best_read_size(self) -> int:
        """Return how much of a prompt to read in one go: of a slow model what takes half of the budget, once."""
        last, last_s = max(self._batch_s.items())
        return next((size for size in READ_SIZES if size * last_s / last <= self._budget_s / 2), READ_SIZES[-1])

    def _read(self) -> None:
        if max(self._batch_s) == SIZES[-1] or math.isinf(self._read_s):
            self._read_s = min(self._read_s, self.time(self._read_size, 1) / self._read_size)

    def _alone(self) -> None:
        self._model.use_threads(1)
        self._alone_s = min(self._alone_s, self.time(1, 1))
