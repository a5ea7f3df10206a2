"""What turned a fact waits for its own verdict; a suggestion is refined, varied, put below, or one of several."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.desk import wait_until
from tests.browser.scripted import ScriptedModel
from tests.browser.test_proposals import ask_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOURCE = "We was glad. We sold 7 cakes."
ANSWER = "We were glad. We sold 8 cakes."
NUMBER = {"kind": "number", "before": "7", "after": "8"}


def test_a_change_that_turns_a_fact_is_not_accepted_with_the_others(sit_down: SitDown, scripted: ScriptedModel) -> None:
    more, better = " They was glad, and she have some.", " They were glad, and she has some."
    desk = sit_down(f"{SOURCE}{more}\n")
    ask_for(desk, scripted, SOURCE + more, "Make it fluent")
    scripted.proposes(ANSWER + better, flags=[NUMBER])
    expect(desk.page.locator(".change .flag")).to_have_text("⚠ Number changed: 7 → 8")
    expect(desk.bar).to_contain_text("1 to look at")
    # The changes of a sentence are seen to belong together, and one verdict is theirs.
    desk.click_after("We sold")
    expect(desk.page.locator(".sentence").first).to_have_text(re.compile("^We sold"))
    desk.click_after("They")
    group = desk.page.get_by_role("group", name="2 changes in this sentence")
    group.get_by_role("button", name="Accept the changes in this sentence").click()
    expect(desk.content).to_contain_text(better)
    expect(group).to_have_count(0)
    desk.press("Control+z")
    group.get_by_role("button", name="Reject the changes in this sentence").click()
    desk.expect_file(f"{SOURCE}{more}\n".encode())
    desk.press("Control+Enter")
    desk.expect_file(f"We were glad. We sold 7 cakes.{more}\n".encode())
    expect(desk.changes).to_have_count(1)
    desk.press("Control+Enter")
    desk.expect_file(f"{ANSWER}{more}\n".encode())


def test_a_suggestion_is_refined_and_another_one_is_asked_for(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{SOURCE}\n")
    ask_for(desk, scripted, SOURCE, "Make it fluent")
    scripted.proposes(ANSWER)
    desk.bar.get_by_role("button", name="Retry").click()
    assert scripted.order(2)["variation"] == 1
    scripted.proposes(ANSWER)
    desk.bar.get_by_role("button", name="Refine…").click()
    desk.page.keyboard.type("shorter, please")
    desk.page.keyboard.press("Enter")
    assert (scripted.order(3)["draft"], scripted.order(3)["instruction"]) == (ANSWER, "shorter, please")
    scripted.proposes("We were glad.")
    desk.press("Control+Enter")
    desk.expect_file(b"We were glad.\n")


def test_a_suggestion_can_stand_below_the_text(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{SOURCE}\n\nMore.\n")
    ask_for(desk, scripted, SOURCE, "Paraphrase")
    scripted.proposes("Glad we were.")
    desk.bar.get_by_role("button", name="Insert below").click()
    desk.expect_file(f"{SOURCE}\n\nGlad we were.\n\nMore.\n".encode())
    expect(desk.bar).to_have_count(0)


def test_one_of_several_headlines_is_chosen_and_goes_below(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{SOURCE}\n")
    ask_for(desk, scripted, SOURCE, "Headline ideas")
    scripted.proposes("Cakes\nGlad", choices=["Cakes", "Glad"])
    desk.choose("Glad")
    desk.press("Control+Enter")
    desk.expect_file(f"{SOURCE}\n\nGlad\n".encode())


def test_a_translation_asks_for_its_language(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{SOURCE}\n")
    desk.select(SOURCE)
    desk.right_click(SOURCE)
    desk.choose("Translate to…")
    desk.choose("German")
    assert scripted.order()["instruction"] == "German"


def test_what_was_asked_before_is_at_hand_until_it_is_forgotten(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down(f"{SOURCE}\n")
    history = desk.page.locator("#ask-history li")
    for number, instruction in enumerate(["As a pirate", "As a poet"], 1):
        desk.press("Control+j")
        desk.page.keyboard.type(instruction)
        desk.page.keyboard.press("Enter")
        scripted.order(number)
        scripted.proposes("Arr.")
        desk.press("Escape")
    desk.press("Control+j")
    expect(history.locator(".again")).to_have_text(["As a poet", "As a pirate"])
    history.nth(1).get_by_role("button", name="Favourite").click()
    expect(history.locator(".again")).to_have_text(["As a pirate", "As a poet"])
    history.nth(1).get_by_role("button", name="Forget").click()
    expect(history).to_have_count(1)
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Enter")
    assert scripted.order(3)["instruction"] == "As a pirate"


# At the caret.


def test_grey_text_is_taken_whole_by_word_or_not_at_all(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("It was a dark and ")
    ghost = desk.page.locator(".ghost")
    desk.press("Control+End")
    desk.press("Alt+\\")
    assert scripted.order()["type"] == "complete"
    scripted.proposes("stormy night.")
    expect(ghost).to_have_text("stormy night.")
    desk.press("Control+ArrowRight")
    expect(ghost).to_have_text(" night.")
    desk.page.keyboard.type(" ni")
    expect(ghost).to_have_text("ght.")
    desk.press("Escape")
    expect(ghost).to_have_count(0)
    desk.expect_file(b"It was a dark and stormy ni")


def test_it_comes_in_a_pause_where_it_is_switched_on_and_a_key_stops_the_model(
    sit_down: SitDown, scripted: ScriptedModel
) -> None:
    desk = sit_down("It was a dark")
    switch = desk.page.locator("#caret-text")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    desk.press("Control+End")
    desk.page.keyboard.type(" and ")
    wait_until(desk.page, lambda: bool(scripted.asked) and scripted.asked[-1]["before"].endswith(" and "))
    wanted = scripted.asked[-1]["id"]
    desk.page.keyboard.type("x")
    wait_until(desk.page, lambda: wanted in scripted.cancelled)
    expect(desk.page.locator(".ghost")).to_have_count(0)
    expect(desk.page.locator("#caret-text")).to_have_text(re.compile("on$"))


def test_nothing_typed_at_full_speed_is_lost_while_it_is_on(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("")
    desk.page.locator("#caret-text").click()
    desk.content.click()
    text = "It was a dark and stormy night, and so we went on, word by word. " * 6
    desk.page.keyboard.type(text)
    desk.expect_file(text.encode())
    assert all(each["type"] == "complete" for each in scripted.asked)
