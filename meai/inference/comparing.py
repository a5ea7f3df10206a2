"""How a remote engine is made to tell how probable a continuation is, and whether what it tells is true.

There are two ways. One asks for the prompt back with the probability of each of its tokens (`echo`). The other leaves
the model no choice but the continuation's tokens, one after another, and reads how probable it found each (`grammar`).
Neither is in every server, and one that is there may be wrong; so each is tried with a token that is known before it is
trusted. Knows no connection: it is given what asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from meai.errors import BadInput, EngineGone
from meai.inference.dialects import Body, Served, grammar_for
from meai.inference.exchange import NotThere

Way = Literal["echo", "grammar"]
Post = Callable[[str, Body], Body]
"""Asks a path (from `/v1` on, or one above it that begins with `^`) and returns the JSON that came."""
TRIAL = "The capital of France is"
UNLIKELY = " Rome"
"""Goes on with it, less probably than what a model writes."""
CLOSE = 0.5
"""Nats by which the same token may differ between two evaluations."""
ABOVE = "^"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a server can do besides chatting."""

    completes: bool
    """Whether it continues a text that is no chat."""
    way: Way | None = None
    """How it compares wordings; None where it cannot."""
    before: int = 0
    """Tokens that it puts before every text that it takes apart."""


class NoFigures(Exception):
    """The server did not tell what it was asked for."""


def tried(served: Served, post: Post) -> Trial:
    """Find out what the server of *served* can do, with a few tokens. Raises what *post* raises for a failure."""
    body = {"model": served.id, "prompt": TRIAL, "max_tokens": 1, "temperature": 0}
    try:
        token, known = _first(post("/completions", body | {"logprobs": 1}))
    except NotThere:
        return Trial(completes=False)
    except (BadInput, NoFigures):
        return Trial(completes=_answers(post, body))
    return next((trial for trial in _trials(served, post) if _is_true(trial, served, token, known, post)), Trial(True))


def scored(trial: Trial, served: Served, start: str, candidate: str, post: Post) -> float:
    """Return the natural logarithm of how probable *candidate* is after *start*, in the way of *trial*.

    Raises NoFigures where the server does not tell, and what *post* raises.
    """
    assert trial.way is not None
    return _WAYS[trial.way](trial, served, start, candidate, post)


def _trials(served: Served, post: Post) -> Iterator[Trial]:
    yield Trial(True, "echo")
    if served.dialect.tokenize[0] and served.dialect.grammar:
        with suppress(BadInput, NoFigures, NotThere):
            yield Trial(True, "grammar", len(_ids(served, "", post)))


def _is_true(trial: Trial, served: Served, token: str, known: float, post: Post) -> bool:
    try:
        same = abs(scored(trial, served, TRIAL, token, post) - known) < CLOSE
        return same and scored(trial, served, TRIAL, UNLIKELY, post) < known - CLOSE
    except (BadInput, EngineGone, NoFigures, NotThere):
        return False


def _answers(post: Post, body: Body) -> bool:
    try:
        return isinstance(_choice(post("/completions", body)).get("text"), str)
    except (BadInput, NoFigures, NotThere):
        return False


def _by_echo(trial: Trial, served: Served, start: str, candidate: str, post: Post) -> float:
    body = {"model": served.id, "prompt": start + candidate, "max_tokens": 1, "temperature": 0}
    choice = _choice(post("/completions", body | {"echo": True, "logprobs": 1}))
    tokens, text = _tokens(choice), choice.get("text")
    if not isinstance(text, str) or not text.startswith(start + candidate):
        raise NoFigures
    written = len(text) - len(start) - len(candidate)
    while written > 0 and tokens:
        written -= len(tokens.pop()[0])
    total, left = 0.0, len(candidate)
    while left > 0 and tokens:
        token, probability = tokens.pop()
        total, left = total + probability, left - len(token)
    if left > 0 or written < 0:
        raise NoFigures
    return total


def _by_grammar(trial: Trial, served: Served, start: str, candidate: str, post: Post) -> float:
    tokens = _ids(served, candidate, post)[trial.before :]
    grammar = "root ::= " + " ".join(f"<[{token}]>" for token in tokens)
    body = {"model": served.id, "prompt": start, "max_tokens": len(tokens), "temperature": 0, "logprobs": 1}
    choice = _choice(post("/completions", body | grammar_for(served.dialect, grammar)))
    told = _tokens(choice)[: len(tokens)]
    # Some tokenizers put a blank before a text, and then it is not told.
    if len(told) < len(tokens) or not tokens or str(choice.get("text")).strip() != candidate.strip():
        raise NoFigures
    return sum(probability for _, probability in told)


_WAYS: dict[Way, Callable[[Trial, Served, str, str, Post], float]] = {"echo": _by_echo, "grammar": _by_grammar}


def _ids(served: Served, text: str, post: Post) -> list[int]:
    """Return the tokens of *text*; of an empty one, those that the server puts before every text."""
    path, name = served.dialect.tokenize
    if not path:
        raise NoFigures
    ids = post(ABOVE + path, {name: text}).get("tokens")
    if not isinstance(ids, list) or not all(type(each) is int for each in ids):
        raise NoFigures
    return ids


def _first(told: Body) -> tuple[str, float]:
    tokens = _tokens(_choice(told))
    if not tokens or not tokens[0][0]:
        raise NoFigures
    return tokens[0]


def _choice(told: Body) -> Body:
    choices = told.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise NoFigures
    return choices[0]


def _tokens(choice: Body) -> list[tuple[str, float]]:
    """Return the tokens of *choice* and how probable each was, in either of the two forms in use."""
    told = choice.get("logprobs")
    if not isinstance(told, dict):
        raise NoFigures
    if isinstance(content := told.get("content"), list):
        pairs = [(each.get("token"), each.get("logprob")) for each in content if isinstance(each, dict)]
    else:
        pairs = _paired(told.get("tokens"), told.get("token_logprobs"))
    return [_figure(token, value) for token, value in pairs]


def _figure(token: object, value: object) -> tuple[str, float]:
    # The first token of all has nothing before it that it could follow from.
    if not isinstance(token, str) or not isinstance(value, int | float | None):
        raise NoFigures
    return token, float(value or 0)


def _paired(tokens: Any, values: Any) -> list[tuple[Any, Any]]:
    if not isinstance(tokens, list) or not isinstance(values, list):
        return []
    return list(zip(tokens, values, strict=False))
