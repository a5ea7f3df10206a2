"""The same rewrite, whoever answers: the engine here, llama.cpp's server, llama-cpp-python's. And where texts go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.conftest import StartServer
from tests.served import SERVERS

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.slow]

LETTER = "# A letter\n\nI recieved it yesterday, and nobody beleived me.\n"
SELECTED = "I recieved it yesterday, and nobody beleived me."
MODEL_MS = 60_000


@contextmanager
def options(engine: str, model: Path) -> Iterator[tuple[list[str], str]]:
    """The options that name *engine*, and the host to which texts go then; nothing for the engine here."""
    if engine == "here":
        yield ["--model", str(model)], ""
    else:
        with SERVERS[engine](model) as served:
            yield ["--engine", served.url], served.url.removeprefix("http://").removesuffix("/v1")


@pytest.mark.parametrize("engine", ["here", *SERVERS])
def test_a_selection_is_corrected_and_changes_are_taken(
    engine: str, page: Page, letters: Path, start_server: StartServer, model_path: Path
) -> None:
    (letters / "Letter.md").write_text(LETTER)
    with options(engine, model_path) as (given, host):
        desk = Desk(page, start_server(letters, *given), letters / "Letter.md")
        desk.open()
        expect(page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
        where = page.locator("#model .elsewhere")
        notice = page.locator(".notice", has_text="What you ask the model about goes to")
        if host:
            expect(where).to_have_text(f"text goes to {host}")
            expect(notice).to_contain_text(f"another program on this machine, at {host}.")
            notice.get_by_role("button", name="Dismiss").click()
            expect(where).to_be_visible()
        else:
            expect(where).to_have_count(0)
            expect(notice).to_have_count(0)

        # Select, and have it corrected: the document stays as it is.
        desk.select(SELECTED)
        desk.press("ContextMenu")
        desk.choose("Correct spelling")
        expect(page.locator("[data-proposal=done]")).to_be_visible(timeout=MODEL_MS)
        removed = page.locator("del.removed")
        expect(removed.first).to_contain_text("recieved")
        count = desk.changes.count()
        assert count >= 2
        assert desk.file.read_text() == LETTER

        # Take one change, leave the rest.
        desk.changes.first.get_by_role("button", name="Accept change").click()
        expect(desk.changes).to_have_count(count - 1)
        desk.press("Escape")
        expect(desk.changes).to_have_count(0)
        desk.expect_file(LETTER.replace("recieved", "received").encode())
