"""What this installation is and whether it can work: findings for a person, or for a program. Changes nothing.

Knows nothing of how findings are asked for. llama.cpp is looked at in a child process, as a build for another
processor ends the process that loads it.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from meai import __version__, assets
from meai.config import Config
from meai.errors import MeaiError
from meai.inference.address import address_of
from meai.inference.engine import ILLEGAL_INSTRUCTION, REINSTALL
from meai.inference.machine import this_machine
from meai.inference.records import Records
from meai.inference.remote import NO_COMPARING, Remote
from meai.models.catalogue import megabytes
from meai.models.library import ModelLibrary, open_library
from meai.server import is_free

_PACKAGE = Path(__file__).resolve().parent
_PACKAGES = (
    *("llama-cpp-python", "flask", "flask-sock", "simple-websocket"),
    *("markdown-it-py", "pygments", "nh3", "ftfy", "numpy"),
)
# What llama.cpp has faster code for; the names of Linux.
_WORTH_NAMING = (
    *("avx", "avx2", "f16c", "fma", "bmi2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "bf16", "sve", "sve2"),
)
_ASK_LLAMA = (
    "import json, sys; from meai.inference.llama import build_info; "
    "print(json.dumps(build_info(*json.loads(sys.argv[1]))))"
)
_BUILDS = {"darwin": "-DGGML_METAL=on"}
_OTHER_BUILDS = "-DGGML_CUDA=on (NVIDIA) or -DGGML_VULKAN=on (others)"
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    topic: str
    """`software`, `processor`, `llama.cpp`, `model` or `engine`, `folders` or `page`."""
    name: str
    value: str | bool
    problem: str = ""
    """A sentence with the way out where this keeps ME_AI from working, else empty."""


def examine(config: Config) -> tuple[Finding, ...]:
    """Look at everything. Takes about a second; never raises MeaiError, as a failure is a finding."""
    library = open_library(config.data_dir)
    return (
        *_software(),
        *_processor(),
        *_llama(config, library),
        *(_engine(config) if config.engine is not None else _model(config, library)),
        *_folders(config, library),
        *_page(config),
    )


def as_json(findings: Iterable[Finding]) -> str:
    """Return *findings* as a JSON object by topic and name, with the list `problems`."""
    found = tuple(findings)
    topics: dict[str, object] = {}
    for finding in found:
        topic = topics.setdefault(finding.topic, {})
        if isinstance(topic, dict):
            topic[finding.name] = finding.value
    topics["problems"] = [finding.problem for finding in found if finding.problem]
    return json.dumps(topics, indent=2, ensure_ascii=False)


def as_text(findings: Iterable[Finding]) -> str:
    """Return *findings* in two columns below a heading for each topic, problems last."""
    lines: list[str] = []
    problems: list[str] = []
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines += ["", topic] if lines else [topic]
        lines.append(f"  {finding.name:<18} {_words(finding.value)}".rstrip())
        problems += [f"Problem: {finding.problem}"] if finding.problem else []
    return "\n".join([*lines, "", *(problems or ["No problem found."])])


def _words(value: str | bool) -> str:
    return value if isinstance(value, str) else "yes" if value else "no"


def _software() -> list[Finding]:
    return [
        Finding("software", "ME_AI", __version__),
        Finding("software", "Python", f"{platform.python_version()} ({sys.executable})"),
        *(Finding("software", package, _version(package)) for package in _PACKAGES),
    ]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _processor() -> list[Finding]:
    return [
        Finding("processor", "system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        Finding("processor", "cores", str(os.cpu_count() or "unknown")),
        Finding("processor", "features", " ".join(_processor_features()) or "unknown"),
    ]


def _processor_features() -> list[str]:
    """Return those of _WORTH_NAMING that this processor has; on macOS under the names of Linux where they differ."""
    if sys.platform == "linux":
        said = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    elif sys.platform == "darwin":
        names = ("machdep.cpu.features", "machdep.cpu.leaf7_features", "hw.optional")
        command = [shutil.which("sysctl") or "/usr/sbin/sysctl", *names]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        said = said.replace("FEAT_DotProd: 1", "asimddp").replace("FEAT_I8MM: 1", "i8mm").replace("AVX1.0", "avx")
    else:
        said = ""
    has = set(said.lower().split()) | {name for name in ("i8mm", "asimddp") if f".{name}" in said}
    return [name for name in _WORTH_NAMING if name in has]


def _llama(config: Config, library: ModelLibrary) -> list[Finding]:
    asked = json.dumps([_would_load(config, library), config.gpu_layers])
    # In the folder of the package, as Python looks in the working folder for modules first.
    command = [sys.executable, "-c", _ASK_LLAMA, asked]
    try:
        child = subprocess.run(command, cwd=_PACKAGE.parent, capture_output=True, timeout=_TIMEOUT_S, check=False)
        said = json.loads(child.stdout.splitlines()[-1]) if child.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return [Finding("llama.cpp", "usable", False, f"llama.cpp does not answer; install it again with {REINSTALL}.")]
    if child.returncode != 0:
        return [Finding("llama.cpp", "usable", False, _why_not(child.returncode, child.stderr))]
    backends = {name.strip().lower() for name in said["backends"].split(",")}
    return [
        Finding("llama.cpp", "usable", True),
        Finding("llama.cpp", "built with Metal", bool(backends & {"metal", "mtl"})),
        Finding("llama.cpp", "built with CUDA", "cuda" in backends),
        Finding("llama.cpp", "finds a GPU", bool(said["devices"])),
        *(Finding("llama.cpp", f"GPU {n}", label) for n, label in enumerate(said["devices"].splitlines(), start=1)),
        *([] if said["devices"] else [Finding("llama.cpp", "for a GPU", _how_to_build())]),
        *([Finding("llama.cpp", "runs the model", said["offload"])] if said["offload"] else []),
        Finding("llama.cpp", "built for", " ".join(re.findall(r"(\w+) = 1", said["features"]))),
    ]


def _would_load(config: Config, library: ModelLibrary) -> str | None:
    try:
        model = library.find(config.model)
    except MeaiError:
        return None
    return str(model.path) if model is not None else None


def _how_to_build() -> str:
    flags = _BUILDS.get(sys.platform, _OTHER_BUILDS)
    return f"set CMAKE_ARGS to {flags} and build llama.cpp anew: {REINSTALL}"


def _why_not(status: int, stderr: bytes) -> str:
    if status in ILLEGAL_INSTRUCTION:
        return f"llama.cpp was built for another processor than this one; build it here with {REINSTALL}."
    last = (stderr.decode("utf-8", "replace").strip().splitlines() or [f"exit status {status}"])[-1]
    return f"llama.cpp cannot be loaded ({last}); install it again with {REINSTALL}."


def _model(config: Config, library: ModelLibrary) -> list[Finding]:
    try:
        model = library.find(config.model)
    except MeaiError as error:
        return [Finding("model", "would load", f"none: {config.model} was asked for", str(error))]
    if model is None:
        offer = library.offer
        way_out = f"; `meai models pull {offer.name}` fetches {offer.label}" if offer else ""
        return [Finding("model", "would load", f"none, as there is none yet{way_out}")]
    return [
        Finding("model", "would load", f"{model.label} ({megabytes(model.size)})"),
        Finding("model", "because it is", model.why),
        Finding("model", "file", str(model.path)),
        *([Finding("model", "licence", model.licence)] if model.licence else []),
        *_prepared(model.path, config.cache_dir),
    ]


def _engine(config: Config) -> list[Finding]:
    """Say what answers elsewhere and what it can do; it is asked with a sentence of our own."""
    assert config.engine is not None
    try:
        remote = Remote(address_of(config.engine, plain_anywhere=config.engine_plain), config.engine_key, config.model)
    except MeaiError as error:
        return [Finding("engine", "address", "none that could be used", str(error))]
    key = Finding("engine", "has a key", bool(config.engine_key))
    try:
        remote.connect()
        report = remote.report(threading.Event())
    except MeaiError as error:
        return [Finding("engine", "texts go to", remote.place), key, Finding("engine", "answers", False, str(error))]
    finally:
        remote.close()
    return [
        Finding("engine", "texts go to", report.place),
        key,
        Finding("engine", "answers", True),
        Finding("engine", "server", report.server),
        Finding("engine", "model", report.model),
        Finding("engine", "continues texts", report.completes or "only as a chat"),
        Finding("engine", "compares wordings", report.compares or NO_COMPARING),
    ]


def _prepared(path: Path, cache: Path) -> list[Finding]:
    """Say what is known of the model on this machine: which file is used for it, why, and how fast that is."""
    record = Records(cache / "models", this_machine()).find(path)
    if record is None:
        return [Finding("model", "on this machine", "not measured yet; that is done when it is first used")]
    speed = record.calibration
    used = record.converted.path if record.converted else str(path)
    return [
        Finding("model", "on this machine", record.note),
        Finding("model", "file used", used),
        *([Finding("model", "layers on a GPU", str(record.gpu_layers))] if record.gpu_layers else []),
        Finding("model", "reads", f"{speed.reads_per_s:.0f} tokens a second"),
        Finding("model", "writes", f"{speed.writes_per_s:.0f} tokens a second"),
        Finding("model", "measured", f"{speed.made} on {speed.machine}{', while it was busy' * speed.estimated}"),
    ]


def _folders(config: Config, library: ModelLibrary) -> list[Finding]:
    return [
        Finding("folders", "workspace", str(config.workspace)),
        Finding("folders", "data", str(config.data_dir)),
        Finding("folders", "cache", str(config.cache_dir)),
        *(Finding("folders", f"models {number}", str(path)) for number, path in enumerate(library.folders, start=1)),
        Finding("folders", "config file", f"{config.config_file}{'' if config.config_file.is_file() else ' (none)'}"),
    ]


def _page(config: Config) -> list[Finding]:
    page = assets.find("static/dist")
    built = (page / "app.js").is_file()
    missing = "" if built else f"The page is not built in {page}; run `make page` or reinstall ME_AI."
    port = "any" if config.port == 0 else str(config.port)
    return [
        Finding("page", "built", built, missing),
        Finding("page", "port", port),
        Finding("page", "port is free", is_free(config.port)),
    ]
