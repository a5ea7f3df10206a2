"""One run of `meai bench`: a model served to a page, answering for an engine, and in a raw loop; then the figures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from meai.bench import measures
from meai.bench.figures import Figure, Goal
from meai.bench.measures import Bench
from meai.bench.page import served_page
from meai.config import Config
from meai.errors import NoModel
from meai.inference.engine import Engine
from meai.inference.raw import RawLoop
from meai.inference.request import Request, WorkerReport
from meai.inference.resident import resident_bytes
from meai.models.library import Model, open_library

RUNS = 5
FLOOR_RUNS = 2
MB = 1e6
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a run."""

    model: str
    file: str
    """The file that was measured, which may be one made for this machine."""
    threads: int
    samples: int
    """Corrections that repeat most of their source, as the model gave them."""
    figures: tuple[Figure, ...]


def run(config: Config, tell: Tell, runs: int = RUNS) -> Measured:
    """Measure the model of *config*; *tell* hears what is being measured. Takes a minute or several.

    Raises NoModel, ModelRefused or EngineGone.
    """
    model = open_library(config.data_dir).find(config.model)
    if model is None:
        raise NoModel("There is no model to measure; fetch one with `meai models pull smollm2-135m`.")
    tell("loading the model")
    with _bench(config, model, runs) as (bench, report):
        tell("correcting samples")
        corrections = list(measures.corrections(bench))
        figures = [*_rewrites(bench, corrections, tell), *_first_tokens(bench, tell), *_page(bench, model, tell)]
        figures += _memory(bench.engine.report(threading.Event()))
    return Measured(model.name, report.file, report.threads, len(corrections), tuple(figures))


@contextmanager
def _bench(config: Config, model: Model, runs: int) -> Iterator[tuple[Bench, WorkerReport]]:
    engine = Engine(cache=config.cache_dir, gpu_layers=config.gpu_layers)
    try:
        engine.load(model.path, model.name)
        engine.wait_ready()
        report = engine.report(threading.Event())
        raw = RawLoop(Path(report.file), threads=report.threads)
        try:
            yield Bench(engine, raw, runs), report
        finally:
            raw.close()
    finally:
        engine.close()


def _rewrites(bench: Bench, corrections: list[Request], tell: Tell) -> Iterator[Figure]:
    tell("rewriting with guesses from the source")
    if corrections:
        speedups = measures.rewrite_speedup(bench, corrections, bench.runs)
        yield Figure("rewrite_speedup", speedups, Goal(1.8, at_least=True))
    tell("rewriting where no guess comes true")
    # Two answers to a run, and a goal that is near: more runs than of others.
    floor = measures.rewrite_speedup(bench, measures.unlike_source(bench), FLOOR_RUNS * bench.runs)
    yield Figure("unlike_source_speedup", floor, Goal(0.97, at_least=True))


def _first_tokens(bench: Bench, tell: Tell) -> Iterator[Figure]:
    tell("waiting for first tokens")
    yield Figure("warm_first_token_ratio", measures.warm_first_token_ratio(bench), Goal(1.5, at_least=False))
    yield Figure("cold_first_token_ratio", measures.cold_first_token_ratio(bench), Goal(1.1, at_least=False))
    yield Figure("other_tab_first_token_ratio", measures.other_tab_first_token_ratio(bench), Goal(3, at_least=False))
    tell("cancelling")
    yield Figure("cancel_p95_ms", measures.cancel_ms(bench), Goal(100, at_least=False), percentile=95)


def _page(bench: Bench, model: Model, tell: Tell) -> Iterator[Figure]:
    tell("streaming to a page")
    with served_page(model.path) as page:
        page.wait_ready()
        yield Figure("stream_ratio", measures.stream_ratio(bench, page), Goal(0.95, at_least=True))
        web = resident_bytes(page.pid)
    if web is not None:
        yield Figure("web_process_mb", (web / MB,), Goal(120, at_least=False))


def _memory(report: WorkerReport) -> Iterator[Figure]:
    if report.resident_bytes is not None:
        beyond = report.resident_bytes - report.cache_bytes - Path(report.file).stat().st_size
        yield Figure("engine_overhead_mb", (beyond / MB,), Goal(150, at_least=False))
