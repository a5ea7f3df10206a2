"""The command line as another program meets it: a real process, its output, its exit status."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import click.testing
import psutil
import pytest
import websocket

from meai import __version__
from meai.cli import cli
from meai.errors import BadInput
from meai.models.catalogue import read_catalogue
from tests.models.gguf_files import tiny_model
from tests.models.test_lora import BASE, SOUND

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def environment(tmp_path: Path, prepared_cache: Path) -> dict[str, str]:
    """Folders of its own but for the cache, and no setting of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MEAI_")}
    own = {"MEAI_DATA_DIR": "data", "XDG_CONFIG_HOME": "config", "HOME": "home"}
    return {**kept, "MEAI_CACHE_DIR": str(prepared_cache), **{name: str(tmp_path / own[name]) for name in own}}


@pytest.fixture
def meai(environment: dict[str, str], tmp_path: Path) -> Run:
    def run(*arguments: str | Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "meai", *map(str, arguments)]
        env = {**environment, **more}
        return subprocess.run(command, input=stdin, capture_output=True, env=env, cwd=tmp_path, check=False, timeout=60)

    return run


def sentence(result: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one sentence on stderr."""
    said = result.stderr.decode()
    assert said.endswith(".\n"), said
    assert said.count("\n") == 1, said
    return said.strip()


@pytest.mark.alone
def test_help_names_options_and_commands_and_comes_at_once(meai: Run) -> None:
    started = time.monotonic()
    said = meai("--help").stdout.decode()
    assert time.monotonic() - started < 1.5
    for word in ("[PATH]", "--port", "--no-browser", "--model", "doctor", "export", "models", "rewrite"):
        assert word in said


def _groups(group: click.Group) -> Iterator[click.Group]:
    yield group
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _groups(command)


def test_every_command_is_described_by_a_whole_sentence() -> None:
    for group in _groups(cli):
        said = click.testing.CliRunner().invoke(group, ["--help"]).stdout
        assert "..." not in said.partition("Commands:")[2], said


def test_rewrite_lists_its_actions_and_says_them_to_who_names_none_or_another(meai: Run) -> None:
    said = meai("rewrite", "--help").stdout.decode()
    assert "rewrite [OPTIONS] ACTION [FILE|-]" in said
    assert re.search(r"^  make-fluent +Make it fluent$", said, re.MULTILINE)
    for wrong in ((), ("polish",)):
        refused = meai("rewrite", *wrong)
        assert refused.returncode == 2
        assert "'ACTION'" in refused.stderr.decode()
        assert "make-fluent, paraphrase" in refused.stderr.decode()


def test_help_imports_nothing_heavy() -> None:
    check = (
        "import sys; from meai.cli import cli; cli.main(['--help'], standalone_mode=False);"
        "print([m for m in ('flask', 'numpy', 'markdown_it', 'pygments', 'llama_cpp') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"


def test_a_defect_is_told_without_a_traceback(meai: Run, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import meai.cli\nmeai.cli._read = lambda file: 1 / 0\n")
    result = meai("rewrite", "paraphrase", PYTHONPATH=str(tmp_path))
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()


def test_version(meai: Run) -> None:
    assert meai("--version").stdout.decode() == f"meai {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "many"],
        ["--port", "65536"],
        ["--wrong"],
        ["rewrite", "sing"],
        ["rewrite", "ask"],
        ["rewrite", "paraphrase", "--instruction", "Sing it."],
        ["export", "letter.md", "--to", "stone"],
        ["export", "letter.md"],
        ["models", "steal"],
    ],
)
def test_wrong_usage_exits_2_and_shows_the_usage(meai: Run, arguments: list[str]) -> None:
    result = meai(*arguments)
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.decode().startswith("Usage: meai")
    assert "serve" not in result.stderr.decode()


def test_a_path_that_is_not_there_fails_in_one_sentence(meai: Run) -> None:
    result = meai("nowhere")
    assert result.returncode == 1
    assert "nowhere" in sentence(result)


@pytest.mark.parametrize("words", [("exprt", "x"), ("exprt",)])
def test_a_mistyped_command_is_told_the_nearest_one(words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match=r"no command exprt, .*; did you mean `meai export`\?$"):
        cli.main(list(words), standalone_mode=False)


def test_a_folder_that_is_called_nearly_as_a_command_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    with pytest.raises(click.UsageError, match="unexpected extra argument"):
        cli.main(["exports", "x"], standalone_mode=False)


def test_a_bad_setting_fails_in_one_sentence(meai: Run) -> None:
    result = meai("models", "list", MEAI_PORT="many")
    assert result.returncode == 1
    assert sentence(result) == "MEAI_PORT is 'many', but must be a number from 0 to 65535."


# Serving


class Serving:
    """`meai` with *arguments* while it runs."""

    def __init__(
        self,
        environment: dict[str, str],
        tmp_path: Path,
        *arguments: str | Path,
        program: tuple[str, ...] = ("-m", "meai"),
    ) -> None:
        command = [sys.executable, *program, *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()

    @property
    def url(self) -> str:
        return self.line.removeprefix("ME_AI is running at ").partition("#")[0].strip()

    @property
    def token(self) -> str:
        return self.line.partition("#token=")[2].strip()

    def documents(self) -> dict[str, Any]:
        host = urlsplit(self.url).netloc
        connection = http.client.HTTPConnection(host, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", "/api/documents", headers={"Authorization": f"Bearer {self.token}"})
            return dict(json.load(connection.getresponse()))

    def preview(self, text: str) -> dict[str, Any]:
        """Return what a page that asks for a preview of *text* hears."""
        origin = self.url.rstrip("/")
        address = f"ws://{urlsplit(origin).netloc}/ws"
        with contextlib.closing(websocket.create_connection(address, origin=origin, timeout=20)) as page:
            page.send(json.dumps({"type": "hello", "token": self.token}))
            page.send(json.dumps({"type": "preview", "version": 1, "text": text}))
            while (message := json.loads(page.recv()))["type"] != "previewed":
                pass
        return dict(message)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> tuple[int, str, str]:
        self.process.terminate()
        return self._rest()

    def interrupt(self) -> tuple[int, str, str]:
        """Do as Ctrl-C does: the signal goes to the children too."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self._rest()

    def _rest(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    with contextlib.ExitStack() as at_end:

        def start(*arguments: str | Path) -> Serving:
            serving = Serving(environment, tmp_path, *arguments)
            at_end.callback(serving.kill)
            return serving

        yield start


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n")
    (folder / "two.md").write_text("# Two\n")
    return folder


def test_one_line_says_where_it_runs_and_the_token_opens_it(serve: Callable[..., Serving], workspace: Path) -> None:
    serving = serve(workspace, "--no-browser", "--port", "0")
    listed = serving.documents()
    assert listed["workspace"] == "letters"
    assert len(serving.token) >= 43
    assert serving.end() == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")
@pytest.mark.model
def test_ctrl_c_ends_it_quietly_while_its_children_are_still_starting(
    serve: Callable[..., Serving], workspace: Path, model_path: Path
) -> None:
    serving = serve(workspace, "--no-browser", "--port", "0", "--model", model_path)
    assert serving.documents()
    assert serving.interrupt() == (0, "", "")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Children hear Ctrl-C, also where this process was told to ignore it, as one in the background is."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C in another way")
@pytest.mark.usefixtures("interruptible")
@pytest.mark.model
def test_ctrl_c_ends_a_command_quietly(environment: dict[str, str], model_path: Path) -> None:
    command = [sys.executable, "-m", "meai", "rewrite", "correct-spelling", "--model", str(model_path)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, env=environment, start_new_session=True, **pipes) as process:
        assert process.stdin is not None
        process.stdin.write(b"I has went to the market yesterday. " * 50)
        process.stdin.close()
        wait_for_a_child(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        # It would end in time of itself, but not like this: a busy machine is no failure.
        assert process.wait(60) == 130
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read().strip()) == (b"", b"")


def wait_for_a_child(pid: int) -> None:
    deadline = time.monotonic() + 20
    while not psutil.Process(pid).children():
        assert time.monotonic() < deadline, "no child in 20 s"
        time.sleep(0.01)


def test_one_document_is_served_alone(serve: Callable[..., Serving], workspace: Path) -> None:
    serving = serve(workspace / "one.md", "--no-browser", "--port", "0")
    listed = serving.documents()
    assert [document["name"] for document in listed["documents"]] == ["one.md"]
    serving.end()


@pytest.mark.slow
def test_a_workspace_is_served_once_and_the_second_hears_where(serve: Callable[..., Serving], workspace: Path) -> None:
    first = serve(workspace, "--no-browser", "--port", "0")
    second = serve(workspace / "..", "--no-browser", "--port", "0")
    third = serve(workspace / "one.md", "--no-browser", "--port", "0")
    assert third.documents()["workspace"] == "letters"
    link = workspace.parent / "linked"
    link.symlink_to(workspace)
    status, out, err = serve(link, "--no-browser", "--port", "0").end()
    assert (status, out) == (1, "")
    assert err.strip() == f"“letters” is open already at {first.url}; go to that window, or stop ME_AI there first."
    assert first.token not in err
    for each in (first, second, third):
        each.end()
    assert serve(workspace, "--no-browser", "--port", "0").documents()["workspace"] == "letters"


@pytest.mark.slow
def test_a_workspace_comes_back_at_its_own_address(serve: Callable[..., Serving], workspace: Path) -> None:
    """Else the browser would not find what it has kept for it."""
    one = serve(workspace, "--no-browser")
    other = serve(workspace.parent, "--no-browser")
    addresses = [one.url, other.url]
    assert len(set(addresses)) == 2
    for each in (one, other):
        each.end()
    other, one = serve(workspace.parent, "--no-browser"), serve(workspace, "--no-browser")
    assert [one.url, other.url] == addresses


def test_the_first_run_makes_the_writers_folder_with_a_welcome(serve: Callable[..., Serving], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    serving = serve("--no-browser", "--port", "0")
    listed = serving.documents()
    serving.end()
    assert (listed["workspace"], listed["open"]) == ("ME_AI", "Welcome.md")
    assert list((tmp_path / "home").rglob("ME_AI/Welcome.md"))


@pytest.mark.parametrize("setting", ["letters/one.md", "letters/one.md/below"])
def test_a_workspace_that_cannot_be_a_folder_is_told(meai: Run, workspace: Path, setting: str) -> None:
    result = meai("--no-browser", "--port", "0", MEAI_WORKSPACE=setting)
    assert result.returncode == 1
    assert setting in sentence(result)


def test_a_taken_port_that_was_asked_for_is_told(meai: Run, workspace: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = meai(workspace, "--no-browser", "--port", str(port))
    assert result.returncode == 1
    assert f"Port {port} is in use" in sentence(result)


# Export and models


def test_an_export_goes_to_stdout_or_to_a_file(meai: Run, workspace: Path) -> None:
    printed = meai("export", workspace / "one.md", "--to", "html")
    assert printed.returncode == 0
    assert b"<h1" in printed.stdout
    written = meai("export", workspace / "one.md", "--to", "html", "-o", workspace / "one.html")
    assert (written.returncode, written.stdout) == (0, b"")
    assert (workspace / "one.html").read_bytes() == printed.stdout


def test_an_export_as_json_carries_the_report(meai: Run, workspace: Path) -> None:
    result = json.loads(meai("export", workspace / "one.md", "--to", "text", "--json").stdout)
    assert result["media_type"].startswith("text/plain")
    assert result["filename"].startswith("one.")
    assert (result["report"], "One" in result["content"]) == ([], True)


def test_a_strict_export_that_would_lose_something_exits_3_and_writes_nothing(meai: Run, workspace: Path) -> None:
    (workspace / "picture.md").write_text("![A cat](missing.png)\n")
    out = workspace / "picture.html"
    result = meai("export", workspace / "picture.md", "--to", "html", "-o", out, "--strict")
    assert result.returncode == 3
    assert "picture.md:1: " in result.stderr.decode()
    assert not out.exists()
    assert meai("export", workspace / "picture.md", "--to", "html", "-o", out).returncode == 0
    assert out.exists()


def test_an_export_takes_the_options_of_its_format(meai: Run, workspace: Path) -> None:
    (workspace / "parts.md").write_text("# Title\n\n## One\n\n## Two\n", encoding="utf-8")
    assert b"<nav" in meai("export", workspace / "parts.md", "--to", "html", "--set", "toc=true").stdout
    result = meai("export", workspace / "parts.md", "--to", "html", "--set", "theme=mauve")
    assert result.returncode == 1
    assert result.stderr.decode() == "The export option “theme” cannot be “mauve”; choose one of system, light, dark.\n"


def test_an_export_never_replaces_its_document(meai: Run, workspace: Path) -> None:
    letter = next(workspace.glob("*.md"))
    before = letter.read_bytes()
    result = meai("export", letter, "--to", "html", "-o", workspace / "." / letter.name)
    assert result.returncode == 1
    assert "is the document itself" in sentence(result)
    assert letter.read_bytes() == before


def test_an_export_of_a_missing_file_fails_in_one_sentence(meai: Run) -> None:
    result = meai("export", "gone.md", "--to", "html")
    assert result.returncode == 1
    assert "gone.md" in sentence(result)


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_failure_worth_words(environment: dict[str, str], workspace: Path) -> None:
    (workspace / "long.md").write_text("# long\n\n" + "A line of words.\n\n" * 50_000)
    command = [sys.executable, "-m", "meai", "export", str(workspace / "long.md"), "--to", "text"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"long"
        process.stdout.close()
        assert process.stderr.read() == b""


def test_models_that_can_be_fetched_are_listed_with_size_and_licence(meai: Run) -> None:
    default = read_catalogue()[0]
    assert f"{default.name}  98 MB  {default.licence}" in meai("models", "list").stdout.decode()
    listed = json.loads(meai("models", "list", "--json").stdout)
    assert default.name in {model["name"] for model in listed["here"] + listed["to_fetch"]}
    assert not any(model["community"] for model in listed["to_fetch"])
    everything = json.loads(meai("models", "list", "--all", "--json").stdout)
    assert any(model["community"] for model in everything["to_fetch"])


def test_a_file_is_imported_chosen_described_and_removed(meai: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.gguf"
    file.write_bytes(tiny_model())
    assert json.loads(meai("models", "import", file, "--json").stdout)["path"] == str(file)
    assert json.loads(meai("models", "use", "mine", "--json").stdout)["name"] == "mine"
    assert json.loads(meai("models", "list", "--json").stdout)["use"] == "mine"
    told = json.loads(meai("models", "info", "mine", "--json").stdout)
    assert (told["context_length"], told["fit"], told["size"]) == (2048, "fits", file.stat().st_size)
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "stays at" in meai("models", "remove", "mine").stdout.decode()
    assert file.exists()


@pytest.mark.slow
def test_an_adapter_is_added_to_its_model_listed_and_taken_out(meai: Run, tmp_path: Path) -> None:
    base, voice = tmp_path / "base.gguf", tmp_path / "voice.gguf"
    base.write_bytes(BASE.packed())
    voice.write_bytes(SOUND.packed())
    for_shortening = ("--model", base, "--scale", "0.5", "--action", "shorten", "--json")
    added = json.loads(meai("models", "adapter", "add", voice, *for_shortening).stdout)
    assert (added["name"], added["rank"], added["actions"]) == ("voice", 2, ["shorten"])
    assert meai("models", "adapter", "list").stdout.decode() == f"voice  base  0.5  shorten  {voice}\n"
    assert "is no longer used" in meai("models", "adapter", "remove", "voice").stdout.decode()
    result = meai("models", "adapter", "add", base, "--model", base)
    assert (result.returncode, "it is a model and no adapter" in sentence(result)) == (1, True)


def test_a_hostile_file_is_not_imported_and_fails_in_one_sentence(meai: Run, tmp_path: Path) -> None:
    (tmp_path / "hostile.gguf").write_bytes(b"GGUF\x03\0\0\0" + b"\xff" * 64)
    result = meai("models", "import", tmp_path / "hostile.gguf")
    assert result.returncode == 1
    assert "is not used" in sentence(result)


def test_an_unknown_model_fails_in_one_sentence(meai: Run) -> None:
    result = meai("models", "pull", "huge")
    assert result.returncode == 1
    assert "no model called huge" in sentence(result)


# Doctor


def test_doctor_says_what_it_found(meai: Run) -> None:
    said = meai("doctor", "--port", "0").stdout.decode()
    for word in (
        "ME_AI",
        "Python",
        "llama-cpp-python",
        "flask-sock",
        "cores",
        "built with CUDA",
        "would load",
        "workspace",
        "port",
    ):
        assert word in said


def test_doctor_as_json_has_the_same_topics(meai: Run, tmp_path: Path) -> None:
    found = json.loads(meai("doctor", "--json").stdout)
    assert set(found) == {"software", "processor", "llama.cpp", "model", "folders", "page", "problems"}
    assert found["folders"]["data"] == str(tmp_path / "data")
    assert found["llama.cpp"]["usable"] is True


@pytest.mark.model
def test_doctor_says_which_file_is_used_and_why(meai: Run, model_path: Path, tmp_path: Path) -> None:
    def found(**more: str) -> dict[str, str]:
        return dict(json.loads(meai("doctor", "--json", "--model", model_path, **more).stdout)["model"])

    meai("rewrite", "autocomplete", "--model", model_path, stdin=b"Dear readers, this")
    assert found()["on this machine"].startswith(("requantised to Q8_0", "used as it is"))
    assert Path(found()["file used"]).is_file()
    assert re.fullmatch(r"\d+ tokens a second", found()["reads"])
    assert "not measured yet" in found(MEAI_CACHE_DIR=str(tmp_path / "empty"))["on this machine"]


def test_doctor_sees_a_taken_port(meai: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = json.loads(meai("doctor", "--json", "--port", str(port)).stdout)
    assert found["page"] == {"built": found["page"]["built"], "port": str(port), "port is free": False}


def test_doctor_exits_1_and_says_why_a_model_cannot_be_used(meai: Run, tmp_path: Path) -> None:
    (tmp_path / "fake.gguf").write_bytes(b"not a model")
    result = meai("doctor", "--model", tmp_path / "fake.gguf")
    assert result.returncode == 1
    assert "Problem: " in result.stdout.decode()
    assert "is not a GGUF model file" in result.stdout.decode()


# As the installed command does: without -P Python looks for modules in the working folder first.
INSTALLED = ("-P", "-m", "meai")


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """What modules that lie in the working folder write when they are run."""
    for name in ("json", "llama_cpp", "numpy", "markdown_it", "nh3"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w'); raise SystemExit(9)")
    return tmp_path / "ran"


def test_doctor_runs_nothing_of_the_folder_it_is_started_in(
    environment: dict[str, str], tmp_path: Path, trap: Path
) -> None:
    command = [sys.executable, *INSTALLED, "doctor", "--port", "0", "--json"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert json.loads(result.stdout)["llama.cpp"]["usable"] is True
    assert not trap.exists()


def test_serving_runs_nothing_of_the_folder_it_is_started_in(
    environment: dict[str, str], tmp_path: Path, workspace: Path, trap: Path
) -> None:
    serving = Serving(environment, tmp_path, workspace, "--no-browser", "--port", "0", program=INSTALLED)
    try:
        assert serving.preview("# Hello")["blocks"][0]["html"]
        assert serving.end() == (0, "", "")
    finally:
        serving.kill()
    assert not trap.exists()


# Rewrite


def test_a_rewrite_without_a_model_says_how_to_get_one(meai: Run) -> None:
    result = meai("rewrite", "correct-spelling", "--model", "smollm2-135m", stdin=b"Some words.\n")
    assert result.returncode == 1
    assert "meai models pull smollm2-135m" in sentence(result)


def test_input_that_is_no_text_fails_in_one_sentence(meai: Run) -> None:
    result = meai("rewrite", "correct-spelling", stdin=b"\xff\xfe")
    assert result.returncode == 1
    assert sentence(result).startswith("The input is not UTF-8 text")


@pytest.mark.slow
@pytest.mark.model
def test_a_rewrite_prints_the_text_with_its_line_ends_and_tells_what_it_turned(meai: Run, model_path: Path) -> None:
    source = b'\xef\xbb\xbf# A title\r\n\r\nShe wrote "I recieved it" to him.\r\n\r\n```\ncode\r\n```\r\n'
    result = meai("rewrite", "correct-spelling", "--model", model_path, stdin=source)
    assert result.returncode == 0
    assert result.stdout.startswith(b"\xef\xbb\xbf# A title\r\n\r\n")
    assert result.stdout.endswith(b"\r\n\r\n```\ncode\r\n```\r\n")
    assert "Look at it: quotation changed: I recieved it → I received it" in result.stderr.decode()


@pytest.mark.slow
@pytest.mark.model
def test_a_rewrite_as_json_tells_units_changes_and_timings(meai: Run, model_path: Path) -> None:
    source = b"I has went to the market yesterday. It was an nice day.\n"
    result = json.loads(meai("rewrite", "correct-spelling", "--json", "--model", model_path, stdin=source).stdout)
    assert result["text"].endswith("\n")
    assert result["units"][0]["source"].startswith("I has went")
    assert set(result["timings"]) == {"load_s", "first_text_s", "answer_s"}
    for change in result["changes"]:
        assert change["before"] in source.decode()
        assert change["after"] in result["text"]


@pytest.mark.slow
@pytest.mark.model
def test_a_rewrite_runs_nothing_of_the_folder_it_is_started_in(
    environment: dict[str, str], tmp_path: Path, model_path: Path, trap: Path
) -> None:
    command = [sys.executable, *INSTALLED, "rewrite", "correct-spelling", "--model", str(model_path)]
    result = subprocess.run(command, input=b"It is late.\n", env=environment, cwd=tmp_path, capture_output=True)
    assert (result.returncode, trap.exists()) == (0, False)
