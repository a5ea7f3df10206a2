"""Problems in the paragraph at the caret: underlined while one writes, mended by key and pointer, never in the way."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = "# Letter\n\nI went to the market.\n\nThis is a secnd paragraph, wich is long.\n"
FIRST_MS = 30_000
"""Starting Harper takes seconds on a busy machine."""


def misspelled(page: Page) -> Locator:
    return page.locator(".cm-content .misspelled")


def seen(desk: Desk, *words: str) -> None:
    expect(misspelled(desk.page)).to_have_text(list(words), timeout=FIRST_MS)


def test_only_the_paragraph_that_is_written_in_is_marked_and_a_word_only_when_it_is_finished(
    sit_down: SitDown,
) -> None:
    desk = sit_down(LETTER)
    desk.click_after("market.")
    desk.page.keyboard.type(" It was beautifull")
    expect(desk.content).to_have_attribute("spellcheck", "false", timeout=FIRST_MS)
    expect(misspelled(desk.page)).to_have_count(0)
    desk.page.keyboard.type(" there.")
    seen(desk, "beautifull")
    desk.click_after("long")
    seen(desk, "secnd", "wich")


def test_a_key_mends_a_word_and_one_undo_takes_it_back(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    desk.click_after("secnd")
    seen(desk, "secnd", "wich")
    desk.page.keyboard.press("ControlOrMeta+.")
    expect(desk.menu.get_by_role("menuitem", name="second", exact=True)).to_be_focused()
    desk.page.keyboard.press("Enter")
    expect(desk.content).to_contain_text("This is a second paragraph")
    expect(desk.content).to_be_focused()
    desk.page.keyboard.press("ControlOrMeta+z")
    expect(desk.content).to_contain_text("This is a secnd paragraph")


def test_the_key_goes_to_the_next_problem_when_there_is_none_at_the_caret(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    desk.click_after("paragraph")
    seen(desk, "secnd", "wich")
    desk.page.keyboard.press("ControlOrMeta+.")
    expect(desk.menu.get_by_role("menuitem", name="which", exact=True)).to_be_visible()


def test_a_word_is_ignored_here_or_added_to_the_dictionary_for_good(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    desk.click_after("long")
    seen(desk, "secnd", "wich")
    desk.right_click("secnd")
    desk.choose("Ignore in this document")
    seen(desk, "wich")
    desk.right_click("wich")
    desk.choose("Add “wich” to the dictionary")
    seen(desk)
    expect(desk.page.locator("#notices")).to_contain_text("“wich” is in your dictionary now.")
    assert (desk.server.data_dir / "dictionary.txt").read_text(encoding="utf-8") == "wich\n"
    desk.page.reload()
    desk.expect_open()
    desk.click_after("long")
    expect(desk.content).to_have_attribute("spellcheck", "false", timeout=FIRST_MS)
    seen(desk)


def test_it_can_be_switched_off_and_stays_off(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    desk.click_after("long")
    seen(desk, "secnd", "wich")
    desk.page.locator("#ai-button").click()
    switch = desk.page.get_by_role("menuitemcheckbox", name="Underline problems while writing")
    switch.click()
    seen(desk)
    desk.press("Escape", "Control+.")
    told = desk.page.get_by_text("Underlining problems is off; the AI menu switches it on.")
    expect(told).to_be_visible()
    desk.page.keyboard.type("x")
    expect(told).to_be_hidden()
    desk.press("Control+s")
    desk.expect_saved()
    desk.page.reload()
    desk.expect_open()
    desk.page.locator("#ai-button").click()
    expect(switch).not_to_be_checked()


def test_a_dialog_has_the_writers_words_and_whose_english_the_document_is(sit_down: SitDown) -> None:
    desk = sit_down("# Letter\n\nThe colour of the wich gardn is one of many colours.\n")
    desk.click_after("one")
    seen(desk, "wich", "gardn")

    # Words are added, told and taken out, and the page follows at once.
    open_spelling(desk)
    dialog = desk.page.locator("#dialog")
    expect(dialog).to_contain_text("No words yet.")
    dialog.get_by_role("textbox", name="A word to add").fill("gardn")
    desk.press("Enter")
    expect(dialog.get_by_role("listitem")).to_have_text(["gardnRemove"])
    desk.press("Escape")
    seen(desk, "wich")
    open_spelling(desk)
    dialog.get_by_role("button", name="Remove gardn").click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    expect(dialog.get_by_role("textbox", name="A word to add")).to_be_focused()

    # Whose English: chosen for this document, and kept.
    dialog.get_by_label("English").select_option("American")
    desk.press("Escape")
    seen(desk, "colour", "wich", "gardn", "colours")
    open_spelling(desk)
    dialog.get_by_label("English").select_option("Not checked")
    desk.press("Escape")
    seen(desk)
    expect(desk.content).to_have_attribute("spellcheck", "true")
    desk.page.reload()
    desk.expect_open()
    open_spelling(desk)
    expect(dialog.get_by_label("English")).to_have_value("off")


def open_spelling(desk: Desk) -> None:
    desk.page.locator("#ai-button").click()
    desk.choose("Spelling and dictionary…")
    expect(desk.page.locator("#dialog")).to_be_visible()


def test_what_is_no_english_is_left_to_the_browser(sit_down: SitDown, page: Page) -> None:
    checked: list[bool] = []

    def hear(raw: str | bytes) -> None:
        message = json.loads(raw)
        if message["type"] == "problems":
            checked.append(message["checked"])

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    desk = sit_down("# Brief\n\nDas ist ein Brief an alle, die nicht gern auf Englisch lesen.\n")
    desk.click_after("lesen")
    desk.page.keyboard.type(" Und das ist gut so")
    wait_until(page, lambda: checked[-1:] == [False])
    expect(misspelled(desk.page)).to_have_count(0)
    expect(desk.content).to_have_attribute("spellcheck", "true")


def test_no_key_is_lost_while_everything_is_checked(sit_down: SitDown) -> None:
    desk = sit_down("# Letter\n\nHere. \n")
    desk.click_after("Here.")
    desk.page.keyboard.press("End")
    words = "Somtimes the recieved wisdom is wich it is, and teh rest follows. " * 6
    desk.page.keyboard.type(words)
    expect(desk.content).to_contain_text("Here. " + words.rstrip())
    expect(misspelled(desk.page).first).to_be_visible(timeout=FIRST_MS)
    desk.expect_saved()
    assert words.rstrip() in desk.file.read_text(encoding="utf-8")
