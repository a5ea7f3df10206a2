"""The right file for the machine, with the real model: what is kept, what is refused, and what survives a fault."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from meai.errors import ModelRefused
from meai.inference import preparation
from meai.inference.calibration import Calibration
from meai.inference.llama import Model, Run
from meai.inference.machine import this_machine
from meai.inference.measurement import share_of_time
from meai.inference.preparation import Prepared, open_prepared
from meai.inference.records import Records

CONTEXT_LENGTH = 1024

# What is chosen follows from what was measured.
pytestmark = [pytest.mark.alone, pytest.mark.model, pytest.mark.slow]


# Of a busy moment, in which one thread alone does what is not measured.
SLOW = Calibration(((1, 0.01), (16, 0.08)), 0.003, 0.015, 2, "A processor", "2026-11-24", share=0.3)
FAST = replace(SLOW, batch_s=((1, 0.01), (16, 0.04)), read_s=0.0015)


class Told:
    """What a writer hears meanwhile."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.fractions: list[float] = []

    def __call__(self, sentence: str, fraction: float) -> None:
        self.sentences.append(sentence)
        self.fractions.append(fraction)


Open = Callable[..., Prepared]


@pytest.fixture
def priced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices that need no measuring: the model is slow, and what is made of it faster."""
    monkeypatch.setattr(preparation, "measure", lambda *_arguments: SLOW)
    monkeypatch.setattr(preparation, "measure_together", lambda *_arguments: (SLOW, FAST))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def open_model(told: Told) -> Open:
    """Open and close a model; only what is known of it is of interest."""

    def opened(path: Path, cache: Path | None, **more: object) -> Prepared:
        prepared = open_prepared(path, cache, CONTEXT_LENGTH, told, **more)  # type: ignore[arg-type]
        prepared.model.close()
        return prepared

    return opened


@pytest.fixture
def cache(tmp_path: Path, prepared_cache: Path, model_path: Path, open_model: Open, told: Told) -> Path:
    """A cache of its own in which the embedded model was prepared, for as many processors as there are now."""
    open_model(model_path, prepared_cache)
    models = tmp_path / "cache" / "models"
    models.mkdir(parents=True)
    for file in (prepared_cache / "models").glob(f"*{this_machine().key}*"):
        shutil.copy2(file, models)
    for record in models.glob("*.json"):
        record.write_text(record.read_text().replace(str(prepared_cache), str(tmp_path / "cache")))
    told.sentences.clear()
    return tmp_path / "cache"


def files(cache: Path) -> set[str]:
    return {path.suffix for path in (cache / "models").iterdir()}


def never(*_arguments: object, **_more: object) -> None:
    raise AssertionError("nothing was to be requantised")


@pytest.mark.slow
def test_the_first_use_measures_requantises_and_keeps(
    tmp_path: Path, model_path: Path, open_model: Open, told: Told
) -> None:
    prepared = open_model(model_path, tmp_path)
    assert prepared.note.startswith("requantised to Q8_0 for this machine, prompts are read ")
    assert prepared.model.file_type == "Q8_0"
    assert files(tmp_path) == {".json", ".gguf"}
    assert [sentence.split()[0] for sentence in told.sentences] == [
        *("Looking", "Measuring", "Making", "Measuring", "Checking", "Loading")
    ]
    assert told.fractions == sorted(told.fractions)


def test_the_second_start_uses_it_at_once(
    cache: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "convert", never)
    monkeypatch.setattr(preparation, "sha256_of", never)
    prepared = open_model(model_path, cache)
    assert (prepared.model.file_type, prepared.note[:11]) == ("Q8_0", "requantised")
    assert prepared.calibration.price_s(1) > 0


def test_the_same_model_elsewhere_is_known_by_its_content(
    tmp_path: Path, cache: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "convert", never)
    copy = tmp_path / "copy.gguf"
    os.link(model_path, copy) if model_path.stat().st_dev == tmp_path.stat().st_dev else shutil.copy(model_path, copy)
    assert open_model(copy, cache).model.file_type == "Q8_0"
    records = Records(cache / "models", this_machine())
    assert records.find(copy) == records.find(model_path)


@pytest.mark.usefixtures("priced")
def test_a_requantised_file_that_foresees_worse_is_refused(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = open_model(model_path, tmp_path, file_types=["Q4_0"])
    assert "as Q4_0 its perplexity would be " in prepared.note
    assert prepared.note.endswith("% worse")
    assert prepared.model.file_type == "Q4_1"
    assert files(tmp_path) == {".json"}
    monkeypatch.setattr(preparation, "convert", never)
    assert open_model(model_path, tmp_path).note == prepared.note


@pytest.mark.usefixtures("priced")
def test_a_requantised_file_that_is_hardly_faster_is_not_kept(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "measure_together", lambda *_arguments: (SLOW, replace(SLOW, read_s=0.0029)))
    prepared = open_model(model_path, tmp_path, file_types=["Q8_0"])
    assert "hardly faster" in prepared.note
    assert files(tmp_path) == {".json"}


def test_without_a_cache_the_model_is_measured_and_used_as_it_is(model_path: Path, open_model: Open) -> None:
    prepared = open_model(model_path, None)
    assert (prepared.model.file_type, prepared.calibration.threads) == ("Q4_1", this_machine().threads)


def test_a_cache_that_cannot_be_written_works_without(tmp_path: Path, model_path: Path, open_model: Open) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder would be")
    prepared = open_model(model_path, tmp_path / "cache")
    assert prepared.model.file_type == "Q4_1"
    assert "cannot be written" in prepared.note


@pytest.mark.usefixtures("priced")
def test_a_full_disk_is_no_reason_to_give_up_for_ever(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    with monkeypatch.context() as scope:
        scope.setattr(preparation.shutil, "disk_usage", lambda folder: full)
        scope.setattr(preparation, "convert", never)
        assert "MB free" in open_model(model_path, tmp_path).note
    assert files(tmp_path) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
from meai.inference import preparation
from meai.inference.calibration import Calibration

def convert(source, target, file_type, *, threads):
    target.write_bytes(source.read_bytes()[:1000])
    os.kill(os.getpid(), signal.SIGKILL)

preparation.convert = convert
preparation.measure = lambda *_arguments: Calibration(((1, 0.01),), 0.01, 0.015, 2, "", "")
preparation.open_prepared(Path(sys.argv[1]), Path(sys.argv[2]), 1024, lambda sentence, fraction: None)
"""


@pytest.mark.usefixtures("priced")
@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_requantising_that_ends_the_process_leaves_nothing_in_use_and_is_tried_twice_at_most(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        child = subprocess.run([sys.executable, "-c", KILLED, str(model_path), str(tmp_path)], check=False, timeout=60)
        assert child.returncode == -signal.SIGKILL
        assert not files(tmp_path) & {".json", ".gguf"}
    monkeypatch.setattr(preparation, "convert", never)
    prepared = open_model(model_path, tmp_path)
    assert "ended the model's process" in prepared.note
    assert files(tmp_path) == {".json"}


@pytest.mark.usefixtures("priced")
def test_what_llama_cannot_requantise_is_used_as_it_is(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise ModelRefused("It could not.")

    monkeypatch.setattr(preparation, "convert", refuse)
    assert "could not requantise" in open_model(model_path, tmp_path).note
    assert files(tmp_path) == {".json"}


def cut(cache: Path) -> None:
    (file,) = (cache / "models").glob("*.gguf")
    os.truncate(file, 1000)


def lose(cache: Path) -> None:
    (file,) = (cache / "models").glob("*.gguf")
    file.unlink()


def garble(cache: Path) -> None:
    (file,) = (cache / "models").glob("*.json")
    file.write_bytes(b'{"format": 1, "machine"')


def misprice(cache: Path) -> None:
    (file,) = (cache / "models").glob("*.json")
    frame = json.loads(file.read_bytes())
    frame["calibration"]["read_s"] = "soon"
    file.write_text(json.dumps(frame))


@pytest.mark.usefixtures("priced")
@pytest.mark.parametrize("damage", [cut, lose, garble, misprice])
def test_a_damaged_cache_is_made_anew(
    cache: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    made: list[str] = []

    def refuse(source: Path, target: Path, file_type: str, *, threads: int) -> None:
        made.append(file_type)
        raise ModelRefused("It is enough that it was begun.")

    monkeypatch.setattr(preparation, "convert", refuse)
    damage(cache)
    assert open_model(model_path, cache).model.file_type == "Q4_1"
    assert made == ["Q8_0"]
    assert files(cache) == {".json"}


def test_a_damaged_model_is_refused(tmp_path: Path, open_model: Open) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\x03\0\0\0" + b"\xff" * 64)
    with pytest.raises(ModelRefused, match=r"broken\.gguf"):
        open_model(broken, tmp_path / "cache")


def test_prices_from_a_busy_moment_are_replaced_in_a_quiet_one(
    cache: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(cache / "models", this_machine())
    record = records.find(model_path)
    assert record is not None
    quiet = replace(record.calibration, share=1.0, read_s=0.5)
    records.save(replace(record, calibration=replace(quiet, share=0.2)))
    monkeypatch.setattr(preparation, "measure", lambda *_arguments: quiet)
    monkeypatch.setattr(preparation, "share_of_time", lambda *_arguments: 0.3)
    assert open_model(model_path, cache).calibration.share == 0.2
    monkeypatch.setattr(preparation, "share_of_time", lambda *_arguments: 1.0)
    assert open_model(model_path, cache).calibration == quiet
    again = records.find(model_path)
    assert again is not None
    assert again.calibration.share == 1.0


def test_weights_that_are_laid_out_anew_are_in_memory_once(tmp_path: Path, model_path: Path, open_model: Open) -> None:
    """Such a file is read rather than mapped, since its pages would stay in memory beside the weights made of them."""
    rounded = tmp_path / "rounded.gguf"
    preparation.convert(model_path, rounded, "Q4_0", threads=1)
    prepared = open_prepared(rounded, None, CONTEXT_LENGTH, lambda sentence, fraction: None)
    try:
        mapped = Path("/proc/self/maps").read_text(encoding="utf-8") if sys.platform == "linux" else ""
        assert str(rounded) not in mapped or prepared.model.copied_bytes == 0
    finally:
        prepared.model.close()


@pytest.mark.usefixtures("priced")
def test_a_model_whose_record_cannot_be_kept_is_in_memory_once(
    tmp_path: Path, model_path: Path, open_model: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    class Counted(preparation.Model):
        def __init__(self, path: Path, **more: object) -> None:
            super().__init__(path, **more)  # type: ignore[arg-type]
            opened.append("open")

        def close(self) -> None:
            super().close()
            opened.append("close")

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(preparation, "Model", Counted)
    monkeypatch.setattr(Records, "save", full)
    assert "No space left on device" in open_model(model_path, tmp_path, file_types=[]).note
    assert opened == ["open", "close", "open", "close"]


def test_a_look_at_how_busy_the_machine_is_leaves_nothing_that_an_answer_would_see(model_path: Path) -> None:
    model = Model(model_path, context_length=CONTEXT_LENGTH)
    run = Run(model.tokenize(" bee", special=False), 0, 0)
    try:
        model.evaluate(run)
        expected = model.logits.copy()
        model.forget(0)
        assert 0 < share_of_time(model, 1) <= 1
        model.evaluate(run)
        assert np.allclose(model.logits, expected)
    finally:
        model.close()
