"""How the next token is chosen from its logits: the most probable one, or llama.cpp's own samplers. Knows no text."""

from __future__ import annotations

import llama_cpp.llama_cpp as lib
import numpy as np
import numpy.typing as npt

from meai.inference.request import Sampling

PENALTY_WINDOW = 64


class Sampler:
    """Chooses tokens for one answer. `close` frees what llama.cpp holds for it."""

    def __init__(self, vocab: lib.llama_vocab_p, vocabulary_size: int, sampling: Sampling) -> None:
        self._chain = None
        if sampling.temperature > 0 or sampling.repeat_penalty != 1.0:
            self._chain = _chain(vocabulary_size, sampling)

    def choose(self, context: lib.llama_context_p, index: int, logits: npt.NDArray[np.float32]) -> int:
        """Return the token that follows *index* of the last batch, whose row is *logits*, and count it as chosen."""
        if self._chain is not None:
            return int(lib.llama_sampler_sample(self._chain, context, index))
        return int(logits.argmax())

    def close(self) -> None:
        """Free the chain."""
        if self._chain is not None:
            lib.llama_sampler_free(self._chain)
            self._chain = None


def _chain(vocabulary_size: int, sampling: Sampling) -> lib.llama_sampler_p:
    """Build llama.cpp's sampler chain: penalties on the 40 best only, where upstream goes over the whole vocabulary."""
    chain: lib.llama_sampler_p = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
    parts = [lib.llama_sampler_init_top_k(sampling.top_k)]
    if sampling.repeat_penalty != 1.0:
        parts.append(
            lib.llama_sampler_init_penalties(vocabulary_size, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0)
        )
    if sampling.temperature > 0:
        parts += [
            lib.llama_sampler_init_top_p(sampling.top_p, 1),
            lib.llama_sampler_init_min_p(sampling.min_p, 1),
            lib.llama_sampler_init_temp(sampling.temperature),
            lib.llama_sampler_init_dist(sampling.seed),
        ]
    else:
        parts.append(lib.llama_sampler_init_greedy())
    for part in parts:
        lib.llama_sampler_chain_add(chain, part)
    return chain
