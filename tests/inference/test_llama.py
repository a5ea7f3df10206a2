"""Model files that llama.cpp loads and that are of no use here."""

from __future__ import annotations

from pathlib import Path

import llama_cpp.llama_cpp as lib
import pytest

from meai.errors import ModelRefused
from meai.inference import llama
from meai.inference.devices import _size_of, devices, planned_offload
from meai.inference.llama import Model
from meai.inference.offload import Device


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "answer"), [("llama_get_memory", None), ("llama_model_has_encoder", True)], ids=["BERT", "T5"]
)
def test_a_model_that_does_not_write_text_is_refused_with_one_sentence(
    model_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, answer: object
) -> None:
    monkeypatch.setattr(lib, question, lambda _: answer)
    with pytest.raises(ModelRefused, match=rf"{model_path.name} is of a kind that does not write text"):
        Model(model_path, context_length=256)


def test_the_devices_of_this_machine_are_found_with_their_memory() -> None:
    (processor,) = devices(types=(0,))
    assert processor.name == "CPU"
    assert processor.label
    assert 0 < processor.free <= processor.total


@pytest.mark.model
def test_a_model_is_as_large_as_it_says(model_path: Path) -> None:
    size = _size_of(model_path, 4096)
    assert (size.layers, size.weights) == (30, model_path.stat().st_size)
    # 30 layers, keys and values of 3 heads of 64 numbers, 2 bytes each
    assert size.cache == 30 * 2 * 3 * 64 * 2 * 5120


@pytest.mark.model
def test_a_build_for_the_processor_alone_says_so(model_path: Path) -> None:
    for wanted in (None, 0, 99):
        assert planned_offload(model_path, 4096, wanted).sentence.startswith("the processor computes all: no GPU")


@pytest.fixture
def one_card(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A card with room for every model, which takes none; the list has how many layers it was asked to take."""
    asked: list[int] = []

    def fails(path: Path, gpu_layers: int, mapped: bool) -> tuple[object, int]:
        asked.append(gpu_layers)
        if gpu_layers:
            raise ModelRefused("No.")
        return real(path, gpu_layers, mapped)

    real = llama._load
    monkeypatch.setattr(llama, "_load", fails)
    monkeypatch.setattr("meai.inference.devices.devices", lambda: (Device("CUDA0", "A card", 1 << 40, 1 << 40),))
    monkeypatch.setattr(lib, "llama_supports_gpu_offload", lambda: True)
    return asked


@pytest.mark.model
def test_where_a_card_takes_no_model_the_processor_computes_it(model_path: Path, one_card: list[int]) -> None:
    model = Model(model_path, context_length=256)
    model.close()
    assert one_card == [31, 0]
    assert not model.on_gpu
    assert "the GPU could not take the model" in model.offload.sentence


@pytest.mark.model
def test_where_a_card_does_not_take_what_was_asked_for_that_is_said(model_path: Path, one_card: list[int]) -> None:
    with pytest.raises(ModelRefused, match=r"with 5 layers on A card.*leave --gpu-layers out"):
        Model(model_path, context_length=256, gpu_layers=5)
    assert one_card == [5]
