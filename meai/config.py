"""What ME_AI was asked to do, read once: defaults, then the config file, then the environment, then flags.

The only reader of environment variables. Knows nothing of what the values are used for, and makes no folder.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from meai.documents.names import is_document
from meai.errors import BadInput
from meai.settings.values import READERS, OwnAction, read_settings

# Fixed, because a browser keeps its storage by origin, and the port is part of that. Registered to nobody.
HUB = "https://huggingface.co"
DEFAULT_PORT = 26324
MOST_LAYERS = 9999


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be asked for. All paths are absolute."""

    workspace: Path
    """The folder of the writer's documents; it need not be there yet unless it was given as PATH."""
    single: str | None
    """The name of the one document to serve, or None for the whole folder."""
    port: int
    """0 means any free port."""
    port_given: bool
    """Whether someone asked for this port; if nobody did, a neighbour may be taken instead."""
    open_browser: bool
    model: str | None
    """A model's name or file, or None for the best there is; of an engine elsewhere, the name of one it has."""
    data_dir: Path
    """Trash and fetched models."""
    cache_dir: Path
    """What can be made again."""
    config_file: Path
    """Where the config file is looked for; it need not be there."""
    actions: tuple[OwnAction, ...] = ()
    """What the writer added to the model's actions."""
    dialect: str = "auto"
    """The English that is proofread by where a text does not name its own; `auto`: as it is written."""
    elsewhere: tuple[tuple[str, Path], ...] = ()
    """Where other programs keep models: the name of each and its folder, which need not be there."""
    gpu_layers: int | None = None
    """How many layers of a model a GPU computes, where there is one; None: as many as its memory has room for."""
    hub: str = HUB
    """Where Hugging Face, or a mirror of it, is."""
    hub_key: str = field(default="", repr=False)
    """The writer's key to it, which no log may show."""
    token_file: Path | None = None
    """Where the token is kept from start to start, or None for a new one at each."""
    engine: str | None = None
    """The URL of a server with the OpenAI API that is to answer, or None for a model on this machine."""
    engine_key: str = field(default="", repr=False)
    """The writer's key to that server, which no log may show."""
    engine_plain: bool = False
    """Whether plain http may be spoken to a server outside this machine and its private networks."""


def read_config(
    *,
    path: Path | None = None,
    port: int | None = None,
    model: str | None = None,
    engine: str | None = None,
    gpu_layers: str | None = None,
    dialect: str | None = None,
    open_browser: bool = True,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Return the configuration; the parameters are the flags, None where one was not given.

    Raises BadInput with a sentence that names the key, the value and where it was set.
    """
    environ = os.environ if environ is None else environ
    config_file = platformdirs.user_config_path("meai", appauthor=False) / "config.toml"
    settings = _from_file(config_file) | _from_environment(environ)
    chosen = None if engine is None else _engine(engine, Path.cwd())
    flags = {"port": port, "model": model, "dialect": dialect, "engine": chosen}
    settings |= {key: value for key, value in flags.items() if value is not None}
    if gpu_layers is not None:
        settings["gpu_layers"] = _read(_gpu_layers, gpu_layers, Path.cwd(), "--gpu-layers")
    engine = settings.get("engine") or None
    workspace, single = _asked_for(path) if path else (settings.get("workspace") or _default_workspace(), None)
    return Config(
        workspace=workspace,
        single=single,
        port=settings.get("port", DEFAULT_PORT),
        port_given="port" in settings,
        open_browser=open_browser and _has_screen(environ),
        model=settings.get("model"),
        data_dir=settings.get("data_dir") or platformdirs.user_data_path("meai", appauthor=False),
        cache_dir=settings.get("cache_dir") or platformdirs.user_cache_path("meai", appauthor=False),
        config_file=config_file,
        actions=settings.get("action", ()),
        dialect=settings.get("dialect", "auto"),
        elsewhere=_elsewhere(environ),
        gpu_layers=settings.get("gpu_layers"),
        hub=environ.get("HF_ENDPOINT") or HUB,
        hub_key=_hub_key(environ),
        token_file=settings.get("token_file"),
        engine=engine,
        engine_key=_engine_key(environ, engine) if engine else "",
        engine_plain=settings.get("engine_plain", False),
    )


def _port(value: object, base: Path) -> int:
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if type(number) is not int or not 0 <= number <= 65535:
        raise ValueError("a number from 0 to 65535")
    return number


def _name(value: object, base: Path) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a name or a file")
    return value


def _gpu_layers(value: object, base: Path) -> int | None:
    if value == "auto":
        return None
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if type(number) is not int or not 0 <= number <= MOST_LAYERS:
        raise ValueError(f"auto, or a number of layers from 0 to {MOST_LAYERS}")
    return number


def _engine(value: object, base: Path) -> str:
    """Return the URL, which is judged where it is used; nothing for `none`, which takes back what was set before."""
    if not isinstance(value, str):
        raise ValueError("a URL")
    return "" if value.strip() in ("", "none") else value.strip()


def _switch(value: object, base: Path) -> bool:
    if value not in (True, False, "0", "1"):
        raise ValueError("true or false, in the environment 1 or 0")
    return value in (True, "1")


def _path(value: object, base: Path) -> Path:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("a path")
    try:
        return base / Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError(f"a path, and {Path(value).parts[0]} names no home folder here") from error


# Key in the file, variable in the environment, how a value is read. Relative paths start at the second parameter.
_SETTINGS: tuple[tuple[str, str, Callable[[object, Path], Any]], ...] = (
    ("workspace", "MEAI_WORKSPACE", _path),
    ("port", "MEAI_PORT", _port),
    ("model", "MEAI_MODEL", _name),
    ("gpu_layers", "MEAI_GPU_LAYERS", _gpu_layers),
    ("data_dir", "MEAI_DATA_DIR", _path),
    ("cache_dir", "MEAI_CACHE_DIR", _path),
    ("token_file", "MEAI_TOKEN_FILE", _path),
    ("engine", "MEAI_ENGINE", _engine),
    ("engine_plain", "MEAI_ENGINE_PLAIN", _switch),
)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput(f"The config file {file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise BadInput(f"The config file {file} cannot be read: {error}.") from error
    readers = {key: read for key, _, read in _SETTINGS}
    known = sorted(readers.keys() | READERS.keys())
    if unknown := sorted(table.keys() - known):
        raise BadInput(f"{unknown[0]} in {file} is no setting; there are {', '.join(known)}.")
    writing = read_settings(table, lambda name: f"{name} in {file}")
    of_machine = {key: value for key, value in table.items() if key in readers}
    read = {key: _read(readers[key], value, file.parent, f"{key} in {file}") for key, value in of_machine.items()}
    return read | {"action": writing.action, "dialect": writing.dialect}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what the environment sets. An empty variable counts as not set, as shells cannot always unset one."""
    return {
        key: _read(read, environ[variable], Path.cwd(), variable)
        for key, variable, read in _SETTINGS
        if environ.get(variable)
    }


def _read(read: Callable[[object, Path], Any], value: object, base: Path, place: str) -> Any:
    try:
        return read(value, base)
    except ValueError as error:
        raise BadInput(f"{place} is {value!r}, but must be {error}.") from error


def _default_workspace() -> Path:
    return platformdirs.user_documents_path() / "ME_AI"


def _asked_for(path: Path) -> tuple[Path, str | None]:
    """Return the folder to serve and, where *path* is one document, its name in there."""
    try:
        path = path.expanduser()
    except RuntimeError as error:
        raise BadInput(f"There is no folder or document {path}: {path.parts[0]} names no home folder here.") from error
    if path.is_dir():
        return path.resolve(), None
    if not path.is_file():
        raise BadInput(f"There is no folder or document {path}; name one that is there, or make the folder first.")
    if not is_document(path.name):
        raise BadInput(f"{path} is no Markdown document; its name must end in .md or .markdown.")
    return path.parent.resolve(), path.name


def _hub_folder(environ: Mapping[str, str]) -> Path:
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(environ.get("HF_HOME") or cache / "huggingface")


def _hub_key(environ: Mapping[str, str]) -> str:
    """Return the key that Hugging Face's own settings have, or nothing."""
    if key := environ.get("HF_TOKEN"):
        return key.strip()
    try:
        file = Path(environ.get("HF_TOKEN_PATH") or _hub_folder(environ) / "token")
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _engine_key(environ: Mapping[str, str], engine: str) -> str:
    """Return the key to *engine*: the environment's, else what the system's keyring keeps for its host, else nothing.

    Raises BadInput, without the key, for one that no header can carry.
    """
    key = (environ.get("MEAI_ENGINE_KEY") or _kept_key(urlsplit(engine).hostname or "")).strip()
    if not key.isascii() or not key.isprintable():
        raise BadInput("The key to the engine is none: it has letters or line ends that no key has.")
    return key


def _kept_key(host: str) -> str:
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password("meai", host) or ""
    except Exception as error:
        # A keyring is made of the system's parts, each with errors of its own.
        raise BadInput(
            f"The system's keyring cannot be asked ({type(error).__name__}); set MEAI_ENGINE_KEY."
        ) from error


def _elsewhere(environ: Mapping[str, str]) -> tuple[tuple[str, Path], ...]:
    """Return where other programs keep models, by their own settings."""
    home = Path.home()
    mac_cache = home / "Library" / "Caches" / "llama.cpp"
    llama = mac_cache if sys.platform == "darwin" else home / ".cache" / "llama.cpp"
    return (
        ("Hugging Face", Path(environ.get("HF_HUB_CACHE") or _hub_folder(environ) / "hub")),
        ("LM Studio", home / ".lmstudio" / "models"),
        ("LM Studio", home / ".cache" / "lm-studio" / "models"),
        ("Ollama", Path(environ.get("OLLAMA_MODELS") or home / ".ollama" / "models")),
        ("llama.cpp", Path(environ.get("LLAMA_CACHE") or llama)),
    )


def _has_screen(environ: Mapping[str, str]) -> bool:
    """Whether a browser window can open. Elsewhere a text browser would take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(environ.get(variable) for variable in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))
