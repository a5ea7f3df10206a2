"""Two who write the same: tabs, browsers and other programs meet in one file, and neither's words are lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import PATIENCE_MS, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEN_MS = 2_000
POEM = "# Tide\n\nThe sea comes in.\n\nThe sea goes out.\n\n- a shell\n- a stone\n"

Beside = Callable[..., Desk]


@pytest.fixture
def other_browser(browser: Browser) -> Iterator[Callable[[Desk], Desk]]:
    """The same document in a browser that shares nothing with the first."""
    contexts = []

    def open_beside(first: Desk) -> Desk:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return beside(first, context.new_page())

    yield open_beside
    for context in contexts:
        context.close()


def beside(first: Desk, page: Page) -> Desk:
    second = Desk(page, first.server, first.file)
    second.open()
    return second


def other_tab(first: Desk) -> Desk:
    return beside(first, first.page.context.new_page())


def change(file: Path, old: str, new: str) -> None:
    """Edit *file* as another program does."""
    text = file.read_text()
    assert old in text
    whole = file.parent.with_suffix(".new")
    whole.write_text(text.replace(old, new))
    whole.replace(file)


# Tabs of one browser.


def test_the_second_tab_only_reads_until_the_writer_wants_to_write_there(sit_down: SitDown) -> None:
    first = sit_down("One.")
    second = other_tab(first)
    reads = "This document is open in another tab, so here it can only be read."
    expect(second.page.get_by_text(reads)).to_be_visible()
    expect(second.page.locator("#save-state")).to_have_text("Read only")
    second.write(" Not here.")
    expect(second.content).to_have_text("One.")

    first.write(" Two.")
    expect(second.content).to_have_text("One. Two.")

    first.write(" Three.")
    second.page.get_by_role("button", name="Write here instead").click()
    expect(second.page.get_by_text(reads)).to_have_count(0)
    expect(second.content).to_have_text("One. Two. Three.")
    expect(first.page.get_by_text(reads)).to_be_visible()
    second.write(" Four.")
    second.expect_file(b"One. Two. Three. Four.")
    expect(first.content).to_have_text("One. Two. Three. Four.")


def test_when_the_tab_that_writes_is_closed_the_other_one_writes(sit_down: SitDown) -> None:
    first = sit_down("One.")
    second = other_tab(first)
    expect(second.page.locator("#save-state")).to_have_text("Read only")
    first.write(" Two.")
    first.page.close()
    expect(second.page.get_by_text("open in another tab")).to_have_count(0)
    expect(second.content).to_have_text("One. Two.")
    second.write(" Three.")
    second.expect_file(b"One. Two. Three.")


def test_a_tab_that_sleeps_cannot_keep_the_document(sit_down: SitDown) -> None:
    first = sit_down("One.")
    second = other_tab(first)
    # A message that is stopped on its way is what a sleeping tab hears.
    second.page.evaluate("BroadcastChannel.prototype.postMessage = () => {}")
    second.page.get_by_role("button", name="Write here instead").click()
    expect(second.page.get_by_text("open in another tab")).to_have_count(0)
    second.write(" Two.")
    second.expect_file(b"One. Two.")
    expect(first.page.locator("#save-state")).to_have_text("Read only")
    expect(first.content).to_have_text("One. Two.")


def test_two_tabs_write_two_documents(sit_down: SitDown) -> None:
    first = sit_down({"Letter.md": "One.", "Other.md": "Other."})
    second = other_tab(first)
    second.page.get_by_role("treeitem", name="Other").click()
    expect(second.page.locator("#title")).to_have_text("Other")
    second.write(" Here.")
    second.press("Control+s")
    second.expect_saved()
    first.write(" Two.")
    first.expect_file(b"One. Two.")
    assert (first.file.parent / "Other.md").read_bytes() == b"Other. Here."


# Another browser, or another program.


def test_what_two_browsers_write_in_different_places_is_merged(
    watched: Watched, sit_down: SitDown, other_browser: Callable[[Desk], Desk]
) -> None:
    first = sit_down(POEM)
    second = other_browser(first)
    first.page.keyboard.press("Control+Home")
    for n in range(5):
        first.click_after("comes in")
        first.page.keyboard.type(f" mine{n}", delay=20)
        second.click_after("a stone")
        second.page.keyboard.type(f" theirs{n}", delay=20)
    for desk in (first, second):
        desk.expect_saved()
        expect(desk.content).to_contain_text("theirs4")
        expect(desk.content).to_contain_text("mine0")
    wait_until(first.page, lambda: all(f"mine{n}" in first.file.read_text() for n in range(5)))
    assert all(f"theirs{n}" in first.file.read_text() for n in range(5))
    watched.forgive("412")


def test_what_both_wrote_in_one_place_is_chosen_side_by_side_with_the_keyboard(
    watched: Watched, sit_down: SitDown
) -> None:
    desk = sit_down(POEM)
    with desk.unsaved():
        desk.click_after("a stone")
        desk.press("Control+Shift+ArrowLeft")
        desk.page.keyboard.insert_text("pearl")
        desk.file.write_text(POEM.replace("a stone", "a crab").replace("comes in", "storms in"))
    bar = desk.page.get_by_role("alert").filter(has_text="was changed elsewhere, where you changed it too")
    expect(bar).to_be_visible()
    expect(desk.page.locator("#save-state")).to_have_text("Not saved")
    assert "pearl" not in desk.file.read_text()

    bar.get_by_role("button", name="Compare…").press("Enter")
    asked = desk.page.get_by_role("dialog", name="Letter was changed elsewhere")
    expect(asked.get_by_role("radio", name="Mine - a pearl")).to_be_focused()
    desk.press("Tab", "Tab", "Tab", "Enter")
    expect(asked).to_be_visible()
    desk.press("ArrowDown", "ArrowDown", "Tab", "Tab", "Tab", "Enter")
    expect(asked).not_to_be_visible()
    expect(bar).to_have_count(0)
    desk.expect_saved()
    merged = POEM.replace("comes in", "storms in").replace("- a stone", "- a pearl\n- a crab")
    wait_until(desk.page, lambda: desk.file.read_text() == merged)
    watched.forgive("412")


def test_mine_can_be_kept_as_a_copy_and_the_decision_may_wait(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    with desk.unsaved():
        desk.write(" Mine.")
        change(desk.file, "One.", "One. Theirs.")
    compare = desk.page.get_by_role("button", name="Compare…")
    asked = desk.page.get_by_role("dialog", name="Letter was changed elsewhere")
    compare.click()
    expect(asked).to_be_visible()
    desk.press("Escape")
    expect(asked).not_to_be_visible()
    desk.write(" More.")
    expect(desk.content).to_have_text("One. Mine. More.")
    assert desk.file.read_bytes() == b"One. Theirs."
    compare.click()
    asked.get_by_role("button", name="Keep mine as a copy").click()
    expect(desk.page.locator("#title")).to_have_text("Letter (my copy)")
    desk.write(" Yet more.")
    desk.press("Control+s")
    desk.expect_saved()
    assert desk.file.read_bytes() == b"One. Theirs."
    assert (desk.file.parent / "Letter (my copy).md").read_bytes() == b"One. Mine. More. Yet more."
    watched.forgive("412")


@pytest.mark.alone
def test_an_edit_outside_appears_within_two_seconds_and_moves_neither_caret_nor_scroll(sit_down: SitDown) -> None:
    desk = sit_down("".join(f"Line {n}.\n\n" for n in range(200)))
    desk.click_after("Line 0.")
    for _ in range(6):
        desk.press("PageDown")
    scroller = desk.page.locator(".cm-scroller")
    caret = desk.page.evaluate("document.getSelection().anchorNode.textContent")
    top = scroller.evaluate("(box) => box.scrollTop")
    assert top > 0
    change(desk.file, "Line 199.", "Line 199 was changed.")
    change(desk.file, "Line 0.", "Line nought.")
    expect(desk.page.locator("#article")).to_contain_text("Line nought.", timeout=SEEN_MS)
    assert desk.page.evaluate("document.getSelection().anchorNode.textContent") == caret
    assert abs(scroller.evaluate("(box) => box.scrollTop") - top) < 4
    expect(desk.page.locator("#save-state")).to_have_text("Saved")
    desk.press("Control+z", "Control+z")
    desk.press("Control+Home")
    expect(desk.content).to_contain_text("Line 0.")


def test_an_edit_outside_never_overwrites_what_is_being_written(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down(POEM)
    desk.click_after("comes in")
    for n in range(8):
        desk.page.keyboard.type(f" and{n}", delay=40)
        change(desk.file, "a stone", "a stone,")
    desk.expect_saved()
    written = "comes in and0 and1 and2 and3 and4 and5 and6 and7."
    expect(desk.content).to_contain_text(written)
    wait_until(desk.page, lambda: written in desk.file.read_text())
    assert "a stone,,,,,,,," in desk.file.read_text()
    watched.forgive("412")


def test_a_file_that_is_gone_leaves_its_text_to_be_saved_again_or_elsewhere(
    watched: Watched, sit_down: SitDown
) -> None:
    desk = sit_down("One.")
    desk.file.unlink()
    gone = desk.page.get_by_role("alert").filter(has_text="Not saved.")
    expect(gone).to_contain_text("no document “Letter.md”")
    desk.write(" Two.")
    gone.get_by_role("button", name="Save it again").click()
    desk.expect_saved()
    assert desk.file.read_bytes() == b"One. Two."

    desk.file.unlink()
    desk.write(" Three.")
    gone.get_by_role("button", name="Save as…").click()
    asked = desk.page.get_by_role("dialog", name="Save Letter as")
    asked.get_by_label("Name").fill("Post")
    desk.press("Enter")
    expect(desk.page.locator("#title")).to_have_text("Post")
    expect(gone).to_have_count(0)
    assert (desk.file.parent / "Post.md").read_bytes() == b"One. Two. Three."
    assert not desk.file.exists()
    watched.forgive("404")


def test_what_one_tab_renames_is_followed_by_the_one_that_writes_it(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down({"Other.md": "Other.", "Posts/Letter.md": "One."})
    desk.listed("Letter").click()
    expect(desk.page.locator("#title")).to_have_text("Letter")
    other = Desk(desk.page.context.new_page(), desk.server, desk.server.workspace / "Other.md")
    other.open()
    other.listed("Other").click()
    desk.write(" Two.")
    desk.expect_saved()
    other.choose_for("Letter", "Rename…")
    other.page.get_by_role("dialog").get_by_label("New name").fill("Posts/Post.md")
    other.press("Enter")
    expect(desk.page.locator("#title")).to_have_text("Post")
    desk.write(" Three.")
    desk.expect_saved()
    other.choose_for("Posts", "Rename…")
    other.page.get_by_role("dialog").get_by_role("textbox").fill("Letters")
    other.press("Enter")
    expect(other.listed("Letters")).to_be_visible()
    desk.write(" Four.")
    file = desk.server.workspace / "Letters" / "Post.md"
    wait_until(desk.page, lambda: file.exists() and file.read_bytes() == b"One. Two. Three. Four.")
    desk.expect_saved()
    moved = file.parent.rename(file.parent.with_name("Archive")) / file.name  # by a file manager
    desk.write(" Five.")
    wait_until(desk.page, lambda: moved.read_bytes() == b"One. Two. Three. Four. Five.")
    desk.expect_saved()
    expect(desk.page.get_by_text("This document was moved")).to_contain_text("“Archive/Post.md”")
    assert not file.exists()
    expect(desk.page.get_by_role("alert").filter(has_text="Not saved.")).to_have_count(0)
    assert [path.name for path in desk.server.workspace.rglob("*.md")].count("Letter.md") == 0
    watched.forgive("404")


def test_a_folder_in_the_place_of_the_file_leaves_its_text_to_be_saved_elsewhere(
    watched: Watched, sit_down: SitDown
) -> None:
    desk = sit_down("One.")
    desk.file.unlink()
    desk.file.mkdir()
    gone = desk.page.get_by_role("alert").filter(has_text="Not saved.")
    expect(gone).to_contain_text("“Letter.md” is not a file but a folder")
    gone.get_by_role("button", name="Save it again").click()
    desk.write(" Two.")
    gone.get_by_role("button", name="Save as…").click()
    desk.page.get_by_role("dialog", name="Save Letter as").get_by_label("Name").fill("Post")
    desk.press("Enter")
    expect(desk.page.locator("#title")).to_have_text("Post")
    assert (desk.file.parent / "Post.md").read_bytes() == b"One. Two."
    assert desk.file.is_dir()
    watched.forgive("404", "412", "422")
