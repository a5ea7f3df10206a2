"""What becomes of the paragraphs with each model and action, counted; the failures are told one by one.

Usage: python -m benchmarks.quality [MODEL ...] [--action NAME ...] [--few N] [--keep]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections import Counter
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
from meai.editing.whole import LONGEST_HEADLINE
from meai.errors import BadInput
from meai.inference.engine import Engine
from meai.models.library import open_library

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
REWORDING = (
    "make-fluent",
    "paraphrase",
    "shorten",
    "simplify",
    "more-formal",
    "more-friendly",
    "summarise",
    "headlines",
)
"""Actions that are measured besides, on fewer paragraphs: whether their answers are good no machine can say."""
FEW = 24


@dataclass(slots=True)
class Outcome:
    """What became of some paragraphs."""

    action: str
    paragraphs: int = 0
    spans_kept: int = 0
    """Paragraphs in which every protected span came back exactly, and no other came with it."""
    units: int = 0
    within: int = 0
    """Units that keep to their action's budget, or its check."""
    none: int = 0
    """Units without a safe suggestion."""
    turned: int = 0
    """Units in which a fact turned."""
    flagged: int = 0
    """Of these, the ones that say so."""
    seconds: list[float] = field(default_factory=list)
    tuned: Count = field(default_factory=Count)
    held_out: Count = field(default_factory=Count)
    failures: list[str] = field(default_factory=list)

    def add(self, paragraph: Paragraph, proposal: Proposal, seconds: float) -> None:
        """Count what became of *paragraph*."""
        self.paragraphs += 1
        self.seconds.append(seconds)
        source, text = paragraph.source, proposal.text
        stays = ACTIONS[self.action].scope == "below"
        self.spans_kept += not (added_spans(source, text) + (Counter() if stays else lost_spans(source, text)))
        for unit in proposal.units or (Unit("", text),):
            self._add_unit(unit, source)
        if self.action == PROOFREAD:
            self._compare(paragraph, text)

    def add_nothing(self, seconds: float) -> None:
        """Count a paragraph that got no answer."""
        self.paragraphs += 1
        self.seconds.append(seconds)
        self.spans_kept += 1
        self.units += 1
        self.within += 1
        self.none += 1

    def _add_unit(self, unit: Unit, source: str) -> None:
        changed = unit.text != unit.source
        self.units += 1
        self.none += bool(unit.reason)
        self.within += not changed or self._keeps(unit, source)
        turned = bool(unit.source and changed and changed_facts(unit.source, unit.text))
        self.turned += turned or bool(unit.flags)
        self.flagged += bool(unit.flags)

    def _keeps(self, unit: Unit, source: str) -> bool:
        action = ACTIONS[self.action]
        if action.budget is not None:
            return not objection(unit.source, unit.text, action.budget)
        if action.choices:
            return all(len(line) <= LONGEST_HEADLINE for line in unit.text.split("\n"))
        return action.check is None or not action.check(source, unit.text)

    def _compare(self, paragraph: Paragraph, text: str) -> None:
        made, wanted = corrections(paragraph.source, text), corrections(paragraph.source, paragraph.wanted)
        (self.held_out if paragraph.held_out else self.tuned).add(made, wanted)
        if made != wanted:
            self.failures.append(_told(paragraph, made - wanted, wanted - made))

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
        return found.name, [Outcome(each) if each in beyond else _outcome(rewriter, each, few) for each in actions]
    finally:
        engine.close()
        checker.close()


def _outcome(rewriter: Rewriter, action: str, few: int) -> Outcome:
    outcome = Outcome(action)
    every = paragraphs()
    for paragraph in every if action == PROOFREAD else every[:: len(every) // few][:few]:
        order = RewriteOrder(action, paragraph.source)
        started = time.monotonic()
        try:
            proposal = rewriter.rewrite(order, lambda text: None, threading.Event())
        except BadInput as error:
            print(f"{action}, {paragraph.name}: {error}", file=sys.stderr, flush=True)
            # Of an action about sentences it says that there are none.
            if ACTIONS[action].budget is None:
                outcome.add_nothing(time.monotonic() - started)
            continue
        outcome.add(paragraph, proposal, time.monotonic() - started)
    return outcome


def _told(paragraph: Paragraph, wrong: set[Correction], missed: set[Correction]) -> str:
    parts = [f"`{each.before or '∅'}` became `{each.after or '∅'}`" for each in sorted(wrong)]
    parts += [f"`{each.before or '∅'}` stayed, for `{each.after or '∅'}`" for each in sorted(missed)]
    return f"- {paragraph.name}{' (held out)' if paragraph.held_out else ''}: {'; '.join(parts)}"


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
    for model, measured in outcomes.items():
        for outcome in measured:
            for which, count in (("all", outcome.both), ("tuned on", outcome.tuned), ("held out", outcome.held_out)):
                figures = f"{count.precision:.3f} | {count.recall:.3f} | {count.f_half:.3f}"
                yield f"| {model} | {which} | {count.right} | {count.wrong} | {count.missed} | {figures} |"


def _promises(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    told = "Spans kept | Budget kept | Facts turned, flagged | No suggestion | Seconds each"
    yield f"| Model | Action | Paragraphs | {told} |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for model, measured in outcomes.items():
        for each in measured:
            if not each.paragraphs:
                yield f"| {model} | {each.action} | not offered: the model is too small | | | | | |"
                continue
            within, none = (f"{100 * part / each.units:.0f} %" for part in (each.within, each.none))
            kept = f"{100 * each.spans_kept / each.paragraphs:.0f} %"
            middle = f"{statistics.median(each.seconds):.1f}"
            facts = f"{each.turned} of {each.units}, {each.flagged}"
            yield f"| {model} | {each.action} | {each.paragraphs} | {kept} | {within} | {facts} | {none} | {middle} |"


def _failures(outcomes: dict[str, list[Outcome]]) -> Iterator[str]:
    for model, measured in outcomes.items():
        for outcome in measured:
            if outcome.failures:
                yield from ("", f"### What {model} got wrong", "", *outcome.failures)


if __name__ == "__main__":
    main()
