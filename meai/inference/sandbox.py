"""A process that renders one chat template of a stranger's and ends. Knows nothing of the models it comes from.

Jinja's sandbox calls itself incomplete, so it stands in a process that has no text of the writer's, may open nothing,
and is ended after a second or at 512 MiB. The turns' texts are random words, by which the result is cut apart.
"""

from __future__ import annotations

import faulthandler
import json
import secrets
import sys
from contextlib import suppress
from datetime import date
from typing import Any, NoReturn

from jinja2 import Environment, TemplateError
from jinja2.ext import Extension, LoopControlExtension
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

if sys.platform != "win32":
    import resource

TIME_S = 1
MEMORY_BYTES = 512 * 1024 * 1024
MAX_OUTPUT = 64 * 1024
MAX_PRODUCT = 1024 * 1024
EDGE = "\x0b"
"""White space that no template writes itself: whether it comes back tells whether texts are trimmed."""


WARM_UP = "{% macro name(turn) %}{{ turn.role + '\\n' }}{% endmacro %}{{ name(messages[0]) }}{{ raise_exception('') }}"
"""What Python and Jinja load only when they need it, they need for this; nothing can be opened any more afterwards."""


class Refused(Exception):
    """The template asks for something that it does not get."""


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        sizes = [len(side) if isinstance(side, str | list | tuple) else abs(side) for side in (left, right)]
        if operator == "**" or sizes[0] * sizes[1] > MAX_PRODUCT:
            raise Refused("it computes something enormous")
        return super().call_binop(context, operator, left, right)


class _Generation(Extension):
    """`{% generation %}`, with which publishers mark the model's words for training."""

    tags = frozenset({"generation"})  # type: ignore[assignment]

    def parse(self, parser: Parser) -> list[Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def scaffold(template: str, roles: list[str], end: str) -> dict[str, Any]:
    """Return how *template* writes a chat of turns of these *roles* down, `pieces`, and whether it `trims` their texts.

    A piece is a string or the number of a turn. *end* is the text of the model's end token. Raises Refused, or
    whatever a hostile template provokes.
    """
    words = [f"t{secrets.token_hex(12)}" for _ in roles]
    messages = [{"role": role, "content": f"{EDGE}{word}{EDGE}"} for role, word in zip(roles, words, strict=True)]
    text = _rendered(template, messages, end)
    pieces: list[str | int] = []
    trims = False
    for number, word in sorted(enumerate(words), key=lambda entry: text.find(entry[1])):
        if text.count(word) != 1:
            raise Refused(f"it writes a turn {text.count(word)} times")
        before, text = text.split(word)
        trims = trims or not (before.endswith(EDGE) and text.startswith(EDGE))
        pieces += [before.removesuffix(EDGE), number]
        text = text.removeprefix(EDGE)
    return {"pieces": [*pieces, text], "trims": trims}


def _rendered(template: str, messages: list[dict[str, str]], end: str) -> str:
    text = ""
    given = {
        "messages": messages,
        "add_generation_prompt": True,
        "enable_thinking": False,
        "tools": None,
        "documents": None,
        # The tokenizer adds it.
        "bos_token": "",
        "eos_token": end,
    }
    for piece in _environment().from_string(template).generate(given):
        text += piece
        if len(text) > MAX_OUTPUT:
            raise Refused(f"it writes more than {MAX_OUTPUT:,} characters")
    return text


def _environment() -> Environment:
    """Return an environment as the publishers of templates expect it."""
    environment = _Sandbox(trim_blocks=True, lstrip_blocks=True, extensions=[LoopControlExtension, _Generation])
    environment.globals |= {"raise_exception": _raise, "strftime_now": date.today().strftime}
    environment.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    return environment


def _raise(message: str) -> NoReturn:
    raise TemplateError(message)


def _confine() -> None:
    """Give up what a template has no use for; nothing can be opened from here on."""
    # Unlike a signal it ends the process also while the interpreter is busy in C.
    faulthandler.dump_traceback_later(TIME_S, exit=True)
    # Windows has no such limits; the time stands alone there.
    if sys.platform == "win32":
        return
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        # macOS maps more than any limit that makes sense, and refuses one below that.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _reason(error: Exception) -> str:
    said = {MemoryError: "it takes too much memory", RecursionError: "it calls itself without end"}
    return said.get(type(error)) or str(error).strip(" .")[:200] or type(error).__name__


def main() -> None:
    """Answer the question on stdin, JSON of *scaffold*'s arguments, with JSON on stdout; `refused` tells why not."""
    question = json.load(sys.stdin)
    with suppress(TemplateError):
        scaffold(WARM_UP, ["user"], "")
    _confine()
    try:
        answer = scaffold(question["template"], question["roles"], question["end"])
    except Exception as error:
        answer = {"refused": _reason(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
