"""With an adapter the model answers otherwise, for its actions alone, and nothing computed with one serves another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from meai.errors import BadInput, ModelRefused
from meai.inference.adapters import Adapters
from meai.inference.cache import Cache
from meai.inference.engine import Engine
from meai.inference.llama import Model
from meai.inference.request import Adapter, Request, Sampling
from tests.inference.fake_model import FakeModel, alone, babbles
from tests.models.adapter_files import adapter_for, noise, zeros

TEXT = list(range(1, 40))


class Reads:
    """Takes note of which adapters are read."""

    def __init__(self) -> None:
        self.read: list[Path] = []

    def read_adapter(self, path: Path) -> int:
        if path.read_bytes() == b"bad":
            raise ModelRefused("It is bad.")
        self.read.append(path)
        return len(self.read) - 1


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str], str]:
    def put(name: str, content: bytes = b"good") -> str:
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return put


def of(model: Reads) -> Adapters:
    return Adapters(cast(Model, model))


def test_an_adapter_goes_with_its_actions_and_several_with_one(files: Callable[..., str]) -> None:
    adapters = of(Reads())
    adapters.take([Adapter("voice", files("voice"), 1.0), Adapter("brief", files("brief"), 0.5, ("shorten",))])
    assert adapters.of("shorten") == ((0, 1.0), (1, 0.5))
    assert adapters.of("make-fluent") == ((0, 1.0),)


def test_another_strength_reads_nothing_and_a_changed_file_is_another_one(files: Callable[..., str]) -> None:
    model = Reads()
    adapters = of(model)
    voice = files("voice")
    for scale in (1.0, 2.0):
        adapters.take([Adapter("voice", voice, scale)])
        assert adapters.of("ask") == ((0, scale),)
    assert len(model.read) == 1
    adapters.take([Adapter("voice", files("voice", b"better"), 1.0)])
    assert adapters.of("ask") == ((1, 1.0),)


def test_an_adapter_that_cannot_be_used_refuses_its_actions_alone(files: Callable[..., str], tmp_path: Path) -> None:
    adapters = of(Reads())
    adapters.take(
        [
            Adapter("gone", str(tmp_path / "gone"), 1.0, ("shorten",)),
            Adapter("bad", files("bad", b"bad"), 1.0, ("expand",)),
            Adapter("judged", "nowhere", 1.0, ("ask",), "It was made for another model."),
        ]
    )
    assert adapters.of("make-fluent") == ()
    for action, reason in (("shorten", "cannot be read"), ("expand", "It is bad"), ("ask", "another model")):
        with pytest.raises(BadInput, match=reason):
            adapters.of(action)


def test_nothing_computed_with_one_adapter_is_a_beginning_for_another() -> None:
    model = FakeModel(babbles)
    cache = Cache(model.real, alone())
    voice = ((0, 1.0),)

    def held(adapted: tuple[tuple[int, float], ...]) -> int:
        sequence = cache.take([*TEXT, 1], adapted)
        kept = cache.length(sequence)
        cache.evaluate(sequence, [*TEXT, 1][kept:], logits=1)
        assert model.adapted == adapted
        cache.release(sequence)
        return kept

    assert [held(()), held(voice), held(((0, 0.5),))] == [0, 0, 0]
    assert [held(()), held(voice), held(((0, 0.5),))] == [len(TEXT)] * 3


def test_work_with_and_without_an_adapter_takes_turns() -> None:
    model = FakeModel(babbles)
    cache = Cache(model.real, alone())
    plain, adapted = cache.take(TEXT), cache.take(TEXT, ((0, 1.0),))
    for sequence, expected in ((plain, ()), (adapted, ((0, 1.0),)), (plain, ())):
        cache.evaluate(sequence, TEXT[:3], logits=1)
        assert model.adapted == expected
    cache.branch(adapted, [[1], [2]])
    assert model.adapted == ((0, 1.0),)


@pytest.fixture(scope="module")
def engine(model_path: Path, prepared_cache: Path) -> Iterator[Engine]:
    running = Engine(cache=prepared_cache)
    running.load(model_path, "base")
    yield running
    running.close()


@pytest.mark.model
def test_a_real_model_answers_otherwise_with_an_adapter_and_as_before_without(
    engine: Engine, model_path: Path, tmp_path: Path
) -> None:
    for name, fill in (("nothing", zeros), ("noise", noise)):
        (tmp_path / f"{name}.gguf").write_bytes(adapter_for(model_path, rank=1, fill=fill).packed())

    def scored(*adapters: Adapter, action: str = "ask") -> tuple[float, ...]:
        engine.adapt(adapters)
        request = Request((), "The weather today is", Sampling(max_tokens=1), action=action)
        return engine.score(request, [" rather cold", " purple"], threading.Event())

    def named(name: str, scale: float = 1.0, *actions: str) -> Adapter:
        return Adapter(name, str(tmp_path / f"{name}.gguf"), scale, actions)

    plain, process = scored(), engine.pid
    assert scored(named("nothing")) == pytest.approx(plain, abs=1e-4)
    loud, soft = scored(named("noise")), scored(named("noise", 0.05))
    assert abs(loud[0] - plain[0]) > 0.5
    assert soft != pytest.approx(loud, abs=0.1)
    assert scored(named("noise", 1.0, "shorten")) == pytest.approx(plain, abs=1e-4)
    assert scored(named("noise", 1.0, "shorten"), action="shorten") == pytest.approx(loud, abs=1e-2)
    assert scored() == pytest.approx(plain, abs=1e-4)
    assert engine.pid == process
