"""Chat templates of the model families, and which one a model was trained on. Knows nothing of llama.cpp.

A rendered prompt keeps the scaffold apart from the writer's text, so that the text is tokenised without special
tokens: `<|im_end|>` written in a newsletter must not end the writer's turn.
"""

from __future__ import annotations

from dataclasses import dataclass

from meai.inference.request import Request, Role


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt."""

    text: str
    special: bool
    """Whether special tokens in it count: true for the scaffold, false for anything a person or model wrote."""


@dataclass(frozen=True, slots=True)
class Template:
    """How one family writes a chat down."""

    marker: str
    """What a model file's own template contains when it is of this family."""
    opening: dict[Role, str]
    """What stands before a turn's text."""
    closing: str
    """What stands after it."""
    system_in_user: bool = False
    """Whether there is no system turn, so that its text goes to the head of the first user turn."""


# In the order in which markers are looked for. Sources: the templates in the families' published model files.
TEMPLATES: dict[str, Template] = {
    "chatml": Template(
        marker="<|im_start|>",
        opening={
            "system": "<|im_start|>system\n",
            "user": "<|im_start|>user\n",
            "assistant": "<|im_start|>assistant\n",
        },
        closing="<|im_end|>\n",
    ),
    "llama-3": Template(
        marker="<|start_header_id|>",
        opening={
            "system": "<|start_header_id|>system<|end_header_id|>\n\n",
            "user": "<|start_header_id|>user<|end_header_id|>\n\n",
            "assistant": "<|start_header_id|>assistant<|end_header_id|>\n\n",
        },
        closing="<|eot_id|>",
    ),
    "gemma": Template(
        marker="<start_of_turn>",
        opening={"system": "", "user": "<start_of_turn>user\n", "assistant": "<start_of_turn>model\n"},
        closing="<end_of_turn>\n",
        system_in_user=True,
    ),
    "plain": Template(
        marker="",
        opening={"system": "", "user": "### Instruction:\n", "assistant": "### Response:\n"},
        closing="\n\n",
    ),
}


def family_of(chat_template: str) -> str:
    """Return the family whose scaffold *chat_template* (a model file's own, perhaps empty) is made of."""
    return next(name for name, template in TEMPLATES.items() if template.marker in chat_template)


def render(request: Request, family: str) -> tuple[Segment, ...]:
    """Write *request* down as *family* does, the answer begun. A request without turns is its start alone."""
    if not request.turns:
        return (Segment(request.start, special=False),)
    template = TEMPLATES[family]
    segments: list[Segment] = []
    system = ""
    for turn in request.turns:
        if turn.role == "system" and template.system_in_user:
            system = f"{turn.text}\n\n"
            continue
        segments.append(Segment(template.opening[turn.role], special=True))
        segments.append(Segment(system + turn.text, special=False))
        segments.append(Segment(template.closing, special=True))
        system = ""
    segments.append(Segment(template.opening["assistant"], special=True))
    segments.append(Segment(request.start, special=False))
    return tuple(segment for segment in segments if segment.text)
