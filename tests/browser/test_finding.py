"""Finding a document again: folders by keyboard, names and texts in one box, the trash, and thousands at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import StartServer, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANY = 5_000
DRAWN_MS = 200
# When the list's first row stands in the page, by the page's own clock.
WATCH = """new MutationObserver(() => {
    if (!window.drawn && document.querySelector("#documents-list li")) window.drawn = performance.now();
}).observe(document, { subtree: true, childList: true });"""
AFTER_ANSWER = """() => window.drawn
    - performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/api/documents")).responseEnd"""


@pytest.fixture
def shelf(sit_down: SitDown, letters: Path) -> Desk:
    """A letter that is open, and others in folders that are closed."""
    (letters / "2026" / "May").mkdir(parents=True)
    tomatoes = "# Tomatoes\n\nOne is red.\n\nThe café sells the other one, with crème fraîche.\n"
    (letters / "2026" / "May" / "Tomatoes.md").write_text(tomatoes, "utf-8")
    (letters / "2026" / "Kale.md").write_text("# Kale\n", "utf-8")
    return sit_down("Here.\n")


def active(page: Page) -> Locator:
    """The row that the keyboard is on."""
    return page.locator("#documents-list .active")


def test_folders_are_walked_by_keyboard_and_stay_as_they_were_left(shelf: Desk) -> None:
    page = shelf.page
    page.locator("#documents-list").focus()
    shelf.press("Home")
    expect(active(page)).to_have_text("2026")
    expect(active(page)).to_have_attribute("aria-expanded", "false")
    shelf.press("ArrowRight", "ArrowRight")
    expect(active(page)).to_have_text("May")
    shelf.press("ArrowRight", "ArrowDown", "Enter")
    expect(page.locator("#title")).to_have_text("Tomatoes")
    expect(shelf.content).to_be_focused()

    page.reload()
    shelf.expect_open()
    expect(shelf.listed("Tomatoes")).to_have_attribute("aria-selected", "true")
    page.locator("#documents-list").focus()
    shelf.press("ArrowLeft", "ArrowLeft")
    expect(shelf.listed("May")).to_have_attribute("aria-expanded", "false")
    expect(shelf.listed("Tomatoes")).to_have_count(0)
    shelf.press("k", "Delete")
    expect(shelf.listed("Kale")).to_have_count(0)
    expect(page.locator("#documents-list")).to_be_focused()
    expect(active(page)).to_have_text("Letter")


def test_words_are_found_in_names_and_texts_and_lead_to_their_line(watched: Watched, shelf: Desk) -> None:
    page = shelf.page
    box = page.get_by_role("combobox", name="Search names and texts")
    shelf.press("Control+Shift+F")
    expect(box).to_be_focused()
    box.fill("tomato")
    expect(page.get_by_role("option", name="Tomatoes 2026/May")).to_be_visible()

    box.fill("cafe sells")
    hit = page.get_by_role("option", name="Line 5")
    expect(hit.locator("mark")).to_have_text("café sells")
    shelf.press("Enter")
    expect(page.locator("#title")).to_have_text("Tomatoes")
    expect(shelf.content).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "café sells"
    box.focus()
    shelf.press("Escape")
    expect(shelf.listed("Kale")).to_be_visible()
    # The search for fewer letters is called off.
    watched.forgive("ERR_ABORTED")


def test_a_document_is_moved_to_a_new_folder_and_duplicated(shelf: Desk) -> None:
    page = shelf.page
    shelf.write("Moved.")
    shelf.choose_for("Letter", "Move to a folder…")
    asked = page.get_by_role("dialog", name="Move Letter")
    expect(asked.get_by_role("option", name="2026/May")).to_be_visible()
    asked.get_by_label("Folder", exact=True).fill("Sent/June")
    expect(asked).to_contain_text("“Sent/June” will be a new folder.")
    shelf.press("Enter")
    expect(asked).not_to_be_visible()
    expect(shelf.listed("Letter")).to_have_attribute("aria-level", "3")
    moved = shelf.server.workspace / "Sent" / "June" / "Letter.md"
    assert moved.read_bytes() == b"Here.\nMoved."

    shelf.choose_for("Letter", "Duplicate")
    expect(page.locator("#title")).to_have_text("Letter 2")
    assert moved.with_name("Letter 2.md").read_bytes() == b"Here.\nMoved."


def test_what_was_deleted_comes_back_from_the_trash(shelf: Desk) -> None:
    page = shelf.page
    page.locator("#documents-list").focus()
    shelf.press("End", "Delete")
    expect(shelf.listed("Letter")).to_have_count(0)
    page.get_by_role("button", name="Deleted documents").click()
    trash = page.get_by_role("dialog", name="Deleted documents")
    trash.get_by_role("button", name="Restore Letter").click()
    expect(trash.get_by_role("status")).to_have_text("Restored")
    shelf.press("Escape")
    expect(page.locator("#title")).to_have_text("Letter")
    assert shelf.file.read_bytes() == b"Here.\n"


def test_a_folder_is_deleted_with_its_documents_and_that_is_undone(shelf: Desk) -> None:
    page = shelf.page
    page.locator("#documents-list").focus()
    shelf.press("Home", "Delete")
    asked = page.get_by_role("dialog", name="Delete the folder 2026?")
    expect(asked).to_contain_text("Its 2 documents go to the trash.")
    asked.get_by_role("button", name="Delete").click()
    expect(shelf.listed("2026")).to_have_count(0)
    assert list(shelf.server.workspace.rglob("*.md")) == [shelf.file]
    page.locator(".notice", has_text="The documents of 2026 are in the trash.").get_by_role(
        "button", name="Undo"
    ).click()
    wait_until(page, lambda: len(list(shelf.server.workspace.rglob("*.md"))) == 3)
    expect(shelf.listed("2026")).to_be_visible()


@pytest.mark.alone
def test_thousands_of_documents_are_listed_in_a_moment(page: Page, letters: Path, start_server: StartServer) -> None:
    for number in range(MANY):
        (letters / f"Letter {number}.md").write_bytes(b"")
    page.add_init_script(WATCH)
    desk = Desk(page, start_server(letters), letters / "Letter 0.md")
    desk.open()
    took = page.evaluate(AFTER_ANSWER)
    assert took < DRAWN_MS, f"{took:.0f} ms"
    assert page.locator("#documents-list li").count() < 200
    page.locator("#documents-list").focus()
    desk.press("End")
    expect(active(page)).to_have_text(f"Letter {MANY - 1}")
    expect(active(page)).to_be_in_viewport()
    desk.press("Enter")
    wait_until(page, lambda: page.locator("#title").inner_text() == f"Letter {MANY - 1}")
