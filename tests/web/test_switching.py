"""Switching between real models, again and again, leaves one model's process and no memory behind."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import psutil
import pytest

from meai.inference.engine import Engine
from meai.inference.request import Request, Sampling
from meai.models.choices import Choices
from meai.models.library import ModelLibrary
from meai.web.models import CurrentModel

pytestmark = [pytest.mark.model, pytest.mark.slow]

QUESTION = Request((), "The weather today", Sampling(max_tokens=4))
SPARE_BYTES = 60_000_000


def resident() -> tuple[int, int]:
    """The memory of this process and its children in bytes, and how many children there are."""
    me = psutil.Process()
    children = [child for child in me.children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    return sum(process.memory_info().rss for process in (me, *children)), len(children)


@pytest.mark.parametrize("switches", [5, pytest.param(20, marks=pytest.mark.soak)])
def test_switches_leave_memory_where_it_was(
    tmp_path: Path, model_path: Path, prepared_cache: Path, switches: int
) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one", "two"):
        os.link(model_path, folder / f"{name}.gguf")
    current = CurrentModel(ModelLibrary((folder,), (), Choices(folder / "choices.json")), folder, "one")
    engine = Engine(current.engine_changed, cache=prepared_cache)
    try:
        current.start(engine)
        after: list[tuple[int, int]] = []
        for number in range(switches + 1):
            current.use(("one", "two")[number % 2])
            engine.wait_ready()
            engine.generate(QUESTION, lambda text: None, threading.Event())
            after.append(resident())
        assert {children for _, children in after[1:]} == {after[1][1]}
        assert after[-1][0] - after[1][0] < SPARE_BYTES
    finally:
        current.close()
        engine.close()
