"""An adapter measured: one model answers everything without it and then with it. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from meai.config import Config
from meai.editing.checker import Checker
from meai.editing.proofread import Proofreader
from meai.editing.rewrite import PROOFREAD, Rewriter
from meai.inference.engine import Engine
from meai.inference.request import Adapter
from meai.models.library import Model
from meai.models.lora import check_adapter
from meai.quality.gate import Figure, compared
from meai.quality.outcome import Outcome, measured

USUAL = (PROOFREAD, "make-fluent", "shorten")
"""What is measured unless it is said."""
FEW = 24
"""Paragraphs for each action unless it is said."""


def check(
    config: Config,
    model: Model,
    adapter: Path,
    *,
    scale: float = 1.0,
    actions: Sequence[str] = USUAL,
    few: int = FEW,
    tell: Callable[[str], None] = lambda said: None,
) -> tuple[Figure, ...]:
    """Return what *model* does without *adapter* and with it. Takes minutes; *tell* hears what is being done.

    An action that is beyond the model is left out; *few* is 0 for all paragraphs. Raises ModelRefused for an adapter
    that is not sound or was made for another model, and what the engine raises.
    """
    check_adapter(adapter, model.path)
    engine, checker = Engine(cache=config.cache_dir, gpu_layers=config.gpu_layers), Checker()
    try:
        engine.load(model.path, model.label)
        engine.wait_ready()
        rewriter = Rewriter(engine, proofreader=Proofreader(checker, engine, frozenset))
        beyond = rewriter.obstacles()
        wanted = [action for action in actions if action not in beyond]

        def outcomes(how: str) -> list[Outcome]:
            found = []
            for action in wanted:
                tell(f"{model.label} {how} it: {action} …")
                found.append(measured(rewriter, action, few, lambda said: None))
            return found

        without = outcomes("without")
        engine.adapt([Adapter("checked", str(adapter.absolute()), scale)])
        return compared(without, outcomes("with"))
    finally:
        engine.close()
        checker.close()
