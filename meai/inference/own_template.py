"""A model file's own chat template, for models of no family that is known. Never runs it: that is a sandbox's work.

The sandbox is a process that is given no text of the writer's and may be ended at any moment. What it tells is a
scaffold, one for each shape of chat, which is kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from meai.errors import ModelRefused
from meai.inference.request import Role
from meai.inference.templates import PLAIN, Scaffold, Writer, family_of, joined

SANDBOX = "meai.inference.sandbox"
LONGEST_TEMPLATE = 64 * 1024
"""Bytes of UTF-8."""
PATIENCE_S = 30.0
"""For the sandbox to start and answer on a busy machine; it ends itself after a second of work."""
CHECKED: tuple[Role, ...] = ("system", "user")
OPEN_THOUGHTS, THOUGHTS_END = "<think>", "</think>\n\n"


class OwnTemplate:
    """Writes chats down as *source*, a template in Jinja, does. *end* is the text of the model's end token.

    `scaffold` raises ModelRefused for a template that fails, does not end or is not to be trusted.
    """

    def __init__(self, source: str, end: str) -> None:
        self._source = source
        self._end = end
        self._scaffolds: dict[tuple[Role, ...], Scaffold] = {}
        self.trims = False
        self.thinks = OPEN_THOUGHTS in source

    def scaffold(self, roles: tuple[Role, ...]) -> Scaffold:
        """Return how a chat of turns of these *roles* is written down, the answer begun."""
        if roles not in self._scaffolds:
            self._scaffolds[roles] = _without_thoughts(self._ask(roles))
        return self._scaffolds[roles]

    def _ask(self, roles: tuple[Role, ...]) -> Scaffold:
        answer = _ask_sandbox({"template": self._source, "roles": roles, "end": self._end})
        if "refused" not in answer:
            self.trims = self.trims or answer["trims"] is True
            return joined(answer["pieces"])
        if roles[:2] != CHECKED:
            raise ModelRefused(answer["refused"])
        # Many templates know no system turn; its text then heads the first user turn.
        first, *rest = self._ask(roles[1:])
        shifted = [piece if isinstance(piece, str) else piece + 1 for piece in rest]
        return joined([first, 0, "\n\n", *shifted] if isinstance(first, str) else [0, "\n\n", first + 1, *shifted])


def writer_of(chat_template: str, end: str) -> tuple[Writer, str]:
    """Return what writes chats down for a model whose file has *chat_template*, and a sentence where it is a makeshift.

    *end* is the text of the model's end token.
    """
    if family := family_of(chat_template):
        return family, ""
    if not chat_template.strip():
        return PLAIN, "This model file has no chat template, so that it may not follow instructions."
    try:
        if len(chat_template.encode()) > LONGEST_TEMPLATE:
            raise ModelRefused(f"it is longer than {LONGEST_TEMPLATE // 1024} KiB")
        own = OwnTemplate(chat_template, end)
        own.scaffold(CHECKED)
    except ModelRefused as error:
        return PLAIN, f"This model's chat template is not used, so that it may not follow instructions: {error}."
    return own, ""


def _ask_sandbox(question: dict[str, Any]) -> dict[str, Any]:
    """Return the sandbox's answer. Raises ModelRefused where it has none, since it was ended or ended itself."""
    command = [sys.executable, "-P", "-m", SANDBOX]
    try:
        done = subprocess.run(
            command, input=json.dumps(question).encode(), capture_output=True, timeout=PATIENCE_S, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise ModelRefused("it takes too long or too much memory") from error
    except OSError as error:
        raise ModelRefused(f"no process to read it in could be started ({error.strerror})") from error
    if not isinstance(answer, dict):
        raise ModelRefused("it says something that it should not")
    return answer


def _without_thoughts(scaffold: Scaffold) -> Scaffold:
    """Return *scaffold* with the block of thoughts closed that some templates leave open for the answer."""
    *before, last = scaffold
    if isinstance(last, str) and last.rstrip().endswith(OPEN_THOUGHTS):
        return (*before, f"{last.rstrip()}\n\n{THOUGHTS_END}")
    return scaffold
