"""Whether an answer may be offered in place of its source. Pure: the model proposes, this disposes."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from meai.editing.facts import changed_facts
from meai.editing.language import language_of
from meai.editing.protect import added_spans, lost_spans, named
from meai.markdown.parser import parser


@dataclass(frozen=True, slots=True)
class Budget:
    """How far an answer may move from its source."""

    least_kept: float
    """The share of the source's words that must come back in order, 0 to 1."""
    must_change: bool = False
    """Whether an answer equal to its source is no answer."""
    may_reword: bool = True
    """Whether other words may stand for the source's; if not, only corrections of them are taken."""
    shortest: float = 0.5
    """The length of an answer at least, as a share of its source's."""
    longest: float = 1.6
    """And at most."""
    slack: int = 24
    """Characters by which both may be missed, since short texts move by whole words."""
    changes_language: bool = False
    """Whether the answer may be in another language than its source."""


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LEFTOVER = re.compile(
    r"<\|[^|<>]*\|>|</?(?:think|thinking|thought|reasoning|s|eos|bos|pad)>|\[/?INST\]|<(?:start|end)_of_turn>"
    r"|^#{2,4} (?:Instruction|Response|Input|Output)\b|^(?:Draft|Corrected|Better|Text|Sentence|In other words"
    r"|User|Assistant|System|Human|AI|Input|Output|Instruction|Answer|Rewritten|Revised)\s?:",
    re.M,
)
_REFUSAL = re.compile(
    r"^\W*(?:i['’]?m sorry|i am sorry|sorry,|i apologi[sz]e|my apologies|unfortunately, i|as an? (?:ai|large language"
    r"|language model|assistant)\b|i can(?:not|['’]t)|i could ?n[o'’]t|i am unable|i['’]m unable|i do ?n[o'’]t have"
    r"|i['’]m not able|i am not able|i would be happy to|i['’]d be happy to|how can i help|please provide"
    r"|could you please|as requested|you have asked|the user\b|i understand you"
    r"|i(?:['’]m| am) (?:here|ready|happy|glad) to (?:help|assist))"
    r"|\b(?:i|you)(?:['’](?:m|re)| am| are) (?:a helpful|an ai|a (?:large )?language model)\b"
    r"|\byour answer (?:must|should)\b|\bthe (?:original|given|provided) (?:text|passage|paragraph|sentence)\b",
    re.IGNORECASE,
)
ECHO = 5
"""Words in a row that an answer has from its prompt and not from the text or the writer: it talks about its task."""
SUMMARY_SHARE, SHORT_TEXT = 0.5, 120
"""Of a text, how long its summary may be, and characters that any may have."""
PROSE_SHARE = 0.4
"""Of the words of notes, how many must stand in the prose that is made of them."""


def objection(source: str, answer: str, budget: Budget) -> str:
    """Return why *answer* must not stand for *source*, as the end of a sentence, or nothing when it may."""
    return next((reason for check in _CHECKS if (reason := check(source, answer, budget))), "")


def no_words_for_a_reader(source: str, answer: str) -> str:
    """Return why *answer* is nothing that a reader should get, whatever it was to be; nothing when it may be."""
    return next((reason for check in _OF_ANY_ANSWER[:4] if (reason := check(source, answer, _ANY))), "")


def echoes(prompt: str, source: str, answer: str) -> bool:
    """Return whether *answer* repeats words of *prompt* that are not those of *source*."""
    asked, ours, theirs = (_runs(_words(text), ECHO) for text in (prompt, source, answer))
    return bool((asked & theirs) - ours)


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


def no_summary(source: str, answer: str) -> str:
    """Return why *answer* does not summarise *source*: it is as long, or no plain text; nothing where it does."""
    if len(answer) > SUMMARY_SHARE * len(source) + SHORT_TEXT:
        return "the answer was no shorter than the text"
    if _repeats(source, answer):
        return "the answer repeated itself"
    return "" if _is_plain(answer) else "the answer was no plain text"


def no_prose(source: str, answer: str) -> str:
    """Return why *answer* is not *source* in sentences: it is a list still, or says something else; else nothing."""
    if not _is_plain(answer):
        return "the answer was still a list"
    return "the answer strayed too far from the notes" if kept_share(source, answer) < PROSE_SHARE else ""


def _is_plain(text: str) -> bool:
    return all(kind.startswith(("paragraph_", "inline ")) for kind in shape(text))


def shape(text: str) -> tuple[str, ...]:
    """Return the blocks of *text* as Markdown sees them: headings with their rank, lists with their marks, tables."""
    md = parser()
    md.core.ruler.enableOnly(["normalize", "block"])
    return tuple(f"{token.type} {token.tag} {token.markup}" for token in md.parse(text))


def _marks(text: str) -> tuple[object, ...]:
    """Return what holds the structure of *text*: its blocks, what parts cells, brackets and pairs that are open."""
    paired = [text.count(mark) % 2 for mark in ("**", "~~", "==", "`")]
    return shape(text), text.count("|"), text.count("[") - text.count("]"), *paired


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _fits(source: str, answer: str, budget: Budget) -> bool:
    shortest, longest = budget.shortest * len(source), budget.longest * len(source)
    return shortest - budget.slack <= len(answer) <= longest + budget.slack


def _lost(source: str, answer: str) -> str:
    spans = lost_spans(source, answer)
    return f"the answer lost {named(next(iter(spans)))}" if spans else ""


def _invented(source: str, answer: str) -> str:
    spans = added_spans(source, answer)
    return f"the answer invented {named(next(iter(spans)))}" if spans else ""


def _repeats(source: str, answer: str) -> bool:
    """Whether *answer* says four words in a row more than twice as often as *source*, or a sentence twice."""
    ours, theirs = _runs(_words(source)), _runs(_words(answer))
    return any(count > 2 and count > 2 * ours[run] for run, count in theirs.items()) or _twice(source, answer)


def _runs(words: list[str], length: int = 4) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[start:] for start in range(length)), strict=False))


def _twice(source: str, answer: str) -> bool:
    ours, theirs = _sentences(source), _sentences(answer)
    return any(count > 1 and count > ours[sentence] for sentence, count in theirs.items())


def _sentences(text: str) -> Counter[str]:
    found = (" ".join(_words(sentence)) for sentence in re.split(r"(?<=[.!?…])\s+|\n", text))
    return Counter(sentence for sentence in found if sentence.count(" ") >= 3)


def not_translated(source: str, answer: str, language: str) -> bool:
    """Return whether *answer*, which should be in *language*, still is in the one that *source* is in."""
    same = language_of(source)
    return same != "" and same != language.casefold() and language_of(answer) == same


def other_language(source: str, answer: str) -> bool:
    """Return whether *answer* is in another language than *source*, as far as their small words and letters tell."""
    ours, theirs = language_of(source), language_of(answer)
    return (ours != theirs and ours != "" and theirs != "") or _script(source) != _script(answer)


def _script(text: str) -> str:
    """Return whether most letters of *text* are Latin, of another alphabet or of none."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter < "\u0250" for letter in letters)
    return "latin" if latin * 2 >= len(letters) else "other"


def _other_numbers(source: str, answer: str) -> bool:
    return any(flag.kind == "number" for flag in changed_facts(source, answer))


def _structured(source: str, answer: str) -> bool:
    stripped = answer.lstrip()
    return stripped[:1] in ("{", "[") and source.lstrip()[:1] != stripped[:1] and '":' in stripped


def _when(failed: Callable[[str, str, Budget], object], reason: str) -> Callable[[str, str, Budget], str]:
    return lambda source, answer, budget: reason if failed(source, answer, budget) else ""


_ANY = Budget(least_kept=0.0, longest=float("inf"), shortest=0.0)
# In this order: the first that fails is told, and those after it are not asked.
_OF_ANY_ANSWER: tuple[Callable[[str, str, Budget], str], ...] = (
    _when(lambda source, answer, budget: not answer.strip(), "the model gave no answer"),
    _when(
        lambda source, answer, budget: _LEFTOVER.search(answer) and not _LEFTOVER.search(source),
        "the answer had leftovers of a prompt",
    ),
    _when(
        lambda source, answer, budget: _REFUSAL.search(answer) and not _REFUSAL.search(source),
        "the model answered instead of rewriting",
    ),
    _when(lambda source, answer, budget: _structured(source, answer), "the answer was data and no text"),
    _when(lambda source, answer, budget: _repeats(source, answer), "the answer repeated itself"),
)
_CHECKS: tuple[Callable[[str, str, Budget], str], ...] = (
    _OF_ANY_ANSWER[0],
    _when(
        lambda source, answer, budget: budget.must_change and _words(answer) == _words(source),
        "the model gave the same sentence back",
    ),
    *_OF_ANY_ANSWER[1:4],
    lambda source, answer, budget: _lost(source, answer),
    lambda source, answer, budget: _invented(source, answer),
    _OF_ANY_ANSWER[4],
    _when(
        lambda source, answer, budget: not budget.may_reword and _other_numbers(source, answer),
        "the answer changed a number",
    ),
    _when(lambda source, answer, budget: not _fits(source, answer, budget), "the answer was too short or too long"),
    _when(
        lambda source, answer, budget: kept_share(source, answer) < budget.least_kept,
        "the answer strayed too far from the text",
    ),
    _when(
        lambda source, answer, budget: not budget.changes_language and other_language(source, answer),
        "the answer was in another language",
    ),
    _when(lambda source, answer, budget: answer.count("\n") > source.count("\n"), "the answer had lines of its own"),
    _when(lambda source, answer, budget: _marks(answer) != _marks(source), "the answer had another structure"),
)
