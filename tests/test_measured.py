"""What was measured of models here is what one chooses by."""

from __future__ import annotations

from pathlib import Path

from meai.inference.calibration import Calibration
from meai.inference.machine import this_machine
from meai.inference.records import Place, Record, Records
from meai.measured import this_computer
from meai.models.suitability import Measured, speed

PRICES = Calibration(((1, 0.02), (2, 0.03)), 0.005, 0.03, 2, "A processor", "2026-11-24")


def put(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes(bytes(size))
    return path


def keep(cache: Path, path: Path, sha256: str) -> None:
    records = Records(cache / "models", this_machine())
    assert records.ready()
    records.save(Record(sha256, (Place.of(path),), PRICES, "used as it is"))


def test_a_new_machine_knows_its_memory_and_no_speeds(tmp_path: Path) -> None:
    computer = this_computer(tmp_path)
    assert computer.memory > 500_000_000
    assert computer.reference is None
    assert computer.measured(tmp_path / "any.gguf") is None


def test_what_was_measured_is_told_of_its_file_and_the_largest_stands_for_the_others(tmp_path: Path) -> None:
    small, large = put(tmp_path, "small.gguf", 1000), put(tmp_path, "large.gguf", 4000)
    keep(tmp_path, small, "a" * 64)
    keep(tmp_path, large, "b" * 64)
    computer = this_computer(tmp_path)
    assert computer.measured(small) == Measured(1000, 200.0, 50.0)
    assert computer.reference == Measured(4000, 200.0, 50.0)
    guess = speed(computer, 8000)
    assert guess is not None
    assert (guess.writes_per_s, guess.measured) == (25.0, False)
