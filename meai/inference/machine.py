"""The machine as far as a model's speed depends on it. Knows no model and loads no llama.cpp."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Machine:
    """What must be the same for measured prices to hold."""

    cpu: str
    """The processor's name."""
    features: str
    """A digest of what its instructions can do; one name stands for several processors on rented machines."""
    threads: int
    """How many threads to compute with."""
    llama: str
    """The version of the binding, which is that of llama.cpp."""

    @property
    def key(self) -> str:
        """A short name for files."""
        return hashlib.sha256(repr(asdict(self)).encode()).hexdigest()[:8]

    @property
    def label(self) -> str:
        """A name for people."""
        threads = "one thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.cpu}, {threads}, llama-cpp-python {self.llama}"

    def to_frame(self) -> dict[str, Any]:
        """Return the machine as JSON-ready values."""
        return asdict(self)


def this_machine() -> Machine:
    """Return the machine that this runs on."""
    said = _cpuinfo()
    cpu = said.get("model name") or platform.processor() or platform.machine()
    features = said.get("flags") or said.get("Features") or platform.machine()
    digest = hashlib.sha256(" ".join(sorted(features.split())).encode()).hexdigest()[:8]
    return Machine(cpu, digest, usable_threads(), metadata.version("llama-cpp-python"))


def usable_threads() -> int:
    """Return how many threads to compute with: all CPUs up to four, else half, which are the physical cores."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count <= 4 else count // 2


def memory_bytes() -> int:
    """Return how much memory this machine has, in bytes; 0 where it does not say."""
    if sys.platform == "win32":
        return _windows_memory()
    with suppress(OSError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0


def _windows_memory() -> int:
    import ctypes

    # MEMORYSTATUSEX: two 32-bit fields, of which the first is the size, and seven 64-bit ones, the first the memory.
    status = (ctypes.c_uint64 * 8)()
    status[0] = ctypes.sizeof(status)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009  only there on Windows, as the type checker knows
    return int(status[1]) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else 0


def _cpuinfo() -> dict[str, str]:
    """Return what Linux says of the first processor; nothing elsewhere."""
    if sys.platform != "linux":
        return {}
    said = ""
    with suppress(OSError):
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").split("\n\n", 1)[0]
    pairs = (line.partition(":") for line in said.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
