"""Whether an answer may be offered in place of its source. Pure: the model proposes, this disposes."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from meai.editing.protect import added_spans, lost_spans


@dataclass(frozen=True, slots=True)
class Budget:
    """How far an answer may move from its source."""

    least_kept: float
    """The share of the source's words that must come back in order, 0 to 1."""
    must_change: bool = False
    """Whether an answer equal to its source is no answer."""
    may_reword: bool = True
    """Whether other words may stand for the source's; if not, only corrections of them are taken."""


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LEFTOVER = re.compile(
    r"<\|[^|<>]*\|>|</?think>|\[/?INST\]|<(?:start|end)_of_turn>|^(?:Draft|Corrected|Better|Text):", re.M
)
_REFUSAL = re.compile(
    r"^\W*(?:i['’]?m sorry|i am sorry|sorry,|i apologi[sz]e|as an ai\b|i can(?:not|['’]t)|i am unable|i['’]m unable)",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"\A\W*(?:sure|certainly|of course|okay|ok|absolutely)?\W*"
    r"(?:here(?:['’]s| is| are)|this is|the corrected)[^\n]{0,80}:\s+",
    re.IGNORECASE,
)
SHORTEST_SHARE, LONGEST_SHARE, SLACK_CHARACTERS = 0.5, 1.6, 24


def without_preamble(answer: str, source: str) -> str:
    """Return *answer* without "Sure! Here is the corrected text:" and without quotation marks put round the whole."""
    text = answer.strip()
    if not _PREAMBLE.match(source):
        text = _PREAMBLE.sub("", text, count=1)
    for opening, closing in (('"', '"'), ("“", "”")):
        if len(text) > 2 and text[0] == opening and text[-1] == closing and not source.startswith(opening):
            text = text[1:-1]
    return text.strip()


def objection(source: str, answer: str, budget: Budget) -> str:
    """Return why *answer* must not stand for *source*, as the end of a sentence, or nothing when it may."""
    return next((reason for check in _CHECKS if (reason := check(source, answer, budget))), "")


def kept_share(source: str, answer: str) -> float:
    """Return the share of *source*'s words that *answer* has in the same order; close spellings count as kept."""
    ours, theirs = _words(source), _words(answer)
    if not ours:
        return 1.0
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    kept = 0.0
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "equal":
            kept += end - start
        elif kind == "replace":
            pairs = zip(ours[start:end], theirs[other_start:other_end], strict=False)
            kept += sum(difflib.SequenceMatcher(None, word, other).ratio() >= 0.6 for word, other in pairs)
    return kept / len(ours)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _numbers(text: str) -> Counter[str]:
    return Counter(_NUMBER.findall(text))


def _fits(source: str, answer: str) -> bool:
    shortest = SHORTEST_SHARE * len(source) - SLACK_CHARACTERS
    longest = LONGEST_SHARE * len(source) + SLACK_CHARACTERS
    return shortest <= len(answer) <= longest


def _named(spans: Counter[str]) -> str:
    first = next(iter(spans), "")
    return first if len(first) <= 60 else f"{first[:57]}..."


def _lost(source: str, answer: str) -> str:
    spans = lost_spans(source, answer)
    return f"the answer lost {_named(spans)}" if spans else ""


def _invented(source: str, answer: str) -> str:
    spans = added_spans(source, answer)
    return f"the answer invented {_named(spans)}" if spans else ""


def _when(failed: Callable[[str, str, Budget], object], reason: str) -> Callable[[str, str, Budget], str]:
    return lambda source, answer, budget: reason if failed(source, answer, budget) else ""


# In this order: the first that fails is told, and those after it are not asked.
_CHECKS: tuple[Callable[[str, str, Budget], str], ...] = (
    _when(lambda source, answer, budget: not answer, "the model gave no answer"),
    _when(
        lambda source, answer, budget: budget.must_change and _words(answer) == _words(source),
        "the model gave the same sentence back",
    ),
    _when(
        lambda source, answer, budget: _LEFTOVER.search(answer) and not _LEFTOVER.search(source),
        "the answer had leftovers of a prompt",
    ),
    _when(
        lambda source, answer, budget: _REFUSAL.search(answer) and not _REFUSAL.search(source),
        "the model answered instead of rewriting",
    ),
    lambda source, answer, budget: _lost(source, answer),
    lambda source, answer, budget: _invented(source, answer),
    _when(lambda source, answer, budget: _numbers(source) != _numbers(answer), "the answer changed a number"),
    _when(lambda source, answer, budget: not _fits(source, answer), "the answer was far shorter or longer"),
    _when(
        lambda source, answer, budget: kept_share(source, answer) < budget.least_kept,
        "the answer strayed too far from the text",
    ),
    _when(lambda source, answer, budget: answer.count("\n") > source.count("\n"), "the answer had lines of its own"),
)
