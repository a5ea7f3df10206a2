"""What once went wrong at a writer's desk, each as the writer met it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.browser.scripted import ScriptedModel
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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
    desk.choose_for("Second", "Rename…")
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
    with desk.unsaved():
        desk.write(" Here.")
        desk.file.write_bytes(b"One. Elsewhere.")
    desk.page.get_by_role("button", name="Compare…").click()
    asked = desk.page.get_by_role("dialog", name="Letter was changed elsewhere")
    expect(asked).to_be_visible()
    desk.press("Enter")
    expect(asked).to_be_visible()
    asked.get_by_role("radio", name="Mine One.").check()
    asked.get_by_role("button", name="Use what I chose").click()
    desk.expect_saved()
    wait_until(desk.page, lambda: desk.file.read_bytes() == b"One. Here.")
    watched.complaints.clear()


# What is meant, and what is asked again.


def ask_ai(desk: Desk, instruction: str) -> None:
    desk.press("Control+j")
    desk.page.get_by_role("textbox", name="What shall the model do?").fill(instruction)
    desk.press("Enter")


def propose(desk: Desk, model: ScriptedModel, text: str) -> None:
    """Answer the last request, and wait until the answer can be judged."""
    expect(desk.bar).to_have_attribute("data-proposal", "streaming")
    model.proposes(text)
    expect(desk.bar).to_have_attribute("data-proposal", "done")


def test_retry_asks_the_same_of_the_same_after_another_document(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down({"Letter.md": "Dear Ann.\n", "Other.md": "Other words.\n"})
    expect(desk.page.locator("#title")).to_have_text("Letter")
    desk.select("Ann")
    ask_ai(desk, "Another name")
    propose(desk, scripted, "Eve")
    expect(desk.changes).to_have_count(1)
    desk.page.locator("#documents-list [data-name='Other.md'] .open").click()
    expect(desk.page.get_by_text("The open suggestion waits in Letter.")).to_be_visible()
    desk.select("words")
    desk.right_click("words")
    desk.choose("Paraphrase")
    desk.page.locator("#documents-list [data-name='Letter.md'] .open").click()
    expect(desk.page.get_by_text("The open suggestion was closed.")).to_be_visible()
    expect(desk.changes).to_have_count(1)
    desk.page.get_by_role("button", name="Retry").click()
    expect(desk.bar).to_have_attribute("data-proposal", "streaming")
    first, again = scripted.order(1), scripted.order(3)
    assert {**again, "id": first["id"], "variation": 0} == first
    assert again["variation"] == 1
    propose(desk, scripted, "Ada")
    expect(desk.page.locator("ins.added")).to_have_text("Ada")


def test_asking_without_a_selection_means_the_paragraph(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("One two.\n\n\n\nThree.\n")
    desk.click_after("One")
    desk.press("Control+j")
    expect(desk.page.get_by_text("This paragraph")).to_be_visible()
    desk.press("Escape")
    ask_ai(desk, "Shorter")
    propose(desk, scripted, "One.")
    desk.press("Control+Enter")
    desk.expect_file(b"One.\n\n\n\nThree.\n")
    desk.press("ArrowDown", "ArrowDown")
    ask_ai(desk, "A joke")
    assert [scripted.order(number)["selection"] for number in (1, 2)] == ["One two.", ""]
    propose(desk, scripted, "Ha.")
    desk.press("Control+Enter")
    desk.expect_file(b"One.\n\nHa.\n\nThree.\n")


def test_autocomplete_inside_a_word_goes_on_after_it(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("Once upon a time.\n")
    desk.click_after("Once up")
    desk.press("ContextMenu")
    desk.choose("Autocomplete")
    assert scripted.order()["selection"] == "Once upon"
    propose(desk, scripted, " twice")
    desk.press("Control+Enter")
    desk.expect_file(b"Once upon twice a time.\n")


def test_the_model_writes_nothing_where_no_prose_is(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(
        "---\nauthor: me\n---\n\n```js\nlet x = 1;\n```\n\n<div>\n<b>inner</b>\n</div>\n\n<!-- note -->\n\nEnd.\n"
    )
    for place, action in product(["author", "let x", "<b>inner", "note"], ["Autocomplete", "Make it fluent"]):
        desk.click_after(place)
        desk.press("ContextMenu")
        desk.choose(action)
        expect(desk.page.get_by_text("The caret is in code, HTML or front matter")).to_be_visible()
        desk.page.get_by_role("button", name="Dismiss").click()
    assert scripted.asked == []


def test_a_second_request_says_that_the_first_suggestion_was_closed(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("One two.\n")
    for _ in range(2):
        desk.click_after("One")
        desk.press("ContextMenu")
        desk.choose("Paraphrase")
        propose(desk, scripted, "Two one.")
    expect(desk.page.get_by_text("The open suggestion was closed.")).to_be_visible()


def test_without_a_model_ask_ai_offers_one_before_an_instruction_is_written(sit_down: SitDown) -> None:
    desk = sit_down("One.\n")
    desk.press("Control+j")
    expect(desk.page.locator("#ask")).not_to_be_visible()
    expect(desk.page.locator(".notice").get_by_role("button", name="Get ")).to_be_visible()


# Writing.


def test_two_enters_leave_a_list_and_a_quotation_with_a_blank_line(sit_down: SitDown) -> None:
    desk = sit_down("")
    desk.page.keyboard.type("- one\n\nAfter.\n\n> said\n\nAfter.")
    desk.expect_file(b"- one\n\nAfter.\n\n> said\n\nAfter.")
    expect(desk.page.locator("#article :is(li, blockquote)", has_text="After")).to_have_count(0)


# Garbled characters.

GARBLED = "Look ðŸ‘‰ here, and ðŸ‘‰ there.\n"


def test_what_was_left_as_it_is_is_not_asked_again(sit_down: SitDown) -> None:
    desk = sit_down(GARBLED)
    desk.page.get_by_role("button", name="Leave as it is").click()
    desk.write("More.")
    desk.expect_saved()
    desk.page.reload()
    desk.expect_open()
    expect(desk.page.get_by_text("garbled")).to_have_count(0)


def test_a_repair_says_that_it_was_done_and_goes_with_its_document(sit_down: SitDown) -> None:
    desk = sit_down({"Letter.md": GARBLED, "Other.md": "Other words.\n"})
    desk.page.get_by_role("button", name="Review and repair").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Repair", exact=True).click()
    done = desk.page.get_by_text("repaired; Ctrl+Z takes it back.")
    expect(done).to_be_visible()
    desk.page.locator("#documents-list [data-name='Other.md'] .open").click()
    expect(desk.content).to_have_text("Other words.")
    expect(done).to_have_count(0)


# On a phone.


@pytest.fixture
def phone(sit_down: SitDown) -> Desk:
    desk = sit_down("One.\n")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    return desk


def test_a_phone_has_the_theme_the_export_and_help_behind_one_button(phone: Desk) -> None:
    phone.page.get_by_role("button", name="More").click()
    for label in ["Web page", "Light, dark, as the system", "Help"]:
        expect(phone.page.get_by_role("menuitem", name=label, exact=True)).to_be_visible()
    phone.choose("Help")
    expect(phone.page.get_by_role("dialog", name="Help")).to_be_visible()
    expect(phone.page.locator("kbd:visible")).to_have_count(0)


def test_a_phone_shows_the_whole_offer_of_a_model(phone: Desk) -> None:
    offer = phone.page.get_by_role("button", name="Get a model")
    box = offer.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    expect(offer).to_have_attribute("title", re.compile(r"Get SmolLM2 .*MB, Apache-2.0"))
