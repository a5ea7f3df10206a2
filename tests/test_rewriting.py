"""A rewrite for a command is the page's: the same text, settings and dictionary, the same answer."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websocket

from meai import assets
from meai.config import read_config
from meai.editing.dictionary import dictionary_in
from meai.editing.language import dialect_for
from meai.editing.order import RewriteOrder
from meai.rewriting import answer
from tests.conftest import Server, StartServer

SETTINGS = """\
dialect = "british"

[[action]]
name = "In few words"
instruction = "Say this in at most eight words: {{selection}}"
"""
LETTER = (
    "# A lettre\n\nI has recieved your frobnikated colour, and the theatre was relly nice.\n\n"
    "- We has went to [the market](https://example.org/a) yesterday.\n"
)
ANSWER_S = 60


def test_front_matter_goes_before_what_was_chosen_and_auto_leaves_it_to_the_text() -> None:
    assert dialect_for("---\nlang: en-AU\n---\n\nText", "british") == "australian"
    assert dialect_for("---\nlang: de\n---\n\nText", "british") == "british"
    assert dialect_for("Text", "auto") == dialect_for("Text", "") == ""


@pytest.fixture
def server(start_server: StartServer, tmp_path: Path, model_path: Path) -> Server:
    """A server whose writer has settings and a dictionary."""
    config = tmp_path / "server-0" / "config" / "meai" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(SETTINGS)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    server = start_server(workspace, model=model_path)
    dictionary_in(server.data_dir).add("frobnikated")
    return server


def on_the_page(server: Server, action: str, dialect: str) -> str:
    """Return the text of what a page is proposed for the whole letter."""
    address = f"ws://{urlsplit(server.url).netloc}/ws"
    about = {"selection": LETTER, "before": "", "after": "", "instruction": "", "dialect": dialect}
    with contextlib.closing(websocket.create_connection(address, origin=server.url, timeout=ANSWER_S)) as page:
        page.send(json.dumps({"type": "hello", "token": server.token}))
        page.send(json.dumps({"type": "rewrite", "id": "r", "action": action, **about}))
        while (message := json.loads(page.recv()))["type"] not in ("proposed", "failed"):
            pass
    assert message["type"] == "proposed", message
    return str(message["text"])


def in_the_terminal(server: Server, model: Path, cache: Path, action: str, *flags: str) -> dict[str, Any]:
    environment = {
        **os.environ,
        "MEAI_DATA_DIR": str(server.data_dir),
        "MEAI_CACHE_DIR": str(cache),
        "XDG_CONFIG_HOME": str(server.data_dir.parent / "config"),
    }
    command = [sys.executable, "-m", "meai", "rewrite", action, "--json", "--model", str(model), *flags]
    done = subprocess.run(command, input=LETTER.encode(), capture_output=True, env=environment, timeout=ANSWER_S)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.slow
@pytest.mark.model
def test_the_terminal_gives_what_the_page_gives(server: Server, model_path: Path, prepared_cache: Path) -> None:
    """The page sends whose English its settings say it is; the command reads them itself, unless it is told."""

    def told(action: str, *flags: str) -> str:
        return str(in_the_terminal(server, model_path, prepared_cache, action, *flags)["text"])

    for action in ("correct-spelling", "make-fluent", "own-in-few-words"):
        assert told(action) == on_the_page(server, action, "british"), action
    corrected = told("correct-spelling", "--dialect", "american")
    assert corrected == on_the_page(server, "correct-spelling", "american")
    assert "frobnikated" in corrected
    assert "recieved" not in corrected


@pytest.mark.model
def test_what_a_new_writer_is_told_to_try_first_is_corrected_whole(model_path: Path, prepared_cache: Path) -> None:
    welcome = assets.find("templates/welcome.md").read_text(encoding="utf-8")
    paragraph = next(part for part in welcome.split("\n\n") if part.startswith("In the begining"))
    before, after = welcome.split(paragraph)
    config = replace(read_config(model=str(model_path)), cache_dir=prepared_cache)
    assert answer(config, RewriteOrder("correct-spelling", paragraph, before, after)).proposal.text == (
        "In the beginning the library was quiet, and nobody believed that I could write there. "
        "The chairs were old and the coffee was cold, but it was really good, which surprised me."
    )
