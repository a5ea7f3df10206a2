"""llama.cpp through its low-level binding: a model, its context and its KV cache. Knows tokens, not requests.

The binding's high-level class has one sequence, cannot be stopped while it reads a prompt and loses tokens whose text
is longer than 32 bytes (abetlen/llama-cpp-python#2362), so it is not used. Whatever would make llama.cpp abort the
process (too many tokens in a batch, a sequence it does not have, logits of a row that has none) is refused here first.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from meai.errors import ModelRefused
from meai.inference.binding import lib
from meai.inference.devices import LOG_CALLBACK, cannot_load, devices, metadata, planned_offload
from meai.inference.offload import Offload
from meai.inference.request import ModelTraits, Sampling
from meai.inference.sampler import Sampler, first_tokens

BATCH_TOKENS = 512
LOGIT_ROWS = 32
"""Rows of logits at most. llama.cpp holds them twice: more cost 40 MB with a large vocabulary, and gain nothing."""
SEQUENCES = 24
POOL_BYTES = 256 * 1024 * 1024
"""What the KV cache may cost for working on more than one long text."""


Adapted: TypeAlias = tuple[tuple[int, float], ...]
"""LoRA adapters by their numbers, each with its scale."""


class NoRoom(RuntimeError):
    """The KV cache has no sequence left, or no cells left for a batch; nothing was evaluated."""


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens to evaluate in one batch, one after another in one sequence."""

    tokens: Sequence[int]
    position: int
    """Where the first of them stands in its sequence."""
    sequence: int
    logits: int = 1
    """For how many of the last tokens the logits of what follows are wanted."""


def build_info(model: str | None, gpu_layers: int | None) -> dict[str, str]:
    """Return what llama.cpp was built for, version, devices and CPU features, and how it would run the file *model*.

    A library built for another processor ends the process here (SIGILL): call it in a child.
    """
    lib.llama_log_set(LOG_CALLBACK, ctypes.c_void_p())
    system = lib.llama_print_system_info().decode()
    backends = [part.split(":", 1) for part in system.replace("| CPU", "\nCPU").splitlines()]
    names = [name.strip() for name, *_ in backends]
    return {
        "version": version("llama-cpp-python"),
        "backends": ", ".join(names),
        "offload": _planned(Path(model), gpu_layers) if model else "",
        "devices": "\n".join(
            f"{each.label}, {each.free / 1e9:.1f} of {each.total / 1e9:.1f} GB free" for each in devices()
        ),
        "features": system.strip(" |"),
    }


def _planned(path: Path, gpu_layers: int | None) -> str:
    try:
        return planned_offload(path, 4096, gpu_layers).sentence
    except ModelRefused as refused:
        return str(refused)


class Model:
    """A model file in memory and one context to run it in. One thread only, but for `interrupt`; `close` frees both.

    Raises ModelRefused when llama.cpp cannot load *path*. *context_length* is in tokens and is cut to what the model
    was trained on. Its KV cache has SEQUENCES sequences over one pool of `cells`, so that sequences may share a
    beginning. It computes with one thread until `use_threads`.
    """

    def __init__(self, path: Path, *, context_length: int, gpu_layers: int | None = None, mapped: bool = True) -> None:
        """Load the model; see the class. *mapped*: whether its weights may stay in the file's own pages.

        *gpu_layers* are computed by a GPU, where there is one; None: as many as its memory has room for.
        """
        lib.llama_backend_init()
        planned = planned_offload(path, context_length, gpu_layers)
        self._model, self.copied_bytes, self.offload = _load_onto(path, planned, gpu_layers is None, mapped)
        """Beside the model: weights that llama.cpp laid out anew for this processor, in bytes (a mapped file is then in
        memory besides), and what a GPU computes."""
        self.path = path
        self._vocab = lib.llama_model_get_vocab(self._model)
        self.vocabulary_size = lib.llama_vocab_n_tokens(self._vocab)
        self.context_length = min(context_length, lib.llama_model_n_ctx_train(self._model))
        self.traits = ModelTraits(int(lib.llama_model_n_params(self._model)), self._metadata("general.basename"))
        self.rewinds = not (lib.llama_model_is_recurrent(self._model) or lib.llama_model_is_hybrid(self._model))
        """Whether the end of a sequence can be dropped; else only all of it."""
        self.file_type = _file_type(self._model)
        """How most weights are stored, such as `Q4_1`."""
        self.weight_bits = 8 * lib.llama_model_size(self._model) / max(self.traits.parameters, 1)
        self.on_gpu = self.offload.layers > 0
        self.cell_bytes = self._cell_bytes()
        """What one token costs in the KV cache."""
        roomy = self.context_length * 5 // 4
        self.cells = roomy if roomy * self.cell_bytes <= POOL_BYTES else self.context_length
        self._context = self._make_context()
        self._memory = lib.llama_get_memory(self._context)
        if not self._memory or lib.llama_model_has_encoder(self._model):
            lib.llama_free(self._context)
            lib.llama_model_free(self._model)
            # llama.cpp would end the process at the first token.
            raise ModelRefused(f"The model file {path.name} is of a kind that does not write text; choose another.")
        self._interrupt = _Interrupt(self._context)
        self._batch = _Batch()
        self._logits_at = 0
        self._logits: npt.NDArray[np.float32]
        self._threads = 0
        self._adapters: list[Any] = []
        self._adapted: Adapted = ()
        # What llama.cpp said of tokens that were met: between two of them a question costs a hundredth of a token.
        self._pieces: dict[int, bytes] = {}
        self._kinds: dict[int, _Kind] = {}
        self._buffer = ctypes.create_string_buffer(512)
        template = lib.llama_model_chat_template(self._model, None)
        self.chat_template = template.decode("utf-8", "replace") if template else ""
        end = lib.llama_vocab_eos(self._vocab)
        self.end_text = lib.llama_vocab_get_text(self._vocab, end).decode("utf-8", "replace") if end >= 0 else ""
        """What stands for the end of an answer in a chat template."""

    def close(self) -> None:
        """Free the context and the model."""
        self._batch.close()
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

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of every token there is, in their order. None of them is kept: they take 20 MB."""
        return map(self._read_piece, range(self.vocabulary_size))

    def ends(self, token: int) -> bool:
        """Return whether *token* ends an answer."""
        return self._kind(token).ends

    def writable(self, token: int) -> bool:
        """Return whether *token* has a place in an answer: any but control tokens that do not end one."""
        return self._kind(token).writable

    def evaluate(self, *runs: Run) -> bool:
        """Evaluate *runs* in one batch; the rows of `logits` are then theirs, in order. False when interrupted.

        An interrupted batch leaves nothing in the cache. Raises ValueError for a batch that llama.cpp cannot take,
        NoRoom when the cache is full, and RuntimeError when llama.cpp fails.
        """
        _refuse_unfit(runs)
        self._batch.fill(runs)
        status = lib.llama_decode(self._context, self._batch.c)
        if status == 1:
            raise NoRoom("The KV cache is full.")
        if status not in (0, 2):
            raise RuntimeError(f"llama.cpp could not evaluate {self._batch.c.n_tokens} tokens (status {status}).")
        return bool(status == 0)

    def interrupt(self, wanted: bool) -> None:
        """Have the evaluation that runs now, or the next, end early; with False, no longer. Any thread may call."""
        self._interrupt.set(wanted)

    @property
    def logits(self) -> npt.NDArray[np.float32]:
        """The rows of the last evaluation, one for each token whose logits were wanted. Gone with the next one.

        A row that was sampled holds what the sampler made of it.
        """
        pointer = lib.llama_get_logits(self._context)
        address = ctypes.addressof(pointer.contents)
        # llama.cpp seldom moves them, and a view takes longer to make than the greatest of a row to find.
        if address != self._logits_at:
            self._logits_at = address
            rows = np.ctypeslib.as_array(pointer, (LOGIT_ROWS, self.vocabulary_size))
            # The same type by another name, which Python's own views can read as well.
            self._logits = rows.view(np.float32)
        return self._logits[: self._batch.rows]

    def sample(self, sampler: Sampler, row: int) -> int:
        """Return the token that *sampler* chooses from *row* of `logits`, and have it take note of it."""
        return sampler.choose(self.logits[row])

    def use_threads(self, count: int) -> None:
        """Compute with *count* threads from the next evaluation on."""
        if count != self._threads:
            self._threads = count
            lib.llama_set_n_threads(self._context, count, count)

    def read_adapter(self, path: Path) -> int:
        """Read the LoRA adapter at *path* and return its number for `adapt`; it is freed with the model.

        llama.cpp trusts the file in part, so it must have been judged before. Raises ModelRefused.
        """
        adapter = lib.llama_adapter_lora_init(self._model, os.fsencode(path))
        if not adapter:
            raise ModelRefused(f"llama.cpp cannot use the adapter {path.name} with this model.")
        self._adapters.append(adapter)
        return len(self._adapters) - 1

    def adapt(self, adapted: Adapted) -> None:
        """Compute with these adapters, and no others, from the next evaluation on."""
        if adapted != self._adapted:
            pointers = (lib.llama_adapter_lora_p_ctypes * len(adapted))(*(self._adapters[one] for one, _ in adapted))
            scales = (ctypes.c_float * len(adapted))(*(scale for _, scale in adapted))
            lib.llama_set_adapters_lora(self._context, pointers, len(adapted), scales)
            self._adapted = adapted

    def forget(self, sequence: int, position: int = 0) -> bool:
        """Drop *sequence* from *position* on; false when the model can only drop all of it, which then happened."""
        if lib.llama_memory_seq_rm(self._memory, sequence, position, -1):
            return True
        lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def share(self, source: int, target: int, end: int) -> None:
        """Let *target*, which is empty, begin with the first *end* tokens of *source*. Costs no cells."""
        lib.llama_memory_seq_cp(self._memory, source, target, 0, end)

    def save(self, sequence: int) -> npt.NDArray[np.uint8]:
        """Return a copy of what *sequence* holds, for `restore` of this model."""
        cells = np.empty(lib.llama_state_seq_get_size(self._context, sequence), np.uint8)
        lib.llama_state_seq_get_data(self._context, _pointer(cells), cells.nbytes, sequence)
        return cells

    def restore(self, sequence: int, cells: npt.NDArray[np.uint8]) -> bool:
        """Let *sequence*, which is empty, hold what was saved as *cells*; false where there is no room in one piece."""
        return bool(lib.llama_state_seq_set_data(self._context, _pointer(cells), cells.nbytes, sequence))

    def sampler(self, sampling: Sampling) -> Sampler:
        """Return what chooses the next token for one answer. Close it afterwards. Raises BadInput for its grammar."""
        banned = first_tokens(sampling.banned, lambda text: self.tokenize(text, special=False), self.piece)
        return Sampler(self._vocab, sampling, self.writable, banned)

    def _make_context(self) -> lib.llama_context_p:
        params = lib.llama_context_default_params()
        params.n_ctx = self.cells
        params.n_batch = params.n_ubatch = BATCH_TOKENS
        params.n_seq_max = SEQUENCES
        params.kv_unified = True
        params.n_outputs_max = LOGIT_ROWS
        params.n_threads = params.n_threads_batch = 1
        context: lib.llama_context_p = lib.llama_init_from_model(self._model, params)
        if not context:
            lib.llama_model_free(self._model)
            raise ModelRefused("There is not enough memory to run this model; choose a smaller one.")
        return context

    def _metadata(self, key: str) -> str:
        return metadata(self._model, key)

    def _cell_bytes(self) -> int:
        """16-bit keys and values of every layer; the heads' width where the file gives it, else the usual one."""
        usual = lib.llama_model_n_embd(self._model) // max(lib.llama_model_n_head(self._model), 1)
        attention = f"{self._metadata('general.architecture')}.attention"
        widths = [int(self._metadata(f"{attention}.{kind}_length") or usual) for kind in ("key", "value")]
        return 2 * sum(widths) * int(lib.llama_model_n_head_kv(self._model) * lib.llama_model_n_layer(self._model))

    def _kind(self, token: int) -> _Kind:
        if token not in self._kinds:
            ends = bool(lib.llama_vocab_is_eog(self._vocab, token))
            self._kinds[token] = _Kind(ends, ends or not lib.llama_vocab_is_control(self._vocab, token))
        return self._kinds[token]

    def _read_piece(self, token: int) -> bytes:
        length = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, False)
        if length < 0:
            self._buffer = ctypes.create_string_buffer(-length)
            length = lib.llama_token_to_piece(self._vocab, token, self._buffer, len(self._buffer), 0, False)
        return self._buffer.raw[:length]


class _Kind(NamedTuple):
    ends: bool
    writable: bool


class _Batch:
    """llama.cpp's batch, filled anew for each evaluation."""

    def __init__(self) -> None:
        self.c = lib.llama_batch_init(BATCH_TOKENS, 0, 1)
        self.rows = 0
        """Of how many of its tokens the logits are wanted."""
        # No arrays: mostly it is one token, and NumPy's ways to put a few numbers somewhere take longer than the loop.
        self._tokens, self._positions, self._logits = self.c.token, self.c.pos, self.c.logits
        for row in range(BATCH_TOKENS):
            self.c.n_seq_id[row] = 1
        self._sequences = [-1] * BATCH_TOKENS

    def close(self) -> None:
        lib.llama_batch_free(self.c)

    def fill(self, runs: Sequence[Run]) -> None:
        row = self.rows = 0
        for run in runs:
            self.rows += run.logits
            silent = row + len(run.tokens) - run.logits
            for position, token in enumerate(run.tokens, run.position):
                self._tokens[row] = token
                self._positions[row] = position
                self._logits[row] = row >= silent
                self._put_into(row, run.sequence)
                row += 1
        self.c.n_tokens = row

    def _put_into(self, row: int, sequence: int) -> None:
        # Mostly it is the sequence of the last time, and a look costs less than a write through ctypes.
        if self._sequences[row] != sequence:
            self._sequences[row] = sequence
            self.c.seq_id[row][0] = sequence


class _Interrupt:
    """What llama.cpp asks between two steps of an evaluation: whether to go on. The CPU and Metal ask, CUDA does not.

    It calls C's `strlen` on a string of no or one letter, since a Python function would wait for the interpreter at
    each of the hundreds of steps. Where the result of that is not read as a truth value, it is a Python function.
    """

    def __init__(self, context: lib.llama_context_p) -> None:
        self._flag = ctypes.create_string_buffer(2)
        self._callback = self._in_c() or lib.ggml_abort_callback(lambda _data: self._flag.raw[0] != 0)
        lib.llama_set_abort_callback(context, self._callback, ctypes.cast(self._flag, ctypes.c_void_p))

    def set(self, wanted: bool) -> None:
        self._flag[0] = b"\x01" if wanted else b"\x00"

    def _in_c(self) -> Any:
        try:
            strlen = (ctypes.CDLL(None) if os.name != "nt" else ctypes.cdll.msvcrt).strlen
        except (OSError, AttributeError):
            return None
        callback = ctypes.cast(strlen, lib.ggml_abort_callback)
        address = ctypes.cast(self._flag, ctypes.c_void_p)
        answers = []
        for wanted in (True, False):
            self.set(wanted)
            answers.append(callback(address))
        return callback if answers == [True, False] else None


def _load_onto(path: Path, planned: Offload, may_change: bool, mapped: bool) -> tuple[lib.llama_model_p, int, Offload]:
    """Load the model as *planned*; on the processor alone where a GPU fails and that *may_change*."""
    try:
        return *_load(path, planned.layers, mapped), planned
    except ModelRefused:
        if not planned.layers:
            raise
        if not may_change:
            found = " and ".join(planned.devices)
            raise ModelRefused(
                f"The model file {path.name} cannot be loaded with {planned.layers} layers on {found}, whose memory "
                "may not hold them; leave --gpu-layers out, or ask for fewer."
            ) from None
    failed = Offload(of=planned.of, why="the GPU could not take the model, although there seemed to be room")
    return *_load(path, 0, mapped), failed


def _load(path: Path, gpu_layers: int, mapped: bool) -> tuple[lib.llama_model_p, int]:
    """Return the model and how many bytes of weights were laid out anew, which only the log tells."""
    said: list[bytes] = []
    listener = lib.llama_log_callback(lambda _level, text, _data: said.append(text))
    params = lib.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    params.load_mode = lib.LLAMA_LOAD_MODE_AUTO if mapped else lib.LLAMA_LOAD_MODE_NONE
    lib.llama_log_set(listener, ctypes.c_void_p())
    model: lib.llama_model_p = lib.llama_model_load_from_file(os.fsencode(path), params)
    lib.llama_log_set(LOG_CALLBACK, ctypes.c_void_p())
    if not model:
        raise cannot_load(path)
    sizes = re.findall(rb"_REPACK model buffer size = *([0-9.]+) MiB", b"".join(said))
    return model, int(sum(map(float, sizes)) * 1024 * 1024)


def _pointer(cells: npt.NDArray[np.uint8]) -> Any:
    return cells.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))


def _file_type(model: lib.llama_model_p) -> str:
    return str((lib.llama_ftype_name(lib.llama_model_ftype(model)) or b"").decode("utf-8", "replace"))


def _refuse_unfit(runs: Sequence[Run]) -> None:
    tokens = rows = 0
    for run in runs:
        if not run.tokens or not 0 <= run.sequence < SEQUENCES or not 0 <= run.logits <= len(run.tokens):
            raise ValueError(
                f"A run has tokens, logits of its own alone and a sequence from 0 to {SEQUENCES - 1}, "
                f"not {len(run.tokens)}, {run.logits} and {run.sequence}."
            )
        tokens, rows = tokens + len(run.tokens), rows + run.logits
    if not 0 < tokens <= BATCH_TOKENS or rows > LOGIT_ROWS:
        raise ValueError(
            f"A batch has 1 to {BATCH_TOKENS} tokens and at most {LOGIT_ROWS} rows of logits, not {tokens} and {rows}."
        )


FILE_TYPES = {"Q4_0": lib.LLAMA_FTYPE_MOSTLY_Q4_0, "Q8_0": lib.LLAMA_FTYPE_MOSTLY_Q8_0}
"""What `convert` can write."""


def convert(source: Path, target: Path, file_type: str, *, threads: int) -> None:
    """Write the model file *source* to *target* with its weights stored as *file_type*, one of FILE_TYPES.

    Also from a file that is quantised already. Cannot be stopped. Raises ModelRefused where llama.cpp cannot; what is
    at *target* is then of no use.
    """
    lib.llama_log_set(LOG_CALLBACK, ctypes.c_void_p())
    lib.llama_backend_init()
    params = lib.llama_model_quantize_default_params()
    params.ftype = FILE_TYPES[file_type]
    params.allow_requantize = True
    params.nthread = threads
    if lib.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(params)) != 0:
        raise ModelRefused(f"llama.cpp could not store {source.name} as {file_type}.")
