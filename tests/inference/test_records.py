"""What is remembered of model files, without a model."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from meai.inference.calibration import Calibration
from meai.inference.machine import Machine, this_machine
from meai.inference.records import Place, Record, Records, seen_at, sha256_of

MACHINE = Machine("A processor", "0000", 2, "0.3.36")
PRICES = Calibration(((1, 0.01), (2, 0.015)), 0.002, 0.015, 2, "A processor", "2026-11-24")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF and so on")
    return path


@pytest.fixture
def records(tmp_path: Path) -> Records:
    found = Records(tmp_path / "cache" / "models", MACHINE)
    assert found.ready()
    return found


@pytest.fixture
def record(records: Records, source: Path) -> Record:
    """The record of *source*, kept, with a requantised file."""
    sha256 = sha256_of(source)
    converted = records.converted_path(sha256)
    converted.write_bytes(b"GGUF and less")
    made = Record(sha256, (Place.of(source),), PRICES, "requantised", Place.of(converted), mapped=False)
    records.save(made)
    return made


def test_a_record_is_found_by_the_file_and_by_its_content(records: Records, record: Record, source: Path) -> None:
    assert records.find(source) == record
    assert records.of_content(record.sha256) == record


def test_a_changed_file_is_another_one(records: Records, record: Record, source: Path) -> None:
    source.write_bytes(b"GGUF and another")
    assert records.find(source) is None


def test_a_file_that_is_not_there_has_no_record(records: Records, record: Record, tmp_path: Path) -> None:
    assert records.find(tmp_path / "other.gguf") is None


@pytest.mark.parametrize(
    "machine",
    [
        replace(MACHINE, cpu="Another"),
        replace(MACHINE, features="1111"),
        replace(MACHINE, threads=4),
        replace(MACHINE, llama="0.3.37"),
    ],
)
def test_another_machine_knows_nothing_of_it(records: Records, record: Record, source: Path, machine: Machine) -> None:
    others = Records(records.folder, machine)
    assert others.find(source) is None
    assert others.of_content(record.sha256) is None


def test_what_belongs_to_files_that_are_gone_is_deleted(records: Records, record: Record, source: Path) -> None:
    records.tidy()
    assert records.find(source) == record
    source.unlink()
    records.tidy()
    assert list(records.folder.iterdir()) == []


def test_what_another_version_of_llama_made_is_deleted_and_what_another_machine_made_is_left(
    records: Records, record: Record
) -> None:
    Records(records.folder, replace(MACHINE, cpu="Another")).tidy()
    assert len(list(records.folder.iterdir())) == 2
    Records(records.folder, replace(MACHINE, llama="0.3.37")).tidy()
    assert list(records.folder.iterdir()) == []


def test_a_file_in_two_places_is_kept_until_both_are_gone(records: Records, record: Record, source: Path) -> None:
    copy = source.with_name("copy.gguf")
    copy.write_bytes(source.read_bytes())
    records.save(seen_at(record, Place.of(copy)))
    source.unlink()
    records.tidy()
    assert records.find(copy) is not None
    moved = source.with_name("moved.gguf")
    copy.rename(moved)
    assert seen_at(record, Place.of(moved)).places == (Place.of(moved),)


def test_an_attempt_that_was_not_ended_is_counted_and_its_remains_are_deleted(records: Records, source: Path) -> None:
    sha256 = sha256_of(source)
    assert records.begin(sha256) == 0
    records.partial_path(sha256).write_bytes(b"half")
    assert records.begin(sha256) == 1
    assert not records.partial_path(sha256).exists()
    records.end(sha256)
    assert records.begin(sha256) == 0


def test_remains_of_a_process_that_was_killed_long_ago_are_deleted(records: Records) -> None:
    old, new = records.folder / "a.1.partial", records.folder / "b.2.partial"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    records.tidy()
    assert [path.name for path in records.folder.iterdir()] == [new.name]


def test_a_folder_that_cannot_be_made_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    records = Records(tmp_path / "cache" / "models", MACHINE)
    assert not records.ready()
    records.tidy()
    assert records.find(tmp_path / "cache") is None


def test_this_machine_has_a_name_and_threads() -> None:
    machine = this_machine()
    assert machine.cpu
    assert 1 <= machine.threads <= (os.cpu_count() or 1)
    assert machine == this_machine()
