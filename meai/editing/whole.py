"""One answer about a whole selection: a free instruction, a summary, headlines. Knows no units.

What is protected must come back in an answer that is to stand for the selection. Where it does not, the selection
stays and the answer is offered below it: nothing is lost either way.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meai.editing.actions import Action
from meai.editing.anchors import lost_anchors
from meai.editing.closing import closed, is_closed
from meai.editing.facts import Flag, changed_facts
from meai.editing.frozen import Frozen, Thawing, freeze
from meai.editing.order import Proposal, RewriteOrder, Screen, Unit, unseen
from meai.editing.prompts import free_instruction, prompts_for, varied
from meai.editing.protect import added_spans, lost_spans, named
from meai.editing.repair import repaired
from meai.editing.segment import verbatim_ranges
from meai.editing.units import UNFINISHED, Ask, Trimmed
from meai.editing.verify import echoes, kept_share, no_words_for_a_reader, other_language
from meai.errors import BadInput
from meai.inference.request import Completion, ModelTraits, Request, Turn

LONGEST_HEADLINE = 120
NEW_TEXT = 0.3
"""An answer with less of its source's words is no rewrite, and what it turned cannot be told."""

_KEEP = "Every mark such as [1] must stand in your answer exactly once."
_BULLET = re.compile(
    r"^\s*(?:[-*+•]|\d{1,2}[.):]|#{1,6})\s+|^\W{0,3}(?:headline|subject(?: line)?|title) ?\d*\W+", re.I
)
_ADDRESS = re.compile(r"://|www\.|@|\]\(|^[!<]")
_LETTER = re.compile(r"[^\W\d_]")
_MARK = re.compile(r"\[\d+\]")
_BRACKETS = re.compile(r"\[[^\[\]]+\]")
_APOLOGY = re.compile(r"sorry|apolog", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as far as it may be offered."""

    text: str
    """With everything put back, as far as it was there."""
    lost: str
    """Why it must not stand for the selection, or nothing."""
    flags: tuple[Flag, ...]
    answer: Completion


def whole(order: RewriteOrder, action: Action, model: ModelTraits, screen: Screen, ask: Ask) -> Proposal:
    """Answer *order* about its selection as one text. Raises BadInput where no answer can be offered."""
    if action.scope == "below" and not order.selection.strip():
        raise BadInput(f"There is nothing to read yet for “{action.label}”; select some text.")
    best: Found | None = None
    reason = "the model gave no answer"
    for number, (request, frozen) in enumerate(_attempts(order, action, model)):
        sketched = number == 0 and not action.choices
        shown = Thawing(frozen, Trimmed(screen.sketch if sketched else unseen))
        answer = ask(request, shown)
        shown.flush()
        found, reason = _found(order, action, request, frozen, answer)
        if found and (best is None or (bool(found.lost), len(found.flags)) < (bool(best.lost), len(best.flags))):
            best = found
        if found and not found.lost and (not found.flags or action.needs):
            break
        if sketched:
            screen.withdraw()
    if best is None:
        raise BadInput(f"No answer that could be offered: {reason}; say it in other words or try again.")
    return _proposal(order, action, best)


def subject(order: RewriteOrder) -> str:
    """Return what *order* is about: the draft that is to be refined, else the selection."""
    return (order.draft or order.selection).strip()


def frozen_subject(order: RewriteOrder) -> Frozen:
    """Return it as a model reads it: without what is protected, unless that is all there is to read."""
    text = subject(order)
    frozen = freeze(text, verbatim_ranges(text))
    return frozen if _LETTER.search(_MARK.sub("", frozen.text)) else Frozen(text)


def _attempts(order: RewriteOrder, action: Action, model: ModelTraits) -> Iterator[tuple[Request, Frozen]]:
    frozen = frozen_subject(order)
    instruction = order.instruction.strip() if order.draft or action.needs else action.instruction
    if instruction:
        request = free_instruction(instruction, frozen.text, model)
        requests = [request] if not frozen.marks else [request, _with_reminder(request)]
    else:
        requests = [prompt(frozen.text) for prompt in prompts_for(action.name, model, order.variation)]
    for request in requests:
        yield varied(request, order.variation), frozen


def _with_reminder(request: Request) -> Request:
    *earlier, last = request.turns
    return replace(request, turns=(*earlier, Turn(last.role, f"{last.text}\n\n{_KEEP}")))


def _found(
    order: RewriteOrder, action: Action, request: Request, frozen: Frozen, answer: Completion
) -> tuple[Found | None, str]:
    text = repaired(answer.text, frozen.text)
    # Who asks for an apology gets one, which elsewhere is a refusal.
    like = text if _APOLOGY.search(order.instruction) else ""
    own = f"{frozen.text} {order.instruction} {action.instruction}"
    reason = no_words_for_a_reader(like, text) or _foreign(order, action, frozen, text) or _echo(request, own, text)
    if reason:
        return None, reason
    if frozen.marks and (made_up := next((mark for mark in _MARK.findall(text) if mark not in frozen.text), "")):
        return None, f"the answer made up {made_up}"
    if action.check and (reason := action.check(frozen.text, text)):
        return None, reason
    if action.choices:
        text = "\n".join(_choices(frozen, text))
        return (Found(text, "", (), answer), "") if text else (None, "no headline was usable")
    if action.scope == "below":
        new = tuple(flag for flag in _turned(frozen, text) if flag.after and flag.kind != "negation")
        text = _ended(order, _without_brackets(subject(order), frozen.shown(text)))
        wrong = next(_new(subject(order), text), "")
        reason = f"the answer invented {named(wrong)}" if wrong else "" if text else _OPEN
        return (None, reason) if reason else (Found(text, "", new, answer), "")
    thawed, lost = frozen.thawed(text)
    text_shown = frozen.shown(text) if lost else thawed
    if invented := _invented(order, text_shown):
        return None, f"the answer invented {named(invented)}"
    if subject(order) and frozen.text == subject(order) and verbatim_ranges(frozen.text):
        lost = "code, HTML and the like are never replaced"
    left_out = itertools.chain(lost_spans(order.selection, thawed), lost_anchors(order.selection, thawed))
    lost = lost or next((f"the answer leaves out {named(each)}" for each in left_out), "")
    if lost:
        text_shown = _without_brackets(subject(order), text_shown)
    flags = _turned(frozen, text) if kept_share(frozen.text, text) >= NEW_TEXT else ()
    text_shown = _ended(order, text_shown)
    return (Found(text_shown, lost, flags, answer), "") if text_shown else (None, _OPEN)


_OPEN = "the answer left something open that nothing closes"


def _ended(order: RewriteOrder, text: str) -> str:
    """Return *text* with what it leaves open closed, for it would take in what follows; nothing where that fails."""
    return closed(text) if is_closed(subject(order)) else text


def _echo(request: Request, own: str, text: str) -> str:
    said = " ".join(turn.text for turn in request.turns)
    return "the answer had leftovers of a prompt" if echoes(said, own, text) else ""


def _without_brackets(source: str, text: str) -> str:
    """Return *text* with the words alone where it has them in brackets that *source* has not."""
    for span in added_spans(source, text):
        if _BRACKETS.fullmatch(span):
            text = text.replace(span, span[1:-1])
    return text


def _turned(frozen: Frozen, answer: str) -> tuple[Flag, ...]:
    """Return the facts that *answer* turned; marks are no numbers."""
    return changed_facts(_MARK.sub("", frozen.text), _MARK.sub("", answer))


def _foreign(order: RewriteOrder, action: Action, frozen: Frozen, text: str) -> str:
    if action.needs or action.instruction or order.draft:
        return ""
    return "the answer was in another language" if other_language(frozen.text, text) else ""


def _invented(order: RewriteOrder, answer: str) -> str:
    """Return an address, picture or tag in *answer* that neither the selection nor the instruction names, or nothing.

    What is written where nothing is selected may name what it likes.
    """
    if not order.selection.strip():
        return ""
    new = _new(f"{order.selection}\n\n{order.draft}\n\n{order.instruction}", answer)
    return next((span for span in new if _ADDRESS.search(span)), "")


def _new(source: str, answer: str) -> Iterator[str]:
    """Yield what of *answer* is protected and not named in *source*, however it is written there."""
    return (span for span in added_spans(source, answer) if span.strip("[](){}<>!") not in source)


def _choices(frozen: Frozen, text: str) -> list[str]:
    """Return the lines of *text* that are headlines for what *frozen* says, each once, without numbers and marks."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        words = _BULLET.sub("", line).strip().strip('*_"“”').strip()
        new = [flag for flag in _turned(frozen, words) if flag.after and flag.kind == "number"]
        usable = words and len(words) <= LONGEST_HEADLINE and not words.endswith(":") and not set("[|") & set(words)
        usable = usable and words not in frozen.text
        if usable and not new and not added_spans(frozen.text, words) and not no_words_for_a_reader("", words):
            found.setdefault(words.casefold(), words)
    return list(found.values())


def _proposal(order: RewriteOrder, action: Action, found: Found) -> Proposal:
    warnings = tuple(
        f"This is not the whole text: {UNFINISHED[reason]}." for reason in [found.answer.reason] if reason in UNFINISHED
    )
    if action.choices:
        return Proposal(found.text, (), warnings, tuple(found.text.split("\n")))
    if action.scope == "below":
        return Proposal(found.text, (Unit("", found.text, "", found.flags),), warnings)
    core = order.selection.strip()
    if found.lost:
        told = f"{found.lost[:1].upper()}{found.lost[1:]}, so it stands below your text, which stays."
        text = f"{order.selection.rstrip()}\n\n{found.text}{order.selection[len(order.selection.rstrip()) :]}"
        return Proposal(text, (), (*warnings, told))
    start = order.selection.index(core)
    text = order.selection[:start] + found.text + order.selection[start + len(core) :]
    return Proposal(text, (Unit(core, found.text, "", found.flags),) if core else (), warnings)
