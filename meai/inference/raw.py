"""The loop that the engine is measured against: llama.cpp's low-level API, one sequence, greedy, no tricks.

Kept apart from `llama.py` on purpose: what makes that one faster or slower must not reach the measure.
"""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from meai.errors import ModelRefused
from meai.inference.binding import lib
from meai.inference.devices import LOG_CALLBACK
from meai.inference.prefix import common_prefix

BATCH_TOKENS = 512


class RawLoop:
    """A model file and one sequence of *context_length* tokens, computed with *threads*. Close it afterwards.

    All times are in seconds. Raises ModelRefused.
    """

    def __init__(self, path: Path, *, threads: int, context_length: int = 4096) -> None:
        lib.llama_log_set(LOG_CALLBACK, ctypes.c_void_p())
        lib.llama_backend_init()
        model_params = lib.llama_model_default_params()
        model_params.n_gpu_layers = -1
        self._model = lib.llama_model_load_from_file(os.fsencode(path), model_params)
        if not self._model:
            raise ModelRefused(f"The model file {path.name} cannot be loaded by llama.cpp.")
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._vocabulary_size = lib.llama_vocab_n_tokens(self._vocab)
        params = lib.llama_context_default_params()
        params.n_ctx = context_length
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_outputs_max = 1
        params.n_threads = params.n_threads_batch = threads
        self._context = lib.llama_init_from_model(self._model, params)
        self._memory = lib.llama_get_memory(self._context)
        self._batch = lib.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._held: list[int] = []

    def close(self) -> None:
        """Free the context and the model."""
        lib.llama_batch_free(self._batch)
        lib.llama_free(self._context)
        lib.llama_model_free(self._model)

    def tokenize(self, text: str) -> list[int]:
        """Return *text* as tokens, special ones as letters, with the one that begins a text where there is one."""
        raw = text.encode()
        tokens = (lib.llama_token * (len(raw) + 8))()
        count = lib.llama_tokenize(self._vocab, raw, len(raw), tokens, len(tokens), True, False)
        return list(tokens[:count])

    def read(self, tokens: Sequence[int]) -> float:
        """Evaluate *tokens* from nothing; return what that took."""
        lib.llama_memory_clear(self._memory, True)
        self._held = []
        return self.go_on(tokens)

    def go_on(self, tokens: Sequence[int]) -> float:
        """Evaluate what of *tokens* is not evaluated already; return what that took, up to the next token's choice."""
        began = time.perf_counter()
        kept = common_prefix(self._held, tokens)
        lib.llama_memory_seq_rm(self._memory, 0, kept, -1)
        self._held = list(tokens[:kept])
        for start in range(kept, len(tokens), BATCH_TOKENS):
            self._evaluate(tokens[start : start + BATCH_TOKENS])
        self._best()
        return time.perf_counter() - began

    def write(self, count: int) -> float:
        """Choose and evaluate *count* tokens after what was read; return what that took."""
        began = time.perf_counter()
        for _ in range(count):
            self._evaluate((self._best(),))
        return time.perf_counter() - began

    def _best(self) -> int:
        row = lib.llama_get_logits_ith(self._context, -1)
        return int(np.ctypeslib.as_array(row, (self._vocabulary_size,)).argmax())

    def _evaluate(self, tokens: Sequence[int]) -> None:
        batch = self._batch
        batch.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            batch.token[row] = token
            batch.pos[row] = len(self._held) + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = 0
            batch.logits[row] = row == len(tokens) - 1
        status = lib.llama_decode(self._context, batch)
        if status != 0:
            raise RuntimeError(f"llama.cpp could not evaluate {len(tokens)} tokens (status {status}).")
        self._held += tokens
