"""How each kind of OpenAI-compatible server is told what only it understands. Data, and requests written down with it.

Knows no connection. What the API itself has goes to every server; the rest only to those that are known to take it,
since some refuse what they do not know.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from meai.inference.request import ModelTraits, Request

Body = dict[str, Any]

ASSUMED_PARAMETERS = 8_000_000_000
"""Weights of a model that does not say how many it has: who serves one for many does not serve a toy."""
CONTINUE = "Go on with the user's text where it ends. Reply with what comes next alone, in its language and manner."
"""What a server is told that can only chat, where a text is to be continued."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of server takes besides the API."""

    name: str
    """For people."""
    names: dict[str, str] = field(default_factory=dict)
    """What it calls those values of `Sampling` that the API has not."""
    grammar: str = ""
    """The name of the parameter for a grammar in GBNF, `a.b` being `b` within `a`."""
    plain: Body = field(default_factory=dict)
    """What else a chat is asked with: that the model does not think first."""
    counts: bool = False
    """Whether it counts tokens at the end of a stream when it is asked to."""
    at_once: int = 8
    """Requests that it can bear at the same time; the others wait here."""
    tokenize: tuple[str, str] = ("", "")
    """Where it tells the tokens of a text, above `/v1`, and the name of the parameter with the text."""


_THOUGHTLESS: Body = {"chat_template_kwargs": {"enable_thinking": False}}
_OF_LLAMA = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repeat_penalty"}
_OF_FLEETS = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"}
# By what a server's list of models says under `owned_by`.
DIALECTS: dict[str, Dialect] = {
    "llamacpp": Dialect(
        "llama-server", _OF_LLAMA, "grammar", _THOUGHTLESS, counts=True, tokenize=("/tokenize", "content")
    ),
    # A second request ends the answer to the first one there, unless it is told not to. It could compare wordings, but
    # sorts its whole vocabulary in Python for every token that it gives a probability of: a sentence takes a minute.
    "me": Dialect("llama-cpp-python", _OF_LLAMA, "grammar", at_once=1),
    "vllm": Dialect("vLLM", _OF_FLEETS, "structured_outputs.grammar", _THOUGHTLESS, counts=True),
    "sglang": Dialect("SGLang", _OF_FLEETS, "ebnf", _THOUGHTLESS, counts=True),
    "library": Dialect("Ollama", counts=True),
    "organization_owner": Dialect("LM Studio", counts=True),
}
OTHER = Dialect("a server with the OpenAI API")


@dataclass(frozen=True, slots=True)
class Served:
    """A model that a server has."""

    id: str
    """As it must be asked for."""
    traits: ModelTraits
    dialect: Dialect

    @property
    def label(self) -> str:
        """Its name for people: the last part of a path, without `.gguf`."""
        return label_of(self.id)


def served_of(entry: object) -> Served | None:
    """Return the model that *entry* of a server's list is; None where it is no such entry."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"]:
        return None
    name, meta = entry["id"], entry.get("meta")
    said = meta.get("n_params") if isinstance(meta, dict) else None
    weights = said if isinstance(said, int) and said > 0 else weights_in(name) or ASSUMED_PARAMETERS
    basename = re.split(r"[-_:]", label_of(name), maxsplit=1)[0]
    owner = entry.get("owned_by")
    return Served(name, ModelTraits(weights, basename), DIALECTS.get(owner, OTHER) if isinstance(owner, str) else OTHER)


def label_of(name: str) -> str:
    """Return the last part of a model's *name*, which may be a path."""
    return re.split(r"[/\\]", name)[-1].removesuffix(".gguf") or name


def weights_in(name: str) -> int:
    """Return how many weights the *name* of a model says that it has, as in `qwen3:0.6b`; 0 where it says nothing."""
    sizes = re.findall(r"(?<![\w.])(?:\d+x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", label_of(name), re.IGNORECASE)
    return max((int(float(size) * (1e9 if unit in "bB" else 1e6)) for size, unit in sizes), default=0)


def spoken(request: Request, served: Served, *, completes: bool) -> tuple[str, Body]:
    """Return the path below `/v1` and the body that ask *served* for an answer to *request*, piece by piece.

    A text that is to be continued goes to a server that *completes* texts as it stands, to another as a chat.
    The API has no banned words; those are left out.
    """
    dialect = served.dialect
    body: Body = {"model": served.id, "stream": True, **_sampling(request, dialect)}
    if dialect.counts:
        body["stream_options"] = {"include_usage": True}
    if not request.turns and completes:
        return "/completions", body | {"prompt": request.start}
    return "/chat/completions", body | dialect.plain | {"messages": _messages(request)}


def _messages(request: Request) -> list[Body]:
    if not request.turns:
        return [{"role": "system", "content": CONTINUE}, {"role": "user", "content": request.start}]
    begun = [{"role": "assistant", "content": request.start}] if request.start else []
    return [*({"role": turn.role, "content": turn.text} for turn in request.turns), *begun]


def _sampling(request: Request, dialect: Dialect) -> Body:
    wanted = request.sampling
    body: Body = {"max_tokens": wanted.max_tokens, "temperature": wanted.temperature, "top_p": wanted.top_p}
    body |= {"seed": wanted.seed} | ({"stop": list(wanted.stop)} if wanted.stop else {})
    body |= {theirs: getattr(wanted, ours) for ours, theirs in dialect.names.items()}
    return body | (grammar_for(dialect, wanted.grammar) if wanted.grammar else {})


def grammar_for(dialect: Dialect, grammar: str) -> Body:
    """Return what tells a server of *dialect* to follow *grammar*; nothing where it cannot be told."""
    outer, _, inner = dialect.grammar.partition(".")
    if not outer:
        return {}
    return {outer: {inner: grammar} if inner else grammar}


def event_of(line: str) -> Body | None:
    """Return the event that *line* of a stream holds; None for the end, for silence and for what is no event.

    Raises ValueError where it is broken.
    """
    name, _, value = line.partition(":")
    if name not in ("data", "error") or not value.strip() or is_end(line):
        return None
    event = json.loads(value)
    if not isinstance(event, dict):
        raise ValueError("no object")
    return {"error": event.get("error", event)} if name == "error" else event


def is_end(line: str) -> bool:
    """Return whether *line* ends a stream."""
    return line.startswith("data:") and line[5:].strip() == "[DONE]"
