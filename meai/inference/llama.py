"""llama.cpp through its low-level binding; the only importer of llama_cpp. Knows tokens, not requests.

The binding's high-level class has one sequence, cannot be stopped while it reads a prompt and loses tokens whose text
is longer than 32 bytes (abetlen/llama-cpp-python#2362), so it is not used. Whatever would make llama.cpp abort the
process (too many tokens in a batch, logits of a row that has none) is refused here first.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

import llama_cpp
import llama_cpp.llama_cpp as lib
import numpy as np

from meai.errors import ModelRefused
from meai.inference.request import ModelTraits, Sampling

BATCH_TOKENS = 512
PENALTY_WINDOW = 64


def _ignore_log(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    """Swallow llama.cpp's log; it would land on the terminal of the writer."""


# A C callback lives only as long as a Python name holds it.
_LOG_CALLBACK = lib.llama_log_callback(_ignore_log)


def build_info() -> dict[str, str]:
    """Return what llama.cpp was built for: version, device kinds and CPU features.

    A library built for another processor ends the process here (SIGILL): call it in a child.
    """
    lib.llama_log_set(_LOG_CALLBACK, ctypes.c_void_p())
    system = lib.llama_print_system_info().decode()
    backends = [part.split(":", 1) for part in system.replace("| CPU", "\nCPU").splitlines()]
    names = [name.strip() for name, *_ in backends]
    return {
        "version": llama_cpp.__version__,
        "backends": ", ".join(names),
        "gpu": "yes" if lib.llama_supports_gpu_offload() else "no",
        "features": system.strip(" |"),
    }


class Model:
    """A model file in memory and one context to run it in. One thread only; `close` frees both.

    Raises ModelRefused when llama.cpp cannot load *path*. *context_length* is in tokens and is cut to what the model
    was trained on. It computes with one thread until `use_threads`.
    """

    def __init__(self, path: Path, *, context_length: int, gpu_layers: int = -1) -> None:
        lib.llama_log_set(_LOG_CALLBACK, ctypes.c_void_p())
        lib.llama_backend_init()
        self._model = _load(path, gpu_layers)
        self._vocab = lib.llama_model_get_vocab(self._model)
        self.vocabulary_size = lib.llama_vocab_n_tokens(self._vocab)
        self.context_length = min(context_length, lib.llama_model_n_ctx_train(self._model))
        self.traits = ModelTraits(int(lib.llama_model_n_params(self._model)), self._metadata(b"general.basename"))
        self._context = self._make_context()
        self._memory = lib.llama_get_memory(self._context)
        self._batch = lib.llama_batch_init(BATCH_TOKENS, 0, 1)
        self._pieces: dict[int, bytes] = {}
        self._buffer = ctypes.create_string_buffer(512)
        template = lib.llama_model_chat_template(self._model, None)
        self.chat_template = template.decode("utf-8", "replace") if template else ""

    def close(self) -> None:
        """Free the context and the model."""
        lib.llama_batch_free(self._batch)
        lib.llama_free(self._context)
        lib.llama_model_free(self._model)

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        """Return *text* as tokens. *special*: whether `<|im_end|>` and its like are one token or plain letters.

        *start* adds the token with which the model expects every text to begin, if it has one.
        """
        raw = text.encode("utf-8", "replace")
        size = len(raw) + 8
        tokens = (lib.llama_token * size)()
        count = lib.llama_tokenize(self._vocab, raw, len(raw), tokens, size, start, special)
        if count < 0:
            tokens = (lib.llama_token * -count)()
            count = lib.llama_tokenize(self._vocab, raw, len(raw), tokens, -count, start, special)
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """Return the bytes that *token* stands for; nothing for special tokens."""
        if token not in self._pieces:
            self._pieces[token] = self._read_piece(token)
        return self._pieces[token]

    def ends(self, token: int) -> bool:
        """Return whether *token* ends an answer."""
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    def decode(self, tokens: Sequence[int], position: int) -> None:
        """Evaluate *tokens* from *position* of the sequence on; `logits` then follow the last of them.

        Raises ValueError for more than BATCH_TOKENS, and RuntimeError when llama.cpp fails.
        """
        if not 0 < len(tokens) <= BATCH_TOKENS:
            raise ValueError(f"A batch has 1 to {BATCH_TOKENS} tokens, not {len(tokens)}.")
        batch = self._batch
        batch.n_tokens = len(tokens)
        for row, token in enumerate(tokens):
            batch.token[row] = token
            batch.pos[row] = position + row
            batch.n_seq_id[row] = 1
            batch.seq_id[row][0] = 0
            batch.logits[row] = row == len(tokens) - 1
        status = lib.llama_decode(self._context, batch)
        if status != 0:
            raise RuntimeError(f"llama.cpp could not evaluate {len(tokens)} tokens at {position} (status {status}).")

    def use_threads(self, count: int) -> None:
        """Compute with *count* threads from the next evaluation on."""
        lib.llama_set_n_threads(self._context, count, count)

    def forget(self, position: int) -> bool:
        """Drop the sequence from *position* on; false when the model can only drop all, which then happened."""
        if lib.llama_memory_seq_rm(self._memory, 0, position, -1):
            return True
        lib.llama_memory_clear(self._memory, True)
        return False

    def sampler(self, sampling: Sampling) -> Sampler:
        """Return what chooses the next token for one answer. Close it afterwards."""
        return Sampler(self._context, self.vocabulary_size, sampling)

    def _make_context(self) -> lib.llama_context_p:
        params = lib.llama_context_default_params()
        params.n_ctx = self.context_length
        params.n_batch = BATCH_TOKENS
        params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = 1
        # One row of logits at a time; the default reserves n_batch rows, half a gigabyte for a large vocabulary.
        params.n_outputs_max = 1
        params.n_threads = params.n_threads_batch = 1
        context: lib.llama_context_p = lib.llama_init_from_model(self._model, params)
        if not context:
            lib.llama_model_free(self._model)
            raise ModelRefused("There is not enough memory to run this model; choose a smaller one.")
        return context

    def _metadata(self, key: bytes) -> str:
        value = ctypes.create_string_buffer(256)
        length = lib.llama_model_meta_val_str(self._model, key, value, len(value))
        return value.value.decode("utf-8", "replace") if length >= 0 else ""

    def _read_piece(self, token: int) -> bytes:
        length = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, False)
        if length < 0:
            self._buffer = ctypes.create_string_buffer(-length)
            length = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, False)
        return self._buffer.raw[:length]


class Sampler:
    """Chooses tokens for one answer."""

    def __init__(self, context: lib.llama_context_p, vocabulary_size: int, sampling: Sampling) -> None:
        self._context = context
        self._vocabulary_size = vocabulary_size
        self._chain = None
        if sampling.temperature > 0 or sampling.repeat_penalty != 1.0:
            self._chain = _chain(vocabulary_size, sampling)

    def next(self) -> int:
        """Return the token that follows the last one evaluated."""
        if self._chain is not None:
            return int(lib.llama_sampler_sample(self._chain, self._context, -1))
        row = lib.llama_get_logits_ith(self._context, -1)
        return int(np.ctypeslib.as_array(row, (self._vocabulary_size,)).argmax())

    def close(self) -> None:
        """Free the chain."""
        if self._chain is not None:
            lib.llama_sampler_free(self._chain)
            self._chain = None


def _load(path: Path, gpu_layers: int) -> lib.llama_model_p:
    params = lib.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    model: lib.llama_model_p = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        raise ModelRefused(
            f"The model file {path.name} cannot be loaded by llama.cpp: it is damaged or of an unknown kind; "
            "fetch it again or choose another."
        )
    return model


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
