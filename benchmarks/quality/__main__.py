"""What becomes of the paragraphs with each model and action, counted; the failures are told one by one.

Usage: python -m benchmarks.quality [MODEL ...] [--action NAME ...] [--few N] [--keep]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.report import heading, keep
from meai.config import read_config
from meai.editing.checker import Checker
from meai.editing.proofread import Proofreader
from meai.editing.rewrite import PROOFREAD, Rewriter
from meai.inference.engine import Engine
from meai.models.library import open_library
from meai.quality.outcome import REWORDING, Outcome, measured

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
FEW = 24


def main() -> None:
    """Measure and print; keep the tables with --keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("models", nargs="*", default=["smollm2-135m"], help="names or .gguf files")
    parser.add_argument("--action", action="append", help="only this one; may be given more than once")
    parser.add_argument("--few", type=int, default=FEW, help="paragraphs for the actions that reword")
    parser.add_argument("--keep", action="store_true", help="put the tables into docs/quality.md")
    wanted = parser.parse_args()
    actions = tuple(wanted.action or (PROOFREAD, *REWORDING))
    outcomes = dict(_measured(model, actions, wanted.few) for model in wanted.models)
    for name, text in _tables(outcomes):
        print(text)
        if wanted.keep:
            keep(name, text, PAGE)


def _measured(model: str, actions: tuple[str, ...], few: int) -> tuple[str, list[Outcome]]:
    config = read_config()
    found = open_library(config.data_dir).find(model)
    if found is None:
        sys.exit(f"There is no model {model!r} here.")
    engine, checker = Engine(cache=config.cache_dir), Checker()
    try:
        engine.load(found.path, found.name)
        engine.wait_ready()
        rewriter = Rewriter(engine, proofreader=Proofreader(checker, engine, frozenset))
        beyond = rewriter.obstacles()
        return found.name, [_outcome(rewriter, each, few, beyond) for each in actions]
    finally:
        engine.close()
        checker.close()


def _outcome(rewriter: Rewriter, action: str, few: int, beyond: Mapping[str, str]) -> Outcome:
    if action in beyond:
        return Outcome(action)
    return measured(rewriter, action, 0 if action == PROOFREAD else few, lambda said: print(said, file=sys.stderr))


def _tables(outcomes: dict[str, list[Outcome]]) -> Iterator[tuple[str, str]]:
    """Yield the parts of the page that were measured, by the names of their places."""
    spelling = {model: [each for each in all_ if each.action == PROOFREAD] for model, all_ in outcomes.items()}
    rewording = {model: [each for each in all_ if each.action != PROOFREAD] for model, all_ in outcomes.items()}
    if any(spelling.values()):
        parts = (*_spelling(spelling), "", *_promises(spelling), *_failures(spelling))
        yield "quality", "\n".join([heading(), "", *parts])
    if any(rewording.values()):
        yield "rewording", "\n".join([heading(), "", *_promises(rewording)])


def _spelling(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    yield "| Model | Paragraphs | Right | Wrong | Missed | Precision | Recall | F0.5 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for model, every in outcomes.items():
        for outcome in every:
            for which, count in (("all", outcome.both), ("tuned on", outcome.tuned), ("held out", outcome.held_out)):
                figures = f"{count.precision:.3f} | {count.recall:.3f} | {count.f_half:.3f}"
                yield f"| {model} | {which} | {count.right} | {count.wrong} | {count.missed} | {figures} |"


def _promises(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    told = "Spans kept | Budget kept | Facts turned, flagged | No suggestion | Seconds each"
    yield f"| Model | Action | Paragraphs | {told} |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for model, every in outcomes.items():
        for each in every:
            if not each.paragraphs:
                yield f"| {model} | {each.action} | not offered: the model is too small | | | | | |"
                continue
            within, none = (f"{100 * part / each.units:.0f} %" for part in (each.within, each.none))
            kept = f"{100 * each.spans_kept / each.paragraphs:.0f} %"
            middle = f"{statistics.median(each.seconds):.1f}"
            facts = f"{each.turned} of {each.units}, {each.flagged}"
            yield f"| {model} | {each.action} | {each.paragraphs} | {kept} | {within} | {facts} | {none} | {middle} |"


def _failures(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    for model, every in outcomes.items():
        for outcome in every:
            if outcome.failures:
                yield from ("", f"### What {model} got wrong", "", *outcome.failures)


if __name__ == "__main__":
    main()
