"""What a wheel carries, and that it works where there is nothing of the checkout and no Node."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("LICENSE", "README.md", "meai", "models", "pyproject.toml", "static", "templates")
BUILT = shutil.ignore_patterns("node_modules", "dist", "__pycache__", "*.gguf")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, as building cleans the page's folders."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=BUILT)
        else:
            shutil.copy(source, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    built = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, to stand first on Python's path; the dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `meai` of the wheel, far from the checkout and without Node on the path."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MEAI_")},
        "PYTHONPATH": str(installed),
        "PATH": str(tmp_path),
        "MEAI_DATA_DIR": str(tmp_path / "data"),
        "MEAI_CACHE_DIR": str(tmp_path / "cache"),
        "MEAI_WORKSPACE": str(tmp_path / "letters"),
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "meai", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True)

    return start


def test_a_wheel_carries_what_runs_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for name in ("meai/static/dist/app.js", "meai/templates/page.html", "meai/models/catalogue.toml"):
        assert name in names
    known = re.compile(
        r"meai/([a-z]+/){0,2}\w+\.py|meai/(static/dist|templates)/.+|meai/models/catalogue\.toml|meai/(editing/frequent|quality/paragraphs)\.txt|.+\.dist-info/.+"
    )
    assert [name for name in names if not known.fullmatch(name)] == []
    assert not any("node_modules" in name for name in names)


def test_an_installed_wheel_serves_the_page(run: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    with run("--no-browser", "--port", "0") as serving:
        assert serving.stdout is not None
        line = serving.stdout.readline()
        address = urlsplit(line.removeprefix("ME_AI is running at ").strip())
        token = address.fragment.removeprefix("token=")
        paths = ("/", "/static/app.js", "/static/app.css", "/api/documents")
        answers = {path: status(address.netloc, path, token) for path in paths}
        serving.terminate()
        assert answers == dict.fromkeys(answers, 200)
        assert (tmp_path / "letters" / "Welcome.md").exists()


def status(host: str, path: str, token: str) -> int:
    connection = HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_installed_wheel_exports_and_knows_its_models(
    run: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    (tmp_path / "letter.md").write_text("# Hello\n")
    exported, complaints = run("export", "letter.md", "--to", "html").communicate(timeout=60)
    assert ("<h1" in exported, complaints) == (True, "")
    listed, complaints = run("models", "list").communicate(timeout=60)
    assert ("meai models pull smollm2-135m" in listed, complaints) == (True, "")
