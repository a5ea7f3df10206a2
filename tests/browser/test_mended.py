"""What once went wrong at a writer's desk, each as the writer met it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk
from tests.conftest import Watched

pytestmark = pytest.mark.browser

GONE = "Not saved. There is no document"


def lose_the_file(desk: Desk, watched: Watched) -> None:
    """Delete the open document behind the page's back, and write on until the page has noticed."""
    expect(desk.page.locator("#title")).to_have_text(desk.file.stem)
    desk.file.unlink()
    desk.write(" Two.")
    expect(desk.page.get_by_text(GONE)).to_be_visible()
    watched.complaints.clear()


# A file that is gone.


def test_a_deleted_document_is_saved_again_and_written_on(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    lose_the_file(desk, watched)
    desk.page.get_by_role("button", name="Save it again").click()
    desk.expect_saved()
    expect(desk.page.get_by_text(GONE)).to_have_count(0)
    assert desk.file.read_bytes() == b"One. Two."
    desk.write(" Three.")
    desk.expect_file(b"One. Two. Three.")
    watched.complaints.clear()


@pytest.mark.parametrize("answer", ["Save it again", "Leave without saving"])
def test_a_deleted_document_can_be_left(watched: Watched, sit_down: SitDown, answer: str) -> None:
    desk = sit_down({"Letter.md": "One.", "Other.md": "Other words."})
    lose_the_file(desk, watched)
    desk.page.locator("#documents-list [data-name='Other.md'] .open").click()
    desk.page.get_by_role("dialog", name="Letter is not saved").get_by_role("button", name=answer).click()
    expect(desk.content).to_have_text("Other words.")
    assert desk.file.exists() == (answer == "Save it again")
    watched.complaints.clear()


# Dialogs.


def test_after_a_new_document_and_a_new_name_the_caret_is_in_the_text(sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.page.get_by_role("button", name="New document").click()
    desk.page.get_by_label("Name", exact=True).fill("Second")
    desk.press("Enter")
    expect(desk.page.locator("#title")).to_have_text("Second")
    expect(desk.content).to_be_focused()
    desk.page.keyboard.type("Dear")
    expect(desk.content).to_have_text("Dear")
    desk.page.locator("#documents-list [data-name='Second.md'] button").nth(1).click()
    desk.page.get_by_label("New name").fill("Third")
    desk.press("Enter")
    expect(desk.page.locator("#title")).to_have_text("Third")
    expect(desk.content).to_be_focused()


def test_a_press_on_a_dialogs_padding_keeps_it_and_one_beside_it_closes_it(sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.page.get_by_role("button", name="New document").click()
    dialog = desk.page.locator("#dialog")
    desk.page.get_by_label("Name", exact=True).fill("A long name")
    box = dialog.bounding_box()
    assert box is not None
    desk.page.mouse.click(box["x"] + 8, box["y"] + 8)
    expect(desk.page.get_by_label("Name", exact=True)).to_have_value("A long name")
    desk.page.mouse.click(box["x"] - 8, box["y"] + 8)
    expect(dialog).not_to_be_visible()


def test_a_conflict_is_not_decided_by_a_stray_enter_and_mine_can_win(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.file.write_bytes(b"One. Elsewhere.")
    desk.write(" Here.")
    asked = desk.page.get_by_role("dialog", name="Letter has changed on disk")
    expect(asked).to_be_visible()
    desk.press("Enter", "Space")
    expect(asked).to_be_visible()
    asked.get_by_role("button", name="Overwrite with mine").click()
    desk.expect_saved()
    assert desk.file.read_bytes() == b"One. Here."
    watched.complaints.clear()
