"""What a model costs, from what was measured."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.calibration import CHUNKS, Calibration

MEASURED = Calibration(
    batch_s=((1, 0.010), (2, 0.014), (4, 0.020), (16, 0.044)),
    read_s=0.002,
    one_thread_s=0.015,
    threads=2,
    machine="A processor, 2 threads",
    made="2026-11-24",
)


@pytest.mark.parametrize(
    ("tokens", "price_s"),
    [(0, 0.0), (1, 0.010), (2, 0.014), (3, 0.017), (4, 0.020), (10, 0.032), (16, 0.044), (32, 0.076)],
)
def test_a_price_lies_on_the_line_between_what_was_measured(tokens: int, price_s: float) -> None:
    assert MEASURED.price_s(tokens) == pytest.approx(price_s)


def test_more_tokens_never_cost_less_even_where_the_clock_said_so() -> None:
    odd = replace(MEASURED, batch_s=((1, 0.010), (2, 0.030), (4, 0.020), (8, 0.025)))
    assert [odd.price_s(tokens) for tokens in (2, 3, 4, 8, 64)] == pytest.approx([0.030] * 5)


def test_a_model_too_slow_for_more_than_one_size_gains_nothing_from_batches() -> None:
    slow = replace(MEASURED, batch_s=((1, 0.5),))
    assert slow.price_s(8) == pytest.approx(4.0)


prices = st.floats(1e-6, 10)
sizes = st.sets(st.integers(1, 64), min_size=1, max_size=8).map(sorted)
calibrations = sizes.flatmap(
    lambda found: st.builds(
        Calibration,
        batch_s=st.tuples(*(st.tuples(st.just(size), prices) for size in found)),
        read_s=prices,
        one_thread_s=prices,
        threads=st.integers(1, 64),
        machine=st.text(max_size=5),
        made=st.just("2026-11-24"),
        share=st.floats(0, 1),
    )
)


@given(calibrations, st.integers(0, 300))
def test_prices_never_fall(calibration: Calibration, tokens: int) -> None:
    assert 0 <= calibration.price_s(tokens) <= calibration.price_s(tokens + 1) * (1 + 1e-12)


@given(calibrations, st.booleans())
def test_a_piece_of_a_prompt_is_one_of_a_few(calibration: Calibration, interruptible: bool) -> None:
    assert calibration.chunk_tokens(interruptible=interruptible) in CHUNKS


@pytest.mark.parametrize(
    ("read_s", "chunk"),
    [(0.0009, 256), (0.001, 128), (0.0019, 128), (0.002, 64), (0.0039, 64), (0.005, 32), (0.012, 16), (1.0, 8)],
)
def test_what_cannot_be_interrupted_is_at_most_a_quarter_of_a_second(read_s: float, chunk: int) -> None:
    assert replace(MEASURED, read_s=read_s).chunk_tokens(interruptible=False) == chunk


@pytest.mark.parametrize(
    ("read_s", "chunk"),
    [(0.0005, 256), (0.0039, 256), (0.004, 128), (0.0078, 128), (0.008, 64), (0.0156, 64), (0.03, 32)],
)
def test_what_can_be_interrupted_is_read_in_the_pieces_that_cost_least(read_s: float, chunk: int) -> None:
    assert replace(MEASURED, read_s=read_s).chunk_tokens(interruptible=True) == chunk


def test_an_estimate_is_a_prompt_and_an_answer() -> None:
    assert MEASURED.estimate_s(100, 50) == pytest.approx(100 * 0.002 + 50 * 0.010)


def test_a_writers_work_is_a_prompt_a_rewrite_and_an_answer() -> None:
    assert MEASURED.work_s == pytest.approx(150 * 0.002 + 80 / 16 * 0.044 + 80 * 0.010)


@given(calibrations)
def test_a_calibration_survives_a_file(calibration: Calibration) -> None:
    again = Calibration.from_frame(json.loads(json.dumps(calibration.to_frame())))
    assert again.price_s(7) == pytest.approx(calibration.price_s(7), abs=1e-6, rel=1e-3)
    assert Calibration.from_frame(again.to_frame()) == again


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_s": []},
        {"batch_s": [[2, 0.1], [1, 0.2]]},
        {"batch_s": [[0, 0.1]]},
        {"batch_s": [[1, float("nan")]]},
        {"read_s": 0},
        {"read_s": "soon"},
        {"one_thread_s": -1},
        {"threads": 0},
        {"share": None},
    ],
)
def test_what_is_no_calibration_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Calibration.from_frame({**MEASURED.to_frame(), **wrong})
