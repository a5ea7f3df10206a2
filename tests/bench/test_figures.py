"""Measured figures: which value stands for all, whether it is as it should be, and how both are told."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from meai.bench import run
from meai.bench.figures import Figure, Goal, as_table
from meai.cli import cli

SPEED = Figure("rewrite_speedup", (1.9, 2.5, 2.2), Goal(1.8, at_least=True))
WAITS = Figure("cancel_p95_ms", tuple(float(value) for value in range(1, 21)), Goal(18, at_least=False), percentile=95)


def test_the_middle_value_stands_for_all_unless_a_worse_one_is_asked_for() -> None:
    assert SPEED.value == 2.2
    assert WAITS.value == 19


def test_speeds_have_a_least_and_waits_a_most() -> None:
    assert SPEED.fields["met"] is True
    assert WAITS.fields["met"] is False
    assert Goal(1.8, at_least=True).met_by(1.8)
    assert Goal(18, at_least=False).met_by(18)


def test_a_figure_without_a_goal_is_only_told() -> None:
    assert "met" not in Figure("seen", (1.0,)).fields


def test_the_table_names_what_was_missed() -> None:
    lines = as_table((SPEED, WAITS)).splitlines()
    assert lines[1].split()[:2] == ["rewrite_speedup", "2.20"]
    assert lines[1].endswith("met")
    assert lines[2].endswith("MISSED")


@pytest.mark.parametrize("arguments", [["bench"], ["bench", "--json"]])
def test_the_command_tells_every_figure(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    measured = run.Measured("small", "small.gguf", 2, 10, (SPEED, WAITS))
    monkeypatch.setattr(run, "run", lambda _config, _tell: measured)
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0
    if "--json" in arguments:
        told = json.loads(result.stdout)
        assert (told["rewrite_speedup"], told["cancel_p95_ms"]) == (2.2, 19)
        assert told["figures"]["rewrite_speedup"] == SPEED.fields
    else:
        assert all(figure.key in result.stdout for figure in measured.figures)
