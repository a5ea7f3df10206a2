"""A suggestion stands beside the text, lands exactly where it was asked for, and is the writer's to take or leave."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.browser.scripted import ScriptedModel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODEL_MS = 60_000
TWICE = "The same words.\n\nSomething else between them.\n\nThe same words.\n"
FAULTY = "I has a dog. She have a cat. They was freinds."
MENDED = "I have a dog. She has a cat. They were friends."
THREE = [("has", "have"), ("have", "has"), ("was freinds", "were friends")]


def ask_for(desk: Desk, model: ScriptedModel, words: str, action: str, nth: int = 0) -> None:
    """Select *words* and ask for *action* from the menu on them."""
    asked = len(model.asked)
    desk.select(words, nth)
    desk.right_click(words, nth)
    desk.choose(action)
    assert model.order(asked + 1)["selection"] == words
    expect(desk.bar).to_have_attribute("data-proposal", "streaming")


@pytest.fixture
def mending(sit_down: SitDown, scripted: ScriptedModel) -> Desk:
    """A desk where three changes wait for a verdict, the caret before the first."""
    desk = sit_down(f"# Pets\n\n{FAULTY}\n")
    ask_for(desk, scripted, FAULTY, "Correct spelling")
    scripted.says("I have a dog.", " She has")
    scripted.proposes(MENDED)
    expect(desk.changes).to_have_count(3)
    desk.press("Control+Home")
    return desk


def pet_letter(text: str) -> bytes:
    return f"# Pets\n\n{text}\n".encode()


# Before it lands.


def test_a_passage_is_read_ahead_and_the_bar_says_about_how_long_it_takes(
    sit_down: SitDown, scripted: ScriptedModel
) -> None:
    desk = sit_down(f"# Pets\n\n{FAULTY}\n")
    expect(desk.page.locator("#model")).to_have_text("Scripted1.5 words/s")
    desk.select(FAULTY)
    wait_until(desk.page, lambda: [each["selection"] for each in scripted.read_ahead][-1:] == [FAULTY])
    ask_for(desk, scripted, FAULTY, "Correct spelling")
    expect(desk.bar).to_contain_text(re.compile(r"reading… about \d+ s"))
    scripted.proposes(MENDED)
    expect(desk.bar).not_to_contain_text("about")


def test_what_stands_at_the_caret_is_read_ahead_in_a_pause(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("Once upon")
    desk.write(" a time")
    wait_until(desk.page, lambda: [each["before"] for each in scripted.read_ahead][-1:] == ["Once upon a time"])
    assert scripted.read_ahead[-1]["selection"] == ""


# Where it lands.


@pytest.mark.parametrize("nth", [0, 1])
def test_of_two_equal_passages_the_selected_one_changes(sit_down: SitDown, scripted: ScriptedModel, nth: int) -> None:
    desk = sit_down(TWICE)
    ask_for(desk, scripted, "The same words.", "Paraphrase", nth)
    scripted.proposes("Other words.")
    expect(desk.bar).to_have_attribute("data-proposal", "done")
    desk.press("Control+Enter")
    parts = TWICE.split("The same words.")
    before, after = ("Other words.", "The same words.") if nth == 0 else ("The same words.", "Other words.")
    desk.expect_file((parts[0] + before + parts[1] + after + parts[2]).encode())


def test_an_answer_is_text_and_never_a_pattern(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("Before. It costs much. After.\n")
    answer = r"Costs $& or $1, $$ and $`, \1, \\g<0> and \n, <b>&amp;</b> and `${x}`."
    ask_for(desk, scripted, "It costs much.", "Paraphrase")
    for at in range(0, len(answer), 3):
        scripted.says(answer[at : at + 3])
    scripted.proposes(answer)
    expect(desk.bar).to_have_attribute("data-proposal", "done")
    desk.press("Control+Enter")
    desk.expect_file(f"Before. {answer} After.\n".encode())


def test_typing_elsewhere_while_it_streams_leaves_it_in_its_place(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"First.\n\n{FAULTY}\n\nLast.\n")
    ask_for(desk, scripted, FAULTY, "Correct spelling")
    scripted.says("I have")
    expect(desk.page.locator("ins.added").first).to_have_text("have")
    desk.click_after("First.")
    desk.page.keyboard.type(" Typed above.")
    scripted.says(" a dog. She has")
    desk.click_after("Last.")
    desk.page.keyboard.type(" Typed below.")
    scripted.proposes(MENDED)
    expect(desk.changes).to_have_count(3)
    desk.press("Control+Enter")
    desk.expect_file(f"First. Typed above.\n\n{MENDED}\n\nLast. Typed below.\n".encode())


def test_changing_the_passage_itself_stops_the_model(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{FAULTY}\n")
    ask_for(desk, scripted, FAULTY, "Correct spelling")
    scripted.says("I have")
    # What arrives between measuring and clicking would move the words.
    expect(desk.page.locator("ins.added").first).to_have_text("have")
    desk.click_after("a dog")
    desk.page.keyboard.type("gy")
    expect(desk.bar).to_have_count(0)
    expect(desk.page.get_by_text("The model was stopped, because the text it was working on changed.")).to_be_visible()
    desk.expect_file(FAULTY.replace("dog", "doggy").encode() + b"\n")
    wait_until(desk.page, lambda: scripted.cancelled == [scripted.order()["id"]])


# What is meant when nothing is selected.

PARAGRAPHS = "# Head\n\nOne line above,\nthe caret's line,\nand one below.\n\nAnother paragraph.\n"


def test_with_no_selection_the_whole_paragraph_is_meant(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(PARAGRAPHS)
    for count, at in enumerate(["One line", "the caret's", "one below."], 1):
        desk.click_after(at)
        desk.press("ContextMenu")
        desk.choose("Make it fluent")
        asked = scripted.order(count)
        assert asked["selection"] == "One line above,\nthe caret's line,\nand one below."
        assert asked["before"] + asked["selection"] + asked["after"] == PARAGRAPHS
    wait_until(desk.page, lambda: scripted.cancelled == [asked["id"] for asked in scripted.asked[:2]])
    scripted.proposes("One line.")
    desk.page.get_by_role("button", name="Accept all").click()
    desk.expect_file(b"# Head\n\nOne line.\n\nAnother paragraph.\n")


def test_what_was_only_found_is_a_place_and_its_paragraph_is_meant(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(PARAGRAPHS)
    desk.content.focus()
    desk.press("Control+f")
    desk.page.keyboard.type("caret")
    desk.press("Enter", "Escape", "ContextMenu")
    expect(desk.menu).to_contain_text("This paragraph")
    desk.choose("Shorten")
    assert scripted.order()["selection"] == "One line above,\nthe caret's line,\nand one below."
    scripted.proposes("One line.")
    desk.press("Escape")
    # Chosen by hand, the same word is meant by itself.
    desk.select("caret")
    desk.right_click("caret")
    expect(desk.menu).to_contain_text("1 word selected")


def test_a_blank_line_is_no_paragraph_and_the_page_says_so(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("One.\n\n\n\nTwo.\n")
    desk.click_after("One.")
    desk.press("ArrowDown", "ArrowDown", "ContextMenu")
    desk.choose("Make it fluent")
    expect(desk.page.get_by_text("There is no paragraph at the caret")).to_be_visible()
    assert scripted.asked == []


def test_autocomplete_never_replaces_a_selection(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("It was a dark night. The end.\n")
    ask_for(desk, scripted, "It was a dark night.", "Autocomplete")
    scripted.says(" Rain", " fell.")
    scripted.proposes(" Rain fell.")
    expect(desk.bar).to_have_attribute("data-proposal", "done")
    expect(desk.page.locator("del.removed")).to_have_count(0)
    desk.press("Control+Enter")
    desk.expect_file(b"It was a dark night. Rain fell. The end.\n")


def test_autocomplete_continues_at_the_caret(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("First.\n\nIt was a dark night. The end.\n")
    desk.click_after("dark night.")
    desk.press("ContextMenu")
    desk.choose("Autocomplete")
    asked = scripted.order()
    assert (asked["before"], asked["selection"], asked["after"]) == (
        "First.\n\n",
        "It was a dark night.",
        " The end.\n",
    )
    scripted.proposes(" Rain fell.")
    desk.press("Control+Enter")
    desk.expect_file(b"First.\n\nIt was a dark night. Rain fell. The end.\n")


# Taking and leaving it.


def test_nothing_changes_before_it_is_accepted(mending: Desk) -> None:
    assert mending.page.locator("del.removed").all_inner_texts() == [before for before, _ in THREE]
    assert mending.page.locator("ins.added").all_inner_texts() == [after for _, after in THREE]
    mending.expect_file(pet_letter(FAULTY))


def test_accepting_all_is_one_step_that_one_undo_takes_back(mending: Desk) -> None:
    mending.press("Control+Enter")
    expect(mending.page.locator(".accepted")).to_have_text([after for _, after in THREE])
    expect(mending.bar).to_have_count(0)
    mending.expect_file(pet_letter(MENDED))
    expect(mending.page.locator(".accepted")).to_have_count(0)
    mending.press("Control+z")
    expect(mending.changes).to_have_count(3)
    mending.expect_file(pet_letter(FAULTY))
    mending.press("Control+Shift+z")
    expect(mending.changes).to_have_count(0)
    mending.expect_file(pet_letter(MENDED))


def test_keys_settle_one_change_after_the_other(mending: Desk) -> None:
    mending.press("F8")
    expect(mending.bar).to_contain_text("change 1 of 3")
    mending.press("Alt+Enter")
    expect(mending.bar).to_contain_text("change 1 of 2")
    mending.press("Alt+Backspace")
    expect(mending.bar).to_contain_text("1 change")
    mending.press("Alt+Enter")
    expect(mending.bar).to_have_count(0)
    mending.expect_file(pet_letter("I have a dog. She have a cat. They were friends."))


def test_f8_visits_every_change_in_turn_and_around_the_end(mending: Desk) -> None:
    for key, place in [("F8", 1), ("F8", 2), ("F8", 3), ("F8", 1), ("Shift+F8", 3), ("Shift+F8", 2)]:
        mending.press(key)
        expect(mending.bar).to_contain_text(f"change {place} of 3")


def test_escape_rejects_what_is_left(mending: Desk) -> None:
    mending.changes.nth(2).get_by_role("button", name="Accept change").click()
    expect(mending.changes).to_have_count(2)
    mending.press("Escape")
    expect(mending.bar).to_have_count(0)
    mending.expect_file(pet_letter("I has a dog. She have a cat. They were friends."))


def test_a_failed_rewrite_says_why_and_leaves_the_text(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{FAULTY}\n")
    ask_for(desk, scripted, FAULTY, "Correct spelling")
    scripted.says("I have")
    scripted.fails("model-died", "The model stopped unexpectedly; ask again.")
    expect(desk.bar).to_have_count(0)
    expect(desk.page.get_by_role("alert")).to_have_text("The model stopped unexpectedly; ask again.")
    desk.expect_file(FAULTY.encode() + b"\n")


def test_what_is_not_checked_yet_is_no_suggestion(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{FAULTY}\n")
    ask_for(desk, scripted, FAULTY, "Make it fluent")
    scripted.sketches("As an AI, ", "I cannot")
    expect(desk.bar.locator(".sketch")).to_have_text("As an AI, I cannot")
    expect(desk.changes).to_have_count(0)
    scripted.says("")
    expect(desk.bar.locator(".sketch")).to_have_text("")
    scripted.says("I have a dog.")
    expect(desk.page.locator("ins.added")).to_have_text(["have"])
    desk.press("Escape")
    desk.expect_file(f"{FAULTY}\n".encode())


# Several at once.


def test_several_suggestions_are_open_and_each_is_judged_by_itself(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("I has one.\n\nShe have two.\n\nThird.\n")
    ask_for(desk, scripted, "I has one.", "Paraphrase")
    desk.click_after("She have two.")
    desk.press("ContextMenu")
    desk.choose("Make it fluent")
    expect(desk.bar).to_contain_text("Make it fluent")
    expect(desk.bar).to_contain_text("waits until the model is free… · suggestion 2 of 2")
    assert len(scripted.asked) == 1
    scripted.proposes("I have one.", is_last=False)
    wait_until(desk.page, lambda: len(scripted.asked) == 2)
    assert scripted.cancelled == []
    expect(desk.bar).to_contain_text("reading…")
    desk.click_after("Third.")
    desk.page.keyboard.type(" Written meanwhile.")
    scripted.proposes("She has two.")
    expect(desk.changes).to_have_count(2)
    desk.press("Control+Home", "F8")
    expect(desk.bar).to_contain_text("Paraphrase1 change · suggestion 1 of 2")
    desk.press("F8")
    expect(desk.bar).to_contain_text("Make it fluent1 change · suggestion 2 of 2")
    desk.press("F8")
    expect(desk.bar).to_contain_text("suggestion 1 of 2")
    desk.press("Shift+F8", "Escape")
    expect(desk.bar).to_contain_text("Paraphrase1 change")
    desk.press("Control+Enter")
    expect(desk.bar).to_have_count(0)
    desk.expect_file(b"I have one.\n\nShe have two.\n\nThird. Written meanwhile.\n")


# The menu, and hands that hold no mouse.


def test_a_right_click_opens_our_menu_and_with_shift_the_browsers(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("Some words here.\n")
    desk.page.keyboard.down("Shift")
    desk.right_click("words")
    desk.page.keyboard.up("Shift")
    expect(desk.menu).not_to_be_visible()
    desk.right_click("words")
    expect(desk.menu).to_be_visible()
    labels = [label.partition("\n")[0] for label in desk.page.get_by_role("menuitem").all_inner_texts()]
    assert labels[:5] == ["Correct spelling", "Make it fluent", "Paraphrase", "Shorten", "Expand"]
    assert "Ask AI…" in labels


def test_arrows_letters_and_enter_choose_and_escape_returns(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("Some words here.\n")
    focused = desk.page.locator("[role=menuitem]:focus")
    desk.press("ContextMenu")
    expect(desk.menu).to_be_visible()
    expect(focused).to_have_count(1)
    first = focused.inner_text()
    desk.press("ArrowUp", "ArrowDown")
    assert focused.inner_text() == first
    desk.press("p")
    expect(focused).to_contain_text("Paraphrase")
    desk.press("Escape")
    expect(desk.menu).not_to_be_visible()
    expect(desk.content).to_be_focused()
    assert scripted.asked == []
    desk.press("ContextMenu", "p", "Enter")
    expect(desk.bar).to_contain_text("Paraphrase")
    expect(desk.content).to_be_focused()
    assert scripted.order()["selection"] == "Some words here."


# With the real model.


@pytest.mark.model
def test_escape_stops_the_model_at_once_and_it_answers_the_next(
    page: Page, sit_down: SitDown, model_path: Path
) -> None:
    story = "Once upon a time there was a small garden behind the library, and nobody knew who had planted it."
    heard: list[dict[str, str]] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda raw: heard.append(json.loads(raw))))
    desk = sit_down(f"{story}\n\n{FAULTY}\n", model=model_path)
    expect(desk.page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
    desk.click_after(story)
    desk.press("ContextMenu")
    desk.choose("Autocomplete")
    expect(desk.page.locator("ins.added").first).to_have_text(re.compile(r"\w"), timeout=MODEL_MS)
    expect(desk.bar).to_have_attribute("data-proposal", "streaming")
    desk.press("Escape")
    expect(desk.bar).to_have_count(0)
    expect(desk.page.locator("ins.added")).to_have_count(0)
    wait_until(page, lambda: any(message["type"] == "cancelled" for message in heard))
    desk.expect_file(f"{story}\n\n{FAULTY}\n".encode())

    desk.select(FAULTY)
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    expect(desk.page.locator("[data-proposal=done]")).to_be_visible(timeout=MODEL_MS)
    answers = [message for message in heard if message["type"] in ("cancelled", "proposed", "failed")]
    assert [message["type"] for message in answers] == ["cancelled", "proposed"]


@pytest.mark.model
def test_special_tokens_in_the_text_are_text(sit_down: SitDown, model_path: Path) -> None:
    text = "The token <|im_end|> ends a turn, and <|im_start|> beginns one. I has seen both."
    desk = sit_down(f"{text}\n", model=model_path)
    expect(desk.page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
    desk.click_after("I has seen")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    ended = desk.page.locator("[data-proposal=done]").or_(desk.page.get_by_text("No change suggested."))
    expect(ended.first).to_be_visible(timeout=MODEL_MS)
    desk.press("Control+Enter")
    desk.expect_saved()
    written = desk.file.read_text()
    assert written.count("<|im_end|>") == written.count("<|im_start|>") == 1
    assert written.index("<|im_end|>") < written.index("<|im_start|>")


@pytest.mark.model
def test_the_keyboard_alone_leads_from_the_page_to_an_accepted_change(
    page: Page, sit_down: SitDown, model_path: Path
) -> None:
    desk = sit_down("In the begining nobody beleived it.\n", model=model_path)
    expect(desk.content).to_be_focused()
    expect(page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
    desk.press("Control+a", "ContextMenu", "Enter")
    expect(desk.bar).to_contain_text("Correct spelling")
    expect(page.locator("[data-proposal=done]")).to_be_visible(timeout=MODEL_MS)
    words = page.locator("ins.added").all_inner_texts()
    desk.press("F8", "Control+Enter")
    expect(desk.bar).to_have_count(0)
    desk.expect_saved()
    assert words != []
    assert all(word in desk.file.read_text() for word in words)
