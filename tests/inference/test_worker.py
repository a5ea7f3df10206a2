"""The worker's loop with a model that is a rule: whoever is heard gets an end, whatever the order of things."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from meai.errors import BadInput
from meai.inference import loaded
from meai.inference.cache import BRANCHES
from meai.inference.calibration import Calibration
from meai.inference.llama import SEQUENCES
from meai.inference.preparation import Prepared
from meai.inference.request import Purpose, Request, Sampling
from meai.inference.worker import Worker
from meai.process import Frame
from tests.inference.fake_model import FakeModel, says

CALIBRATION = Calibration(((1, 0.01), (64, 0.1)), 0.001, 0.01, 1, "a rule", "2026-01-01")
GREETING = FakeModel(says([], [])).tokenize("Good morning", special=False)


class Desk:
    """A worker with *model* loaded, and what it says."""

    def __init__(self, model: FakeModel, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loaded, "open_prepared", lambda *_, **__: Prepared(model.real, CALIBRATION, ""))
        self.said: list[Frame] = []
        self.worker = Worker(self.said.append)
        self.worker.hear({"do": "load", "path": str(Path("fake.gguf")), "cache": None})

    def ask(self, number: int, text: str, purpose: Purpose, editor: str = "", **more: Any) -> Frame:
        """Have the worker hear a request; return its frame."""
        request = Request((), text, Sampling(max_tokens=more.pop("limit", 40)), purpose=purpose, editor=editor)
        frame = {"id": number, "request": request.to_frame(), "purpose": purpose, "editor": editor}
        frame |= {"do": "score" if more else "submit", **more}
        self.worker.hear(frame)
        return frame

    def run(self, until: Callable[[], bool] | None = None) -> None:
        """Do steps until the worker is idle, or *until*."""
        for _ in range(20_000):
            if self.worker.idle or (until is not None and until()):
                return
            self.worker.step()
        raise AssertionError("it goes round in circles")

    def ends(self) -> dict[int, str]:
        """Return how each request ended, by its number."""
        return {frame["id"]: frame["is"] for frame in self.said if frame["is"] in ("done", "scored", "failed")}


def test_an_interruption_that_comes_late_does_not_stop_what_it_was_meant_to_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late: list[Frame] = []

    def weather() -> str:
        # The thread that reads the pipe was held up: the frame is heard and at work when it is noticed.
        if late:
            desk.worker.notice(late.pop())
        return "fine"

    desk = Desk(FakeModel(says(GREETING, [3, 4, 5]), weather), monkeypatch)
    late.append(desk.ask(1, "Good morning", "caret", "one"))
    desk.run()
    assert desk.ends() == {1: "done"}


def test_text_at_the_caret_does_not_wait_for_more_answers_than_the_cache_has_sequences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(FakeModel(says(GREETING, [3, 4, 5])), monkeypatch)
    count = SEQUENCES - BRANCHES
    for number in range(count):
        desk.ask(1 + number, f"{chr(97 + number)} tale", "free", f"editor {number}", limit=1_000)
    for _ in range(count):
        desk.worker.step()
    desk.ask(100, "Good morning", "caret", "editor 0")
    desk.run(until=lambda: 100 in desk.ends())
    assert desk.ends() == {100: "done"}


def test_more_answers_than_the_cache_has_sequences_are_all_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(FakeModel(says(GREETING, [3, 4, 5])), monkeypatch)
    count = 2 * (SEQUENCES - BRANCHES)
    for number in range(count):
        desk.ask(1 + number, f"{chr(97 + number)} tale", "free", f"editor {number}")
    desk.run()
    assert desk.ends() == dict.fromkeys(range(1, 1 + count), "done")


def test_what_does_not_fit_even_alone_is_refused_and_what_waited_for_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = FakeModel(says(GREETING, [3, 4, 5]), cells=60)
    model.context_length = 60
    desk = Desk(model, monkeypatch)
    desk.ask(1, "Good morning", "free", "one")
    desk.worker.step()
    desk.ask(2, "x" * 40, "rewrite", "two", candidates=[letter * 5 for letter in "abcdefgh"])
    desk.run()
    assert desk.ends() == {1: "done", 2: "failed"}


def test_of_two_requests_of_an_editor_the_newer_is_answered_whichever_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for order in ((1, 2), (2, 1)):
        desk = Desk(FakeModel(says(GREETING, [3, 4, 5])), monkeypatch)
        for number in order:
            desk.ask(number, "Good morning", "rewrite", "one")
        desk.run()
        assert desk.ends() == {1: "failed", 2: "done"}


def test_a_failed_evaluation_spoils_no_later_request_that_begins_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    weather = iter(["fine", "broken"])
    desk = Desk(FakeModel(says(GREETING, [3, 4, 5]), lambda: next(weather, "fine"), rewinds=False), monkeypatch)
    desk.ask(1, "Good morning", "free")
    desk.run()
    desk.ask(2, "Good morning, said the baker", "free")
    desk.run()
    assert desk.ends() == {1: "failed", 2: "done"}


def test_a_model_that_cannot_rewind_is_not_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    noticed: list[Frame] = []

    def weather() -> str:
        if noticed:
            desk.worker.notice(noticed.pop())
        return "fine"

    desk = Desk(FakeModel(says(GREETING, [3, 4, 5]), weather, rewinds=False), monkeypatch)
    desk.ask(1, "Good morning", "free", "one")
    noticed.append({"do": "submit", "id": 2, "purpose": "caret", "editor": "one"})
    desk.run()
    assert desk.ends() == {1: "done"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rewinds", [True, False])
def test_whatever_is_asked_and_stopped_in_too_small_a_cache_everybody_gets_an_end(
    monkeypatch: pytest.MonkeyPatch, seed: int, rewinds: bool
) -> None:
    draw = random.Random(seed)  # noqa: S311
    model = FakeModel(says(GREETING, [3, 4, 5]), cells=300, rewinds=rewinds)
    model.context_length = 200
    desk = Desk(model, monkeypatch)
    for number in range(1, 120):
        text = f"{draw.choice('abc') * draw.randint(1, 150)}{number}"
        purpose = draw.choice(("caret", "rewrite", "free"))
        more: dict[str, Any] = {"candidates": ["x" * draw.randint(1, 40) for _ in range(5)]} if number % 4 == 0 else {}
        with suppress(BadInput):
            desk.ask(number, text, purpose, draw.choice(("", *"abcdefgh")), **more)
        for _ in range(draw.randint(0, 6)):
            desk.worker.step()
        if draw.random() < 0.2:
            desk.worker.hear({"do": "cancel", "id": draw.randint(1, number)})
    desk.run()
    desk.worker.hear({"do": "report", "id": 0})
    assert (desk.said[-1]["working"], desk.said[-1]["taken"]) == (0, 0)
