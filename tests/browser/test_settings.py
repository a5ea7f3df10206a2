"""Settings in the page: each holds at once, in every tab, and after a reload; the keys are the writer's."""

from __future__ import annotations

import tomllib

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def turn_to(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def open_settings(desk: Desk, name: str) -> Locator:
    desk.press("Control+,")
    turn_to(desk.page, name)
    return desk.page.get_by_role("dialog", name="Settings")


def test_settings_hold_at_once_in_every_tab_and_stay(sit_down: SitDown) -> None:
    desk = sit_down("One line.")
    other = desk.page.context.new_page()
    other.goto(desk.server.page_url)
    expect(other.locator("#model:not([data-state=away])")).to_be_attached()
    root, theirs = desk.page.locator("html"), other.locator("html")

    dialog = open_settings(desk, "Look")
    dialog.get_by_label("Theme").select_option("dark")
    for page in (root, theirs):
        expect(page).to_have_attribute("data-theme", "dark")
    before = desk.content.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    size = dialog.get_by_label("Size of the text")
    size.focus()
    desk.press("End")
    expect(root).to_have_attribute("style", "--text-size: 2; --measure: 66ch;")
    assert desk.content.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") == pytest.approx(
        2 * before
    )

    turn_to(desk.page, "Writing")
    dialog.get_by_label("Save the text").select_option("Only when I save")
    dialog.get_by_label("Underline problems while writing").uncheck()
    desk.press("Escape")
    desk.write(" Kept for later.")
    expect(desk.page.locator("#save-state")).to_have_attribute("data-state", "dirty")
    desk.expect_file(b"One line. Kept for later.")

    desk.page.reload()
    desk.expect_open()
    expect(root).to_have_attribute("data-theme", "dark")
    desk.press("Control+,")
    turn_to(desk.page, "Writing")
    expect(dialog.get_by_label("Underline problems while writing")).not_to_be_checked()


def test_a_key_is_given_and_a_clash_is_said_plainly(sit_down: SitDown) -> None:
    desk = sit_down("word")
    dialog = open_settings(desk, "Keys")
    bold = dialog.get_by_role("button", name="Key of Bold")
    alert = dialog.get_by_role("alert")

    bold.click()
    desk.press("Control+t")
    expect(alert).to_have_text("Ctrl+T belongs to the browser.")
    bold.click()
    desk.press("Control+j")
    expect(alert).to_contain_text("Ctrl+J is “Ask AI…” already.")
    desk.press("Enter")
    expect(bold).to_have_text("Ctrl+J")
    expect(dialog.get_by_role("button", name="Key of Ask AI…")).to_have_text("Ctrl+Shift+P")

    desk.press("Escape")
    desk.click_after("word")
    desk.press("Control+j")
    expect(desk.content).to_have_text("**word**")
    desk.press("Control+,")
    turn_to(desk.page, "Keys")
    dialog.get_by_role("button", name="As it was: Bold").click()
    expect(bold).to_have_text("Ctrl+B")


def test_an_action_of_ones_own_can_be_asked_for_at_once(sit_down: SitDown) -> None:
    desk = sit_down("word")
    dialog = open_settings(desk, "AI")
    dialog.get_by_role("button", name="New action…").click()
    dialog.get_by_label("Name").fill("For the subject line")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog.get_by_role("alert")).to_have_text("An action needs a name and what the model shall do.")
    dialog.get_by_label("What the model shall do").fill("Say this in eight words: {{selection}}")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog.get_by_role("button", name="Change For the subject line")).to_be_visible()
    desk.press("Escape")
    desk.page.locator("#ai-button").click()
    expect(desk.page.get_by_role("menuitem", name="For the subject line")).to_be_visible()


def test_settings_leave_as_a_file_and_come_back_from_it(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("word")
    page, root = desk.page, desk.page.locator("html")
    dialog = open_settings(desk, "Look")
    dialog.get_by_label("Theme").select_option("dark")
    dialog.get_by_label("Always load pictures of the web").check()
    # The page is loaded anew, with a policy that lets pictures of the web in.
    expect(page.locator("#reach")).to_have_text("Pictures come from any server")
    desk.expect_open()
    dialog = open_settings(desk, "File")
    with page.expect_download() as given:
        dialog.get_by_role("button", name="Export…").click()
    assert given.value.suggested_filename == "meai-settings.toml"
    kept = given.value.path().read_text("utf-8")
    assert tomllib.loads(kept) == {"theme": "dark", "remote_pictures": True}

    dialog.get_by_role("button", name="Everything as it was at first").click()
    expect(page.locator("#reach")).to_have_text("Nothing leaves this machine")
    desk.expect_open()
    expect(root).not_to_have_attribute("data-theme", "dark")

    dialog = open_settings(desk, "File")
    for content, told in (('theme = "loud"', "theme in the file is 'loud', but must be"), (kept, "")):
        with page.expect_file_chooser() as asked:
            dialog.get_by_role("button", name="Import…").click()
        asked.value.set_files({"name": "mine.toml", "mimeType": "", "buffer": content.encode()})
        if told:
            expect(dialog.get_by_role("alert")).to_contain_text(told)
    expect(page.locator("#reach")).to_have_text("Pictures come from any server")
    expect(root).to_have_attribute("data-theme", "dark")
    watched.forgive("400", "ERR_ABORTED")
