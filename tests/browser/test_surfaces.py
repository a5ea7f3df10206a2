"""The palette, the menu after a slash and the toolbar at a selection, by keyboard and by mouse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SitDown
from tests.browser.scripted import ScriptedModel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REGISTRY = Path(__file__).resolve().parents[2] / "static" / "src" / "commands"


def listed() -> dict[str, str]:
    """Return every label and first key that the tables of commands have."""
    source = "".join(file.read_text("utf-8") for file in sorted(REGISTRY.glob("*.ts")))
    rows = re.findall(r'\{ name: "[^"]+", label: "([^"]+)", group: "[^"]+"(?:, key: ("(?:\\.|[^"])*"))?', source)
    return {label: json.loads(key) if key else "" for label, key in rows}


def written(key: str) -> str:
    signs = {"Mod": "Ctrl", "Escape": "Esc", "ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→"}
    parts = re.split(r"-(?!$)", key)
    return "+".join(signs.get(part, part.upper() if len(part) == 1 else part) for part in parts)


def test_every_command_is_in_the_palette_and_in_the_help_with_its_key(sit_down: SitDown) -> None:
    desk = sit_down("word")
    page, commands = desk.page, listed()
    assert len(commands) > 60

    desk.press("F1")
    rows = """rows => rows.map(row => [".row-name", "kbd"].map(part => row.querySelector(part)?.textContent))"""
    told = dict(page.locator("#palette [role=option]").evaluate_all(rows))
    assert {label: told.get(label) for label in commands} == {
        label: written(key) if key else None for label, key in commands.items()
    }
    desk.press("Escape", "Control+/")
    rows = """rows => rows.map(row => [row.querySelector("dt").textContent, row.querySelector("kbd")?.textContent])"""
    told = dict(page.locator("#dialog .keys dl > div").evaluate_all(rows))
    assert {label: told.get(label) for label in commands} == {
        label: written(key) if key else None for label, key in commands.items()
    }


def test_the_palette_finds_commands_documents_and_headings_and_asks_for_the_rest(
    sit_down: SitDown, scripted: ScriptedModel
) -> None:
    desk = sit_down({"Letter.md": "# First\n\nword\n\n## Second part\n\nend", "Other note.md": "# Other"})
    page = desk.page
    chosen = page.locator("#palette [aria-selected=true]")
    box = page.get_by_role("combobox", name="Commands, documents and headings")

    desk.click_after("word")
    desk.press("F1")
    page.keyboard.type("bld")
    expect(chosen).to_contain_text("Bold")
    desk.press("Enter")
    expect(desk.content).to_contain_text("**word**")
    expect(desk.content).to_be_focused()

    desk.press("Control+Shift+.")
    expect(page.locator("#palette .group-name").first).to_have_text("Used last")
    expect(chosen).to_contain_text("Bold")
    box.fill("#sec")
    expect(chosen).to_have_text("Second part")
    desk.press("Enter")
    page.keyboard.type("Z")
    expect(desk.content).to_contain_text("Z## Second part")

    desk.press("F1")
    box.fill("accept all")
    expect(chosen).to_contain_text("There is no suggestion.")
    box.fill("font size")
    expect(chosen).to_contain_text("Settings…")
    box.fill("write me a limerick")
    expect(chosen).to_have_text("Ask AI: “write me a limerick”")
    desk.press("Enter")
    assert scripted._open["instruction"] == "write me a limerick"
    scripted.proposes("There was.")
    desk.press("Escape")

    desk.press("Control+o")
    page.locator("#palette [role=option]", has_text="Other note").click()
    expect(page.locator("#title")).to_have_text("Other note")
    desk.press("F1", "Escape")
    expect(desk.content).to_be_focused()


def test_a_slash_on_an_empty_line_offers_blocks_and_is_no_more_than_a_slash_elsewhere(sit_down: SitDown) -> None:
    desk = sit_down("word")
    page, menu = desk.page, desk.page.locator("#slash")
    desk.press("Control+End", "Enter", "Enter")
    page.keyboard.type("/")
    expect(menu.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.type("quo")
    desk.press("Enter")
    page.keyboard.type("said")
    desk.expect_file(b"word\n\n> said")

    desk.press("Control+a", "Delete")
    page.keyboard.type("/")
    menu.get_by_role("option", name="Bulleted list").click()
    page.keyboard.type("point")
    desk.expect_file(b"- point")

    desk.press("Control+a", "Delete")
    page.keyboard.type("/")
    expect(menu).to_be_visible()
    desk.press("Escape")
    page.keyboard.type("ta")
    expect(menu).to_be_hidden()
    desk.press("Enter")
    page.keyboard.type("/usr/bin and a / b")
    expect(menu).to_be_hidden()
    desk.press("Enter")
    desk.expect_file(b"/ta\n/usr/bin and a / b\n")


def test_a_selection_by_pointer_brings_a_toolbar_that_keys_reach_too(
    sit_down: SitDown, scripted: ScriptedModel
) -> None:
    desk = sit_down("First line.\n\nSome words here.")
    page, bar = desk.page, desk.page.get_by_role("toolbar", name="Selection")
    desk.select("words")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Bold").click()
    expect(desk.content).to_contain_text("Some **words** here.")
    expect(bar).to_be_hidden()

    desk.press("Control+Home", "Shift+End", "Alt+F10")
    expect(bar.get_by_role("button", name="AI")).to_be_focused()
    desk.press("ArrowRight", "ArrowRight", "Enter")
    expect(desk.content).to_contain_text("*First line.*")
    expect(desk.content).to_be_focused()

    desk.press("Alt+F10", "Enter")
    expect(desk.menu.get_by_role("menuitem").first).to_be_focused()
    expect(bar).to_be_hidden()
    desk.press("Escape")
    desk.select("words")
    page.keyboard.type("x")
    expect(bar).to_be_hidden()
