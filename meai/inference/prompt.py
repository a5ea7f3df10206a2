"""A request as the tokens that one model reads, no more than it has room for. Knows no cache and no pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from meai.errors import BadInput
from meai.inference.fitting import fit
from meai.inference.request import Request, Sampling
from meai.inference.templates import Segment, Writer, render
from meai.inference.thinking import BLOCKS

ANSWER_SHARE = 0.25
"""Of the context, what is kept free for a long answer before any of the prompt is left out."""


class Reader(Protocol):
    """What of a model is wanted here."""

    @property
    def context_length(self) -> int:
        """How many tokens fit into its memory, prompt and answer."""

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        """Return *text* as tokens; see `Model`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given to go on from."""

    tokens: Sequence[int]
    left_out: int = 0
    """Characters of the request that are not in it."""


def prompt_of(request: Request, writer: Writer, model: Reader) -> Prompt:
    """Return *request* as *model* reads it, shortened where it leaves no room for an answer.

    Raises BadInput where it may not be shortened that far, or where there is nothing in it.
    """
    segments = render(request, writer)
    limit = model.context_length - min(request.sampling.max_tokens, int(model.context_length * ANSWER_SHARE))
    tokens = _tokens(segments, model)
    if len(tokens) <= limit:
        return Prompt(tokens)
    # Scaffold counts as letters here, which are more tokens; one may be added to the beginning.
    fitted, left_out = fit(segments, limit - 1, lambda text: len(model.tokenize(text, special=False)))
    return Prompt(_tokens(fitted, model), left_out)


def sampling_of(request: Request, writer: Writer, model: Reader) -> Sampling:
    """Return how *request* wants tokens chosen; a thinking model's thoughts are banned where one token begins them."""
    sampling = request.sampling
    if not writer.thinks:
        return sampling
    openings = (opening for opening, _ in BLOCKS if len(model.tokenize(opening, special=False)) == 1)
    return replace(sampling, banned=(*sampling.banned, *openings))


def _tokens(segments: Sequence[Segment], model: Reader) -> list[int]:
    tokens: list[int] = []
    for segment in segments:
        tokens += model.tokenize(segment.text, special=segment.special, start=not tokens)
    if not tokens:
        raise BadInput("There is no text to go on from.")
    return tokens
