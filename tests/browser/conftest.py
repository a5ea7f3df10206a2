"""What the browser's tests share: a desk on a folder of letters, and a model that says what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.scripted import ScriptedModel
from tests.conftest import StartServer

LETTER = "Letter.md"
SitDown = Callable[..., Desk]


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """An empty folder for a writer's documents."""
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


@pytest.fixture
def sit_down(page: Page, letters: Path, start_server: StartServer) -> SitDown:
    """Open the page with `sit_down(text, model=None)` on a server of its own, where `Letter.md` holds *text*.

    With `sit_down({name: text, …})` the first name is the document that is open.
    """

    def sit(letter: str | bytes | Mapping[str, str | bytes], model: Path | None = None) -> Desk:
        named = letter if isinstance(letter, Mapping) else {LETTER: letter}
        for name, content in named.items():
            (letters / name).parent.mkdir(exist_ok=True)
            (letters / name).write_bytes(content.encode() if isinstance(content, str) else content)
        first = letters / next(iter(named))
        desk = Desk(page, start_server(letters, model=model), first)
        desk.open()
        if len(named) > 1:
            desk.page.locator(f"#documents-list [data-name='{first.name}'] .open").click()
            expect(page.locator("#title")).to_have_text(first.stem)
        return desk

    return sit


@pytest.fixture
def scripted(page: Page) -> ScriptedModel:
    """Plays the model from the page's opening on."""
    return ScriptedModel(page)
