"""An adapter is judged beside its model before llama.cpp sees it: sound ones are read, others get one sentence."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.errors import ModelRefused
from meai.models.lora import LoraHeader, check_adapter, is_adapter

from .adapter_files import adapter, pair, tensor
from .gguf_files import ARRAY, FLOAT, STRING, U32, Gguf, Tensor, value

MATRIX = "blk.0.attn_q.weight"
BASE = Gguf().with_tensors(
    Tensor("token_embd.weight", (8, 3), FLOAT, size=96),
    Tensor(MATRIX, (8, 4), FLOAT, size=128),
    Tensor("blk.0.attn_norm.weight", (8,), FLOAT, size=32),
    Tensor("blk.0.ffn_up_exps.weight", (8, 4, 2), FLOAT, size=256),
)
UNTIED = replace(BASE, tensors=(*BASE.tensors, Tensor("output.weight", (8, 3), FLOAT, size=96)))
SOUND = adapter(*pair(MATRIX, 8, 4))


def weights(number: float) -> Tensor:
    return tensor(f"{MATRIX}.lora_a", (8, 2), lambda shape: np.full(shape, number, np.float32))


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "base.gguf"
    path.write_bytes(BASE.packed())
    return path


def put(folder: Path, content: bytes) -> Path:
    path = folder / "voice.gguf"
    path.write_bytes(content)
    return path


def test_a_sound_adapter_says_what_it_is(tmp_path: Path, base: Path) -> None:
    path = put(tmp_path, SOUND.packed())
    assert is_adapter(path)
    assert check_adapter(path, base) == LoraHeader("Voice", "", "llama", rank=2, pairs=1, size=96)


def test_norms_in_it_are_passed_over_as_llama_cpp_does(tmp_path: Path, base: Path) -> None:
    with_norm = adapter(*pair(MATRIX, 8, 4), tensor("blk.0.attn_norm.weight", (8,)))
    assert check_adapter(put(tmp_path, with_norm.packed()), base).pairs == 1


def test_the_table_of_words_may_be_changed_where_the_model_does_not_write_with_it(tmp_path: Path) -> None:
    base = tmp_path / "untied.gguf"
    base.write_bytes(UNTIED.packed())
    words = adapter(tensor("token_embd.weight.lora_a", (2, 3)), tensor("token_embd.weight.lora_b", (2, 8)))
    assert check_adapter(put(tmp_path, words.packed()), base).rank == 2


HOSTILE: dict[str, tuple[Gguf, str]] = {
    "a model": (BASE, "it is a model and no adapter"),
    "no GGUF": (replace(SOUND, magic=b"PK\3\4"), "not a GGUF"),
    "a kind in numbers": (SOUND.with_pair("general.type", value(U32, 7)), "it is “7” and no adapter"),
    "another kind of adapter": (SOUND.with_pair("adapter.type", value(STRING, "ia3")), "LoRA alone"),
    "an adapter's kind in numbers": (SOUND.with_pair("adapter.type", value(U32, 1)), "LoRA alone"),
    "one that waits for words": (
        SOUND.with_pair("adapter.alora.invocation_tokens", value(ARRAY, (U32, [1]))),
        "aLoRA",
    ),
    "no architecture": (SOUND.without("general.architecture"), "for what kind of model"),
    "an architecture in numbers": (SOUND.with_pair("general.architecture", value(U32, 1)), "for what kind of model"),
    "another architecture": (adapter(*pair(MATRIX, 8, 4), architecture="qwen2"), "of the kind “qwen2”, and base is"),
    "a strength that is no number": (adapter(*pair(MATRIX, 8, 4), alpha=float("nan")), "which no training gives"),
    "a strength beyond all": (adapter(*pair(MATRIX, 8, 4), alpha=1e30), "which no training gives"),
    "a strength of another type": (SOUND.with_pair("adapter.lora.alpha", value(12, 4.0)), "another type"),
    "a strength in words": (SOUND.with_pair("adapter.lora.alpha", value(STRING, "4")), "which no training gives"),
    "norms alone": (adapter(tensor("blk.0.attn_norm.weight", (8,))), "changes nothing"),
    "another tensor": (adapter(*pair(MATRIX, 8, 4), tensor("extra", (8,))), "belongs to no LoRA adapter"),
    "half a pair": (adapter(tensor(f"{MATRIX}.lora_a", (8, 2))), "half of the pair"),
    "the other half": (adapter(tensor(f"{MATRIX}.lora_b", (2, 4))), "half of the pair"),
    "a suffix twice": (adapter(*pair(f"{MATRIX}.lora_a", 8, 4)), "belongs to no LoRA adapter"),
    "a suffix alone": (adapter(*pair("", 8, 4)), "belongs to no LoRA adapter"),
    "a tensor the model lacks": (adapter(*pair("blk.9.attn_q.weight", 8, 4)), "base has no blk.9.attn_q.weight"),
    "another width": (adapter(*pair(MATRIX, 16, 4)), "is 8 × 4 there and 16 × 4 for the adapter"),
    "another height": (adapter(*pair(MATRIX, 8, 5)), "is 8 × 4 there and 8 × 5 for the adapter"),
    "halves of two ranks": (
        adapter(tensor(f"{MATRIX}.lora_a", (8, 2)), tensor(f"{MATRIX}.lora_b", (3, 4))),
        "do not fit each other",
    ),
    "a rank beyond all": (adapter(*pair(MATRIX, 8, 4, rank=2000)), "do not fit each other"),
    "a row that is changed as a matrix": (adapter(*pair("blk.0.attn_norm.weight", 8, 1)), "no matrix"),
    "experts of another number": (
        adapter(
            tensor("blk.0.ffn_up_exps.weight.lora_a", (8, 2, 3)), tensor("blk.0.ffn_up_exps.weight.lora_b", (2, 4, 3))
        ),
        "another model than base",
    ),
    "words that are written with, too": (
        adapter(tensor("token_embd.weight.lora_a", (2, 3)), tensor("token_embd.weight.lora_b", (2, 8))),
        "llama.cpp cannot do that",
    ),
    "weights of whole numbers": (
        adapter(Tensor(f"{MATRIX}.lora_a", (8, 2), 26, size=64), tensor(f"{MATRIX}.lora_b", (2, 4))),
        "stored in a way that adapters are not",
    ),
    "weights that are no numbers": (adapter(weights(float("nan")), pair(MATRIX, 8, 4)[1]), "are no numbers"),
    "weights without end": (adapter(weights(float("-inf")), pair(MATRIX, 8, 4)[1]), "are no numbers"),
    "bfloat16 that is no number": (
        adapter(
            Tensor(f"{MATRIX}.lora_a", (8, 2), 30, size=32, content=b"\xc0\x7f" * 16),
            tensor(f"{MATRIX}.lora_b", (2, 4)),
        ),
        "are no numbers",
    ),
    "fewer weights than are claimed": (
        adapter(tensor(f"{MATRIX}.lora_a", (8, 2)), Tensor(f"{MATRIX}.lora_b", (2, 400), FLOAT, size=4)),
        "size that the file does not have",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_or_foreign_adapter_is_refused_with_one_sentence(tmp_path: Path, base: Path, kind: str) -> None:
    made, reason = HOSTILE[kind]
    path = put(tmp_path, made.packed())
    with pytest.raises(ModelRefused) as refused:
        check_adapter(path, base)
    said = str(refused.value)
    assert said.startswith(f"The adapter {path} is not used: ")
    assert reason in said
    assert said.endswith(".")
    assert said.isprintable()


def test_the_table_of_words_must_have_as_many(tmp_path: Path) -> None:
    base = tmp_path / "untied.gguf"
    base.write_bytes(UNTIED.packed())
    for a, b, reason in (((2, 4), (2, 8), "number of words"), ((3, 3), (2, 8), "do not fit")):
        words = adapter(tensor("token_embd.weight.lora_a", a), tensor("token_embd.weight.lora_b", b))
        with pytest.raises(ModelRefused, match=reason):
            check_adapter(put(tmp_path, words.packed()), base)


def test_a_file_that_is_not_there_is_told(tmp_path: Path, base: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        check_adapter(tmp_path / "gone.gguf", base)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lora")
    (folder / "base.gguf").write_bytes(BASE.packed())
    return folder


WHOLE = SOUND.packed()


@given(place=st.integers(0, len(WHOLE) - 8), number=st.integers(0, 2**64 - 1) | st.sampled_from([0, 2**31, 2**63]))
def test_whatever_number_stands_anywhere_the_verdict_is_a_header_or_a_sentence(
    scratch: Path, place: int, number: int
) -> None:
    path = put(scratch, WHOLE[:place] + struct.pack("<Q", number) + WHOLE[place + 8 :])
    try:
        check_adapter(path, scratch / "base.gguf")
    except ModelRefused as refused:
        said = str(refused)
    else:
        said = "Sound."
    assert said.endswith(".")
    assert said.isprintable()
