"""One model, one state: what is found, fetched and loaded, told to all who listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from meai.errors import BadInput, Cancelled, DownloadFailed, ModelRefused, NoModel
from meai.inference.calibration import Calibration
from meai.inference.engine import EngineState
from meai.inference.request import Adapter
from meai.models.catalogue import CatalogueEntry, WheelSource
from meai.models.choices import Choices
from meai.models.library import Model, ModelLibrary
from meai.web import models
from meai.web.models import CurrentModel
from meai.web.protocol import Fetching, ModelState, Offer
from tests.models.gguf_files import tiny_model

ENTRY = CatalogueEntry(
    name="small",
    label="Small",
    licence="MIT",
    licence_url="https://licence.example",
    size=120,
    sha256="",
    family="",
    file="small.gguf",
    source=WheelSource("a-wheel", "1.0", "small.gguf", 100),
)
OFFER = Offer("small", "Small", 100, "MIT")
HERE = Model("mine", "Mine", Path("/models/mine.gguf"), 1, "", "", "")
WAIT_S = 5


class Library:
    choices = None

    def __init__(self, model: Model | None = None, error: Exception | None = None) -> None:
        self.model, self.error = model, error

    @property
    def offer(self) -> CatalogueEntry | None:
        return None if self.model else ENTRY

    def keeps(self, path: Path) -> bool:
        return True

    def find(self, name: str | None) -> Model | None:
        if self.error:
            raise self.error
        return self.model

    def entry(self, name: str) -> CatalogueEntry:
        if name != "small":
            raise NoModel(f"The catalogue has no model called {name}.")
        return ENTRY


class Engine:
    """Loads at once, as the real one tells it."""

    def __init__(self, on_state: Callable[[EngineState], None]) -> None:
        self.on_state = on_state
        self.state = EngineState("none")
        self.loaded: list[Path] = []

    def load(self, path: Path, name: str, adapters: Sequence[Adapter] = ()) -> None:
        self.loaded.append(path)
        for state in ("loading", "ready"):
            self.state = EngineState(state, name)  # type: ignore[arg-type]
            self.on_state(self.state)


class Heard:
    """The states that a page hears."""

    def __init__(self) -> None:
        self.states: list[ModelState] = []
        self.fetchings: list[Fetching] = []
        self._changed = threading.Condition()

    def __call__(self, state: ModelState | Fetching) -> None:
        with self._changed:
            if isinstance(state, Fetching):
                self.fetchings.append(state)
            else:
                self.states.append(state)
            self._changed.notify_all()

    def until(self, kind: str) -> ModelState:
        with self._changed:
            assert self._changed.wait_for(lambda: any(state.state == kind for state in self.states), WAIT_S)
            return next(state for state in self.states if state.state == kind)

    def ended(self) -> Fetching:
        """The word that nothing is on its way any more."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(one.model is None for one in self.fetchings), WAIT_S)
            return self.fetchings[-1]


def start(library: Library, tmp_path: Path, wanted: str | None = None) -> tuple[CurrentModel, Engine, Heard]:
    current = CurrentModel(library, tmp_path, wanted)  # type: ignore[arg-type]
    engine, heard = Engine(current.engine_changed), Heard()
    current.listen(heard, current.state)
    current.start(engine)  # type: ignore[arg-type]
    return current, engine, heard


def fetch_with(monkeypatch: pytest.MonkeyPatch, work: Callable[..., Path]) -> None:
    monkeypatch.setattr(models, "pull", work)


def test_the_model_that_is_here_is_loaded(tmp_path: Path) -> None:
    current, engine, heard = start(Library(HERE), tmp_path)
    assert engine.loaded == [HERE.path]
    assert [state.state for state in heard.states] == ["loading", "ready"]
    assert current.state == ModelState("ready", "Mine", "")


def test_a_ready_model_says_how_fast_it_is(tmp_path: Path) -> None:
    current, _, _ = start(Library(HERE), tmp_path)
    prices = Calibration(((1, 0.01), (2, 0.015)), 0.002, 0.015, 2, "A processor", "2026-11-24")
    current.engine_changed(EngineState("ready", "Mine", calibration=prices))
    assert (current.state.reads_per_s, current.state.writes_per_s) == (500, 100)


def test_preparing_a_model_says_what_is_done_and_how_much_of_it(tmp_path: Path) -> None:
    current, _, _ = start(Library(HERE), tmp_path)
    current.engine_changed(EngineState("loading", "Mine", "Measuring how fast it is", progress=0.4))
    assert current.state == ModelState("loading", "Mine", "Measuring how fast it is", 40, 100)


def test_without_a_model_one_is_offered(tmp_path: Path) -> None:
    current, engine, _ = start(Library(), tmp_path)
    assert current.state.state == "none"
    assert current.state.offer == OFFER
    assert "no model on this computer" in current.state.message
    assert engine.loaded == []


@pytest.mark.parametrize("error", [NoModel("There is no model called x."), ModelRefused("x is not GGUF.")])
def test_a_model_that_cannot_be_had_fails_with_its_reason(tmp_path: Path, error: Exception) -> None:
    current, _, _ = start(Library(error=error), tmp_path, "x")
    assert current.state == ModelState("failed", "x", str(error), offer=OFFER)


def test_a_fetched_model_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        progress(50, 100)
        return folder / entry.file

    fetch_with(monkeypatch, work)
    current, engine, heard = start(Library(), tmp_path)
    current.pull("small")
    heard.until("ready")
    assert engine.loaded == [tmp_path / "small.gguf"]
    states = [(state.state, state.done, state.total) for state in heard.states]
    assert states == [("none", 0, 0), ("fetching", 0, 100), ("fetching", 50, 100), ("loading", 0, 0), ("ready", 0, 0)]


def test_two_clicks_fetch_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    go_on = threading.Event()

    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        begun.append(entry.name)
        go_on.wait(WAIT_S)
        return folder / entry.file

    fetch_with(monkeypatch, work)
    current, _, heard = start(Library(), tmp_path)
    current.pull("small")
    current.pull("small")
    go_on.set()
    heard.until("ready")
    assert begun == ["small"]


@pytest.mark.parametrize("error", [DownloadFailed("The index did not answer."), KeyError("a defect")])
def test_a_failed_fetch_says_why_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        raise error

    fetch_with(monkeypatch, work)
    current, _, heard = start(Library(), tmp_path)
    current.pull("small")
    failed = heard.until("failed")
    assert failed.offer == OFFER
    assert "KeyError" not in failed.message
    fetch_with(monkeypatch, lambda entry, folder, progress, cancelled, **more: folder / entry.file)
    current.pull("small")
    heard.until("ready")


def test_a_failed_fetch_leaves_the_model_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        raise DownloadFailed("The index did not answer.")

    fetch_with(monkeypatch, work)
    current, _, heard = start(Library(HERE), tmp_path)
    heard.states.clear()
    current.pull("small")
    assert heard.ended().message == "The index did not answer."
    assert heard.states == [ModelState("ready", "Mine", "The index did not answer.")]


def test_an_unknown_model_is_not_fetched(tmp_path: Path) -> None:
    current, _, _ = start(Library(), tmp_path)
    with pytest.raises(NoModel, match="no model called large"):
        current.pull("large")


def test_closing_stops_a_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        if cancelled.wait(WAIT_S):
            stopped.set()
        raise Cancelled("It was stopped.")

    fetch_with(monkeypatch, work)
    current, _, heard = start(Library(), tmp_path)
    current.pull("small")
    current.close()
    assert stopped.wait(WAIT_S)
    assert heard.states[-1].state == "fetching"


def test_a_listener_misses_nothing_between_its_welcome_and_its_first_state(tmp_path: Path) -> None:
    current, _, _ = start(Library(), tmp_path)
    seen = current.state
    current.engine_changed(EngineState("failed", "Small", "It crashed."))
    heard = Heard()
    current.listen(heard, seen)
    assert heard.states == [ModelState("failed", "Small", "It crashed.", offer=OFFER)]
    current.forget(heard)
    current.engine_changed(EngineState("ready", "Small"))
    assert len(heard.states) == 1


def test_a_model_that_is_fetched_while_another_answers_waits_until_it_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        progress(50, 100)
        return folder / entry.file

    fetch_with(monkeypatch, work)
    current, engine, heard = start(Library(HERE), tmp_path)
    current.pull("small")
    assert "choose it under" in heard.ended().message
    assert engine.loaded == [HERE.path]
    assert {state.state for state in heard.states} == {"loading", "ready"}
    assert [(one.model, one.done, one.total) for one in heard.fetchings[:2]] == [("small", 0, 100), ("small", 50, 100)]


def test_a_paused_fetch_ends_and_can_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(entry: CatalogueEntry, folder: Path, progress: Any, cancelled: threading.Event, **more: Any) -> Path:
        assert cancelled.wait(WAIT_S)
        raise Cancelled("It was stopped.")

    fetch_with(monkeypatch, work)
    current, _, heard = start(Library(), tmp_path)
    current.pull("small")
    assert current.fetching == "small"
    current.pause()
    assert heard.ended().message == "Small is paused; what came of it stays."
    assert (current.fetching, current.state.state) == ("", "none")
    fetch_with(monkeypatch, lambda entry, folder, progress, cancelled, **more: folder / entry.file)
    current.pull("small")
    heard.until("ready")


@pytest.fixture
def two(tmp_path: Path) -> ModelLibrary:
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.gguf").write_bytes(tiny_model())
    return ModelLibrary((folder,), (ENTRY,), Choices(folder / "choices.json"))


def test_another_model_is_taken_without_a_restart_and_remembered(tmp_path: Path, two: ModelLibrary) -> None:
    current, engine, _ = start(two, tmp_path, "one")  # type: ignore[arg-type]
    current.use("two")
    current.use("two")
    assert [path.stem for path in engine.loaded] == ["one", "two"]
    assert (current.used, current.state) == ("two", ModelState("ready", "two", ""))
    _, engine, _ = start(two, tmp_path)  # type: ignore[arg-type]
    assert [path.stem for path in engine.loaded] == ["two"]


@pytest.mark.parametrize("name", ["three", "/etc/passwd", "../one"])
def test_a_page_takes_models_by_their_names_only(tmp_path: Path, two: ModelLibrary, name: str) -> None:
    current, _, _ = start(two, tmp_path, "one")  # type: ignore[arg-type]
    with pytest.raises(NoModel):
        current.use(name)
    assert current.used == "one"


def test_the_model_that_answers_is_not_removed(tmp_path: Path, two: ModelLibrary) -> None:
    current, _, _ = start(two, tmp_path, "one")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="in use"):
        current.remove("one")
    assert "is deleted" in current.remove("two")
    assert [model.name for model in two.list()] == ["one"]
