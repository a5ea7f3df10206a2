"""What stands between a token and the limit: the bytes of weights that it reads, and how fast this memory gives them.

Usage: python -m benchmarks.limit [MODEL...] [--keep]
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.report import heading, keep
from meai.config import read_config
from meai.inference.llama import Model, Run
from meai.inference.preparation import open_prepared
from meai.models.library import open_library

RUNS = 7
TOKENS = 48
BLOCK = 256 * 1024 * 1024
"""Bytes that each thread reads: far more than any cache holds."""
AWAY = 10
"""Tokens that a model is warmed with."""


def main() -> None:
    """Measure and print; keep the table with --keep."""
    config = read_config()
    library, rows = open_library(config.data_dir), list[str]()
    for name in [word for word in sys.argv[1:] if not word.startswith("-")] or ["smollm2-135m"]:
        found = library.find(name)
        rows += [row(found.path, config.cache_dir)] if found else []
    lines = [
        f"{heading()} Medians of {RUNS}, the memory's speed of the same minute.",
        "",
        "| Model file | Weights | Memory | Limit for a token | Measured | Share of the limit |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
    print("\n".join(lines))
    if "--keep" in sys.argv:
        keep("limit", "\n".join(lines))


def row(path: Path, cache: Path) -> str:
    """Return a row of the table for the model file at *path*, or what was made of it."""
    prepared = open_prepared(path, cache, 1024, lambda message, fraction: None)
    model, threads = prepared.model, prepared.calibration.threads
    model.use_threads(threads)
    speeds, tokens_s = list[float](), list[float]()
    for _ in range(RUNS):
        speeds.append(bytes_per_s(threads))
        tokens_s.append(token_s(model))
    weights = model.weight_bits / 8 * model.traits.parameters
    model.close()
    speed, took_s = statistics.median(speeds), statistics.median(tokens_s)
    least_s = weights / speed
    return (
        f"| {prepared.model.path.name} | {weights / 1e6:.0f} MB | {speed / 1e9:.1f} GB/s | {least_s * 1e3:.1f} ms "
        f"| {took_s * 1e3:.1f} ms | {least_s / took_s:.0%} |"
    )


def bytes_per_s(threads: int) -> float:
    """Return how fast *threads* together read memory that no cache holds, the best of three."""
    blocks = [np.ones(BLOCK // 8) for _ in range(threads)]
    best = 0.0
    for _ in range(3):
        readers = [threading.Thread(target=block.max) for block in blocks]
        began = time.perf_counter()
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        best = max(best, threads * BLOCK / (time.perf_counter() - began))
    return best


def token_s(model: Model) -> float:
    """Return what one token of *model* takes, behind few others."""
    token = model.tokenize("a", special=False)[:1]
    model.forget(0)
    for position in range(AWAY):
        model.evaluate(Run(token, position, 0))
    began = time.perf_counter()
    for position in range(AWAY, AWAY + TOKENS):
        model.evaluate(Run(token, position, 0))
    return (time.perf_counter() - began) / TOKENS


if __name__ == "__main__":
    main()
