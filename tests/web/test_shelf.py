"""The models to choose from, over HTTP."""

from __future__ import annotations

from pathlib import Path

from tests.models.gguf_files import tiny_model
from tests.web.conftest import Ask


def put(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / "data" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.gguf"
    path.write_bytes(tiny_model())
    return path


def test_models_are_listed_with_what_one_chooses_by(ask: Ask, tmp_path: Path) -> None:
    put(tmp_path, "mine")
    told = ask("GET", "/api/models").get_json()
    mine = next(model for model in told["models"] if model["name"] == "mine")
    assert (mine["where"], mine["fit"], mine["context_length"]) == ("here", "fits", 2048)
    assert (told["used"], told["fetching"]) == ("", "")
    assert any(model["where"] == "to-fetch" and model["licence_url"] for model in told["models"])


def test_a_model_is_removed_for_good(ask: Ask, tmp_path: Path) -> None:
    path = put(tmp_path, "mine")
    assert "is deleted" in ask("DELETE", "/api/models/mine").get_json()["done"]
    assert not path.exists()


def test_a_model_that_is_not_there_is_told(ask: Ask) -> None:
    answer = ask("DELETE", "/api/models/nothing")
    assert answer.status_code >= 400
    assert "no model called nothing" in answer.get_json()["error"]["message"]
