"""Whether an adapter is taken or left follows from what was counted without it and with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from meai.config import read_config
from meai.errors import ModelRefused
from meai.models.library import ModelLibrary
from meai.quality.check import check
from meai.quality.corrections import Count
from meai.quality.gate import as_table, compared, verdict
from meai.quality.outcome import Outcome
from meai.quality.paragraphs import paragraphs
from tests.models.adapter_files import adapter, adapter_for, noise, pair

SPELLING = Outcome("correct-spelling", paragraphs=10, spans_kept=10, units=20, tuned=Count(8, 1, 2))
FLUENT = Outcome("make-fluent", paragraphs=10, spans_kept=10, units=20, none=4, turned=1)


def judged(without: Outcome, with_it: Outcome) -> tuple[bool, str]:
    return verdict(compared([without], [with_it]))


def test_what_changes_nothing_may_be_taken_and_is_called_so() -> None:
    assert judged(SPELLING, SPELLING) == (
        True,
        "It makes no difference to what was counted here; whether you like its style only reading will tell.",
    )


def test_what_makes_something_better_and_nothing_worse_is_taken() -> None:
    taken, why = judged(SPELLING, replace(SPELLING, tuned=Count(10, 1, 0)))
    assert taken
    assert why.startswith("Take it")
    assert "mistakes that are corrected" in why


@pytest.mark.parametrize(
    ("without", "with_it", "named"),
    [
        (SPELLING, replace(SPELLING, tuned=Count(10, 4, 0)), "corrections that are right"),
        (SPELLING, replace(SPELLING, tuned=Count(6, 0, 4)), "mistakes that are corrected"),
        (SPELLING, replace(SPELLING, spans_kept=9), "links, code and names"),
        (FLUENT, replace(FLUENT, turned=3), "a fact turned"),
        (FLUENT, replace(FLUENT, none=9, turned=0), "without a suggestion"),
    ],
)
def test_what_makes_one_thing_worse_is_left_whatever_else_gets_better(
    without: Outcome, with_it: Outcome, named: str
) -> None:
    taken, why = judged(without, with_it)
    assert not taken
    assert why.startswith("Leave it")
    assert named in why


def test_a_corrected_name_is_no_fact_that_turned_and_rewording_has_no_spelling() -> None:
    assert judged(SPELLING, replace(SPELLING, turned=20))[0]
    assert {figure.name for figure in compared([FLUENT], [FLUENT])}.isdisjoint(
        {"corrections that are right", "mistakes that are corrected"}
    )


def test_what_could_not_be_measured_is_left_out() -> None:
    assert compared([Outcome("expand"), SPELLING], [Outcome("expand"), SPELLING]) == compared([SPELLING], [SPELLING])


def test_the_table_has_both_and_marks_what_got_worse() -> None:
    table = as_table(compared([FLUENT], [replace(FLUENT, none=9)])).splitlines()
    assert table[0].split() == ["without", "with"]
    assert [line.split("suggestion")[1].split() for line in table if "suggestion" in line] == [
        ["20.0", "%", "45.0", "%", "worse"]
    ]


def test_the_paragraphs_come_with_the_program() -> None:
    assert len(paragraphs()) > 60
    assert any(paragraph.source != paragraph.wanted for paragraph in paragraphs())


@pytest.mark.model
@pytest.mark.slow
def test_a_real_adapter_is_measured_and_one_for_another_model_refused(
    model_path: Path, prepared_cache: Path, tmp_path: Path
) -> None:
    model = ModelLibrary((model_path.parent,), ()).find(str(model_path))
    assert model is not None
    config = replace(read_config(), cache_dir=prepared_cache)
    path = tmp_path / "noise.gguf"
    path.write_bytes(adapter_for(model_path, rank=1, fill=noise).packed())
    said: list[str] = []
    figures = check(config, model, path, actions=("correct-spelling", "expand"), few=1, tell=said.append)
    assert {figure.action for figure in figures} == {"correct-spelling"}
    assert len(said) == 2
    path.write_bytes(adapter(*pair("blk.0.attn_q.weight", 16, 16)).packed())
    with pytest.raises(ModelRefused, match="another model"):
        check(config, model, path)
