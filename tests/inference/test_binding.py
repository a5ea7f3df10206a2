"""What a model's process carries of llama-cpp-python, and what is left for others."""

from __future__ import annotations

import subprocess
import sys

WITHOUT = """
import sys, meai.inference.worker
print([name for name in ("llama_cpp.llama", "jinja2", "flask") if name in sys.modules])
"""
WHOLE = """
from meai.inference.binding import lib
import llama_cpp
print(llama_cpp.Llama.__name__, llama_cpp.llama_cpp is lib)
"""


def said_by(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_a_models_process_has_the_bindings_alone() -> None:
    assert said_by(WITHOUT) == "[]"


def test_whoever_imports_the_package_itself_gets_it_whole() -> None:
    assert said_by(WHOLE) == "Llama True"
