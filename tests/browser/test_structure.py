"""Lists, tables, sections, finding, notes, pictures and front matter: by keyboard and by mouse."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = """\
---
title: "Old"   # why
x: 1
---

# One

first

| a | b |
| --- | --- |
| 1 | 2 |

## Under one

- apple
- pear

# Two

second

```python
def greet(): pass
```
"""


def test_a_letter_is_put_in_order_by_keyboard_alone(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    page = desk.page

    desk.click_after("pear")
    desk.press("Tab", "End", "Enter")
    page.keyboard.type("plum")
    desk.press("Shift+Tab")
    expect(desk.content).to_contain_text("- apple  - pear- plum")

    desk.click_after("| 1")
    desk.press("Tab", "Tab")
    page.keyboard.type("3")
    desk.press("Alt+ArrowUp")
    expect(page.get_by_role("toolbar", name="Table")).to_be_visible()
    desk.press("Escape", "Tab")
    expect(page.get_by_role("button", name="Add a row above")).to_be_focused()
    desk.press("ArrowRight", "ArrowRight", "ArrowRight", "Enter", "Escape")
    expect(desk.content).to_be_focused()

    desk.click_after("second")
    desk.press("Control+Alt+f")
    page.keyboard.type("A note.")
    desk.press("Control+Alt+f")
    page.keyboard.type("!")

    desk.press("Control+Shift+o", "End")
    expect(page.locator("#outline-list .active")).to_have_text("Two")
    desk.press("Alt+ArrowUp")
    expect(page.locator("#outline-list .row")).to_have_text(["Two", "One", "Under one"])
    desk.press("Escape")
    desk.expect_file(
        b'---\ntitle: "Old"   # why\nx: 1\n---\n\n'
        b"# Two\n\nsecond[^1]!\n\n```python\ndef greet(): pass\n```\n\n"
        b"# One\n\nfirst\n\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n| 3   |     |\n\n"
        b"## Under one\n\n- apple\n  - pear\n- plum\n"
        b"\n[^1]: A note.\n"
    )
    desk.press("Control+z")
    expect(page.locator("#outline-list .row")).to_have_text(["One", "Under one", "Two"])


def test_words_are_found_counted_and_replaced(sit_down: SitDown) -> None:
    desk = sit_down(LETTER + "\none One ONE\n")
    page = desk.page
    bar, count = page.get_by_role("search", name="Find and replace"), page.locator(".find-bar .count")
    desk.content.focus()
    desk.press("Control+Home", "Control+f")
    page.keyboard.type("one")
    expect(count).to_have_text("1 of 5")
    desk.press("Enter", "Shift+Enter", "Alt+c")
    expect(count).to_have_text(re.compile("2"))
    desk.press("Alt+c", "Alt+r", "End")
    page.keyboard.type("(")
    expect(bar.get_by_role("alert")).to_contain_text("This is no pattern yet")
    page.keyboard.type("!)?")
    expect(bar.get_by_role("alert")).to_be_hidden()
    bar.get_by_role("textbox", name="Replace with").fill("1$1")
    bar.get_by_role("button", name="Replace all").click()
    expect(count).to_have_text("5 replaced")
    expect(desk.content).to_contain_text("1 1 1")
    desk.press("Escape")
    expect(desk.content).to_be_focused()
    desk.press("Control+z")
    expect(desk.content).to_contain_text("one One ONE")
    desk.select("apple")
    desk.content.press("Control+d")
    box = page.locator(".cm-line", has_text="pear").bounding_box()
    assert box is not None
    page.keyboard.down("Alt")
    page.mouse.click(box["x"] + 2, box["y"] + box["height"] / 2)
    page.keyboard.up("Alt")
    expect(page.locator(".cm-cursor")).to_have_count(2)


def test_a_pattern_that_would_never_end_is_refused_and_writing_goes_on(sit_down: SitDown) -> None:
    desk = sit_down("a" * 40 + "!")
    page = desk.page
    bar, count = page.get_by_role("search", name="Find and replace"), page.locator(".find-bar .count")
    desk.content.focus()
    desk.press("Control+f", "Alt+r")
    page.keyboard.type("(a+)+$")
    expect(bar.get_by_role("alert")).to_contain_text("This pattern takes too long in this text")
    desk.press("Backspace")
    expect(bar.get_by_role("alert")).to_be_hidden()
    expect(count).to_have_text("1 of 1")
    # What was quick before may not be in what is written next.
    bar.get_by_role("textbox", name="Find").fill("(b+)+$")
    expect(count).to_have_text("Not found")
    desk.click_after("!")
    page.keyboard.type(" " + "b" * 40 + "?")
    expect(bar.get_by_role("alert")).to_contain_text("This pattern takes too long in this text")
    desk.press("Control+a")
    page.keyboard.type("bb")
    expect(count).to_have_text("1 found")
    desk.expect_file(b"bb")


def test_front_matter_sections_and_pictures_are_handled_by_mouse(
    sit_down: SitDown, letters: Path, fixtures: Path
) -> None:
    shutil.copy(fixtures / "tally.png", letters / "apple.png")
    desk = sit_down(LETTER)
    page = desk.page
    page.locator("#title-button").click()
    desk.choose("Title, date and tags")
    form = page.get_by_role("region", name="Title, date and tags")
    form.get_by_label("Title", exact=True).fill('A "new" one')
    form.get_by_label("Tags").fill("b, a")
    expect(page.locator(".cm-line .tok-name").first).to_have_text("title")
    expect(form.locator(".title small")).to_have_text("11 characters")
    expect(page.locator(".cm-line", has_text="title")).to_have_text('title: "A \\"new\\" one"   # why')
    desk.click_after("x: 1")
    page.keyboard.type(": 2")
    expect(form.get_by_role("alert")).to_contain_text("Line 4 cannot be read")
    expect(form.get_by_label("Title", exact=True)).to_be_hidden()
    desk.press(*["Backspace"] * 3)
    expect(form.get_by_label("Title", exact=True)).to_have_value('A "new" one')
    form.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Outline").click()
    rows = page.locator("#outline-list .row")
    rows.nth(2).drag_to(rows.nth(0), target_position={"x": 40, "y": 3})
    expect(rows).to_have_text(["Two", "One", "Under one"])
    rows.nth(0).hover()
    page.get_by_role("button", name="Move Two down").click()
    expect(rows).to_have_text(["One", "Under one", "Two"])
    rows.nth(0).locator("[data-task=fold]").click()
    expect(rows).to_have_count(2)

    heading = page.locator(".cm-line", has_text="# One")
    heading.hover()
    heading.get_by_role("button", name="Fold").click()
    expect(page.locator(".cm-line", has_text="apple")).to_have_count(0)
    desk.expect_saved()
    page.reload()
    desk.expect_open()
    expect(page.locator(".folded")).to_be_visible()
    page.locator(".folded").click()

    desk.select("apple")
    page.locator("#format-button").click()
    desk.choose("Image…")
    page.get_by_label("Address").fill("apple.png")
    page.get_by_label("Width in pixels").fill("wide")
    page.get_by_role("button", name="Insert").click()
    expect(page.locator("#dialog .problem")).to_contain_text("“wide” is no width")
    page.get_by_label("Width in pixels").fill("300")
    page.get_by_role("button", name="Insert").click()
    desk.press("Control+s")
    desk.expect_saved()
    saved = desk.file.read_text()
    assert '- <img src="apple.png" alt="apple" width="300">\n' in saved
    assert saved.startswith('---\ntitle: "A \\"new\\" one"   # why\ntags: [b, a]\nx: 1\n---\n')
