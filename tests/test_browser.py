"""The page is opened without showing its token to anybody, and nothing is left of the program that opened it."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

import psutil
import pytest

from meai.browser import open_page

URL = "http://127.0.0.1:5000/#token=secret"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the writer's browser of this test notes what it is told."""
    browser = tmp_path / "browser.sh"
    browser.write_text(f'#!/bin/sh\nprintf %s "$*" > {tmp_path}/told.new\nmv {tmp_path}/told.new {tmp_path}/told\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    return tmp_path / "told"


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, "no browser was started in 10 s"
        time.sleep(0.01)
    return path.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not ask BROWSER first")
def test_the_browser_is_told_a_file_that_leads_to_the_page_and_is_private(told: Path, tmp_path: Path) -> None:
    path = open_page(URL, tmp_path / "cache")
    assert wait_for(told) == path.as_uri()
    assert URL in path.read_text()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not ask BROWSER first")
def test_nothing_is_left_of_what_opened_it(told: Path, tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    open_page(URL, tmp_path / "cache")
    wait_for(told)
    deadline = time.monotonic() + 10
    while left := set(psutil.Process().children()) - before:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)
