"""A newsletter from the first word to Substack with nothing but the keyboard and the embedded model."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

MODEL_MS = 60_000
OPENING = (
    "It rained for nine days, so I stayd inside and taught a very small computer to count tomatoes. "
    "I recieve alot of mail about it. It is called Tally"
)
WORDY = (
    "The garden was, to tell you the truth, and I always tell the truth, very wet this week, and because it was very "
    "wet this week, nobody at all in the whole village wanted to go outside into the garden."
)
MIDDLE = (
    "Warm compost smells of bread, cold compost smells of regret. Six cheap sensors tell the two apart, and a curve "
    "that a child could draw. My neighbour came by on Tuesday with a fork and two opinions, and left with one of them. "
    "He says that a heap needs patience; I say that it needs a thermometer. We agreed to measure until Easter, and to "
    "let the worms decide. The worms have not answered yet, but there are more of them than last year."
)
EVENINGS = (
    "In the evenings I ask the computer what eats my kale. It answers slowly, which gives me time to doubt the "
    "question. On Monday it said slugs, on Wednesday it said pigeons, and on Friday it said that it could not know, "
    "which was the best answer of the week. Here is what it said, and how sure it was."
)
CLOSING = (
    "A lid that is opened to look at the thermometer loses five degrees. So I look once a day, in the morning, before "
    "the coffee is ready, and write the number on the shed. By the end of the month the shed will be full, and then "
    "I shall need a second shed. That is how a garden grows. Until the beans are up, write to me: I answer every "
    "letter, and the ones with seeds in them first."
)
PASTED = """async () => {
    const [item] = await navigator.clipboard.read();
    return await (await item.getType("text/html")).text();
}"""


def command(desk: Desk, name: str) -> None:
    """Find a command by some words of its name, and do it."""
    desk.press("F1")
    expect(desk.page.locator("#palette")).to_be_visible()
    desk.page.keyboard.type(name)
    expect(desk.page.locator("#palette [aria-selected=true]")).to_contain_text(re.compile(name, re.IGNORECASE))
    desk.press("Enter")
    expect(desk.page.locator("#palette")).to_be_hidden()


def paragraph(desk: Desk, words: str) -> None:
    desk.press("Control+End", "Enter", "Enter")
    desk.page.keyboard.insert_text(words)


def accept_what_the_model_offers(desk: Desk) -> None:
    page = desk.page
    expect(page.locator("[data-proposal=done]")).to_be_visible(timeout=MODEL_MS)
    desk.press("Control+Enter")
    expect(desk.changes).to_have_count(0)


def test_a_newsletter_from_the_first_word_to_substack(
    sit_down: SitDown, page: Page, letters: Path, fixtures: Path, model_path: Path
) -> None:
    shutil.copy(fixtures / "tally.png", letters / "tally.png")
    desk = sit_down("", model=model_path)
    keyboard = page.keyboard
    expect(page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)

    # Three hundred words, with a heading, a link, a picture, a table and a footnote.
    keyboard.type("# Letters from the Allotment")
    paragraph(desk, OPENING)
    desk.press("Control+Shift+ArrowLeft", "Control+k")
    keyboard.type("https://tally.example.org")
    desk.press("End")
    keyboard.insert_text(", and it is wrong about every third tomato.")
    paragraph(desk, WORDY)
    paragraph(desk, MIDDLE)
    desk.press("Enter", "Enter")
    command(desk, "Image")
    keyboard.type("tally.png")
    desk.press("Tab")
    keyboard.type("Nine tomatoes")
    desk.press("Enter")
    expect(page.locator("#article img[src^=blob]")).to_be_attached()
    paragraph(desk, EVENINGS)
    desk.press("Enter", "Enter")
    command(desk, "Table")
    for cell in ("Evening", "Culprit", "Monday", "Slugs", "Friday", "Nobody knows"):
        keyboard.type(cell)
        desk.press("Tab")
    paragraph(desk, CLOSING)
    command(desk, "Footnote")
    keyboard.type("With a stamp, if you like.")
    expect(page.locator("#article h1")).to_have_text("Letters from the Allotment")
    expect(page.locator("#article a[href='https://tally.example.org']")).to_have_text("Tally")
    expect(page.locator("#article tbody tr").first).to_have_text(re.compile("Monday.*Slugs", re.DOTALL))
    expect(page.locator("#article .footnotes li")).to_contain_text("With a stamp, if you like.")
    assert len(desk.content.inner_text().split()) >= 300
    desk.press("Control+s")
    desk.expect_saved()

    # Its spelling is corrected, where it is wrong.
    desk.press("Control+Home", "ArrowDown", "ArrowDown")
    command(desk, "Correct spelling")
    accept_what_the_model_offers(desk)
    desk.press("Control+s")
    desk.expect_saved()
    corrected = desk.file.read_text("utf-8")
    assert "so I stayed inside" in corrected
    assert "I receive a lot of mail" in corrected

    # A paragraph is shortened.
    desk.press("Control+f")
    keyboard.type("to tell you the truth")
    desk.press("Enter", "Escape")
    command(desk, "Shorten")
    accept_what_the_model_offers(desk)
    desk.press("Control+s")
    desk.expect_saved()
    shortened = desk.file.read_text("utf-8")
    assert len(shortened) < len(corrected)
    assert WORDY not in shortened

    # The version before that comes back.
    desk.press("F4")
    history = page.get_by_role("dialog", name="History of Letter")
    expect(history.get_by_role("option", selected=True)).to_have_count(1)
    desk.press("ArrowDown", "Enter")
    expect(history.get_by_role("button", name="Restore this version")).to_be_focused()
    desk.press("Enter")
    expect(history).to_be_hidden()
    expect(page.locator(".notice", has_text="The text is as it was")).to_be_visible()
    desk.press("Control+s")
    desk.expect_saved()
    assert desk.file.read_text("utf-8") == corrected

    # And it goes to Substack, as Substack takes it.
    command(desk, "Copy for Substack")
    expect(page.locator(".notice", has_text="Substack")).to_be_visible(timeout=15_000)
    pasted = page.evaluate(PASTED)
    for part in ("https://tally.example.org", "so I stayed inside", "<img", "With a stamp"):
        assert part in pasted, part
