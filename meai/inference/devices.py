"""What llama.cpp finds to compute on, and how it is to share a model between that and the processor.

The binding does not know the library below llama.cpp, which does; its functions are called by their names.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from meai.errors import ModelRefused
from meai.inference.binding import lib
from meai.inference.offload import Device, Offload, Size, offload

# GPUs of their own memory and those that share the processor's, of ggml's kinds of devices.
GPU_TYPES = (1, 2)
_NAMES = ("name", "description")
_SIZES = (
    "block_count",
    "embedding_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
)


def _ignore_log(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    """Swallow llama.cpp's log; it would land on the terminal of the writer."""


# A C callback lives only as long as a Python name holds it.
LOG_CALLBACK = lib.llama_log_callback(_ignore_log)


def devices(types: Sequence[int] = GPU_TYPES) -> tuple[Device, ...]:
    """Return the GPUs that this build of llama.cpp can compute on, and how much of their memory is free now.

    *types* are other kinds of devices, by ggml's numbers.
    """
    found = []
    for index in range(_ggml("ggml_backend_dev_count", ctypes.c_size_t)()):
        device = _ggml("ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)(index)
        if _ggml("ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)(device) in types:
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            sizes = ctypes.POINTER(ctypes.c_size_t)
            _ggml("ggml_backend_dev_memory", None, ctypes.c_void_p, sizes, sizes)(device, free, total)
            names = (_ggml(f"ggml_backend_dev_{kind}", ctypes.c_char_p, ctypes.c_void_p) for kind in _NAMES)
            name, label = (ask(device).decode("utf-8", "replace") for ask in names)
            found.append(Device(name, label, free.value, total.value))
    return tuple(found)


def planned_offload(path: Path, context_length: int, wanted: int | None) -> Offload:
    """Return what a GPU is to compute of the model file at *path*; *wanted* layers, None for as many as fit.

    Raises ModelRefused for a file that llama.cpp cannot read, where there is a GPU that could compute it.
    """
    found = devices() if lib.llama_supports_gpu_offload() else ()
    return offload(wanted, found, _size_of(path, context_length) if found else Size(0, 0, 0))


def _ggml(name: str, result: Any, *arguments: Any) -> Any:
    """Return the function *name* of the library below llama.cpp, which the binding does not know."""
    # Where a library brings along what it needs, as on Linux and macOS, the first has all of them.
    for library in (lib._lib, *(ctypes.CDLL(str(path)) for path in _ggml_libraries())):
        with suppress(AttributeError):
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
            return function
    raise ModelRefused(f"This build of llama.cpp has no {name}; install the version that ME_AI names.")


def _ggml_libraries() -> Iterator[Path]:
    folder = Path(lib.__file__).parent / "lib"
    yield from (path for path in sorted(folder.glob("*ggml*")) if path.suffix in (".dll", ".so", ".dylib"))


def _size_of(path: Path, context_length: int) -> Size:
    """Return what the model file at *path* takes, of which no more is read than what it says of itself."""
    params = lib.llama_model_default_params()
    params.vocab_only = True
    lib.llama_log_set(LOG_CALLBACK, ctypes.c_void_p())
    model = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        raise cannot_load(path)
    try:
        said = {key: _number(model, f"{metadata(model, 'general.architecture')}.{key}") for key in _SIZES}
    finally:
        lib.llama_model_free(model)
    heads = said["attention.head_count"] or 1
    usual = said["embedding_length"] // heads
    widths = (said["attention.key_length"] or usual) + (said["attention.value_length"] or usual)
    cell = 2 * widths * (said["attention.head_count_kv"] or heads) * said["block_count"]
    return Size(said["block_count"], path.stat().st_size, cell * context_length * 5 // 4)


def cannot_load(path: Path) -> ModelRefused:
    """Return what to raise for a model file that llama.cpp does not take."""
    return ModelRefused(
        f"The model file {path.name} cannot be loaded by llama.cpp: it is damaged or of an unknown kind; "
        "fetch it again or choose another."
    )


def metadata(model: Any, key: str) -> str:
    """Return what the file of *model* says for *key*, at most 255 bytes; nothing where it says nothing."""
    value = ctypes.create_string_buffer(256)
    length = lib.llama_model_meta_val_str(model, key.encode(), value, len(value))
    return value.value.decode("utf-8", "replace") if length >= 0 else ""


def _number(model: Any, key: str) -> int:
    said = metadata(model, key)
    return int(said) if said.isdigit() else 0
