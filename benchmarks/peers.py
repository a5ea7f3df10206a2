"""The engine beside other ways to run the same file: llama.cpp's server and llama-cpp-python's. All in turns.

Each gets the same prompts and writes the same number of tokens; all run at once and only one is asked at a time.

Usage: python -m benchmarks.peers [MODEL] [RUNS] [--keep]
"""

from __future__ import annotations

import json
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.report import heading, keep
from meai.bench.measures import Bench, corrections
from meai.bench.samples import PARAGRAPHS
from meai.config import read_config
from meai.inference.engine import Engine
from meai.inference.raw import RawLoop
from meai.inference.request import Request
from meai.inference.resident import resident_bytes
from meai.models.library import open_library

LONG_PROMPT_WORDS = 1100
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one answer took, in seconds."""

    first_s: float
    whole_s: float
    tokens: int


Ask = Callable[[Request, int], Asked]
"""Answers a request with so many tokens."""


def main() -> None:
    """Measure and print; keep the table with --keep."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    runs = next((int(word) for word in words if word.isdigit()), 5)
    name = next((word for word in words if not word.isdigit()), "smollm2-135m")
    found = open_library(read_config().data_dir).find(name)
    if found is None:
        sys.exit(f"There is no model {name}; fetch it with `meai models pull`.")
    with ExitStack() as at_the_end:
        engine = Engine(cache=read_config().cache_dir)
        at_the_end.callback(engine.close)
        engine.load(found.path, found.name)
        engine.wait_ready(600)
        report = engine.report(threading.Event())
        peers: dict[str, tuple[Ask, int]] = {
            "ME_AI": (ask_engine(engine), engine_pid(engine)),
            "llama-server": at_the_end.enter_context(llama_server(report.file, report.threads)),
            "llama-cpp-python's server": at_the_end.enter_context(python_server(report.file, report.threads)),
        }
        raw = RawLoop(Path(report.file), threads=report.threads, context_length=512)
        requests = list(corrections(Bench(engine, raw, runs)))
        raw.close()
        values = measure(peers, requests, runs)
        memory = {name: (resident_bytes(pid) or 0) / 1e6 for name, (_, pid) in peers.items()}
    text = table(found.name, report.file, len(requests), values, memory)
    print(text)
    if "--keep" in sys.argv:
        keep(f"peers {found.name}", text)


def measure(
    peers: dict[str, tuple[Ask, int]], requests: list[Request], runs: int
) -> dict[tuple[str, str], list[float]]:
    """Return for each thing measured and each peer the values of all runs, in seconds."""
    values: dict[tuple[str, str], list[float]] = {}
    tokens = {request: peers["ME_AI"][0](request, request.sampling.max_tokens).tokens for request in requests}
    for run in range(runs):
        for name, (ask, _) in peers.items():
            took = 0.0
            for request, count in tokens.items():
                ask(request, 1)
                answer = ask(request, count)
                took += answer.whole_s * count / max(answer.tokens, 1)
            values.setdefault(("a rewrite, its prompt read", name), []).append(took / max(len(tokens), 1))
            text = long_text(run)
            cold = ask(Request((), text), 1)
            values.setdefault(("first token of a long text nobody has seen", name), []).append(cold.first_s)
            warm = ask(Request((), f"{text} and then we"), 1)
            values.setdefault(("first token after a dozen more characters", name), []).append(warm.first_s)
            stream = ask(Request((), f"{PARAGRAPHS[run % len(PARAGRAPHS)]}\n\nA week later, in {2000 + run},"), 64)
            writing = (stream.whole_s - stream.first_s) / max(stream.tokens - 1, 1)
            values.setdefault(("one token of an ordinary stream", name), []).append(writing)
    return values


def ask_engine(engine: Engine) -> Ask:
    """Ask ME_AI's own engine, through its process's pipe."""

    def ask(request: Request, tokens: int) -> Asked:
        began = time.perf_counter()
        first: list[float] = []
        limited = replace(request, sampling=replace(request.sampling, max_tokens=tokens))
        answer = engine.generate(limited, lambda text: first.append(time.perf_counter()), threading.Event())
        ended = time.perf_counter()
        return Asked((first[0] if first else ended) - began, ended - began, answer.answer_tokens)

    return ask


def engine_pid(engine: Engine) -> int:
    """Return the process that holds the model."""
    assert engine.pid is not None
    return engine.pid


@contextmanager
def llama_server(file: str, threads: int) -> Iterator[tuple[Ask, int]]:
    """llama.cpp's server, with its prompt cache on."""
    command = [sys.executable, "-m", "benchmarks.llama_server", file, str(threads)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            address = process.stdout.readline().strip()
            more = {"cache_prompt": True, "ignore_eos": True}
            yield over_http(f"{address}/completion", "n_predict", more), process.pid
        finally:
            process.kill()


@contextmanager
def python_server(file: str, threads: int) -> Iterator[tuple[Ask, int]]:
    """llama-cpp-python's server: the same library as ME_AI's, its high-level class over HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--n_threads", str(threads), "--n_threads_batch", str(threads), "--n_ctx", "4096"]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", file, *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            address = f"http://127.0.0.1:{port}/v1"
            while not answers(f"{address}/models"):
                if process.poll() is not None:
                    sys.exit(f"llama-cpp-python's server ended with status {process.returncode} before it answered.")
                time.sleep(0.1)
            yield over_http(f"{address}/completions", "max_tokens", {}), process.pid
        finally:
            process.kill()


def answers(url: str) -> bool:
    """Return whether somebody serves *url*."""
    with suppress(OSError), urllib.request.urlopen(url):  # noqa: S310
        return True
    return False


def over_http(url: str, limit: str, more: Mapping[str, object]) -> Ask:
    """Ask a server that streams completions as server-sent events, a token each."""

    def ask(request: Request, tokens: int) -> Asked:
        prompt = "\n".join([*(turn.text for turn in request.turns), request.start])
        body = {"prompt": prompt, limit: tokens, "temperature": 0, "stream": True, **more}
        wanted = urllib.request.Request(url, json.dumps(body).encode(), _JSON)  # noqa: S310
        began = time.perf_counter()
        times: list[float] = []
        with urllib.request.urlopen(wanted) as answer:  # noqa: S310
            for line in answer:
                if line.startswith(b"data: {"):
                    times.append(time.perf_counter())
        return Asked(times[0] - began, time.perf_counter() - began, min(len(times), tokens))

    return ask


def long_text(run: int) -> str:
    """Return a text of about 1,500 tokens that no other run begins like."""
    words = " ".join(PARAGRAPHS).split()
    return " ".join(random.Random(run).choices(words, k=LONG_PROMPT_WORDS))  # noqa: S311


def table(
    model: str, file: str, samples: int, values: dict[tuple[str, str], list[float]], memory: dict[str, float]
) -> str:
    """Return the medians side by side, and how many times as long the others take."""
    names = list(memory)
    lines = [
        f"{heading()} xllamacpp's llama.cpp is built for any processor with AVX2, the other two for this one.",
        f"{model}, the file {Path(file).name}, {samples} corrections.",
        "",
        f"| What | {' | '.join(names)} |",
        f"| --- |{' --- |' * len(names)}",
    ]
    for what in dict.fromkeys(what for what, _ in values):
        medians = {name: statistics.median(values[what, name]) for name in names}
        ours = medians[names[0]]
        cells = [
            f"{1000 * ours:.0f} ms",
            *(f"{1000 * each:.0f} ms ({each / ours:.1f} ×)" for each in list(medians.values())[1:]),
        ]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    lines.append(f"| memory of the process | {' | '.join(f'{memory[name]:.0f} MB' for name in names)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
