"""A model file is judged before llama.cpp sees it: sound ones are read, hostile ones get one sentence, at once."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import struct
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.errors import ModelRefused
from meai.models.gguf import Header, read_header
from meai.models.gguf_reader import MAX_KEYS
from meai.models.gguf_tables import ARCHITECTURES, WEIGHTS

from .gguf_files import ARRAY, BOOL, F32, FLOAT, I32, PAIRS, STRING, U32, Gguf, Tensor, text, tiny_model, value

SOUND = Gguf()
REAL_HEADER_BYTES = 2 << 20
LONG_LIST = struct.pack("<IIQ", ARRAY, STRING, 1 << 60)


def put(folder: Path, content: bytes, name: str = "tiny.gguf") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelRefused) as refused:
        read_header(path)
    return str(refused.value)


def assert_one_sentence(said: str) -> None:
    assert said.endswith(".")
    assert said.isprintable()
    assert len(said) < 600


def test_a_sound_file_says_what_it_is(tmp_path: Path) -> None:
    assert read_header(put(tmp_path, tiny_model())) == Header(
        architecture="llama",
        name="Tiny",
        licence="",
        context_length=2048,
        weights=136,
        layers=2,
        # 2 layers, keys and values, 2 heads of 16 numbers, 2 bytes each
        cache_bytes_per_token=256,
        has_template=True,
    )


def test_the_weights_need_not_be_padded_at_the_end(tmp_path: Path) -> None:
    last = Gguf().with_tensors(Tensor("a", (4,), FLOAT, size=16)).packed()
    assert read_header(put(tmp_path, last[:-16])).weights == 4


def test_another_alignment_is_followed(tmp_path: Path) -> None:
    aligned = replace(SOUND.with_pair("general.alignment", value(U32, 64)), alignment=64)
    assert read_header(put(tmp_path, aligned.packed())).weights == 136


HOSTILE: dict[str, tuple[Gguf, str]] = {
    "another magic": (replace(SOUND, magic=b"FUGG"), "not a GGUF model file"),
    "version 0": (replace(SOUND, version=0), "version 0"),
    "version 1": (replace(SOUND, version=1), "version 1"),
    "a version of the future": (replace(SOUND, version=4), "version 4"),
    "the other byte order": (replace(SOUND, version=3 << 24), "other byte order"),
    "no keys": (replace(SOUND, keys=0), "0 descriptions"),
    "2**64 - 1 keys": (replace(SOUND, keys=2**64 - 1), "descriptions"),
    "more keys than there are": (replace(SOUND, keys=len(PAIRS) + 1), "allowed"),
    "no tensors": (replace(SOUND, count=0), "0 tensors"),
    "2**63 tensors": (replace(SOUND, count=2**63), "tensors"),
    "an empty key": (SOUND.with_pair("", value(U32, 1)), "not text"),
    "a long key": (SOUND.with_pair("k" * 300, value(U32, 1)), "300 bytes"),
    "a key that is no text": (SOUND.with_pair(b"\xff\xfe", value(U32, 1)), "not text"),
    "a key with a line end": (SOUND.with_pair("a\nb", value(U32, 1)), "not text"),
    "a value of no type": (SOUND.with_pair("x", struct.pack("<I", 99)), "unknown type"),
    "a bool of 2": (SOUND.with_pair("x", value(BOOL, 2)), "neither true nor false"),
    "a list of no type": (SOUND.with_pair("x", struct.pack("<IIQ", ARRAY, 99, 1)), "unknown type"),
    "a list of lists": (SOUND.with_pair("x", struct.pack("<IIQ", ARRAY, ARRAY, 1)), "unknown type"),
    "a list beyond the file": (SOUND.with_pair("x", struct.pack("<IIQ", ARRAY, U32, 2**62)), "room for"),
    "words beyond the file": (SOUND.with_pair("x", LONG_LIST), "room for"),
    "a word beyond the file": (
        SOUND.with_pair("x", struct.pack("<IIQQ", ARRAY, STRING, 1, 2**63)),
        "more than there are",
    ),
    "a text beyond the file": (SOUND.with_pair("x", struct.pack("<IQ", STRING, 2**64 - 1)), "allowed"),
    "a template of 65 KiB": (SOUND.with_pair("tokenizer.chat_template", value(STRING, "x" * 66560)), "allowed"),
    "the same key twice": (replace(SOUND, pairs=[*PAIRS, PAIRS[1]]), "twice"),
    "an alignment of 0": (SOUND.with_pair("general.alignment", value(U32, 0)), "alignment is 0"),
    "an alignment of 13": (SOUND.with_pair("general.alignment", value(U32, 13)), "alignment is 13"),
    "an alignment of a gigabyte": (SOUND.with_pair("general.alignment", value(U32, 1 << 30)), "alignment"),
    "an alignment in words": (SOUND.with_pair("general.alignment", value(STRING, "32")), "alignment is 32"),
    "an alignment that is not kept": (SOUND.with_pair("general.alignment", value(U32, 64)), "does not lie where"),
    "no architecture": (SOUND.without("general.architecture"), "what kind of model"),
    "an unknown architecture": (SOUND.with_pair("general.architecture", value(STRING, "hal9000")), "hal9000"),
    "a model that sees": (SOUND.with_pair("general.architecture", value(STRING, "clip")), "does not write text"),
    "an adapter": (SOUND.with_pair("general.type", value(STRING, "adapter")), "adapter"),
    "a part of several": (SOUND.with_pair("split.count", value(2, 3)), "one part of several"),
    "fewer scores than words": (
        SOUND.with_pair("tokenizer.ggml.scores", value(ARRAY, (F32, [0.0]))),
        "does not fit its list of words",
    ),
    "kinds of words as texts": (
        SOUND.with_pair("tokenizer.ggml.token_type", value(ARRAY, (STRING, ["a", "b", "c"]))),
        "does not fit its list of words",
    ),
    "a first word that is none": (SOUND.with_pair("tokenizer.ggml.bos_token_id", value(U32, 3)), "no word"),
    "a last word below none": (SOUND.with_pair("tokenizer.ggml.eos_token_id", value(I32, -2)), "no word"),
    "a tensor with a long name": (SOUND.with_tensors(Tensor("n" * 64)), "64 bytes"),
    "a tensor without dimensions": (SOUND.with_tensors(Tensor(shape=())), "0 dimensions"),
    "a tensor of five dimensions": (SOUND.with_tensors(Tensor(shape=(32, 1, 1, 1, 1))), "5 dimensions"),
    "a tensor of length 0": (SOUND.with_tensors(Tensor(shape=(32, 0))), "size that the file does not have"),
    "a length of 2**64 - 1": (SOUND.with_tensors(Tensor(shape=(2**64 - 1, 4))), "size that the file does not have"),
    "lengths whose product overflows to 0": (SOUND.with_tensors(Tensor(shape=(2**32, 2**32))), "size that the file"),
    "lengths whose product overflows to 64": (
        SOUND.with_tensors(Tensor(shape=(2**33 + 32, 2**31, 2))),
        "size that the file",
    ),
    "rows of half a block": (SOUND.with_tensors(Tensor(shape=(16, 8))), "whole blocks"),
    "weights of no type": (SOUND.with_tensors(Tensor(kind=4000)), "unknown or withdrawn type"),
    "weights of a withdrawn type": (SOUND.with_tensors(Tensor(kind=31)), "unknown or withdrawn type"),
    "an offset that is not aligned": (SOUND.with_tensors(Tensor(offset=1)), "does not lie where"),
    "an offset beyond the file": (SOUND.with_tensors(Tensor(offset=2**63)), "does not lie where"),
    "an offset that wraps": (SOUND.with_tensors(Tensor(), Tensor("b", offset=2**64 - 32)), "does not lie where"),
    "two tensors in one place": (SOUND.with_tensors(Tensor(), Tensor("b", offset=0)), "does not lie where"),
    "the same tensor twice": (SOUND.with_tensors(Tensor(), Tensor()), "twice"),
    "less weights than are claimed": (SOUND.with_tensors(Tensor(shape=(32, 4), size=8)), "not whole"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_with_one_sentence(tmp_path: Path, kind: str) -> None:
    model, reason = HOSTILE[kind]
    path = put(tmp_path, model.packed())
    said = refusal(path)
    assert said.startswith(f"The model file {path} is not used: ")
    assert reason in said
    assert_one_sentence(said)


@pytest.mark.parametrize(
    "content", [b"", b"GGUF", b"GGUF\x03\0\0\0", b"PK\x03\x04" + bytes(100), b"<!doctype html>" * 9]
)
def test_what_is_no_model_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "not a GGUF model file" in refusal(put(tmp_path, content))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    assert "no regular file" in refusal(tmp_path / "pipe.gguf")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "gone.gguf")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gguf")


WHOLE = Gguf().with_tensors(Tensor(), Tensor("output.weight", (8,), FLOAT, size=32)).packed()


@given(end=st.integers(0, len(WHOLE) - 1))
def test_no_torn_file_is_used(scratch: Path, end: int) -> None:
    assert_one_sentence(refusal(put(scratch, WHOLE[:end])))


@given(
    flips=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_whatever_bytes_change_the_verdict_is_a_header_or_a_sentence(
    scratch: Path, flips: list[tuple[int, int]]
) -> None:
    changed = bytearray(WHOLE)
    for place, byte in flips:
        changed[place] = byte
    judged(put(scratch, bytes(changed)))


@given(
    place=st.integers(0, len(WHOLE) - 8),
    number=st.sampled_from([0, 1, 2**31, 2**32 - 1, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1])
    | st.integers(0, 2**64 - 1),
)
def test_whatever_number_stands_anywhere_the_verdict_is_a_header_or_a_sentence(
    scratch: Path, place: int, number: int
) -> None:
    judged(put(scratch, WHOLE[:place] + struct.pack("<Q", number) + WHOLE[place + 8 :]))


def judged(path: Path) -> None:
    """Judge *path*; what is not refused lies within the file."""
    try:
        header = read_header(path)
    except ModelRefused as refused:
        assert_one_sentence(str(refused))
    else:
        assert header.weights <= 8 * path.stat().st_size


@pytest.fixture(scope="module")
def real(model_path: Path, scratch: Path) -> tuple[bytes, int, Path]:
    """The beginning of the embedded model, its whole size, and a place for a file of holes with that beginning."""
    with model_path.open("rb") as file:
        return file.read(REAL_HEADER_BYTES), model_path.stat().st_size, scratch / "real.gguf"


@pytest.mark.model
def test_the_embedded_model_is_sound(model_path: Path) -> None:
    header = read_header(model_path)
    assert (header.architecture, header.layers, header.context_length) == ("llama", 30, 8192)
    assert header.weights == 134_515_008


@pytest.mark.model
@given(flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=40))
def test_a_real_header_with_flipped_bytes_is_a_header_or_a_sentence(
    real: tuple[bytes, int, Path], flips: list[tuple[float, int]]
) -> None:
    beginning, size, path = real
    changed = bytearray(beginning)
    for part, byte in flips:
        # Cubed, as most of what a reader can be deceived by stands at the beginning, and the rest are words.
        changed[int(part**3 * (len(changed) - 1))] ^= byte
    path.write_bytes(changed)
    os.truncate(path, size)
    judged(path)


@pytest.mark.model
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_real_model_that_is_not_whole_is_not_used(real: tuple[bytes, int, Path], part: float) -> None:
    beginning, size, path = real
    end = int(part * size)
    path.write_bytes(beginning[:end])
    os.truncate(path, end)
    assert_one_sentence(refusal(path))


def many_words() -> bytes:
    """Sixty megabytes of empty words."""
    count = 7_500_000
    return SOUND.with_pair("x", struct.pack("<IIQ", ARRAY, STRING, count) + bytes(8 * count)).packed()


def as_many_words_as_allowed() -> bytes:
    count = 1_499_990
    return SOUND.with_pair("x", struct.pack("<IIQ", ARRAY, STRING, count) + bytes(8 * count)).packed()


def many_keys() -> bytes:
    pairs = [(f"{number:0255}", value(STRING, "x" * 4096)) for number in range(MAX_KEYS)]
    return replace(SOUND, pairs=pairs).packed()


def many_tensors() -> bytes:
    packed = b"".join(text(f"{n:063}") + struct.pack("<IQIQ", 1, 8, FLOAT, 32 * n) for n in range(65_536))
    header = replace(SOUND, count=65_536, tensors=()).header() + packed
    return header + bytes(32 * 65_536 + 64)


def long_texts() -> bytes:
    pairs = [*PAIRS, *((f"k{number}", value(STRING, "x" * (1 << 20))) for number in range(80))]
    return replace(SOUND, pairs=pairs).packed()


@pytest.mark.alone
@pytest.mark.parametrize("make", [many_words, as_many_words_as_allowed, many_keys, many_tensors, long_texts])
def test_a_file_made_to_exhaust_is_judged_within_a_second(tmp_path: Path, make: object) -> None:
    path = put(tmp_path, make())  # type: ignore[operator]
    began_s = time.process_time()
    judged(path)
    assert time.process_time() - began_s <= 1


@pytest.mark.slow
@pytest.mark.parametrize("make", [many_words, many_keys, many_tensors, long_texts])
def test_a_file_made_to_exhaust_takes_little_memory(tmp_path: Path, make: object) -> None:
    path = put(tmp_path, make())  # type: ignore[operator]
    tracemalloc.start()
    try:
        judged(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= 64 << 20


def test_the_tables_are_those_of_the_llama_cpp_that_is_used() -> None:
    folder = Path(importlib.util.find_spec("llama_cpp").origin).parent / "lib"  # type: ignore[union-attr, arg-type]
    ggml = ctypes.CDLL(str(next(folder.glob("*ggml-base.*"))))
    ggml.ggml_type_size.restype = ctypes.c_size_t
    ggml.ggml_blck_size.restype = ctypes.c_int64
    assert {kind: (ggml.ggml_blck_size(kind), ggml.ggml_type_size(kind)) for kind in WEIGHTS} == WEIGHTS
    llama = next(
        path for path in folder.iterdir() if re.fullmatch(r"(lib)?llama\.(so|dylib|dll)", path.name)
    ).read_bytes()
    assert {name for name in ARCHITECTURES if f"{name}\0".encode() not in llama} == set()
