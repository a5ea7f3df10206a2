"""The words that each kind of model is asked with. Knows the models' habits, not the engine.

Models under 400 million parameters answer an instruction with apologies or small talk, but they do continue a list of
examples; so they get drafts and their corrections as plain text, without a chat. Larger ones follow an instruction.
A family that was trained on fixed system prompts is asked with those as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from meai.editing.window import window
from meai.inference.request import ModelTraits, Request, Sampling, Turn

SMALL_MODEL_PARAMETERS = 400_000_000
TOKENS_PER_BYTE = 0.75
"""Of UTF-8: above what English (0.3), Russian (0.4) and Japanese (0.5) take, so that an answer has room to grow."""
CONTINUATION_TOKENS = 48
ANSWER_TOKENS = 512

Prompt = Callable[[str], Request]
"""Makes the request for one unit of the selection."""


@dataclass(frozen=True, slots=True)
class Examples:
    """A list of pairs that a small model goes on with."""

    before: str
    after: str
    pairs: tuple[tuple[str, str], ...]

    def __call__(self, unit: str) -> Request:
        listed = "".join(f"{self.before}: {ours}\n{self.after}: {theirs}\n\n" for ours, theirs in self.pairs)
        line = unit.replace("\n", " ")
        start = f"{listed}{self.before}: {line}\n{self.after}:"
        return Request((), start, Sampling(max_tokens=_limit(unit), stop=("\n",)), source=line, purpose="rewrite")


@dataclass(frozen=True, slots=True)
class SystemPrompt:
    """What the model was told beforehand; the unit is the writer's turn."""

    text: str

    def __call__(self, unit: str) -> Request:
        turns = (Turn("system", self.text), Turn("user", unit))
        return Request(turns, "", Sampling(max_tokens=_limit(unit)), source=unit, purpose="rewrite")


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a larger model is to do with the unit. It comes last: what was read up to it serves every instruction."""

    text: str
    sampling: Sampling = field(default_factory=Sampling)

    def __call__(self, unit: str) -> Request:
        turns = (Turn("system", _EDITOR), Turn("user", _about(unit, self.text)))
        sampling = replace(self.sampling, max_tokens=_limit(unit))
        return Request(turns, "", sampling, source=unit, purpose="rewrite")


def _about(text: str, instruction: str) -> str:
    return f"Text: {text}\n\n{instruction}"


def _limit(unit: str) -> int:
    return 24 + int(len(unit.encode()) * TOKENS_PER_BYTE)


_SPELLING = Examples(
    "Draft",
    "Corrected",
    (
        (
            "I recived you're letter yesterday, and I has read it twice.",
            "I received your letter yesterday, and I have read it twice.",
        ),
        (
            "In the begining, the garden was definately to small for so much plants.",
            "In the beginning, the garden was definitely too small for so many plants.",
        ),
        ("The report is finished and will be sent on Friday.", "The report is finished and will be sent on Friday."),
        (
            "Their is alot of reasons to beleive that the the weather are changing.",
            "There are a lot of reasons to believe that the weather is changing.",
        ),
        (
            "He anser my question in thi  second paragraph, wich was realy helpfull.",
            "He answered my question in the second paragraph, which was really helpful.",
        ),
        (
            "If you like it, tell a friend; if you don't, tell me.",
            "If you like it, tell a friend; if you don't, tell me.",
        ),
    ),
)
_FLUENT = Examples(
    "Draft",
    "Better",
    (
        (
            "I have went to the market and have buyed there many apples for to make a cake.",
            "I went to the market and bought plenty of apples to make a cake.",
        ),
        (
            "The thing about the new train is that it is being very much faster than the old.",
            "The new train is much faster than the old one.",
        ),
        (
            "In my opinion I think that we should to wait until the 3 May for deciding.",
            "I think we should wait until 3 May to decide.",
        ),
        (
            "The concert was wonderful, and everybody sang along.",
            "The concert was wonderful, and everybody sang along.",
        ),
    ),
)
_OTHER_WORDS = Examples(
    "Sentence",
    "In other words",
    (
        (
            "We postponed the meeting because too few people could come.",
            "Since hardly anyone could attend, we moved the meeting to a later date.",
        ),
        (
            "The city built 40 new bicycle stands near the station last year.",
            "Last year, 40 new bicycle stands were put up by the city close to the station.",
        ),
        (
            "I really like this book, although the ending is a little slow.",
            "This book is a favourite of mine, even if it takes its time to end.",
        ),
        (
            "If you have questions, write to me and I will answer within a week.",
            "Write to me with any questions and you will hear back within a week.",
        ),
    ),
)
# Two of the fixed system prompts SmolLM2 was trained on (its "rewrite" set); others it answers with apologies.
_SMOLLM2_CONCISE = SystemPrompt(
    "You're an AI assistant for text re-writing. Rewrite the input text to make it more concise while preserving its "
    "core meaning."
)
_SMOLLM2_FRIENDLY = SystemPrompt(
    "You're an AI assistant for text re-writing. Rewrite the input text to make it more friendly and approachable "
    "while maintaining its main points."
)
_EDITOR = (
    "You are a careful editor. Edit the user's text as the user says. Keep links, code, names, numbers and Markdown "
    "marks exactly as they are. Reply with the text alone."
)

# For each action the prompts in the order in which they are tried until an answer passes the checks.
_SMALL: dict[str, tuple[Prompt, ...]] = {
    "correct-spelling": (_SPELLING,),
    "make-fluent": (_FLUENT,),
    "paraphrase": (_OTHER_WORDS,),
}
# By the series' name in lower case: what a small model of it can be asked besides.
_OF_FAMILY: dict[str, dict[str, tuple[Prompt, ...]]] = {
    "smollm2": {"paraphrase": (_SMOLLM2_CONCISE, _SMOLLM2_FRIENDLY)},
}
_LARGE: dict[str, tuple[Prompt, ...]] = {
    "correct-spelling": (Instruction("Correct the spelling and grammar of the text. Change nothing else."),),
    "make-fluent": (Instruction("Rewrite the text so that it reads fluently. Keep its meaning."),),
    "paraphrase": (
        Instruction("Say the text in other words, in the same language."),
        Instruction(
            "Paraphrase the text in the same language; no sentence may stay as it was.", Sampling(temperature=0.7)
        ),
    ),
}


def prompts_for(action: str, model: ModelTraits) -> tuple[Prompt, ...]:
    """Return the prompts of *action* for *model*, in the order to try them."""
    if not by_sentence(model):
        return _LARGE[action]
    return _SMALL[action] + _OF_FAMILY.get(model.basename.lower(), {}).get(action, ())


def by_sentence(model: ModelTraits) -> bool:
    """Return whether *model* does better with single sentences than with paragraphs."""
    return model.parameters < SMALL_MODEL_PARAMETERS


def continuation(before: str) -> Request:
    """Ask for what comes after *before*, as a plain text and no chat."""
    sampling = Sampling(max_tokens=CONTINUATION_TOKENS, repeat_penalty=1.1)
    return Request((), window(before).rstrip(" "), sampling, purpose="caret")


def free_instruction(instruction: str, selection: str, model: ModelTraits) -> Request:
    """Ask *model* for what the writer's *instruction* says, about *selection* where there is one."""
    # A small model that has the instruction last talks about its answer.
    about = f"{instruction}\n\n{selection}" if by_sentence(model) else _about(selection, instruction)
    words = about if selection else instruction
    turns = (Turn("system", "You are a helpful assistant."), Turn("user", words))
    sampling = Sampling(max_tokens=ANSWER_TOKENS, temperature=0.4, repeat_penalty=1.1)
    return Request(turns, "", sampling, source=selection, purpose="rewrite" if selection else "free")
