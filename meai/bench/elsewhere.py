"""What an engine elsewhere takes for what writers ask, as seen from here: alone, and several writers at once.

Compares with nothing, as nothing is known of the machine that answers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from meai.bench.figures import Figure, Goal
from meai.bench.samples import PARAGRAPHS
from meai.config import Config
from meai.editing.prompts import prompts_for
from meai.errors import Cancelled
from meai.inference.address import address_of
from meai.inference.engine import EngineState
from meai.inference.finding import RemoteReport
from meai.inference.remote import Remote
from meai.inference.request import Request, Sampling

FIRST_WORD_MS = 1500
"""What a writer waits for the first word of a rewrite at most (docs/performance.md)."""
RUNS = 5
AT_ONCE = (1, 4, 8)
"""Writers who ask at the same moment."""
COMPARED = (" were short, and nobody believed them", " was short, and nobody believed them")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Took:
    """What one rewrite took, in seconds, and the tokens that it wrote."""

    first_s: float
    rest_s: float
    tokens: int


def measured_elsewhere(config: Config, tell: Tell, runs: int = RUNS) -> tuple[RemoteReport, tuple[Figure, ...]]:
    """Measure the engine that *config* names; *tell* hears what is being measured. Takes a minute or several.

    Its samples leave for that engine. Raises BadInput, ModelRefused or EngineGone.
    """
    assert config.engine is not None
    engine = Remote(
        address_of(config.engine, plain_anywhere=config.engine_plain), config.engine_key, config.model, _telling(tell)
    )
    try:
        engine.connect()
        report = engine.report(threading.Event())
        figures = [figure for writers in AT_ONCE for figure in _together(engine, writers, runs, tell)]
        tell("cancelling")
        cancels = tuple(_cancel_ms(engine, run) for run in range(runs))
        figures.append(Figure("cancel_ms", cancels, Goal(100, at_least=False)))
        if report.compares:
            tell("comparing wordings")
            figures.append(Figure("compare_ms", tuple(_compare_ms(engine, run) for run in range(runs))))
    finally:
        engine.close()
    return report, tuple(figures)


def _telling(tell: Tell) -> Callable[[EngineState], None]:
    def on_state(state: EngineState) -> None:
        if state.message:
            tell(state.message)

    return on_state


def _together(engine: Remote, writers: int, runs: int, tell: Tell) -> tuple[Figure, Figure]:
    tell(f"rewriting for {writers} at once" if writers > 1 else "rewriting")
    with ThreadPoolExecutor(writers) as pool:
        took = [each for run in range(runs) for each in pool.map(partial(_rewrite, engine, run), range(writers))]
    first = tuple(1000 * each.first_s for each in took)
    speed = tuple(each.tokens / each.rest_s for each in took if each.rest_s > 0 and each.tokens > 1) or (0.0,)
    goal = Goal(FIRST_WORD_MS, at_least=False)
    return Figure(f"first_word_ms_{writers}", first, goal, percentile=95), Figure(f"tokens_per_s_{writers}", speed)


def _rewrite(engine: Remote, run: int, writer: int) -> _Took:
    # Nobody has asked for this before, so that no server has read it already.
    unit = f"In {1900 + 100 * run + writer}, {PARAGRAPHS[writer % len(PARAGRAPHS)]}"
    prompt = prompts_for("make-fluent", engine.traits(threading.Event()))[0]
    answer = engine.generate(prompt(unit), lambda text: None, threading.Event())
    return _Took(answer.prompt_s, answer.answer_s, answer.answer_tokens)


def _cancel_ms(engine: Remote, run: int) -> float:
    stop, began = threading.Event(), list[float]()

    def stopped(_text: str) -> None:
        if not began:
            began.append(time.perf_counter())
            stop.set()

    request = Request((), f"{PARAGRAPHS[0]} {run}", Sampling(max_tokens=300))
    try:
        engine.generate(request, stopped, stop)
    except Cancelled:
        return 1000 * (time.perf_counter() - began[0])
    return 0.0


def _compare_ms(engine: Remote, run: int) -> float:
    began = time.perf_counter()
    engine.score(Request((), f"In {1900 + run} the answers"), COMPARED, threading.Event())
    return 1000 * (time.perf_counter() - began)
