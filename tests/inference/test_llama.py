"""Model files that llama.cpp loads and that are of no use here."""

from __future__ import annotations

from pathlib import Path

import llama_cpp.llama_cpp as lib
import pytest

from meai.errors import ModelRefused
from meai.inference.llama import Model


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
