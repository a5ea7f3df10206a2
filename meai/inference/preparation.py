"""The right file for the machine: measures a model, requantises it where that pays, and remembers both.

Knows files and models, not who asks. Nothing half done is ever used: a requantised file gets its name when it has been
measured, found faster at a writer's work, and found to foresee a text as well as its source.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from meai.errors import ModelRefused
from meai.inference.calibration import QUIET, Calibration
from meai.inference.llama import Model, convert
from meai.inference.machine import this_machine
from meai.inference.measurement import measure, measure_together, perplexity, share_of_time
from meai.inference.records import Place, Record, Records, seen_at, sha256_of
from meai.inference.resident import give_back
from meai.inference.specimen import TEXT

WORTH = 0.85
"""A requantised file is kept when a writer's work takes at most this part of the time."""
TOLERATED = 1.02
"""And when its perplexity is at most so many times that of its source."""
AMORTISES = 4.0
"""A file that is read so many times as fast as it writes gains from batches what there is to gain."""
WIDE_BITS = 12
"""With so many bits per weight a file is about 16-bit, which is more than writing needs."""
BITS = {"Q8_0": 8.6, "Q4_0": 5.5}
"""Per weight, with what stays in another type."""
LARGEST_BYTES = 1_500_000_000
"""What may be written to the cache for one model."""
SPARE_BYTES = 500_000_000
"""What must stay free on the disk."""
COPIED_BYTES = 16 * 1024 * 1024
"""Weights that llama.cpp lays out anew: above this, mapping the file too would hold them twice."""
BEGUN_AT_MOST = 2
MOVED_LAYERS = 2
"""With so many layers more or fewer on a GPU what was measured still holds."""
FULL_S, SHORT_S = 1.5, 0.7

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model that is ready, and what is known of it. The caller closes the model."""

    model: Model
    calibration: Calibration
    note: str
    """Which file it is and why, as a part of a sentence."""


def open_prepared(
    path: Path,
    cache: Path | None,
    context_length: int,
    tell: Tell,
    *,
    file_types: Sequence[str] | None = None,
    gpu_layers: int | None = None,
) -> Prepared:
    """Open the model file at *path*, or what was made of it for this machine.

    The first time this takes some seconds: *tell* then hears what is being done and which part of it is behind. What
    is found is kept in *cache* for the next time; without one, or with one that cannot be written, a model is measured
    briefly each time and never requantised. *file_types* are tried instead of those that may pay, and
    *gpu_layers* as `Model` has it. Raises ModelRefused.
    """
    prepared = _Preparation(path, cache, context_length, tell, file_types, gpu_layers).prepare()
    # Measuring and requantising free some 60 MB, which would stay with the process.
    give_back()
    return prepared


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What came of an attempt to requantise."""

    note: str
    calibration: Calibration | None = None
    """Of the source, as measured beside it."""
    kept: Record | None = None
    final: bool = True
    """Whether another attempt would end like this one."""


class _Preparation:
    def __init__(
        self,
        path: Path,
        cache: Path | None,
        context_length: int,
        tell: Tell,
        file_types: Sequence[str] | None,
        gpu_layers: int | None,
    ) -> None:
        self._path = path
        self._context_length = context_length
        self._tell = tell
        self._file_types = file_types
        self._gpu_layers = gpu_layers
        self._machine = this_machine()
        self._records = Records(cache / "models", self._machine) if cache is not None else None

    def prepare(self) -> Prepared:
        records = self._records
        if records is None:
            return self._as_it_is("used as it is: nothing is kept between two starts")
        records.tidy()
        record = records.find(self._path)
        if record is None and not records.ready():
            return self._as_it_is(f"used as it is: the folder {records.folder} cannot be written")
        try:
            sha256 = record.sha256 if record is not None else self._sha256()
            known = record or self._seen_elsewhere(records, sha256)
            return (known and self._known(records, known)) or self._anew(records, sha256)
        except OSError as error:
            return self._as_it_is(f"used as it is: nothing can be kept in {records.folder} ({error.strerror})")

    def _as_it_is(self, note: str) -> Prepared:
        model, _ = self._open(self._path)
        self._tell("Measuring how fast the model is here", 0.5)
        return Prepared(model, measure(model, self._machine, SHORT_S), note)

    def _sha256(self) -> str:
        self._tell("Looking at the model file", 0.0)
        return sha256_of(self._path)

    def _seen_elsewhere(self, records: Records, sha256: str) -> Record | None:
        """Return the record of another file of the same content, which from now on is that of this one too."""
        record = records.of_content(sha256)
        if record is None:
            return None
        record = seen_at(record, Place.of(self._path))
        records.save(record)
        return record

    def _known(self, records: Records, record: Record) -> Prepared | None:
        """Open what *record* says; None, and the record is dropped, when that is not there."""
        model = self._reopen(record)
        if model is None:
            records.drop(record)
            return None
        return self._measured_again(records, record, model)

    def _reopen(self, record: Record) -> Model | None:
        if record.converted is not None and not record.converted.holds:
            return None
        path = Path(record.converted.path) if record.converted is not None else self._path
        try:
            model = self._model(path, mapped=record.mapped)
        except ModelRefused:
            if record.converted is None:
                raise
            return None
        now, then = model.offload.layers, record.gpu_layers
        # How much of a GPU's memory is free changes a little from start to start.
        if bool(now) == bool(then) and abs(now - then) <= MOVED_LAYERS:
            return model
        model.close()
        return None

    def _measured_again(self, records: Records, record: Record, model: Model) -> Prepared:
        """What was measured on a busy machine is an estimate; a later start may find a quieter moment."""
        threads = self._machine.threads
        if record.calibration.estimated and share_of_time(model, threads) >= QUIET:
            record = replace(record, calibration=measure(model, self._machine, FULL_S))
            with suppress(OSError):
                records.save(record)
        return Prepared(model, record.calibration, record.note)

    def _anew(self, records: Records, sha256: str) -> Prepared:
        self._tell("Measuring how fast the model is here (once)", 0.1)
        source, mapped = self._open(self._path)
        try:
            verdict = self._choose(records, sha256, source)
            if verdict.kept is None:
                calibration = verdict.calibration or measure(source, self._machine, FULL_S)
                if verdict.final:
                    place = Place.of(self._path)
                    records.save(
                        Record(sha256, (place,), calibration, verdict.note, None, mapped, source.offload.layers)
                    )
                return Prepared(source, calibration, verdict.note)
        except OSError:
            source.close()
            raise
        source.close()
        return self._take(verdict.kept)

    def _choose(self, records: Records, sha256: str, source: Model) -> _Verdict:
        """Try what may pay, and return what came of the first that does, or of the last."""
        file_types, note = self._candidates(source, measure(source, self._machine, SHORT_S))
        verdict = _Verdict(note)
        for file_type in file_types:
            verdict = self._try(records, sha256, source, file_type)
            if verdict.kept is not None:
                break
        return verdict

    def _candidates(self, source: Model, calibration: Calibration) -> tuple[Sequence[str], str]:
        """Return the types worth trying, the most promising first, and what to say when there are none."""
        if self._file_types is not None:
            return self._file_types, "used as it is"
        if source.on_gpu:
            return (), "used as it is: a GPU gains nothing from requantising"
        wide = source.weight_bits >= WIDE_BITS
        if not wide and calibration.price_s(1) >= AMORTISES * calibration.read_s:
            return (), f"used as it is: {source.file_type} makes good use of this processor"
        if source.file_type == "Q8_0":
            return (), "used as it is: Q8_0 is what it would be requantised to"
        small = [name for name in BITS if _bytes(source, name) <= LARGEST_BYTES and name != source.file_type]
        # What has few bits already loses far more than it gains when it is rounded to four others.
        types = [name for name in ("Q4_0", "Q8_0") if name in small and (wide or name == "Q8_0")]
        return types, f"used as it is: requantised it would take {_bytes(source, 'Q8_0') // 1_000_000} MB"

    def _try(self, records: Records, sha256: str, source: Model, file_type: str) -> _Verdict:
        needed = _bytes(source, file_type) + SPARE_BYTES
        if shutil.disk_usage(records.folder).free < needed:
            return _Verdict(f"used as it is: requantising needs {needed // 1_000_000} MB free for it", final=False)
        if records.begin(sha256) >= BEGUN_AT_MOST:
            records.end(sha256)
            return _Verdict(f"used as it is: requantising it to {file_type} ended the model's process")
        partial = records.partial_path(sha256)
        try:
            self._tell(f"Making a copy of the model that suits this machine ({file_type}, once)", 0.2)
            convert(self._path, partial, file_type, threads=self._machine.threads)
            _sync(partial)
            return self._judge(records, sha256, source, partial, file_type)
        except (ModelRefused, RuntimeError):
            return _Verdict(f"used as it is: llama.cpp could not requantise it to {file_type}")
        finally:
            records.end(sha256)

    def _judge(self, records: Records, sha256: str, source: Model, partial: Path, file_type: str) -> _Verdict:
        """Compare the file at *partial* with *source*, and give it its name where it is better."""
        candidate, mapped = self._open(partial)
        try:
            self._tell("Measuring whether the copy is faster", 0.4)
            was, now = measure_together((source, candidate), self._machine, FULL_S)
            if now.work_s > WORTH * was.work_s:
                return _Verdict(f"used as it is: as {file_type} it would be hardly faster", was)
            self._tell("Checking that the copy writes as well", 0.7)
            threads = 1 if now.estimated else self._machine.threads
            loss = _perplexity(candidate, threads) / _perplexity(source, threads)
            layers = candidate.offload.layers
        finally:
            candidate.close()
        if loss > TOLERATED:
            return _Verdict(f"used as it is: as {file_type} its perplexity would be {_percent(loss)}", was)
        target = records.converted_path(sha256)
        os.replace(partial, target)
        note = (
            f"requantised to {file_type} for this machine, prompts are read {was.read_s / now.read_s:.1f} times "
            f"as fast, perplexity {_percent(loss)}"
        )
        places = (Place.of(self._path),)
        record = Record(sha256, places, now, note, Place.of(target), mapped=mapped, gpu_layers=layers)
        records.save(record)
        return _Verdict(note, was, record)

    def _take(self, record: Record) -> Prepared:
        self._tell("Loading the copy", 0.9)
        model = self._reopen(record)
        if model is None:
            raise OSError("the requantised file went away")
        return Prepared(model, record.calibration, record.note)

    def _open(self, path: Path) -> tuple[Model, bool]:
        """Open *path* so that no weights are in memory twice; return whether it is mapped."""
        model = self._model(path)
        if model.copied_bytes <= COPIED_BYTES:
            return model, True
        model.close()
        return self._model(path, mapped=False), False

    def _model(self, path: Path, *, mapped: bool = True) -> Model:
        return Model(path, context_length=self._context_length, gpu_layers=self._gpu_layers, mapped=mapped)


def _bytes(model: Model, file_type: str) -> int:
    return int(model.traits.parameters * BITS[file_type] / 8)


def _perplexity(model: Model, threads: int) -> float:
    model.use_threads(threads)
    return perplexity(model, TEXT)


def _percent(ratio: float) -> str:
    percent = abs(ratio - 1) * 100
    return f"{percent:.1f} % {'worse' if ratio > 1 else 'better'}" if percent >= 0.05 else "the same"


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
