"""The documentation says what is true: its commands, options, settings and links are checked against the code."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path
from typing import get_args

import click
import pytest

from meai import config, errors
from meai.cli import cli
from meai.models.catalogue import read_catalogue
from meai.settings.values import READERS
from meai.web import protocol

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TESTS = sorted((ROOT / "tests").rglob("*.py"))
DOCUMENTS = sorted(path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("models/*.md")])


def code_lines(text: str) -> list[str]:
    """Return the lines of all fenced blocks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def spans(text: str) -> list[str]:
    """Return everything between single backticks."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def test_the_readme_opens_with_the_two_commands() -> None:
    assert code_lines(README)[:2] == ["make run", "make test"]


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        named = {
            match[1] for line in [*code_lines(text), *spans(text)] if (match := re.search(r"\bmake ([a-z-]+)", line))
        }
        assert named <= targets, path.name


def test_pins_are_for_installing_alone() -> None:
    """Exported, a relative PIP_CONSTRAINT would keep `meai models pull` from running pip in another folder."""
    assert not re.search(r"^export ", MAKEFILE, re.MULTILINE)


def commands() -> list[str]:
    """Return every `meai ...` that the README shows."""
    lines = [line.partition("<")[0] for line in [*code_lines(README), *spans(README)]]
    return [line for line in lines if line.startswith("meai ")]


def test_the_readme_shows_every_command() -> None:
    shown = {shlex.split(line)[1] for line in commands()}
    assert {name for name, command in cli.commands.items() if not command.hidden} <= shown


@pytest.mark.parametrize("line", commands())
def test_every_command_in_the_readme_can_be_parsed(line: str, tmp_path: Path) -> None:
    words = shlex.split(line.replace("[PATH]", str(tmp_path)))[1:]
    command: click.Command = cli
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if isinstance(command, click.Group):
        assert command is not cli or words == [str(tmp_path)]
        return
    command.make_parser(click.Context(command)).parse_args(words)
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-") and word != "-"} <= known


def test_the_readmes_options_are_those_of_the_command_line() -> None:
    context = click.Context(cli, info_name="meai", help_option_names=["-h", "--help"])
    serve = cli.commands["serve"]
    options = [option for option in [*serve.params, *cli.get_params(context)] if isinstance(option, click.Option)]
    real = [record for option in options if (record := option.get_help_record(context))]
    table = re.findall(r"^\| `(-[^`]*)` \| (.*) \|$", README, re.MULTILINE)
    assert table == [(name, text.partition("  [")[0]) for name, text in real]


def test_the_readme_names_every_setting() -> None:
    said = set(spans(README))
    for key, variable, _ in config._SETTINGS:
        assert {key, variable} <= said


def test_the_readme_names_every_setting_of_writing() -> None:
    said = set(spans(README)) | {line.strip("[]") for line in [*code_lines(README), *spans(README)]}
    assert READERS.keys() <= said


def test_the_readme_states_the_default_port_and_the_size_of_the_default_model() -> None:
    assert f"Port {config.DEFAULT_PORT}" in README
    assert f"({read_catalogue()[0].source.size / 1_000_000:.0f} MB)" in README


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_inside_the_project_lead_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert missing == []


def test_every_module_that_the_architecture_names_exists() -> None:
    names = {span for span in spans(ARCHITECTURE) if re.fullmatch(r"[\w/]+\.(py|ts|toml|md)", span)}
    places = (ROOT, ROOT / "meai", ROOT / "static" / "src", ROOT / "docs")
    assert {name for name in names if not any((place / name).exists() for place in places)} == set()


def test_every_part_has_its_line_in_the_architecture() -> None:
    tree = "\n".join(code_lines(ARCHITECTURE))
    for path in sorted((ROOT / "meai").rglob("*.py")):
        if path.name not in ("__init__.py", "__main__.py"):
            assert re.search(rf"\b{re.escape(path.name)}\b", tree), path.relative_to(ROOT)


def test_every_way_to_fail_has_a_word_of_its_own() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MeaiError)]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("message", [*get_args(protocol.FromPage), *get_args(protocol.FromServer)])
def test_the_protocol_lists_every_message_with_its_fields(message: type) -> None:
    names = [field.name for field in dataclasses.fields(message)]
    listed = re.search(rf"^\| `{message.type} \{{(.*?)\}}` \|", PROTOCOL, re.MULTILINE)  # type: ignore[attr-defined]
    assert listed, f"docs/protocol.md has no row for {message.type!r}."  # type: ignore[attr-defined]
    assert re.sub(r": \[\{.*?\}\]", "", listed[1]) == ", ".join(names)


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_every_test_that_a_promise_names_exists(page: str) -> None:
    sources = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in TESTS}
    for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
        files = [span for span in spans(line) if re.fullmatch(r"tests/[\w/]+\.py", span)]
        assert set(files) <= set(sources)
        text = "".join(sources[file] for file in files or sources)
        # Some are named by their beginning alone, with “…”.
        named = [span.removesuffix("…") for span in spans(line) if span.startswith("test_")]
        assert [name for name in named if f"def {name}" not in text] == []


def test_every_promise_of_reliability_names_its_test() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    table = text.partition("## Promises")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 20
    assert [row for row in rows if "`test_" not in row] == []
