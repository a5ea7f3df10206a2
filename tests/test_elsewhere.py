"""The command line with an engine elsewhere: it answers, says where texts go, and shows no key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from meai.config import Config, read_config
from meai.errors import BadInput
from tests.inference.faulty import FaultyServer, answered, faulty_server, models, streamed

KEY = "sk-very-secret-1234"
Meai = Callable[..., subprocess.CompletedProcess[str]]
WHERE = "What you ask the model about goes to another program on this machine, at "


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with faulty_server() as server:
        server.scripts["/v1/models"] = lambda asked: models("org/Toy-8B")
        server.chats(streamed("The bees are here."))
        yield server


@pytest.fixture
def meai(tmp_path: Path, server: FaultyServer) -> Meai:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MEAI_")},
        **{f"MEAI_{name}_DIR": str(tmp_path / name) for name in ("DATA", "CACHE")},
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "MEAI_ENGINE_KEY": KEY,
    }

    def run(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "meai", *words, "--engine", server.url]
        ran = subprocess.run(program, input=text, capture_output=True, text=True, env=environment, check=False)
        assert KEY not in ran.stdout + ran.stderr
        return ran

    return run


def test_a_rewrite_is_asked_for_there_and_told(meai: Meai, server: FaultyServer) -> None:
    ran = meai("rewrite", "make-fluent", "--json", text="The bees they are being here.")
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["text"], told["model"]) == (0, "The bees are here.", "Toy-8B")
    assert ran.stderr.startswith(WHERE)
    assert server.asked[-1].headers["authorization"] == f"Bearer {KEY}"


def test_doctor_says_what_is_there_and_what_it_cannot(meai: Meai, server: FaultyServer) -> None:
    engine = json.loads(meai("doctor", "--json").stdout)["engine"]
    assert engine["texts go to"] in server.url
    assert (engine["model"], engine["has a key"], engine["continues texts"]) == ("org/Toy-8B", True, "only as a chat")
    assert engine["compares wordings"].startswith("It cannot compare wordings")


def test_a_key_that_is_refused_fails_with_one_sentence(meai: Meai, server: FaultyServer) -> None:
    server.scripts["/v1/models"] = lambda asked: answered({"error": {"message": f"wrong: {KEY}"}}, "401 No")
    for words in (("rewrite", "make-fluent"), ("doctor",)):
        ran = meai(*words, text="The bees.")
        assert ran.returncode == 1
        assert "does not accept the key; set MEAI_ENGINE_KEY" in (ran.stderr + ran.stdout)
        assert "Traceback" not in ran.stderr


def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flag: str | None = None, **environ: str) -> Config:
    monkeypatch.setattr("meai.config.platformdirs.user_config_path", lambda *args, **more: tmp_path)
    return read_config(path=tmp_path, engine=flag, environ=environ)


def test_the_flag_wins_over_the_environment_and_none_takes_it_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('engine = "http://a/v1"\nengine_plain = true\n')
    found = [
        configured(monkeypatch, tmp_path),
        configured(monkeypatch, tmp_path, MEAI_ENGINE="http://b/v1", MEAI_ENGINE_PLAIN="0"),
        configured(monkeypatch, tmp_path, "http://c/v1", MEAI_ENGINE="http://b/v1"),
        configured(monkeypatch, tmp_path, "none", MEAI_ENGINE="http://b/v1", MEAI_ENGINE_KEY=KEY),
    ]
    assert [config.engine for config in found] == ["http://a/v1", "http://b/v1", "http://c/v1", None]
    assert [config.engine_plain for config in found] == [True, False, True, True]
    assert found[-1].engine_key == ""


def test_a_key_comes_from_the_environment_or_else_from_the_keyring(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = types.SimpleNamespace(
        get_password=lambda service, name: {("meai", "b.example"): "kept"}.get((service, name))
    )
    monkeypatch.setitem(sys.modules, "keyring", kept)
    assert configured(monkeypatch, tmp_path, "https://b.example/v1").engine_key == "kept"
    assert configured(monkeypatch, tmp_path, "https://b.example/v1", MEAI_ENGINE_KEY=KEY).engine_key == KEY
    assert configured(monkeypatch, tmp_path, "https://c.example/v1").engine_key == ""
    assert KEY not in repr(configured(monkeypatch, tmp_path, "https://b.example/v1", MEAI_ENGINE_KEY=KEY))


def test_a_keyring_that_fails_and_a_key_that_is_none_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def locked(service: str, name: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setitem(sys.modules, "keyring", types.SimpleNamespace(get_password=locked))
    with pytest.raises(BadInput, match=r"keyring cannot be asked .*set MEAI_ENGINE_KEY"):
        configured(monkeypatch, tmp_path, "https://b.example/v1")
    with pytest.raises(BadInput, match="The key to the engine is none") as failure:
        configured(monkeypatch, tmp_path, "https://b.example/v1", MEAI_ENGINE_KEY=f"{KEY}\nX-Other: 1")
    assert KEY not in str(failure.value)
