"""Install llama.cpp's Python binding into the environment that runs this file: ready-made where it can be, else built.

PyPI has only its source, which takes minutes to build. So, in this order: a wheel that pip built here before; the
project's own ready wheel for this kind of machine; a build of the libraries that ME_AI needs and no others.
CMAKE_ARGS in the environment (say, for CUDA) skips the first two and builds with them.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INDEX = "https://abetlen.github.io/llama-cpp-python/whl/"
CONNECT_S = 15
TICK_S = 30
# Processor time of the reduced build, shared by the cores there are.
BUILD_MINUTES_OF_ONE_CORE = 12
# llama.cpp without its tools, server, tests and the parts for pictures and sound.
REDUCED = [
    f"-D{option}=OFF"
    for option in (
        "LLAVA_BUILD",
        "LLAMA_BUILD_TOOLS",
        "LLAMA_BUILD_SERVER",
        "LLAMA_BUILD_EXAMPLES",
        "LLAMA_BUILD_TESTS",
    )
]
TARGETS = "llama;llama-common;ggml;ggml-cpu;ggml-base"
# Ends with an illegal instruction where the library was built for a newer processor.
TRIAL = "import llama_cpp.llama_cpp as lib; lib.llama_backend_init(); lib.llama_print_system_info()"
LOG = Path(sys.prefix) / "llama-cpp-build.log"
BUILT_WITH = Path(sys.prefix) / "llama-cpp-cmake-args.txt"


def main() -> int:
    requirement = _requirement()
    wanted = os.environ.get("CMAKE_ARGS", "").strip()
    if _installed(requirement) and wanted in ("", _built_with()) and _runs():
        return 0
    BUILT_WITH.unlink(missing_ok=True)
    if not wanted and (_from_cache(requirement) or _ready_made(requirement)):
        return 0
    return _build(requirement, wanted)


def _requirement() -> str:
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return next(line for line in dependencies if line.startswith("llama-cpp-python=="))


def _installed(requirement: str) -> bool:
    check = "import sys, importlib.metadata as m; sys.exit(m.version('llama-cpp-python') != sys.argv[1])"
    return _quiet([sys.executable, "-c", check, requirement.partition("==")[2]])


def _built_with() -> str:
    return BUILT_WITH.read_text(encoding="utf-8") if BUILT_WITH.is_file() else ""


def _runs() -> bool:
    return _quiet([sys.executable, "-c", TRIAL])


def _quiet(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _pip(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]


def _environment(**more: str) -> dict[str, str]:
    # Relative, because pip splits the variable at spaces; both, because pip 25.3 gave builds a variable of their own.
    pinned = ".ci/constraints.txt"
    return {**os.environ, "PIP_CONSTRAINT": pinned, "PIP_BUILD_CONSTRAINT": pinned, **more}


def _from_cache(requirement: str) -> bool:
    """Install the wheel that pip built on this machine before, if it did and it still runs."""
    listed = subprocess.run(
        _pip("cache", "list", "llama_cpp_python", "--format", "abspath"), capture_output=True, check=False
    )
    version = requirement.partition("==")[2]
    if not any(
        Path(line).name.startswith(f"llama_cpp_python-{version}-") for line in listed.stdout.decode().splitlines()
    ):
        return False
    _say("installing llama.cpp as it was built here before")
    return _quiet_in_root(_pip("install", requirement)) and _runs()


def _ready_made(requirement: str) -> bool:
    """Install the project's ready wheel, if one can be reached and runs here."""
    variant = "metal" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"
    _say(f"looking for a ready-made llama.cpp ({variant}) for up to {CONNECT_S} s")
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-deps", "--only-binary", ":all:", "--timeout", "10", "--retries", "0", "--progress-bar", "off"]
        command = _pip("download", *options, "--index-url", INDEX + variant, "--dest", folder, requirement)
        if not _download(command):
            _say("there is none that can be reached")
            return False
        wheel = next(Path(folder).glob("*.whl"))
        if _quiet_in_root(_pip("install", "--force-reinstall", "--no-deps", str(wheel))) and _runs():
            # Now the wheel's own dependencies.
            return _quiet_in_root(_pip("install", requirement))
        _say("the ready-made one does not run on this processor")
        return False


def _download(command: Sequence[str]) -> bool:
    """Run pip's download. A firewall that swallows packets must not hang it: no wheel in sight in CONNECT_S ends it."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    limit = threading.Timer(CONNECT_S, process.kill)
    limit.start()
    try:
        for line in process.stdout:
            if ".whl" in line:
                limit.cancel()
                _say(line.strip())
        return process.wait() == 0
    finally:
        limit.cancel()
        process.kill()


def _quiet_in_root(command: Sequence[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, check=False).returncode == 0


def _build(requirement: str, wanted: str) -> int:
    if not any(shutil.which(name) for name in (os.environ.get("CXX") or "c++", "g++", "clang++", "cl")):
        _say(
            "llama.cpp must be built and there is no C++ compiler; install one "
            "(Debian: apt install build-essential; macOS: xcode-select --install) and try again."
        )
        return 1
    cores = os.cpu_count() or 1
    minutes = max(1, round(BUILD_MINUTES_OF_ONE_CORE / cores))
    _say(f"building llama.cpp: about {minutes} minutes on {cores} cores, once")
    anew = ["--force-reinstall", "--no-cache-dir", "--no-binary", "llama-cpp-python"] if wanted else []
    environment = _environment(
        CMAKE_ARGS=" ".join([*REDUCED, wanted]).strip(),
        SKBUILD_BUILD_TARGETS=os.environ.get("SKBUILD_BUILD_TARGETS", TARGETS),
    )
    with LOG.open("wb") as log, _heartbeat():
        command = _pip("install", "--verbose", *anew, requirement)
        status = subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=False).returncode
    if status != 0 or not _runs():
        print("\n".join(_log_lines()[-30:]), file=sys.stderr)
        _say(f"llama.cpp could not be built; the whole log is {LOG}")
        return 1
    BUILT_WITH.write_text(wanted, encoding="utf-8")
    return 0


@contextlib.contextmanager
def _heartbeat() -> Iterator[None]:
    """Say every TICK_S seconds how far the build is, so that nobody thinks it hangs."""
    done = threading.Event()

    def beat() -> None:
        seconds = 0
        while not done.wait(TICK_S):
            seconds += TICK_S
            steps = re.findall(r"\[(\d+)/(\d+)\]", "\n".join(_log_lines()))
            how_far = "file {} of {}".format(*steps[-1]) if steps else "getting ready"
            _say(f"building llama.cpp: {how_far}, {seconds} s so far")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _log_lines() -> list[str]:
    return LOG.read_text(encoding="utf-8", errors="replace").splitlines()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
