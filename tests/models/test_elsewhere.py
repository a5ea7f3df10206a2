"""Models that other programs keep are found where those keep them, and never copied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meai.models.elsewhere import find_kept

from .gguf_files import tiny_model


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tiny_model())
    return path


def test_the_hubs_cache_is_looked_through_and_a_file_is_named_once(tmp_path: Path) -> None:
    blob = put(tmp_path / "models--me--tiny" / "blobs" / "abc")
    for revision in ("one", "two"):
        snapshot = tmp_path / "models--me--tiny" / "snapshots" / revision
        snapshot.mkdir(parents=True)
        (snapshot / "Tiny-Q4.gguf").symlink_to(blob)
    (kept,) = find_kept((("Hugging Face", tmp_path),))
    assert (kept.name, kept.program, kept.path.resolve()) == ("Tiny-Q4", "Hugging Face", blob)


def test_folders_below_folders_are_looked_through(tmp_path: Path) -> None:
    put(tmp_path / "publisher" / "repository" / "Other.GGUF")
    put(tmp_path / "flat.gguf")
    assert [kept.name for kept in find_kept((("LM Studio", tmp_path),))] == ["flat", "Other"]


def test_what_only_helps_a_model_is_passed_over(tmp_path: Path) -> None:
    for name in ("mmproj-model-f16.gguf", "big-00002-of-00003.gguf", "model.txt"):
        put(tmp_path / name)
    assert find_kept((("llama.cpp", tmp_path),)) == ()


@pytest.fixture
def ollama(tmp_path: Path) -> Path:
    digest = "a" * 64
    put(tmp_path / "blobs" / f"sha256-{digest}")
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:" + "b" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"},
    ]
    library = tmp_path / "manifests" / "registry.ollama.ai" / "library"
    for model, tag in (("tiny", "latest"), ("tiny", "0.5b")):
        manifest = library / model / tag
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(json.dumps({"layers": layers}))
    return tmp_path


def test_ollamas_blobs_are_found_by_their_manifests(ollama: Path) -> None:
    (kept,) = find_kept((("Ollama", ollama),))
    assert (kept.name, kept.path.name) == ("tiny-0.5b", "sha256-" + "a" * 64)


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{}",
        '{"layers": 3}',
        '{"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../etc"}]}',
    ],
)
def test_a_manifest_that_makes_no_sense_is_passed_over(ollama: Path, manifest: str) -> None:
    for path in (ollama / "manifests").rglob("*"):
        if path.is_file():
            path.write_text(manifest)
    assert find_kept((("Ollama", ollama),)) == ()


def test_folders_that_are_not_there_hold_nothing(tmp_path: Path) -> None:
    assert find_kept((("Ollama", tmp_path / "no"), ("LM Studio", tmp_path / "neither"))) == ()
