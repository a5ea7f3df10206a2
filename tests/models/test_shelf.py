"""What a person chooses by: where a model is, what it takes of the machine, how fast it is, what it is good at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from meai.errors import NoModel
from meai.models.catalogue import CatalogueEntry
from meai.models.choices import Choices, Learnt
from meai.models.library import ModelLibrary
from meai.models.pace import Pace, in_words
from meai.models.shelf import Card, better, card, cards
from meai.models.suitability import Computer, Measured, fit, memory_needed, speed
from meai.models.wording import description, line

from .gguf_files import tiny_model

GB = 1_000_000_000
NOTHING_MEASURED = Computer(8 * GB, lambda path: None, None)


@pytest.fixture
def library(tmp_path: Path, entry: CatalogueEntry) -> ModelLibrary:
    big = replace(entry, name="big", label="Big", size=7 * GB, sha256="", file="big.gguf", good_at="All of it.")
    return ModelLibrary((tmp_path / "models",), (entry, big), Choices(tmp_path / "models" / "choices.json"))


def put(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(tiny_model())
    return folder / name


def test_memory_is_the_weights_the_context_and_the_process() -> None:
    assert memory_needed(GB, 1000, 8192) == GB + 4096 * 1000 + 250_000_000
    assert memory_needed(GB, 1000, 2048) == GB + 2048 * 1000 + 250_000_000


def test_what_fits_leaves_room_for_a_browser() -> None:
    assert [fit(need * GB, 8 * GB) for need in (2, 6, 8)] == ["fits", "tight", "too-large"]
    assert fit(GB, 0) == "unknown"


def test_speed_is_measured_or_estimated_by_size_or_unknown() -> None:
    here = Path("/models/a.gguf")
    measured = Measured(GB, 100.0, 20.0)
    known = Computer(8 * GB, lambda path: measured if path == here else None, measured)
    assert speed(NOTHING_MEASURED, GB) is None
    told = speed(known, GB, here)
    assert told is not None
    assert (told.writes_per_s, told.measured) == (20.0, True)
    guessed = speed(known, 4 * GB, Path("/models/b.gguf"))
    assert guessed is not None
    assert (guessed.reads_per_s, guessed.writes_per_s, guessed.measured) == (25.0, 5.0, False)


def test_models_here_come_first_then_those_to_fetch(library: ModelLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    put(folder, "mine.gguf")
    shown = cards(library, folder, NOTHING_MEASURED)
    assert [(one.name, one.where, one.fit) for one in shown] == [
        ("mine", "here", "fits"),
        ("tiny-1b", "to-fetch", "fits"),
        ("big", "to-fetch", "too-large"),
    ]


def test_what_was_learnt_of_a_download_is_told(library: ModelLibrary, tmp_path: Path) -> None:
    assert card(library, tmp_path / "models", NOTHING_MEASURED, "big").sha256 == ""
    assert library.choices is not None
    library.choices.learn("big", Learnt("ab" * 32, GB))
    assert card(library, tmp_path / "models", NOTHING_MEASURED, "big").sha256 == "ab" * 32


def test_an_unknown_name_is_told(library: ModelLibrary, tmp_path: Path) -> None:
    with pytest.raises(NoModel, match="no model called x"):
        card(library, tmp_path / "models", NOTHING_MEASURED, "x")


def test_a_card_in_words(library: ModelLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    put(folder, "mine.gguf")
    mine = card(library, folder, NOTHING_MEASURED, "mine")
    big = card(library, folder, replace(NOTHING_MEASURED, reference=Measured(GB, 70.0, 14.0)), "big")
    assert line(mine, in_use=True) == f"mine (in use)  0 MB  your own  {folder / 'mine.gguf'}"
    assert line(big, in_use=False) == (
        "big  7.0 GB  MIT  too large for this machine  about 2 tokens/s (estimated)  not here yet: meai models pull big"
    )
    assert "licence    not stated; ask whoever made it" in description(mine)
    assert "sha256     learnt at the first download" in description(big)
    assert "context    2,048 tokens" in description(mine)


def test_the_pace_is_that_of_the_last_seconds() -> None:
    pace = Pace()
    assert pace.left_s(100) is None
    for second in range(20):
        pace.note(float(second), second * 10 if second < 10 else 100 + (second - 10) * 100)
    assert pace.bytes_per_s == 100.0
    assert pace.left_s(1500) == 5.0


@pytest.mark.parametrize(("seconds", "words"), [(0.1, "1 s"), (89, "89 s"), (600, "10 min"), (7200, "2.0 h")])
def test_time_left_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.fixture
def small(library: ModelLibrary, tmp_path: Path, entry: CatalogueEntry) -> Card:
    """A model that corrects and does nothing else."""
    put(tmp_path / "models", entry.file)
    return replace(card(library, tmp_path, NOTHING_MEASURED, "tiny-1b"), actions=("correct-spelling",))


def larger(small: Card, name: str, **more: object) -> Card:
    told = {"where": "to-fetch", "size": GB, "actions": ("correct-spelling", "shorten"), "writes_per_s": 9.0}
    return replace(small, name=name, fit="fits", community=False, **{**told, **more})  # type: ignore[arg-type]


def test_the_largest_model_that_fits_and_keeps_up_with_a_reader_is_offered(small: Card) -> None:
    listed = [small, larger(small, "good"), larger(small, "slow", size=4 * GB, writes_per_s=3.0)]
    offered = better([*listed, larger(small, "best", size=2 * GB)], "tiny-1b")
    assert offered is not None
    assert offered.name == "best"


@pytest.mark.parametrize(
    "flaw",
    [
        {"fit": "tight"},
        {"writes_per_s": None},
        {"writes_per_s": 2.0},
        {"licence": "Gemma"},
        {"community": True},
        {"actions": ("correct-spelling",)},
        {"where": "here"},
    ],
)
def test_what_would_disappoint_is_not_offered(small: Card, flaw: dict[str, object]) -> None:
    candidate = larger(small, "other")
    assert better([small, candidate], "tiny-1b") == candidate
    assert better([small, replace(candidate, **flaw)], "tiny-1b") is None  # type: ignore[arg-type]


def test_a_writers_own_model_is_not_judged(small: Card) -> None:
    mine = replace(small, name="mine", actions=())
    assert better([mine, larger(small, "other")], "mine") is None
