"""Chat templates of the model families, and which one a model was trained on. Knows nothing of llama.cpp.

A rendered prompt keeps the scaffold apart from the writer's text, so that the text is tokenised without special
tokens: `<|im_end|>` written in a newsletter must not end the writer's turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from meai.inference.request import Request, Role

Scaffold = tuple[str | int, ...]
"""A chat written down: what stands between the turns' texts as strings, the texts as the numbers of their turns."""
Give = Literal["nothing", "whole", "middle", "front"]
NO_THOUGHTS = "<think>\n\n</think>\n\n"
"""The block that tells a thinking model that it has thought already."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt."""

    text: str
    special: bool
    """Whether special tokens in it count: true for the scaffold, false for anything a person or model wrote."""
    give: Give = "nothing"
    """What may be left out of it where a prompt does not fit: see `fitting.fit`."""


class Writer(Protocol):
    """Whatever can write a chat down for one model."""

    @property
    def trims(self) -> bool:
        """Whether the turns' texts lose the white space at their edges."""

    @property
    def thinks(self) -> bool:
        """Whether the model may begin an answer with a block of thoughts."""

    def scaffold(self, roles: tuple[Role, ...]) -> Scaffold:
        """Return how a chat of turns of these *roles* is written down, the answer begun."""


@dataclass(frozen=True, slots=True)
class Family:
    """How one family writes a chat down."""

    marks: tuple[str, ...]
    """What a model file's own template contains when it is of this family, all of them."""
    turns: Mapping[Role, tuple[str, str]]
    """What stands before and after a turn's text."""
    answer: str
    """What stands before the answer."""
    system: Literal["turn", "first", "last"] = "turn"
    """Where the system turn's text goes: a turn of its own, or the head of the first or last user turn."""
    foreign: tuple[str, ...] = ()
    """What shows that a template only looks like this family's."""
    trims: bool = False
    thinks: bool = False

    def scaffold(self, roles: tuple[Role, ...]) -> Scaffold:
        """Return how a chat of turns of these *roles* is written down, the answer begun."""
        systems, carrier = self._carried(roles)
        pieces: list[str | int] = []
        for number, role in enumerate(roles):
            if number in systems:
                continue
            opening, closing = self.turns[role]
            carried = [piece for each in systems if number == carrier for piece in (each, "\n\n")]
            pieces += [opening, *carried, number, closing]
        return joined([*pieces, self.answer])

    def _carried(self, roles: tuple[Role, ...]) -> tuple[list[int], int]:
        """Return which system turns stand in a user turn, and in which."""
        users = [number for number, role in enumerate(roles) if role == "user"]
        if self.system == "turn" or not users:
            return [], -1
        systems = [number for number, role in enumerate(roles) if role == "system"]
        return systems, users[0] if self.system == "first" else users[-1]


def joined(pieces: Iterable[str | int]) -> Scaffold:
    """Return *pieces* as a scaffold: no two strings in a row, none empty."""
    scaffold: list[str | int] = []
    for piece in pieces:
        if isinstance(piece, str) and scaffold and isinstance(scaffold[-1], str):
            scaffold[-1] += piece
        elif piece != "":
            scaffold.append(piece)
    return tuple(scaffold)


def _tagged(opening: str, closing: str, assistant: str = "assistant") -> dict[Role, tuple[str, str]]:
    """Return turns that differ in the role's name alone, which stands for `ROLE` in *opening*."""
    names: dict[Role, str] = {"system": "system", "user": "user", "assistant": assistant}
    return {role: (opening.replace("ROLE", name), closing) for role, name in names.items()}


def _mistral(space: str, *, before: str = "", after: str = "", answer: str = " ") -> dict[Role, tuple[str, str]]:
    return {
        "system": (f"[SYSTEM_PROMPT]{space}", "[/SYSTEM_PROMPT]"),
        "user": (f"{before}[INST]{space}", f"{after}[/INST]"),
        "assistant": (answer, "</s>"),
    }


# In the order in which marks are looked for. Sources: the templates in the families' published model files, against
# which the tests hold them. None adds words of its own where a chat has no system turn.
FAMILIES: dict[str, Family] = {
    "phi-4": Family(
        marks=("<|im_start|>", "<|im_sep|>"),
        turns=_tagged("<|im_start|>ROLE<|im_sep|>", "<|im_end|>"),
        answer="<|im_start|>assistant<|im_sep|>",
    ),
    "chatml": Family(
        marks=("<|im_start|>", "<|im_end|>"),
        # Templates that add words to the system turn, and those that take the mark for something else.
        foreign=("<end_of_utterance>", "<|im_middle|>", "## Metadata"),
        turns=_tagged("<|im_start|>ROLE\n", "<|im_end|>\n"),
        answer="<|im_start|>assistant\n",
    ),
    "llama-3.1": Family(
        marks=("<|start_header_id|>", "<|eot_id|>", "Cutting Knowledge Date: December 2023", "date_string"),
        turns=_tagged("<|start_header_id|>ROLE<|end_header_id|>\n\n", "<|eot_id|>")
        | {
            "system": (
                "<|start_header_id|>system<|end_header_id|>\n\n"
                # The date that the template itself falls back to: a prompt is the same from day to day.
                "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n",
                "<|eot_id|>",
            )
        },
        answer="<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "llama-3": Family(
        marks=("<|start_header_id|>", "<|eot_id|>"),
        foreign=("Cutting Knowledge Date", "functions"),
        turns=_tagged("<|start_header_id|>ROLE<|end_header_id|>\n\n", "<|eot_id|>"),
        answer="<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    "gemma": Family(
        marks=("<start_of_turn>", "<end_of_turn>"),
        turns=_tagged("<start_of_turn>ROLE\n", "<end_of_turn>\n", assistant="model"),
        answer="<start_of_turn>model\n",
        system="first",
    ),
    "granite": Family(
        marks=("<|start_of_role|>", "<|end_of_text|>"),
        turns=_tagged("<|start_of_role|>ROLE<|end_of_role|>", "<|end_of_text|>\n"),
        answer="<|start_of_role|>assistant<|end_of_role|>",
    ),
    # Version 7 has a system turn; 1 to 3 put it into a user turn. Those with Tekken's tokenizer have no spaces.
    "mistral-7": Family(marks=("'[SYSTEM_PROMPT] '",), turns=_mistral(" "), answer=""),
    "mistral-7-tekken": Family(marks=("[SYSTEM_PROMPT]", "[INST]"), turns=_mistral("", answer=""), answer=""),
    "mistral-1": Family(
        marks=("' [INST] ' + system_message",),
        turns=_mistral(" ", before=" ", after=" "),
        answer="",
        system="first",
    ),
    "mistral-3-tekken": Family(
        marks=('"[INST]"', "[AVAILABLE_TOOLS]"), turns=_mistral("", answer=""), answer="", system="last"
    ),
    "mistral-3": Family(marks=('"[INST] "', "[AVAILABLE_TOOLS]"), turns=_mistral(" "), answer="", system="last"),
    "phi-4-mini": Family(
        marks=("'<|' + message['role'] + '|>' + message['content'] + '<|end|>'",),
        turns=_tagged("<|ROLE|>", "<|end|>"),
        answer="<|assistant|>",
    ),
    "phi-3": Family(
        marks=("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
        foreign=("[BEGIN FINAL RESPONSE]",),
        turns=_tagged("<|ROLE|>\n", "<|end|>\n"),
        answer="<|assistant|>\n",
    ),
}
PLAIN = Family(
    marks=(),
    turns={"system": ("", "\n\n"), "user": ("### Instruction:\n", "\n\n"), "assistant": ("### Response:\n", "\n\n")},
    answer="### Response:\n",
)
"""For a model that has no chat template that could be used."""


def family_of(chat_template: str) -> Family | None:
    """Return the family whose scaffold *chat_template* (a model file's own) is made of; None for an unknown one."""
    for family in FAMILIES.values():
        if all(mark in chat_template for mark in family.marks):
            known = not any(mark in chat_template for mark in family.foreign)
            return _variant(family, chat_template) if known else None
    return None


def _variant(family: Family, chat_template: str) -> Family | None:
    """Return *family* with the habits of *chat_template*; None where that treats thoughts in a way of its own."""
    trims = re.search(r"\|\s*trim\b", chat_template) is not None
    if "<think>" not in chat_template:
        return replace(family, trims=trims)
    if "enable_thinking" in chat_template and repr(NO_THOUGHTS)[1:-1] in chat_template:
        return replace(family, trims=trims, thinks=True, answer=family.answer + NO_THOUGHTS)
    return None


def render(request: Request, writer: Writer) -> tuple[Segment, ...]:
    """Write *request* down as *writer* does, the answer begun. A request without turns is its start alone."""
    whole = request.purpose == "rewrite"
    if not request.turns:
        start = Segment(request.start, special=False, give="nothing" if whole else "front")
        return (start,) if request.start else ()
    roles = tuple(turn.role for turn in request.turns)
    gives = _gives(roles, whole=whole)
    segments = [
        Segment(piece, special=True)
        if isinstance(piece, str)
        else Segment(_text(request.turns[piece].text, writer), special=False, give=gives[piece])
        for piece in writer.scaffold(roles)
    ]
    segments.append(Segment(request.start, special=False))
    return tuple(segment for segment in segments if segment.text)


def _text(text: str, writer: Writer) -> str:
    return text.strip() if writer.trims else text


def _gives(roles: Sequence[Role], *, whole: bool) -> list[Give]:
    """Return what each turn may lose: instructions nothing, the last user turn its middle, those before it all."""
    last = max((number for number, role in enumerate(roles) if role == "user"), default=len(roles))
    of_last: Give = "nothing" if whole else "middle"
    return [
        "nothing" if role == "system" or number > last else of_last if number == last else "whole"
        for number, role in enumerate(roles)
    ]
