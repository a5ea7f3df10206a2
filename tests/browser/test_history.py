"""What was and who wrote it: revisions compared, named and restored; the model's words marked and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from meai.documents.places import workspace_id
from tests.browser.conftest import SitDown
from tests.browser.desk import Desk
from tests.browser.scripted import ScriptedModel
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def history(desk: Desk) -> Locator:
    """Open the dialog."""
    desk.content.focus()
    desk.press("F4")
    dialog = desk.page.get_by_role("dialog", name="History of Letter")
    expect(dialog.get_by_role("option", selected=True)).to_have_count(1)
    return dialog


def test_an_old_version_is_compared_named_and_restored_and_that_can_be_undone(sit_down: SitDown) -> None:
    desk = sit_down("It rained for nine days.")
    desk.select("nine")
    desk.page.keyboard.type("eleven long")
    desk.expect_file(b"It rained for eleven long days.")

    dialog = history(desk)
    expect(dialog.locator("del")).to_have_text("nine")
    expect(dialog.locator("ins")).to_have_text("eleven long")
    expect(dialog.get_by_role("button", name="This is the text now")).to_be_disabled()
    desk.press("End", "F2")
    asked = desk.page.get_by_role("dialog", name="Name this version")
    asked.get_by_label("Name").fill("First draft")
    desk.press("Enter")
    expect(dialog.get_by_role("option", name="First draft")).to_have_attribute("aria-selected", "true")
    dialog.get_by_role("button", name="Changes since then").click()
    expect(dialog.locator("del")).to_have_text("nine")
    dialog.get_by_role("button", name="Restore this version").click()
    expect(dialog).not_to_be_visible()
    expect(desk.content).to_have_text("It rained for nine days.")
    desk.expect_file(b"It rained for nine days.")

    dialog = history(desk)
    expect(dialog.get_by_role("option")).to_have_count(3)
    expect(dialog.get_by_role("option").first).to_contain_text("Restored")
    expect(dialog.get_by_role("option", name="First draft")).to_be_visible()
    desk.press("Escape")
    desk.page.locator(".notice", has_text="The text is as it was").get_by_role("button", name="Undo").click()
    desk.expect_file(b"It rained for eleven long days.")


# What earlier pages left in the browser's database: puts drafts there, or tells the texts of those there are.
LEFT = """(drafts) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("me_ai_drafts", 1);
    const key = { keyPath: ["workspace", "name", "client"] };
    opening.onupgradeneeded = () => opening.result.createObjectStore("drafts", key);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const store = opening.result.transaction("drafts", "readwrite").objectStore("drafts");
        for (const draft of drafts) store.put(draft);
        const all = store.getAll();
        all.onsuccess = () => (opening.result.close(), resolve(all.result.map(({ text }) => text)));
    };
})"""


def test_what_is_forgotten_is_gone_from_the_drafts_of_this_browser_too(sit_down: SitDown) -> None:
    desk = sit_down("One.")
    left = {"workspace": workspace_id(desk.server.workspace), "base": None, "sent": None, "at": "2026-11-01T10:00:00Z"}
    drafts = [
        {**left, "name": "Letter.md", "client": "a", "seq": 1, "text": "A secret\nword."},
        {**left, "name": "Letter.md", "client": "b", "seq": 1, "text": "Other words."},
        {**left, "name": "Other.md", "client": "c", "seq": 1, "text": "A secret word of another."},
    ]
    assert desk.page.evaluate(LEFT, drafts) == [draft["text"] for draft in drafts]
    dialog = history(desk)
    dialog.get_by_role("button", name="Forget…").click()
    asked = desk.page.get_by_role("dialog", name="Forget for good")
    asked.get_by_label("The words").fill("Secret word")
    desk.press("Enter")
    sure = desk.page.get_by_role("dialog", name="Forget 1 unsaved draft?")
    sure.get_by_role("button", name="Forget for good").click()
    expect(dialog.get_by_role("alert")).to_have_text("Forgotten: 1 unsaved draft.")
    assert desk.page.evaluate(LEFT, []) == ["Other words.", "A secret word of another."]


def test_the_models_words_are_marked_as_far_as_they_stand_and_taken_back(
    sit_down: SitDown, scripted: ScriptedModel
) -> None:
    desk = sit_down("I has a garden and I recieve many letters.\n")
    desk.content.focus()
    desk.press("Control+Home", "ContextMenu")
    desk.choose("Correct spelling")
    scripted.proposes("I have a garden and I receive many letters.")
    desk.press("Control+Enter")
    desk.expect_file(b"I have a garden and I receive many letters.\n")
    authored = desk.page.locator(".authored")
    expect(authored).to_have_count(0)
    desk.press("F9")
    expect(authored).to_have_text(["have", "receive"])

    desk.select("receive")
    desk.page.keyboard.type("get")
    expect(authored).to_have_text(["have"])
    desk.expect_file(b"I have a garden and I get many letters.\n")
    desk.page.reload()
    desk.expect_open()
    desk.press("F9")
    expect(authored).to_have_text(["have"])
    expect(desk.page.get_by_role("region", name="What the model wrote")).to_contain_text("1 of 9 words")

    desk.page.get_by_role("button", name="Export").click()
    desk.page.get_by_role("menuitemcheckbox", name="Tell readers what the model wrote").click()
    desk.choose("Copy as plain text")
    expect(desk.page.locator(".notice", has_text="Copied.")).to_be_visible()
    copied = desk.page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("About 11 % of this text was suggested by a language model.\n")

    desk.click_after("hav")
    card = desk.page.get_by_role("dialog", name="What the model wrote here")
    expect(card).to_contain_text("Correct spelling")
    expect(card).to_contain_text("Scripted")
    expect(card.get_by_role("blockquote")).to_have_text("has")
    desk.press("Escape", "Shift+F9", "Enter")
    expect(authored).to_have_count(0)
    desk.expect_file(b"I has a garden and I get many letters.\n")
    desk.press("Control+z")
    expect(authored).to_have_text(["have"])
    desk.expect_file(b"I have a garden and I get many letters.\n")


def test_a_version_is_forgotten_for_good_and_so_is_a_deleted_document(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("Dear all.")
    for added in (" The key is hunter2.", " Yours, Ada."):
        desk.write(added)
        desk.expect_saved()
    desk.select("The key is hunter2. ")
    desk.press("Delete")
    desk.expect_file(b"Dear all. Yours, Ada.")
    count = len(history(desk).get_by_role("option").all())

    dialog = desk.page.get_by_role("dialog", name="History of Letter")
    dialog.get_by_role("button", name="Forget…").click()
    asked = desk.page.get_by_role("dialog", name="Forget for good")
    expect(asked.get_by_label("All but the text as it is now")).to_be_checked()
    asked.get_by_label("The words").fill("yours")
    desk.press("Enter")
    expect(asked.get_by_role("alert")).to_contain_text("still has these words")
    asked.get_by_label("The words").fill("hunter2")
    desk.press("Enter")
    sure = desk.page.get_by_role("dialog", name=re.compile(r"Forget \d versions\?"))
    sure.get_by_role("button", name="Forget for good").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Forgotten: ")
    expect(dialog.get_by_role("option")).not_to_have_count(count)
    expect(dialog).not_to_contain_text("hunter2")
    desk.press("Escape")

    desk.choose_for("Letter", "Delete")
    expect(desk.listed("Letter")).to_have_count(0)
    desk.page.get_by_role("button", name="Deleted documents").click()
    trash = desk.page.get_by_role("dialog", name="Deleted documents")
    for name in ("Delete Letter from the trash", "Forget Letter"):
        for _ in range(2):
            trash.get_by_role("button", name=name, exact=True).click()
    expect(trash).to_contain_text("Nothing has been deleted.")
    history_of = f"{desk.server.url}/api/documents/Letter.md/history"
    answer = desk.page.context.request.get(history_of, headers=desk.server.headers)
    assert answer.json() == {"revisions": [], "warning": None}
    watched.forgive("400", "404")
