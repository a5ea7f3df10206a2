"""What becomes of the paragraphs with each model and action, counted; the failures are told one by one.

Usage: python -m benchmarks.quality [MODEL ...] [--action NAME ...] [--few N] [--keep]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.quality.corrections import Correction, Count, corrections
from benchmarks.quality.paragraphs import Paragraph, paragraphs
from benchmarks.report import heading, keep
from meai.config import read_config
from meai.editing.actions import ACTIONS
from meai.editing.checker import Checker
from meai.editing.facts import changed_facts
from meai.editing.order import Proposal, RewriteOrder, Unit
from meai.editing.proofread import Proofreader
from meai.editing.protect import added_spans, lost_spans
from meai.editing.rewrite import PROOFREAD, Rewriter
from meai.editing.verify import objection
from meai.errors import BadInput
from meai.inference.engine import Engine
from meai.models.library import open_library

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
REWORDING = ("make-fluent", "paraphrase", "shorten", "more-formal")
"""Actions that are measured besides, on fewer paragraphs: whether their answers are right no machine can say."""
FEW = 12


@dataclass(slots=True)
class Outcome:
    """What became of some paragraphs."""

    action: str
    paragraphs: int = 0
    spans_kept: int = 0
    """Paragraphs in which every protected span came back exactly."""
    units: int = 0
    within: int = 0
    """Units that keep to their action's budget."""
    none: int = 0
    """Units without a safe suggestion."""
    facts: int = 0
    """Units in which a fact turned."""
    seconds: list[float] = field(default_factory=list)
    tuned: Count = field(default_factory=Count)
    held_out: Count = field(default_factory=Count)
    failures: list[str] = field(default_factory=list)

    def add(self, paragraph: Paragraph, proposal: Proposal, seconds: float) -> None:
        """Count what became of *paragraph*."""
        self.paragraphs += 1
        self.seconds.append(seconds)
        source, text = paragraph.source, proposal.text
        self.spans_kept += not (lost_spans(source, text) + added_spans(source, text))
        for unit in proposal.units:
            self._add_unit(unit)
        made, wanted = corrections(source, text), corrections(source, paragraph.wanted)
        (self.held_out if paragraph.held_out else self.tuned).add(made, wanted)
        if self.action == PROOFREAD and made != wanted:
            self.failures.append(_told(paragraph, made - wanted, wanted - made))

    def _add_unit(self, unit: Unit) -> None:
        budget = ACTIONS[self.action].budget
        changed = unit.text != unit.source
        self.units += 1
        self.none += bool(unit.reason)
        self.within += budget is None or not changed or not objection(unit.source, unit.text, budget)
        self.facts += bool(unit.flags) or bool(changed and changed_facts(unit.source, unit.text))

    @property
    def both(self) -> Count:
        """The corrections in all paragraphs."""
        one, other = self.tuned, self.held_out
        return Count(one.right + other.right, one.wrong + other.wrong, one.missed + other.missed)


def main() -> None:
    """Measure and print; keep the tables with --keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("models", nargs="*", default=["smollm2-135m"], help="names or .gguf files")
    parser.add_argument("--action", action="append", help="only this one; may be given more than once")
    parser.add_argument("--few", type=int, default=FEW, help="paragraphs for the actions that reword")
    parser.add_argument("--keep", action="store_true", help="put the tables into docs/quality.md")
    wanted = parser.parse_args()
    outcomes: dict[str, list[Outcome]] = {}
    for model in wanted.models:
        name, measured = _measured(model, tuple(wanted.action or (PROOFREAD, *REWORDING)), wanted.few)
        outcomes[name] = measured
    text = _tables(outcomes)
    print(text)
    if wanted.keep:
        keep("quality", text, PAGE)


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
        return found.name, [_outcome(rewriter, action, few) for action in actions]
    finally:
        engine.close()
        checker.close()


def _outcome(rewriter: Rewriter, action: str, few: int) -> Outcome:
    outcome = Outcome(action)
    for paragraph in paragraphs() if action == PROOFREAD else paragraphs()[:few]:
        order = RewriteOrder(action, paragraph.source)
        started = time.monotonic()
        try:
            proposal = rewriter.rewrite(order, lambda text: None, threading.Event())
        except BadInput as error:
            print(f"{action}, {paragraph.name}: {error}", file=sys.stderr, flush=True)
            if not outcome.paragraphs and "model" in str(error):
                break
            continue
        outcome.add(paragraph, proposal, time.monotonic() - started)
    return outcome


def _told(paragraph: Paragraph, wrong: set[Correction], missed: set[Correction]) -> str:
    parts = [f"`{each.before or '∅'}` became `{each.after or '∅'}`" for each in sorted(wrong)]
    parts += [f"`{each.before or '∅'}` stayed, for `{each.after or '∅'}`" for each in sorted(missed)]
    return f"- {paragraph.name}{' (held out)' if paragraph.held_out else ''}: {'; '.join(parts)}"


def _tables(outcomes: dict[str, list[Outcome]]) -> str:
    return "\n".join([heading(), "", *_spelling(outcomes), "", *_promises(outcomes), *_failures(outcomes)])


def _spelling(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    yield "| Model | Paragraphs | Right | Wrong | Missed | Precision | Recall | F0.5 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for model, measured in outcomes.items():
        for outcome in measured:
            if outcome.action != PROOFREAD:
                continue
            for which, count in (("all", outcome.both), ("tuned on", outcome.tuned), ("held out", outcome.held_out)):
                figures = f"{count.precision:.3f} | {count.recall:.3f} | {count.f_half:.3f}"
                yield f"| {model} | {which} | {count.right} | {count.wrong} | {count.missed} | {figures} |"


def _promises(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    yield "| Model | Action | Paragraphs | Spans kept | Budget kept | Facts flagged | No suggestion | Seconds each |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for model, measured in outcomes.items():
        for each in measured:
            if not each.paragraphs:
                yield f"| {model} | {each.action} | not offered: the model is too small | | | | | |"
                continue
            shares = " | ".join(f"{100 * part / each.units:.0f} %" for part in (each.within, each.facts, each.none))
            kept = f"{100 * each.spans_kept / each.paragraphs:.0f} %"
            middle = f"{statistics.median(each.seconds):.1f}"
            yield f"| {model} | {each.action} | {each.paragraphs} | {kept} | {shares} | {middle} |"


def _failures(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    for model, measured in outcomes.items():
        for outcome in measured:
            if outcome.failures:
                yield from ("", f"### What {model} got wrong", "", *outcome.failures)


if __name__ == "__main__":
    main()
