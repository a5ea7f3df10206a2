from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from meai.config import DEFAULT_PORT, Config, OwnAction, read_config
from meai.errors import BadInput


@pytest.fixture
def config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the config file of this test lies; the writer's own is out of sight."""
    folder = tmp_path / "config"
    folder.mkdir()
    monkeypatch.setattr(platformdirs, "user_config_path", lambda *args, **kwargs: folder)
    return folder / "config.toml"


@pytest.fixture(autouse=True)
def no_file(config_file: Path) -> None:
    assert not config_file.exists()


def test_defaults() -> None:
    config = read_config(environ={})
    assert config.workspace == platformdirs.user_documents_path() / "ME_AI"
    assert (config.single, config.port, config.port_given, config.model) == (None, DEFAULT_PORT, False, None)
    assert config.data_dir.is_absolute()
    assert config.cache_dir.is_absolute()


def test_flags_win_over_the_environment_and_the_environment_over_the_file(config_file: Path) -> None:
    config_file.write_text('port = 1111\nmodel = "from-file"\n')
    assert read_config(environ={}).port == 1111
    assert read_config(environ={"MEAI_PORT": "2222"}).port == 2222
    config = read_config(port=3333, environ={"MEAI_PORT": "2222"})
    assert (config.port, config.port_given, config.model) == (3333, True, "from-file")


def test_port_0_is_a_port_that_was_asked_for() -> None:
    config = read_config(port=0, environ={"MEAI_PORT": "2222"})
    assert (config.port, config.port_given) == (0, True)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_config(environ={"MEAI_PORT": "", "MEAI_MODEL": ""}) == read_config(environ={})


def test_folders_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = read_config(environ={"MEAI_DATA_DIR": "data", "MEAI_CACHE_DIR": str(tmp_path / "cache")})
    assert (config.data_dir, config.cache_dir) == (tmp_path / "data", tmp_path / "cache")


def test_relative_paths_in_the_file_start_at_the_file(config_file: Path) -> None:
    config_file.write_text('data_dir = "data"\n')
    assert read_config(environ={}).data_dir == config_file.parent / "data"


@pytest.mark.parametrize("value", ["abc", "-1", "65536", "8000.5", "١٢"])
def test_a_bad_port_in_the_environment_names_variable_and_value(value: str) -> None:
    with pytest.raises(BadInput, match=r"MEAI_PORT is '.*', but must be a number from 0 to 65535") as failure:
        read_config(environ={"MEAI_PORT": value})
    assert value in str(failure.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('port = "many"', "port in .* is 'many', but must be a number"),
        ("port = true", "port in .* is True, but must be a number"),
        ("model = 5", "model in .* is 5, but must be a name"),
        ('data_dir = ""', "data_dir in .* is '', but must be a path"),
        ("prot = 5", "prot in .* is no setting; there are action, autosave, .* underlines, workspace"),
        ("port = ", "config file .* cannot be read"),
    ],
)
def test_a_bad_line_in_the_file_is_one_sentence_naming_it(config_file: Path, line: str, message: str) -> None:
    config_file.write_text(line)
    with pytest.raises(BadInput, match=message) as failure:
        read_config(environ={})
    assert str(config_file) in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_path_may_be_a_folder(tmp_path: Path) -> None:
    config = read_config(path=tmp_path, environ={"MEAI_WORKSPACE": "/elsewhere"})
    assert (config.workspace, config.single) == (tmp_path, None)


def test_a_workspace_that_was_set_once_and_for_all_need_not_be_there_yet(tmp_path: Path) -> None:
    config = read_config(environ={"MEAI_WORKSPACE": str(tmp_path / "letters")})
    assert (config.workspace, config.single) == (tmp_path / "letters", None)


@pytest.mark.parametrize("name", ["Issue 12.md", "letter.markdown", "LOUD.MD"])
def test_a_path_may_be_one_document(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("# Hello\n")
    config = read_config(path=tmp_path / name, environ={})
    assert (config.workspace, config.single) == (tmp_path, name)


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_config(path=Path("."), environ={}).workspace == tmp_path


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"")
    with pytest.raises(BadInput, match=r"must end in \.md or \.markdown"):
        read_config(path=tmp_path / "picture.png", environ={})


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no folder or document"):
        read_config(path=tmp_path / "gone", environ={})


def test_a_home_that_is_nobodys_is_refused_in_one_sentence() -> None:
    with pytest.raises(BadInput, match=r"no folder or document ~nosuch/x\.md: ~nosuch names no home folder"):
        read_config(path=Path("~nosuch/x.md"), environ={})
    with pytest.raises(BadInput, match=r"MEAI_WORKSPACE is '~nosuch/x', but must be a path, and ~nosuch names no home"):
        read_config(environ={"MEAI_WORKSPACE": "~nosuch/x"})


@pytest.mark.parametrize(
    ("platform", "environ", "opens"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_browser_opens_only_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], opens: bool
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    assert read_config(environ=environ).open_browser is opens
    assert read_config(open_browser=False, environ=environ).open_browser is False


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    config: Config = read_config(environ={"MEAI_DATA_DIR": str(tmp_path / "data")})
    assert not config.data_dir.exists()


def test_a_writers_own_actions_come_from_the_file(config_file: Path) -> None:
    config_file.write_text(
        '[[action]]\nname = "Pirate"\ninstruction = "Say it as a pirate: {{selection}}"\nkey = "Mod-Alt-1"\n\n'
        '[[action]]\nname = "Emoji"\ninstruction = "Add an emoji."\n',
        encoding="utf-8",
    )
    assert read_config(environ={}).actions == (
        OwnAction("Pirate", "Say it as a pirate: {{selection}}", "Mod-Alt-1"),
        OwnAction("Emoji", "Add an emoji.", ""),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('action = "x"', "once for each"),
        ('[[action]]\nname = "Pirate"\n', "not empty"),
        ('[[action]]\nname = "A"\ninstruction = "B"\nprompt = "C"\n', "perhaps a key"),
        ('[[action]]\nname = "A"\ninstruction = "B"\n[[action]]\nname = "a"\ninstruction = "C"\n', "twice"),
    ],
)
def test_an_action_that_makes_no_sense_is_told(config_file: Path, text: str, told: str) -> None:
    config_file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told):
        read_config(environ={})


def test_other_programs_models_are_looked_for_where_their_settings_say(tmp_path: Path) -> None:
    told = {"OLLAMA_MODELS": "/o", "HF_HUB_CACHE": "/h", "LLAMA_CACHE": "/l"}
    places = read_config(environ=told).elsewhere
    assert {("Ollama", Path("/o")), ("Hugging Face", Path("/h")), ("llama.cpp", Path("/l"))} <= set(places)


def test_the_hubs_own_settings_are_honoured_and_its_key_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    config = read_config(environ={"HF_HOME": str(tmp_path), "HF_ENDPOINT": "https://mirror.example"})
    assert (config.hub, config.hub_key) == ("https://mirror.example", "from-file")
    assert read_config(environ={"HF_HOME": str(tmp_path), "HF_TOKEN": "secret"}).hub_key == "secret"
    assert "from-file" not in repr(config)


@pytest.mark.parametrize(("said", "layers"), [("auto", None), ("0", 0), ("12", 12)])
def test_the_layers_for_a_gpu_are_a_number_or_what_fits(said: str, layers: int | None) -> None:
    assert read_config(environ={"MEAI_GPU_LAYERS": said}).gpu_layers == layers
    assert read_config(environ={"MEAI_GPU_LAYERS": "3"}, gpu_layers=said).gpu_layers == layers


@pytest.mark.parametrize("said", ["-1", "many", "1.5", "99999"])
def test_other_layers_for_a_gpu_are_refused_with_where_they_were_said(said: str) -> None:
    with pytest.raises(BadInput, match=f"--gpu-layers is '{said}', but must be auto, or a number of layers"):
        read_config(environ={}, gpu_layers=said)
