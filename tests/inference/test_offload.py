"""How many layers go onto a GPU follows from its memory, and from the writer where the writer says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.offload import SPARE_BYTES, Device, Offload, Size, offload

GB = 1_000_000_000
LARGE = Size(layers=32, weights=4 * GB, cache=GB)


def gpu(free: int, label: str = "A card") -> Device:
    return Device("CUDA0", label, free, 24 * GB)


def test_without_a_gpu_the_processor_computes_all_whatever_is_wanted() -> None:
    assert offload(None, (), LARGE) == offload(99, (), LARGE) == Offload(of=33)
    assert "the processor computes all: no GPU" in offload(None, (), LARGE).sentence


def test_a_model_that_fits_lies_on_the_gpu_as_a_whole() -> None:
    found = offload(None, [gpu(24 * GB)], LARGE)
    assert (found.layers, found.of) == (33, 33)
    assert found.sentence == "33 of 33 layers on A card: all of it fits"


@pytest.mark.parametrize(("free", "layers"), [(3 * GB, 15), (2 * GB, 8), (GB, 2), (700_000_000, 0), (0, 0)])
def test_of_one_that_does_not_fit_as_many_layers_as_there_is_room_for(free: int, layers: int) -> None:
    assert offload(None, [gpu(free)], LARGE).layers == layers


def test_two_cards_are_one_after_the_other() -> None:
    found = offload(None, [gpu(4 * GB, "One"), gpu(4 * GB, "Other")], LARGE)
    assert (found.layers, found.devices) == (33, ("One", "Other"))


@pytest.mark.parametrize(("wanted", "layers"), [(0, 0), (5, 5), (33, 33), (99, 33)])
def test_what_the_writer_wants_is_done(wanted: int, layers: int) -> None:
    found = offload(wanted, [gpu(0)], LARGE)
    assert (found.layers, found.why) == (layers, "as you asked for")


@given(
    free=st.lists(st.integers(0, 100 * GB), max_size=4),
    size=st.builds(Size, st.integers(0, 200), st.integers(1, 200 * GB), st.integers(0, 20 * GB)),
)
def test_what_is_put_onto_gpus_has_room_there(free: Sequence[int], size: Size) -> None:
    found = offload(None, [gpu(each) for each in free], size)
    room = sum(max(each - SPARE_BYTES, 0) for each in free)
    assert 0 <= found.layers <= size.parts
    assert found.layers * (size.weights + size.cache) / size.parts <= room
    assert bool(found.devices) == bool(found.layers)
