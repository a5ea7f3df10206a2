"""What was measured of models on this machine, as `models` wants to know it: joins records with the machine's memory.

Knows nothing of who chooses by it.
"""

from __future__ import annotations

from pathlib import Path

from meai.inference.machine import memory_bytes, this_machine
from meai.inference.records import Record, Records
from meai.models.suitability import Computer, Measured


def this_computer(cache: Path) -> Computer:
    """Return what is known of this machine and of the models that were measured on it; *cache* holds the records."""
    records = Records(cache / "models", this_machine())

    def measured(path: Path) -> Measured | None:
        record = records.find(path)
        return _measured(record) if record is not None else None

    known = [_measured(record) for record in records.all()]
    # The largest says most of the machine's memory, by which larger ones are estimated.
    reference = max(known, key=lambda one: one.size, default=None)
    return Computer(memory_bytes(), measured, reference)


def _measured(record: Record) -> Measured:
    # Of the source, even where a copy of another type is used: others would get such a copy, too.
    return Measured(record.places[0].size, record.calibration.reads_per_s, record.calibration.writes_per_s)
