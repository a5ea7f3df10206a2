"""The page elsewhere than on a desk: under a thumb, on paper, read from the right, in the system's own colours."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.scenes import walk_through
from tests.browser.scripted import ScriptedModel
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FINGER_PX = 44
# What can be pressed and is smaller than a finger, itself and what it adds around it. Words in a text are no
# controls, and what folds a section is no wider than the margin: the outline has it, too.
SMALL = """(least) => {
    const grown = (element) => {
        const { width, height } = element.getBoundingClientRect();
        const after = getComputedStyle(element, "::after");
        const more = after.position === "absolute" ? -2 * parseFloat(after.top || "0") : 0;
        return [width, height + Math.max(0, more)];
    };
    const pressed = "button, input, select, summary, [role=option], [role=treeitem], label:has(input)";
    const other = "#article, .fold-mark, label:has(input) input";
    return [...document.querySelectorAll(pressed)]
        .filter((element) => element.checkVisibility() && !element.closest(other))
        .map((element) => [grown(element), element.outerHTML.slice(0, 90)])
        .filter(([[width, height]]) => width > 0 && Math.min(width, height) < least - 0.5)
        .map(([size, html]) => `${size.map(Math.round).join(" x ")}: ${html}`);
}"""
# How far the caret, and what stands below the text, are above the lower edge of the window.
ROOM_BELOW = """(selector) => innerHeight - document.querySelector(selector).getBoundingClientRect().bottom"""
WRITTEN_AFTER = """(element) => getComputedStyle(element, "::after").content"""
ON_PAPER = """() => {
    const article = document.getElementById("article");
    return [...document.body.querySelectorAll("*")].filter((element) => {
        const shown = element.checkVisibility() && element.getClientRects().length > 0;
        return shown && !article.contains(element) && !element.contains(article);
    }).map((element) => element.outerHTML.slice(0, 90));
}"""


def hold_a_phone(page: Page) -> None:
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
    page.set_viewport_size({"width": 390, "height": 844})


def test_a_finger_meets_what_it_means_on_every_panel(
    watched: Watched, sit_down: SitDown, scripted: ScriptedModel, letters: Path, fixtures: Path
) -> None:
    (letters / "images").mkdir()
    shutil.copy(fixtures / "tally.png", letters / "images" / "tally.png")
    desk = sit_down((fixtures / "newsletter.md").read_bytes())
    hold_a_phone(desk.page)
    assert walk_through(desk, scripted, lambda page: list(page.evaluate(SMALL, FINGER_PX))) == {}
    watched.forgive("412")


def test_a_phone_is_turned_and_its_keyboard_comes(sit_down: SitDown, scripted: ScriptedModel) -> None:
    desk = sit_down("\n\n".join(["A long letter, of many paragraphs that say little."] * 40))
    page = desk.page
    hold_a_phone(page)
    desk.write("\n\nI recieve the mail.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    scripted.proposes("I receive the mail.")
    expect(desk.bar).to_have_attribute("data-proposal", "done")

    page.set_viewport_size({"width": 390, "height": 430})  # the keyboard comes
    expect(desk.bar).to_be_in_viewport(ratio=1)
    expect(page.locator(".change")).to_be_in_viewport(ratio=1)
    desk.press("Escape")
    desk.write(" And more.")
    page.set_viewport_size({"width": 844, "height": 390})  # the phone is turned
    expect(page.locator(".cm-cursor-primary")).to_be_in_viewport()
    assert page.evaluate(ROOM_BELOW, ".cm-cursor-primary") > 0


HEBREW = """---
lang: he
---

# מכתב מהגינה

זו פסקה ארוכה על עגבניות, ויש בה גם Tally.

An English paragraph stays as it is.

- ראשון
- שני

> ציטוט

| שם | ערך |
| --- | --- |
| 1 | 2 |

![](tally.png)
"""
SIDES = """() => Object.fromEntries([...document.querySelectorAll("#article .block")].map((block) =>
    [(block.querySelector("h1,p,ul,blockquote,table,img") ?? block).tagName + block.textContent.trim().slice(0, 2),
     getComputedStyle(block).direction]))"""


def test_a_letter_that_is_read_from_the_right(sit_down: SitDown, letters: Path, fixtures: Path) -> None:
    shutil.copy(fixtures / "tally.png", letters / "tally.png")
    desk = sit_down(HEBREW)
    page = desk.page
    expect(page.locator("#article")).to_have_attribute("dir", "rtl")
    expect(page.locator("#article")).to_have_attribute("lang", "he")
    expect(desk.content).to_have_attribute("lang", "he")
    expect(page.locator("#article .block")).to_have_count(7)
    assert list(page.evaluate(SIDES).values()) == ["rtl", "rtl", "ltr", "rtl", "rtl", "rtl", "rtl"]
    quote = page.locator("#article blockquote")
    assert quote.evaluate("(element) => getComputedStyle(element).borderRightWidth") == "2px"
    for words, direction in (("זו פסקה", "rtl"), ("An English", "ltr"), ("ציטוט", "rtl")):
        line = page.locator(".cm-line", has_text=words)
        assert line.evaluate("(element) => getComputedStyle(element).direction") == direction
    desk.content.focus()
    desk.press("Control+Home")
    page.keyboard.insert_text("x")
    expect(page.locator("#article")).not_to_have_attribute("dir", "rtl")


def test_on_paper_there_is_the_article_alone(sit_down: SitDown, page: Page) -> None:
    desk = sit_down("# A letter\n\nWith [a link](https://example.com/there).\n\nðŸ‘‰ garbled")
    expect(page.locator("#article h1")).to_be_attached()
    expect(page.locator("#notices .notice")).to_be_visible()
    desk.page.get_by_role("button", name="Write", exact=True).click()
    desk.content.focus()
    desk.press("Control+/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ON_PAPER) == []
    expect(page.locator("#article h1")).to_be_visible()
    assert page.locator("#article a").evaluate(WRITTEN_AFTER) == '" (https://example.com/there)"'
