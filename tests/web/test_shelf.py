"""The models to choose from, over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from meai.inference.engine import Engine, EngineState
from meai.inference.request import Adapter
from meai.models.catalogue import read_catalogue
from meai.models.choices import Choices
from meai.models.library import ModelLibrary
from meai.models.shelf import cards
from meai.models.suitability import Computer, Measured
from meai.web.models import CurrentModel
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


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A model file that lies in no folder of the library."""
    path = tmp_path / "stick" / "brought.gguf"
    path.parent.mkdir()
    path.write_bytes(tiny_model())
    return path


def named(ask: Ask) -> dict[str, dict[str, object]]:
    return {model["name"]: model for model in ask("GET", "/api/models").get_json()["models"]}


def test_a_file_is_added_by_its_path_and_stays_where_it_is(ask: Ask, elsewhere: Path) -> None:
    answer = ask("POST", "/api/models", json={"path": str(elsewhere)})
    assert (answer.status_code, answer.get_json()["done"]) == (201, "brought is here and stays where it is.")
    assert named(ask)["brought"]["path"] == str(elsewhere)


def test_a_path_that_leads_to_no_model_is_told_in_one_sentence(ask: Ask, tmp_path: Path) -> None:
    answer = ask("POST", "/api/models", json={"path": str(tmp_path / "gone.gguf")})
    assert answer.status_code == 422
    assert "is not there" in answer.get_json()["error"]["message"]


def test_a_file_is_sent_and_added(ask: Ask) -> None:
    content = tiny_model()
    answer = ask(
        *("POST", f"/api/models/file?at=0&whole={len(content)}"),
        headers={"X-Filename": "sent%20here.gguf", "Content-Type": "application/octet-stream"},
        data=content,
    )
    assert (answer.status_code, answer.get_json()["done"]) == (
        201,
        "sent here is here and was copied to the models folder.",
    )
    assert named(ask)["sent here"]["where"] == "here"


@pytest.mark.parametrize("query", ["", "?at=0", "?at=5&whole=5", "?at=-1&whole=5", "?at=x&whole=5"])
def test_a_piece_that_does_not_say_where_it_belongs_is_refused(ask: Ask, query: str) -> None:
    headers = {"X-Filename": "a.gguf", "Content-Type": "application/octet-stream"}
    assert ask("POST", f"/api/models/file{query}", headers=headers, data=b"GGUF").status_code == 400


class Loads(Engine):
    """Takes note of what it is to load, and starts nothing."""

    def load(self, path: Path, name: str, adapters: Sequence[Adapter] = ()) -> None:
        self.loaded = path


def test_a_model_named_by_its_path_is_listed_once_and_can_be_taken_again(tmp_path: Path, elsewhere: Path) -> None:
    library = ModelLibrary((tmp_path / "models",), read_catalogue(), Choices(tmp_path / "models" / "choices.json"))
    twin = elsewhere.with_name(library.entries[0].file)
    elsewhere.rename(twin)
    current, engine = CurrentModel(library, tmp_path / "models", str(twin)), Loads()
    current.start(engine)
    computer = Computer(0, lambda path: None, None)
    listed = [card for card in cards(library, tmp_path, computer, current.named) if card.name == current.used]
    assert [(card.where, card.path) for card in listed] == [("named", str(twin))]
    current.use(current.used)
    assert [card.where for card in cards(library, tmp_path, computer, current.named) if card.path == str(twin)] == [
        "here"
    ]


def test_a_model_named_by_its_path_that_has_anothers_name_is_told_apart(tmp_path: Path, elsewhere: Path) -> None:
    mine = tmp_path / "models" / elsewhere.name
    mine.parent.mkdir()
    mine.write_bytes(tiny_model())
    library = ModelLibrary((mine.parent,), (), Choices(mine.with_name("choices.json")))
    current = CurrentModel(library, mine.parent, str(elsewhere))
    current.start(Loads())
    names = [card.name for card in cards(library, tmp_path, Computer(0, lambda path: None, None), current.named)]
    assert names == [str(elsewhere), "brought"]
    assert current.used == str(elsewhere)


class Ready(Loads):
    state = EngineState("ready")


def test_a_better_model_is_offered_once_and_never_to_who_chose_one(tmp_path: Path) -> None:
    small = read_catalogue()[0]
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / small.file).write_bytes(tiny_model())
    entry = replace(small, sha256="", size=len(tiny_model()))
    choices = Choices(folder / "choices.json")
    library = ModelLibrary((folder,), (entry, *read_catalogue()[1:]), choices)
    quick = Computer(64 << 30, lambda path: None, Measured(2_000_000_000, 100.0, 20.0))

    def offered(wanted: str | None = None) -> str | None:
        current = CurrentModel(library, folder, wanted)
        current.start(Ready())
        found = current.better(cards(library, folder, quick))
        return found.name if found is not None else None

    assert offered(small.name) is None
    assert offered() == "granite-4.1-8b"
    assert offered() is None
    (folder / "choices.json").unlink()
    choices.use(small.name)
    assert offered() is None
