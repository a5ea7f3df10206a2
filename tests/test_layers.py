"""Who may import whom, read from the sources. docs/architecture.md says why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "meai"
PAGE = ROOT / "static" / "src"

# Each part and the parts it may import; a part is a folder or a module of the package.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "logs": set(),
    "assets": set(),
    "stretch": set(),
    "process": {"errors", "logs"},
    "config": {"errors", "documents.names", "settings.values"},
    "settings": {"errors"},
    "browser": set(),
    "documents": {"assets", "errors", "process", "stretch"},
    "markdown": {"errors", "process", "stretch"},
    "inference": {"errors", "process"},
    "models": {"assets", "errors"},
    "editing": {"errors", "inference.request", "markdown", "process"},
    "export": {"assets", "errors", "markdown", "documents.foreign.inline"},
    "web": {
        *("errors", "editing", "export", "markdown", "documents", "models", "settings"),
        *("inference.engine", "inference.remote", "inference.request", "inference.stop"),
    },
    "server": {"errors"},
    "lease": {"errors"},
    "serving": {
        *("errors", "logs", "config", "server", "app", "browser", "lease"),
        *("documents.places", "documents.welcome", "web.security"),
    },
    "rewriting": {"adapted", "known", "errors", "config", "editing", "inference", "models"},
    "histories": {"errors", "config", "documents"},
    "measured": {"inference", "models"},
    "adapted": {"inference", "models"},
    "known": {"editing", "models"},
    "quality": {"errors", "config", "inference", "models", "editing"},
    "bench": {"errors", "config", "inference", "models", "editing"},
    "doctor": {"assets", "errors", "config", "server", "models", "inference"},
    "app": {
        "adapted",
        "known",
        "measured",
        "assets",
        "errors",
        "config",
        "settings",
        "web",
        "editing",
        "export",
        "markdown",
        "documents",
        "models",
        "inference",
    },
    "cli": {
        *("errors", "config", "serving", "rewriting", "histories", "bench", "quality", "doctor"),
        *("editing", "export", "documents", "models", "measured"),
    },
    "__main__": {"cli"},
}
# Packages that may be imported only here.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "flask": ("web/", "app.py", "server.py"),
    "werkzeug": ("web/", "app.py", "server.py"),
    "simple_websocket": ("web/", "bench/"),
    "llama_cpp": ("inference/binding.py",),
    "click": ("cli.py",),
    "harper": ("editing/harper.py",),
    "css_inline": ("export/email.py",),
    "jinja2": ("export/page.py", "inference/sandbox.py"),
    "filelock": ("lease.py", "models/"),
    "keyring": ("config.py",),
    "PIL": ("export/picture.py",),
    "watchfiles": ("documents/watch.py",),
    "tomlkit": ("settings/file.py",),
}
# Pure rules: they decide, and touch neither clock nor disk nor socket nor thread.
PURE = (
    "documents/authorship.py",
    "documents/thinning.py",
    "inference/calibration.py",
    "inference/fitting.py",
    "models/gguf_tables.py",
    "models/pace.py",
    "inference/templates.py",
    "inference/thinking.py",
    "inference/parking.py",
    "inference/offload.py",
    "inference/prefix.py",
    "inference/repetition.py",
    "inference/scheduler.py",
    "inference/speculation.py",
    "inference/expectation.py",
    "inference/source.py",
    "editing/verify.py",
    "editing/protect.py",
    "editing/facts.py",
    "editing/frozen.py",
    "editing/anchors.py",
    "editing/closing.py",
    "editing/repair.py",
    "editing/segment.py",
    "editing/ranking.py",
    "editing/spelling.py",
    "editing/language.py",
    "settings/values.py",
)
IMPURE = {
    "asyncio",
    "io",
    "os",
    "pathlib",
    "queue",
    "select",
    "shutil",
    "socket",
    "subprocess",
    "tempfile",
    "threading",
}
IMPURE |= {"time", "datetime", "random", "multiprocessing"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that the module at *path* imports, inside functions too.

    Imports for the type checker alone count as well: a part that needs another's types knows that part.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively; the layers are easier to see in full names"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> Iterator[str]:
    """Yield what the module imports of this package, as `part.module.name`."""
    for name in imports(path):
        if name.startswith("meai.") and not name.startswith("meai.__"):
            yield name.removeprefix("meai.")


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_run_one_way(path: Path) -> None:
    part = part_of(path)
    if part == "__init__":
        return
    allowed = MAY_IMPORT[part] | {part}
    wrong = [name for name in own_imports(path) if not any(f"{name}.".startswith(f"{one}.") for one in allowed)]
    assert wrong == [], f"{part} may import {sorted(allowed)}"


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_foreign_package_has_one_room(package: str) -> None:
    users = {name_of(path) for path in modules() if package in {name.partition(".")[0] for name in imports(path)}}
    assert {user for user in users if not user.startswith(ONLY_IN[package])} == set()


def test_the_environment_is_read_in_one_place() -> None:
    readers = {
        name_of(path)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute | ast.ImportFrom)
        and (ast.unparse(node) in ("os.environ", "os.environb", "os.getenv") or imports_environment(node))
    }
    assert readers == {"config.py"}


def imports_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "os" and any("env" in alias.name for alias in node.names)


@pytest.mark.parametrize("name", PURE)
def test_pure_rules_touch_nothing(name: str) -> None:
    used = {imported.partition(".")[0] for imported in imports(PACKAGE / name)}
    assert used & IMPURE == set()
    calls = {node.func.id for node in ast.walk(tree(PACKAGE / name)) if is_call_by_name(node)}
    assert calls & {"open", "print", "input", "exec", "eval"} == set()


def is_call_by_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_module_holds_mutable_state(path: Path) -> None:
    """A table at module level is data; what changes it there, or rebinds a global, is state."""
    tables = {
        target.id
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    changed = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Global) or changes(node, tables)]
    assert changed == []


CHANGING = {"add", "append", "clear", "extend", "insert", "pop", "popitem", "remove", "setdefault", "update"}


def changes(node: ast.AST, tables: set[str]) -> bool:
    """Whether *node* changes a table of its module: by a method, by an item, or by deleting one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
        return isinstance(node.func.value, ast.Name) and node.func.value.id in tables
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return isinstance(node.value, ast.Name) and node.value.id in tables
    return False


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert (ast.get_docstring(tree(path)) or "").endswith((".", "`", ")"))


ONE_PLACE = [
    (r"new WebSocket\(", "socket.ts"),
    (r"\bfetch\(", "api.ts"),
    (r"\bindexedDB\b", "storage.ts"),
    (r"navigator\.locks", "tabs.ts"),
]


@pytest.mark.parametrize(("word", "module"), ONE_PLACE)
def test_the_page_reaches_out_in_one_place_for_each_way(word: str, module: str) -> None:
    users = {
        path.name
        for path in PAGE.glob("**/*.ts")
        if not path.name.endswith(".test.ts") and re.search(word, path.read_text(encoding="utf-8"))
    }
    assert users == {module}
