"""Text at the caret in the middle of a sentence: what is suggested, and how well it leads on to what follows.

Usage: python -m benchmarks.quality.fill [MODEL ...] [--places N] [--keep]

Every model of the list judges the suggestions of all of them, since one that chose by its own figures likes its choice.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.quality.places import Place, places
from benchmarks.report import heading, keep
from meai.config import read_config
from meai.editing.rewrite import RewriteOrder, Rewriter
from meai.inference.engine import Engine
from meai.inference.request import Request
from meai.models.library import open_library

PAGE = Path(__file__).resolve().parents[2] / "docs" / "quality.md"
PLACES = 40
JUDGED = 8
"""Words of what follows that are judged."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was suggested at a place; nothing where no suggestion came."""

    place: Place
    text: str
    seconds: float

    @property
    def recovered(self) -> bool:
        """Whether it is what the writer wrote."""
        return self.text.strip() == self.place.words

    @property
    def repeats(self) -> bool:
        """Whether its end says what follows, or its beginning what stands before."""
        ours, theirs, lead = (
            self.text.casefold().split(),
            self.place.after.casefold().split(),
            self.place.before.split(),
        )
        said = {tuple(ours[at : at + 2]) for at in range(len(ours) - 1)}
        return bool(ours) and (tuple(theirs[:2]) in said or ours[-1] == theirs[0] or ours[0] == lead[-1].casefold())


def main() -> None:
    """Measure and print; keep the table with --keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.fill")
    parser.add_argument("models", nargs="*", default=["smollm2-135m"], help="names or .gguf files")
    parser.add_argument("--places", type=int, default=PLACES, help="how many places")
    parser.add_argument("--keep", action="store_true", help="put the table into docs/quality.md")
    wanted = parser.parse_args()
    chosen = places(wanted.places)
    ways: dict[tuple[str, str], list[Filled]] = {("", "nothing"): [Filled(each, "", 0.0) for each in chosen]}
    ways["", "the writer's words"] = [Filled(each, each.words, 0.0) for each in chosen]
    for model in wanted.models:
        with _loaded(model) as (name, engine):
            ways[name, "as before: what follows unread"] = _filled(engine, chosen, reads=False)
            ways[name, "what follows read"] = _filled(engine, chosen, reads=True)
    judged: dict[str, dict[tuple[str, str], float]] = {}
    for model in wanted.models:
        with _loaded(model) as (name, engine):
            judged[name] = {way: _judged(engine, filled) for way, filled in ways.items()}
    text = "\n".join([heading(), "", *_table(ways, judged)])
    print(text)
    if wanted.keep:
        keep("fill", text, PAGE)


@contextmanager
def _loaded(model: str) -> Iterator[tuple[str, Engine]]:
    config = read_config()
    found = open_library(config.data_dir).find(model)
    if found is None:
        sys.exit(f"There is no model {model!r} here.")
    engine = Engine(cache=config.cache_dir)
    try:
        engine.load(found.path, found.name)
        engine.wait_ready()
        yield found.name, engine
    finally:
        engine.close()


def _filled(engine: Engine, chosen: Sequence[Place], *, reads: bool) -> list[Filled]:
    return [_suggested(Rewriter(engine), each, reads=reads) for each in chosen]


def _suggested(rewriter: Rewriter, place: Place, *, reads: bool) -> Filled:
    alone = RewriteOrder("autocomplete", "", place.before, one_sentence=True)
    order = replace(alone, after=place.after) if reads else alone
    # As while somebody types: the text before the caret is read already.
    rewriter.rewrite(alone, lambda text: None, threading.Event())
    started = time.monotonic()
    proposal = rewriter.rewrite(order, lambda text: None, threading.Event())
    filled = Filled(place, proposal.text, time.monotonic() - started)
    print(f"… {place.before[-40:]}⟪{filled.text}⟫{place.after[:40]} …", file=sys.stderr)
    return filled


def _judged(engine: Engine, filled: Sequence[Filled]) -> float:
    """Return how probable what follows is, in nats for each word; the nearer to 0, the better it is led to."""
    total, words = 0.0, 0
    for each in filled:
        ahead = each.place.after.split()[:JUDGED]
        start = f"{each.place.before}{each.text}".rstrip(" ")
        total += engine.score(Request((), start), [" " + " ".join(ahead)], threading.Event())[0]
        words += len(ahead)
    return total / words


def _table(
    ways: Mapping[tuple[str, str], Sequence[Filled]], judged: Mapping[str, Mapping[tuple[str, str], float]]
) -> Iterator[str]:
    judges = " | ".join(f"What follows, by {name}" for name in judged)
    yield f"| Model | Suggested | Places | Suggestions | Recovered | Repeats | {judges} | Seconds, median |"
    yield f"| --- | --- | --- | --- | --- | --- | {'--- | ' * len(judged)}--- |"
    for way, filled in ways.items():
        there = [each for each in filled if each.text]
        figures = " | ".join(f"{by[way]:.2f}" for by in judged.values())
        counts = f"{len(there)} | {sum(each.recovered for each in filled)} | {sum(each.repeats for each in there)}"
        seconds = f"{statistics.median(each.seconds for each in filled):.2f}" if way[0] else ""
        yield f"| {way[0]} | {way[1]} | {len(filled)} | {counts} | {figures} | {seconds} |"


if __name__ == "__main__":
    main()
