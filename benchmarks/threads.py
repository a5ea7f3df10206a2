"""What threads cost while another program wants the same cores, and what the worker's choice makes of it.

Usage: python -m benchmarks.threads [RUNS] [--keep]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from benchmarks.report import Figure, keep, table
from meai.config import read_config
from meai.inference.llama import Model, Run
from meai.inference.pace import Pace
from meai.models.library import open_library

TOKENS = 48
BUSY = "while True: pass"


def main() -> None:
    """Measure and print; keep the table with --keep."""
    runs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    found = open_library(read_config().data_dir).find("smollm2-135m")
    if found is None:
        sys.exit("The embedded model is not here; fetch it with `meai models pull smollm2-135m`.")
    model = Model(found.path, context_length=1024)
    cpus = os.cpu_count() or 1
    price_s = 1 / tokens_per_s(model, Pace(1, 0.0))
    choices: dict[str, Callable[[], Pace]] = {
        "one thread": lambda: Pace(1, 0.0),
        f"{cpus} threads": lambda: Pace(cpus, float("inf")),
        "the worker's choice": lambda: Pace(cpus, price_s),
    }
    values: dict[tuple[str, bool], list[float]] = {}
    for _ in range(runs):
        for busy in (False, True):
            with another_program(busy):
                for name, choose in choices.items():
                    values.setdefault((name, busy), []).append(tokens_per_s(model, choose()))
    model.close()
    text = table(
        [
            Figure(f"{name}, {'beside a busy program' if busy else 'alone'}", "tokens/s", tuple(measured))
            for (name, busy), measured in values.items()
        ]
    )
    print(text)
    if "--keep" in sys.argv:
        keep("threads", text)


def tokens_per_s(model: Model, pace: Pace) -> float:
    """Evaluate some tokens one by one, with as many threads as *pace* says."""
    token = model.tokenize("a", special=False)[:1]
    model.forget(0)
    began = last = time.monotonic()
    for position in range(TOKENS):
        model.use_threads(pace.threads)
        model.evaluate(Run(token, position, 0))
        now = time.monotonic()
        pace.note(1, now - last, now)
        last = now
    return TOKENS / (last - began)


@contextmanager
def another_program(busy: bool) -> Iterator[None]:
    """A program that always wants a core, or none."""
    if not busy:
        yield
        return
    process = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
