"""Frames and supervised children."""

from __future__ import annotations

import io
import queue
import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.errors import EngineGone
from meai.process import MAX_FRAME_BYTES, Child, FrameError, read_frames, write_frame

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.dictionaries(st.text(), json_values, max_size=4), max_size=4))
def test_frames_come_out_as_they_went_in(frames: list[dict[str, object]]) -> None:
    pipe = io.BytesIO()
    for frame in frames:
        write_frame(pipe, frame)
    pipe.seek(0)
    assert list(read_frames(pipe)) == frames


def test_a_frame_cut_short_ends_the_stream() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, {"whole": True})
    write_frame(pipe, {"cut": "short"})
    cut = io.BytesIO(pipe.getvalue()[:-3])
    assert list(read_frames(cut)) == [{"whole": True}]


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">I", MAX_FRAME_BYTES + 1) + b"x",
        struct.pack(">I", 3) + b"[1]",
        struct.pack(">I", 4) + b"\x80\x04K\x01",
        struct.pack(">I", 2) + b"{,",
    ],
    ids=["too long", "no object", "pickle", "no JSON"],
)
def test_what_is_no_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        list(read_frames(io.BytesIO(raw)))


ECHO = """
from meai.process import read_frames, take_pipes, write_frame
incoming, outgoing = take_pipes()
print("a native library prints what it likes")
for frame in read_frames(incoming):
    if frame.get("die"):
        raise SystemExit(7)
    write_frame(outgoing, frame)
"""


@pytest.fixture
def echo_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "echo_child.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{':'.join(sys.path)}")
    return "echo_child"


@pytest.fixture
def deaf_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "deaf_child.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "deaf_child"


@pytest.fixture
def told() -> queue.Queue[object]:
    return queue.Queue()


def test_a_child_answers_and_what_it_prints_tears_no_frame(echo_module: str, told: queue.Queue[object]) -> None:
    child = Child(echo_module, on_frame=told.put, on_exit=told.put)
    child.start()
    child.send({"text": "👉"})
    assert told.get(timeout=10) == {"text": "👉"}
    child.close()
    assert told.get(timeout=10) == 0
    assert not child.alive


def test_the_end_of_a_child_is_told_once_with_its_status(echo_module: str, told: queue.Queue[object]) -> None:
    child = Child(echo_module, on_frame=told.put, on_exit=told.put)
    child.start()
    child.send({"die": True})
    assert told.get(timeout=10) == 7
    with pytest.raises(EngineGone):
        child.send({"text": "anyone?"})
    child.close()
    assert told.empty()


def test_a_child_that_does_not_end_by_itself_is_killed(deaf_module: str, told: queue.Queue[object]) -> None:
    child = Child(deaf_module, on_frame=told.put, on_exit=told.put)
    child.start()
    child.close(timeout_s=0.1)
    assert told.get(timeout=10) == -9


@pytest.mark.timeout(20)
def test_a_child_that_does_not_read_holds_up_nobody_who_sends(deaf_module: str, told: queue.Queue[object]) -> None:
    child = Child(deaf_module, on_frame=told.put, on_exit=told.put)
    child.start()
    for _ in range(3):
        child.send({"text": "more than a pipe holds " * 10_000})
    child.kill()
    assert told.get(timeout=10) == -9
    child.close()


def test_a_child_that_speaks_nonsense_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: queue.Queue[object]
) -> None:
    (tmp_path / "mad_child.py").write_text("import sys, time\nprint('hello there', flush=True)\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    child = Child("mad_child", on_frame=told.put, on_exit=told.put)
    child.start()
    assert told.get(timeout=10) == -9
    child.close()


def test_the_writers_folder_lends_a_child_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: queue.Queue[object]
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "calendar.py").write_text("raise SystemExit('a module of the writer ran')\n")
    (tmp_path / "honest_child.py").write_text("import calendar\nraise SystemExit(calendar.MONDAY)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(folder)
    child = Child("honest_child", on_frame=told.put, on_exit=told.put)
    child.start()
    assert told.get(timeout=10) == 0
    child.close()


def test_a_frame_that_cannot_be_handled_ends_the_child_and_its_end_is_told(
    echo_module: str, told: queue.Queue[object]
) -> None:
    def stumble(frame: dict[str, object]) -> None:
        raise KeyError("is")

    child = Child(echo_module, on_frame=stumble, on_exit=told.put)
    child.start()
    child.send({"text": "anything"})
    assert told.get(timeout=10) == -9
    child.close()
