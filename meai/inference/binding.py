"""llama.cpp's functions as llama-cpp-python binds them. Knows no model.

Its package also imports a class for programs that have no engine of their own, and with it 7 MB and a tenth of a second
of packages for every process. So the bindings are taken out of it alone.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

PACKAGE = "llama_cpp"


@contextmanager
def _unfilled(package: str) -> Iterator[None]:
    """Let modules of *package* be imported without it; whoever imports the package itself later gets it whole."""
    spec = importlib.util.find_spec(package)
    if package in sys.modules or spec is None or spec.submodule_search_locations is None:
        yield
        return
    sys.modules[package] = empty = ModuleType(package)
    empty.__path__ = list(spec.submodule_search_locations)
    try:
        yield
    finally:
        del sys.modules[package]


with _unfilled(PACKAGE):
    import llama_cpp.llama_cpp as lib

__all__ = ["lib"]
