"""`meai history` and `meai export --disclose`: what was, from the terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from meai.cli import main
from meai.documents import places, tables
from meai.documents.authorship import Piece
from meai.documents.database import Database
from meai.documents.history import History
from meai.documents.revisions import Origin
from meai.documents.store import DocumentStore


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    returncode: int
    stdout: bytes
    stderr: bytes


Run = Callable[..., Result]


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEAI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "data"


@pytest.fixture
def meai(data_dir: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str | Path, typed: str = "") -> Result:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Result(int(ended.value.code or 0), out, err)

    return run


def sentence(result: Result) -> str:
    """Return the one sentence on stderr."""
    said = result.stderr.decode()
    assert said.endswith(".\n"), said
    assert said.count("\n") == 1, said
    return said.strip()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n")
    return folder


@pytest.fixture
def past(data_dir: Path, workspace: Path) -> Path:
    """A document of three versions, of which the model wrote half of the last."""
    database = Database(places.history_file(data_dir, workspace), tables.SCHEMA)
    store = DocumentStore(workspace, trash=places.trash_folder(data_dir, workspace), history=History(database))
    base = None
    for text in ("first\n", "first and second\n"):
        base = store.write("Posts/past.md", text, base=base).etag
    piece = Piece("r", 0, "by a model", 0)
    store.write("Posts/past.md", "three words by a model\n", base=base, origin=Origin("save", [piece]))
    database.close()
    return workspace / "Posts" / "past.md"


def test_the_history_of_a_file_is_listed_newest_first(meai: Run, past: Path) -> None:
    result = meai("history", past)
    assert (result.returncode, result.stderr) == (0, b"")
    lines = result.stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert "5 words" in lines[0]
    told = json.loads(meai("history", past, "--json").stdout)
    assert told["name"] == "Posts/past.md"
    assert [(one["rev"], one["words"], one["added"], one["removed"]) for one in told["revisions"]] == [
        (3, 5, 5, 3),
        (2, 3, 2, 0),
        (1, 1, 1, 0),
    ]


def test_a_version_is_shown_exactly(meai: Run, past: Path) -> None:
    assert meai("history", past, "--show", "2").stdout == b"first and second\n"
    assert json.loads(meai("history", past, "--show", "2", "--json").stdout)["text"] == "first and second\n"


def test_a_version_is_restored_as_a_new_one(meai: Run, past: Path) -> None:
    assert "revision 1" in meai("history", past, "--restore", "1").stdout.decode()
    assert past.read_text() == "first\n"
    newest = json.loads(meai("history", past, "--json").stdout)["revisions"][0]
    assert (newest["rev"], newest["kind"]) == (4, "restore")


@pytest.mark.parametrize("by", ["another program", "ME_AI"])
def test_a_file_that_is_gone_comes_back_from_its_history(
    meai: Run, past: Path, workspace: Path, data_dir: Path, by: str
) -> None:
    if by == "ME_AI":
        database = Database(places.history_file(data_dir, workspace), tables.SCHEMA)
        store = DocumentStore(workspace, trash=places.trash_folder(data_dir, workspace), history=History(database))
        store.delete("Posts/past.md", base=store.read("Posts/past.md").etag)
        database.close()
    else:
        past.unlink()
    assert meai("history", past, "--restore", "3").returncode == 0
    assert past.read_text() == "three words by a model\n"
    assert len(json.loads(meai("history", past, "--json").stdout)["revisions"]) == 3


def test_a_version_gets_a_name(meai: Run, past: Path) -> None:
    assert "“As sent”" in meai("history", past, "--label", "2", "As sent").stdout.decode()
    assert "As sent" in meai("history", past).stdout.decode().splitlines()[1]


@pytest.mark.parametrize(
    "options", [("--show", "9"), ("--restore", "9"), ("--label", "9", "x"), ("--forget", "9", "--yes")]
)
def test_a_version_that_is_not_there_fails_in_one_sentence(meai: Run, past: Path, options: tuple[str, ...]) -> None:
    result = meai("history", past, *options)
    assert result.returncode == 1
    assert "has no revision 9" in sentence(result)
    assert past.read_text() == "three words by a model\n"


def test_a_file_without_history_fails_in_one_sentence(meai: Run, workspace: Path) -> None:
    result = meai("history", workspace / "one.md")
    assert result.returncode == 1
    assert "“one.md” has no history" in sentence(result)


def test_what_is_no_document_is_refused_in_one_sentence(meai: Run, workspace: Path) -> None:
    result = meai("history", workspace / "picture.png")
    assert result.returncode == 1
    assert "not a Markdown document" in sentence(result)


def test_one_thing_of_the_history_is_done_at_a_time(meai: Run, past: Path) -> None:
    assert meai("history", past, "--show", "1", "--restore", "1").returncode == 2


# Forgetting.


def kept(meai: Run, past: Path) -> list[int]:
    return [one["rev"] for one in json.loads(meai("history", past, "--json").stdout)["revisions"]]


def test_what_is_to_be_forgotten_is_told_and_asked_about_first(meai: Run, past: Path) -> None:
    meai("history", past, "--label", "2", "As sent")
    asked = meai("history", past, "--forget", "all", typed="n\n")
    assert asked.returncode != 0
    assert "This forgets 2 versions (1 with a name), which nothing brings back." in asked.stderr.decode()
    assert kept(meai, past) == [3, 2, 1]
    done = meai("history", past, "--forget", "all", typed="y\n")
    assert done.stdout.decode() == "Forgotten of Posts/past.md: 2 versions (1 with a name); 1 version of it left.\n"
    assert kept(meai, past) == [3]
    assert past.read_text() == "three words by a model\n"


@pytest.mark.parametrize(("what", "left"), [("2", [3, 1]), ("2999-01-01", [3]), ("2001-01-01", [3, 2, 1])])
def test_a_revision_or_what_is_older_than_a_day_is_forgotten(meai: Run, past: Path, what: str, left: list[int]) -> None:
    assert meai("history", past, "--forget", what, "--yes").returncode == 0
    assert kept(meai, past) == left


def test_the_words_to_be_forgotten_are_asked_for(meai: Run, past: Path) -> None:
    done = meai("history", past, "--forget", "words", "--yes", "--json", typed="first\n")
    (told,) = json.loads(done.stdout)["forgotten"]
    assert (told["name"], told["versions"], told["stays"]) == ("Posts/past.md", 2, 1)
    assert kept(meai, past) == [3]
    refused = meai("history", past, "--forget", "words", "--yes", typed="three words\n")
    assert (refused.returncode, "still has these words" in refused.stderr.decode()) == (1, True)


def test_every_workspace_that_the_file_lies_in_forgets(meai: Run, past: Path, data_dir: Path, workspace: Path) -> None:
    """The folder of the file was opened by itself once, too."""
    folder = workspace / "Posts"
    database = Database(places.history_file(data_dir, folder), tables.SCHEMA)
    store = DocumentStore(folder, trash=places.trash_folder(data_dir, folder), history=History(database))
    base = store.read("past.md").etag
    store.write("past.md", "three words by a model\nand more\n", base=base)
    database.close()
    told = json.loads(meai("history", past, "--forget", "all", "--yes", "--json").stdout)["forgotten"]
    assert [(one["name"], one["versions"], one["stays"]) for one in told] == [
        ("past.md", 1, 1),
        ("Posts/past.md", 3, 1),
    ]


def test_what_is_no_part_of_a_history_is_wrong_usage(meai: Run, past: Path) -> None:
    for what in ("yesterday", "-1", "1.5", ""):
        assert meai("history", past, "--forget", what, "--yes").returncode == 2
    assert kept(meai, past) == [3, 2, 1]


def test_an_export_tells_what_a_model_wrote_when_asked(meai: Run, past: Path, workspace: Path) -> None:
    said = "About 60 % of this text was suggested by a language model."
    told = meai("export", past, "--to", "text", "--disclose")
    assert told.stdout.decode().rstrip().splitlines()[-1] == said
    assert "is known to be a model" not in told.stderr.decode()
    assert said.encode() not in meai("export", past, "--to", "text").stdout
    assert json.loads(meai("export", past, "--to", "html", "--disclose", "--json").stdout)["disclosure"] == said
    own = meai("export", workspace / "one.md", "--to", "text", "--disclose")
    assert own.returncode == 0
    assert "Nothing in" in sentence(own)
