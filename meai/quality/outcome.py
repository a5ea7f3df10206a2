"""What becomes of the paragraphs with a model and an action, counted. Knows neither models nor their files."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from meai.editing.actions import ACTIONS
from meai.editing.facts import changed_facts
from meai.editing.order import Proposal, RewriteOrder, Unit
from meai.editing.protect import added_spans, lost_spans
from meai.editing.rewrite import PROOFREAD, Rewriter
from meai.editing.verify import objection
from meai.editing.whole import LONGEST_HEADLINE
from meai.errors import BadInput
from meai.quality.corrections import Correction, Count, corrections
from meai.quality.paragraphs import Paragraph, paragraphs

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
"""Actions that are measured besides spelling: whether their answers are good no machine can say."""


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


def measured(rewriter: Rewriter, action: str, few: int, tell: Callable[[str], None]) -> Outcome:
    """Have *rewriter* do *action* on all paragraphs, or on *few* of them where that is not 0; *tell* hears of refusals.

    Takes seconds for each paragraph.
    """
    outcome = Outcome(action)
    every = paragraphs()
    for paragraph in every[:: max(len(every) // few, 1)][:few] if few else every:
        order = RewriteOrder(action, paragraph.source)
        started = time.monotonic()
        try:
            proposal = rewriter.rewrite(order, lambda text: None, threading.Event())
        except BadInput as error:
            tell(f"{action}, {paragraph.name}: {error}")
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
