"""How the next token is chosen from its logits: what may not be chosen, then the most probable one or a draw.

Knows tokens, no text. What is chosen counts for what comes next (penalties, the grammar, the draw), so a row of logits
is sampled once, and only when all tokens before it are settled.
"""

from __future__ import annotations

import ctypes
import math
import random
from bisect import bisect, bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from meai.errors import BadInput
from meai.inference.binding import lib
from meai.inference.request import Sampling

Row = npt.NDArray[np.float32]
PENALTY_WINDOW = 64
LONGEST_GRAMMAR = 64 * 1024
_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama.cpp's `llama_token_data`."""


class Sampler:
    """Chooses tokens for one answer. `close` frees what llama.cpp holds for it.

    A token that is not *writable* is never chosen, nor is one of *banned*. Raises BadInput for a grammar that llama.cpp
    cannot read.
    """

    def __init__(
        self, vocab: lib.llama_vocab_p, sampling: Sampling, writable: Callable[[int], bool], banned: Sequence[int] = ()
    ) -> None:
        self._vocab = vocab
        self._writable = writable
        self._penalty = sampling.repeat_penalty
        self._recent: deque[int] = deque(maxlen=PENALTY_WINDOW)
        self._banned = np.array(banned, dtype=np.int64)
        self._grammar = _Grammar(vocab, sampling.grammar) if sampling.grammar else None
        self._sampling = sampling
        self._random = random.Random(sampling.seed)  # noqa: S311

    def choose(self, logits: Row) -> int:
        """Return the token that follows where *logits* are what the model gave, and count it as chosen.

        The row is written to: what may not be chosen has no chance in it afterwards.
        """
        self._weigh(logits)
        token = self._pick(logits)
        # Most tokens pass at first; only where one does not, the others are looked at.
        while not self._allowed(token):
            if self._grammar is not None and not self._grammar.allows(token):
                self._grammar.forbid(logits)
            logits[token] = -np.inf
            if np.isneginf(logits.max()):
                return int(lib.llama_vocab_eos(self._vocab))
            token = self._pick(logits)
        self._recent.append(token)
        if self._grammar is not None:
            self._grammar.take(token)
        return token

    def close(self) -> None:
        """Free the grammar."""
        if self._grammar is not None:
            self._grammar.close()
            self._grammar = None

    def _weigh(self, logits: Row) -> None:
        if self._penalty != 1.0:
            # One by one: between two tokens nothing of NumPy is left in the processor's caches.
            row: Any = logits.data
            for token in set(self._recent):
                logit = row[token]
                row[token] = logit / self._penalty if logit > 0 else logit * self._penalty
        if self._banned.size:
            logits[self._banned] = -np.inf

    def _pick(self, logits: Row) -> int:
        heat = self._sampling.temperature
        if heat <= 0:
            return int(logits.argmax())
        tokens, chances = candidates(logits, self._sampling)
        if len(tokens) == 1:
            return tokens[0]
        reached = list(accumulate(chance ** (1.0 / heat) for chance in chances))
        return tokens[bisect(reached, self._random.random() * reached[-1], hi=len(tokens) - 1)]

    def _allowed(self, token: int) -> bool:
        return self._writable(token) and (self._grammar is None or self._grammar.allows(token))


class _Grammar:
    """A grammar in llama.cpp's GBNF, at some point of an answer that follows it."""

    def __init__(self, vocab: lib.llama_vocab_p, text: str) -> None:
        if len(text) > LONGEST_GRAMMAR:
            raise BadInput(f"A grammar has at most {LONGEST_GRAMMAR:,} characters, not {len(text):,}.")
        self._sampler = lib.llama_sampler_init_grammar(vocab, text.encode(), b"root")
        if not self._sampler:
            raise BadInput("The grammar for the answer cannot be read; it must be GBNF with a rule `root`.")

    def allows(self, token: int) -> bool:
        row = np.zeros(1, _CANDIDATE)
        row["id"] = token
        return bool(np.isfinite(self._applied(row)["logit"][0]))

    def forbid(self, logits: Row) -> None:
        """Take the chance from every token of the row *logits* that the grammar does not allow."""
        rows = np.zeros(len(logits), _CANDIDATE)
        rows["id"] = np.arange(len(logits))
        logits[np.isneginf(self._applied(rows)["logit"])] = -np.inf

    def take(self, token: int) -> None:
        """Go on behind *token*, which must be allowed: llama.cpp ends the process for any other."""
        lib.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        lib.llama_sampler_free(self._sampler)

    def _applied(self, rows: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        data = rows.ctypes.data_as(lib.llama_token_data_p)
        array = lib.llama_token_data_array(data=data, size=len(rows), selected=-1, sorted=False)
        lib.llama_sampler_apply(self._sampler, ctypes.byref(array))
        return rows


def first_tokens(
    strings: Iterable[str], tokenize: Callable[[str], Sequence[int]], piece: Callable[[int], bytes]
) -> list[int]:
    """Return the tokens that one of *strings* begins with: where it stands alone, after a space or on a new line."""
    found = set()
    # What has no tokens at all cannot be written.
    for string in filter(tokenize, strings):
        for before in ("", " ", "\n"):
            tokens = tokenize(before + string)
            found.add(next((token for token in tokens if piece(token).strip()), tokens[-1]))
    return sorted(found)


def candidates(logits: Row, sampling: Sampling) -> tuple[list[int], list[float]]:
    """Return the tokens that may be drawn, most probable first, and how probable each is beside the first.

    They are those that llama.cpp's min-p, top-k and top-p leave, one after the other. Here min-p comes first, since it
    leaves a handful of a vocabulary at one look, for which plain Python is faster than NumPy. The temperature is not in
    it.
    """
    best = int(logits.argmax())
    greatest = float(logits[best])
    least = greatest + math.log(sampling.min_p) if sampling.min_p > 0 else -math.inf
    (tokens,) = (logits >= least).nonzero()
    if not math.isfinite(greatest) or len(tokens) == 1:
        return [best], [1.0]
    if 0 < sampling.top_k < len(tokens):
        tokens = tokens[np.argpartition(logits[tokens], -sampling.top_k)[-sampling.top_k :]]
    ranked = sorted(zip(logits[tokens].tolist(), tokens.tolist(), strict=True), reverse=True)
    chances = [math.exp(logit - greatest) for logit, _ in ranked]
    reached = list(accumulate(chances))
    kept = bisect_left(reached, sampling.top_p * reached[-1]) + 1 if sampling.top_p < 1.0 else len(ranked)
    return [token for _, token in ranked[:kept]], chances[:kept]
