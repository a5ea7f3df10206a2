"""No word is lost: documents come and go, disks refuse, and each file keeps its bytes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import StartServer, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOM = b"\xef\xbb\xbf"


# Documents of the folder.


def test_a_new_document_gets_a_name_a_file_and_the_caret(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.\n")
    page = desk.page
    page.get_by_role("button", name="New document").click()
    asked = page.get_by_role("dialog", name="New document")
    expect(asked.get_by_label("Name")).to_have_value("Untitled.md")
    asked.get_by_label("Name").fill("Letter")
    desk.press("Enter")
    expect(asked.get_by_role("alert")).to_contain_text("Letter.md")
    asked.get_by_label("Name").fill("Grüße")
    desk.press("Enter")
    expect(asked).not_to_be_visible()
    expect(page.locator("#title")).to_have_text("Grüße")
    expect(desk.content).to_be_focused()
    page.keyboard.type("Hello.")
    desk.press("Control+s")
    desk.expect_saved()
    assert (desk.server.workspace / "Grüße.md").read_bytes() == b"Hello."
    assert desk.file.read_bytes() == b"One.\n"
    watched.forgive("412")


def test_a_document_without_a_name_is_called_after_its_heading_and_never_takes_anothers_name(
    sit_down: SitDown, letters: Path
) -> None:
    desk = sit_down({"Letter.md": "One.\n", "Spring.md": "Theirs.\n"})
    page, title = desk.page, desk.page.locator("#title")
    page.get_by_role("button", name="New document").click()
    desk.press("Enter")
    expect(title).to_have_text("Untitled")
    page.keyboard.type("# Spring\n\nIt rains.")
    expect(title).to_have_text("Spring 2")
    page.keyboard.type(" Still.")
    desk.press("Control+s")
    desk.expect_saved()
    assert (letters / "Spring 2.md").read_text() == "# Spring\n\nIt rains. Still."
    assert (letters / "Spring.md").read_text() == "Theirs.\n"
    assert not (letters / "Untitled.md").exists()
    page.locator(".notice", has_text="called “Spring 2” now").get_by_role("button", name="Undo").click()
    expect(title).to_have_text("Untitled")
    # Undone is decided.
    page.keyboard.type(" More.")
    desk.press("Control+s")
    desk.expect_saved()
    expect(title).to_have_text("Untitled")
    assert (letters / "Untitled.md").read_text().endswith("Still. More.")


def test_renaming_keeps_the_words_of_the_last_second(sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.write(" Two.")
    desk.choose_for("Letter", "Rename…")
    asked = desk.page.get_by_role("dialog", name="Rename Letter")
    asked.get_by_label("New name").fill("Post.md")
    asked.get_by_role("button", name="Rename").click()
    expect(desk.page.locator("#title")).to_have_text("Post")
    desk.write(" Three.")
    desk.press("Control+s")
    desk.expect_saved()
    assert [path.name for path in desk.server.workspace.iterdir()] == ["Post.md"]
    assert (desk.server.workspace / "Post.md").read_bytes() == b"One. Two. Three."


def test_what_is_typed_while_a_name_is_tried_is_in_the_text(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down({"Letter.md": "One.", "Taken.md": ""})
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "PATCH":
            held.append(route)
        else:
            route.fallback()

    desk.page.route("**/api/documents/*", hold)
    desk.content.focus()
    desk.press("Control+End")
    desk.choose_for("Letter", "Rename…")
    asked = desk.page.get_by_role("dialog")
    for name, words in (("Taken.md", " Two."), ("Post.md", " Three.")):
        asked.get_by_role("textbox").fill(name)
        desk.press("Enter")
        wait_until(desk.page, lambda: bool(held))
        desk.page.keyboard.type(words)
        expect(desk.content).to_contain_text(words)
        held.pop().continue_()
        if name == "Taken.md":
            expect(asked.get_by_role("alert")).to_contain_text("Taken")
    expect(desk.page.locator("#title")).to_have_text("Post")
    desk.page.unroute_all()
    desk.press("Control+s")
    desk.expect_saved()
    assert (desk.server.workspace / "Post.md").read_bytes() == b"One. Two. Three."
    watched.forgive("412")


def test_a_folder_is_renamed_around_the_open_document_and_a_moved_one_keeps_its_links(
    watched: Watched, sit_down: SitDown
) -> None:
    desk = sit_down({"Drafts/Letter.md": "One. ![A](a.png)"})
    (desk.server.workspace / "Drafts" / "a.png").write_bytes(b"picture")
    desk.write(" Two.")
    desk.choose_for("Drafts", "Rename…")
    asked = desk.page.get_by_role("dialog", name="Rename the folder Drafts")
    asked.get_by_label("New name").fill("Posts")
    asked.get_by_role("button", name="Rename").click()
    expect(desk.listed("Posts")).to_be_visible()
    desk.write(" Three.")
    desk.press("Control+s")
    desk.expect_saved()
    post = desk.server.workspace / "Posts" / "Letter.md"
    assert post.read_bytes() == b"One. ![A](a.png) Two. Three."
    desk.listed("Letter").drag_to(desk.page.locator("#documents-scroller"), target_position={"x": 40, "y": 300})
    desk.page.locator(".notice", has_text="a.png").get_by_role("button", name="Mend the link").click()
    expect(desk.content).to_have_text("One. ![A](Posts/a.png) Two. Three.")
    # The picture was not found where the document lay meanwhile.
    watched.forgive("404")


def test_deleting_keeps_the_file_in_the_trash_and_can_be_undone(sit_down: SitDown) -> None:
    desk = sit_down({"Letter.md": "Gone.\n", "Other.md": "Other.\n"})
    desk.choose_for("Letter", "Delete")
    expect(desk.page.locator("#title")).to_have_text("Other")
    expect(desk.content).to_contain_text("Other.")
    expect(desk.listed("Letter")).to_have_count(0)
    assert not desk.file.exists()
    desk.page.locator(".notice", has_text="Letter is in the trash.").get_by_role("button", name="Undo").click()
    expect(desk.page.locator("#title")).to_have_text("Letter")
    expect(desk.content).to_contain_text("Gone.")
    assert desk.file.read_bytes() == b"Gone.\n"


def test_opening_another_saves_what_was_just_typed(sit_down: SitDown) -> None:
    desk = sit_down({"Letter.md": "One.", "Other.md": "Other.\n"})
    desk.write(" Two.")
    desk.listed("Other").click()
    expect(desk.content).to_contain_text("Other.")
    assert desk.file.read_bytes() == b"One. Two."
    desk.listed("Letter").click()
    expect(desk.content).to_contain_text("One. Two.")
    desk.press("Control+z")
    expect(desk.content).not_to_contain_text("Two.")


def test_leaving_the_page_saves_what_was_just_typed(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.page.on("dialog", lambda question: question.accept())
    desk.write(" Two.")
    desk.page.goto("about:blank")
    wait_until(desk.page, lambda: desk.file.read_bytes() == b"One. Two.")
    # The save outlives the page, which hears no answer.
    watched.forgive("ERR_ABORTED")


def test_only_the_bytes_of_an_edited_line_change(sit_down: SitDown) -> None:
    lines = [b"# Head\r\n", b"one\r\n", b"two  \r\n", b"three\n", "vi\u2028er\u00a0\r\n".encode(), b"\tlast"]
    desk = sit_down(BOM + b"".join(lines))
    desk.expect_file(BOM + b"".join(lines))
    desk.click_after("two")
    desk.press("End")
    desk.page.keyboard.type("and a half")
    desk.expect_file(BOM + b"".join([*lines[:2], b"two  and a half\r\n", *lines[3:]]))
    desk.press("Control+z")
    desk.expect_file(BOM + b"".join(lines))


# When the machine fails.


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a test fill the disk of another process")
def test_a_full_disk_is_told_and_the_text_is_kept_and_saved_later(watched: Watched, sit_down: SitDown) -> None:
    import resource

    desk = sit_down("One.")
    limits = resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE, (4, limits[1]))
    desk.write(" Two.")
    problem = desk.page.get_by_role("alert").filter(has_text="Not saved.")
    expect(problem).to_contain_text("Letter.md")
    expect(desk.content).to_have_text("One. Two.")
    assert desk.file.read_bytes() == b"One."

    resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE, limits)
    problem.get_by_role("button", name="Try again").click()
    desk.expect_saved()
    expect(problem).to_have_count(0)
    assert [(path.name, path.read_bytes()) for path in desk.server.workspace.iterdir()] == [("Letter.md", b"One. Two.")]
    watched.forgive("507")


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write any file")
def test_a_read_only_file_is_told_and_the_text_is_kept(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    desk.file.chmod(0o444)
    desk.write(" Two.")
    expect(desk.page.get_by_role("alert").filter(has_text="Not saved.")).to_contain_text("Letter")
    expect(desk.content).to_have_text("One. Two.")
    assert desk.file.read_bytes() == b"One."
    watched.forgive("507")


# A writer's first day.


OF_YESTERDAY = """if (!sessionStorage.getItem("today")) {
    sessionStorage.setItem("today", "1");
    new MutationObserver(() => {
        document.querySelector('meta[name="version"]')?.setAttribute("content", "0.0.1");
    }).observe(document, { childList: true, subtree: true });
}"""
"""The first time, the page is one that another version of ME_AI has served."""


def test_a_page_of_another_version_asks_to_be_loaded_again(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("Words.")
    notice = desk.page.locator("#notices").get_by_text("ME_AI has been updated")
    expect(notice).to_have_count(0)
    desk.page.add_init_script(OF_YESTERDAY)
    desk.page.reload()
    expect(notice).to_be_visible()
    desk.page.get_by_role("button", name="Load it again").click()
    expect(notice).to_have_count(0)
    watched.forgive("ERR_ABORTED")  # what was on its way when the page was left
    expect(desk.page.locator(".cm-content")).to_contain_text("Words.")


def test_a_first_run_opens_a_welcome_that_teaches(page: Page, tmp_path: Path, start_server: StartServer) -> None:
    folder = tmp_path / "Documents" / "ME_AI"
    server = start_server(None, environment={"MEAI_WORKSPACE": str(folder)})
    desk = Desk(page, server, folder / "Welcome.md")
    desk.open()
    expect(page.locator("#title")).to_have_text("Welcome")
    expect(page.locator("#article h1")).to_have_text("Welcome to ME_AI")
    expect(page.locator("#article table")).to_contain_text("Alt+Enter")
    help_ = page.get_by_role("dialog", name="Help")
    help_.get_by_label("Show this at every start").focus()
    desk.press("Space", "Space")
    desk.press("Escape")
    expect(help_).to_be_hidden()
    written = desk.file.read_bytes()
    desk.write("Mine.")
    desk.expect_file(written + b"Mine.")
    page.reload()
    desk.expect_open()
    expect(help_).to_be_hidden()


def test_in_an_empty_folder_the_first_words_make_the_file(page: Page, letters: Path, start_server: StartServer) -> None:
    desk = Desk(page, start_server(letters), letters / "Untitled.md")
    desk.open()
    assert list(letters.iterdir()) == []
    page.keyboard.type("First words.")
    desk.expect_file(b"First words.")
    expect(page.locator("#documents-list")).to_contain_text("Untitled")
