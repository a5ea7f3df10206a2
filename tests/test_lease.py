"""One server for each workspace, whoever comes second hears where; each workspace keeps its port."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from meai.lease import WorkspaceTaken, hold

FIRST = 26324


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "servers"


def port_of(folder: Path, name: str, *, taken: frozenset[int] = frozenset()) -> int:
    with hold(folder, name, folder / name) as lease:
        return lease.port(FIRST, lambda port: port not in taken)


def test_whoever_comes_second_hears_where_it_is_served(folder: Path, tmp_path: Path) -> None:
    with hold(folder, "a", tmp_path / "Letters") as lease:
        with pytest.raises(WorkspaceTaken, match="just opening “Letters”"), hold(folder, "a", tmp_path / "Letters"):
            pass
        lease.announce("http://127.0.0.1:26324/")
        with (
            pytest.raises(WorkspaceTaken, match=r"“Letters” is open already at http://127\.0\.0\.1:26324/; go to"),
            hold(folder, "a", tmp_path / "Letters"),
        ):
            pass
        with hold(folder, "b", tmp_path / "Others"):
            pass
    with hold(folder, "a", tmp_path / "Letters"):
        pass


def test_a_server_that_was_killed_keeps_nobody_out(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from meai.lease import hold\n"
        "with hold(Path(sys.argv[1]), 'a', Path('Letters')) as lease:\n"
        "    lease.announce('http://127.0.0.1:1/'); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(WorkspaceTaken), hold(folder, "a", Path("Letters")):
            pass
        process.kill()
    with hold(folder, "a", Path("Letters")):
        pass


def test_each_workspace_keeps_its_port(folder: Path) -> None:
    assert [port_of(folder, name) for name in ("a", "b", "a", "b", "c")] == [26324, 26325, 26324, 26325, 26326]


def test_a_port_taken_at_the_moment_is_gone_back_to(folder: Path) -> None:
    port_of(folder, "a")
    port_of(folder, "b")
    assert port_of(folder, "a", taken=frozenset({FIRST})) == FIRST + 2
    assert port_of(folder, "a") == FIRST


def test_a_workspace_begins_with_a_port_that_is_free(folder: Path) -> None:
    assert port_of(folder, "a", taken=frozenset({FIRST})) == FIRST + 1
    assert port_of(folder, "a") == FIRST + 1


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"port": "x"}'])
def test_a_damaged_record_is_made_anew(folder: Path, damage: str) -> None:
    port_of(folder, "a")
    (folder / "a.json").write_text(damage)
    assert port_of(folder, "a") == FIRST
    assert port_of(folder, "b") == FIRST + 1


def test_a_data_folder_that_cannot_be_written_keeps_nobody_out(folder: Path) -> None:
    folder.parent.write_text("a file")
    assert port_of(folder, "a") == FIRST
