"""One rewrite for a command: the model is loaded, answers, and is let go. Knows nothing of terminals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from meai.adapted import adapters_for
from meai.config import Config
from meai.editing.actions import own_action, with_own
from meai.editing.checker import Checker
from meai.editing.dictionary import dictionary_in
from meai.editing.proofread import Proofreader
from meai.editing.rewrite import Proposal, RewriteOrder, Rewriter
from meai.errors import NoModel
from meai.inference.address import address_of
from meai.inference.engine import Engine, EngineState
from meai.inference.remote import Remote
from meai.known import known_models
from meai.models.catalogue import CatalogueEntry
from meai.models.library import ModelLibrary, open_library

LONG_FROM = 0.2
"""From this part on, preparing a model takes so long that one wonders."""


@dataclass(frozen=True, slots=True)
class Timings:
    """How long the steps took, in seconds to the millisecond."""

    load_s: float
    """Until the model was ready."""
    first_text_s: float
    """From then to the first word; to the end where none came."""
    answer_s: float
    """From then to the end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a rewrite."""

    proposal: Proposal
    model: str
    """The name of the model that was asked."""
    timings: Timings


def answer(config: Config, order: RewriteOrder, tell: Callable[[str], None] = lambda sentence: None) -> Answer:
    """Answer *order* with the model of *config*. Takes seconds; *tell* hears what takes longer, the first time.

    Raises NoModel, ModelRefused, EngineGone, and BadInput for an order that makes no sense.
    """
    library = open_library(config.data_dir)
    arrived: list[float] = []

    def came(text: str) -> None:
        arrived.append(time.monotonic())

    started = time.monotonic()
    engine, checker = _begun(config, library, tell), Checker()
    try:
        name = engine.wait_ready().name
        ready = time.monotonic()
        rewriter = _rewriter(engine, checker, config, library.entries)
        proposal = rewriter.rewrite(order, came, threading.Event(), came)
        ended = time.monotonic()
    finally:
        engine.close()
        checker.close()
    first = arrived[0] if arrived else ended
    timings = Timings(round(ready - started, 3), round(first - ready, 3), round(ended - ready, 3))
    return Answer(proposal, name, timings)


def _begun(config: Config, library: ModelLibrary, tell: Callable[[str], None]) -> Engine | Remote:
    """Return the engine that *config* asks for, which begins to load its model or to look for its server."""
    if config.engine is not None:
        address = address_of(config.engine, plain_anywhere=config.engine_plain)
        remote = Remote(address, config.engine_key, config.model, lambda state: _tell_where(state, tell))
        remote.connect()
        return remote
    model = library.find(config.model)
    if model is None:
        raise NoModel(f"There is no model yet; fetch one with `meai models pull {library.entries[0].name}`.")
    preparing = partial(_tell_preparing, tell=tell)
    engine = Engine(preparing, cache=config.cache_dir, gpu_layers=config.gpu_layers)
    engine.load(model.path, model.name, adapters_for(library, model))
    return engine


def _rewriter(
    engine: Engine | Remote, checker: Checker, config: Config, entries: tuple[CatalogueEntry, ...]
) -> Rewriter:
    proofreader = Proofreader(checker, engine, lambda: dictionary_in(config.data_dir).words)
    own = (own_action(each.name, each.instruction, each.key) for each in config.actions)
    return Rewriter(engine, with_own(own), known_models(entries), proofreader)


def _tell_where(state: EngineState, tell: Callable[[str], None]) -> None:
    if state.state == "ready":
        tell(state.message)


def _tell_preparing(state: EngineState, tell: Callable[[str], None]) -> None:
    # Measuring alone is over in a moment.
    if state.state == "loading" and state.progress >= LONG_FROM:
        tell(f"{state.message} …")
