"""What is typed survives: a dead server, a dead browser, a lost answer, a full disk; and each word is saved once."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import PATIENCE_MS, Server, StartServer, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WITHIN_MS = 300
BANNER_MS = 2_000
REPLAY_MS = 2_000
START_MS = 15_000
AWAY = "The server is away. Write on: this browser keeps your text"
# What a browser says of requests to a server that is being killed, or is dead.
DEAD = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_EMPTY_RESPONSE",
    "ERR_ABORTED",
)
OLD_KEY = "ME_AI was started anew. Go on in the tab that it opened, or open the new address in this one"
POEM = "# Tide\n\nThe sea comes in.\n\nThe sea goes out.\n"

# The texts that lie in the browser's own database.
KEPT = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("me_ai_drafts", 1);
    const key = { keyPath: ["workspace", "name", "client"] };
    opening.onupgradeneeded = () => opening.result.createObjectStore("drafts", key);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const all = opening.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => (opening.result.close(), resolve(all.result.map(({ text }) => text)));
    };
})"""


# When a draft that is put into the database is there, and when the last key was pressed, by the page's own clock.
CLOCK = """window.put = [];
addEventListener("keydown", () => (window.pressed = performance.now()), true);
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
    const pressed = window.pressed;
    this.transaction.addEventListener("complete", () => window.put.push(performance.now() - pressed));
    return put.apply(this, given);
};"""


def kept(page: Page) -> list[str]:
    texts: list[str] = page.evaluate(KEPT)
    return texts


def wait_until_free(port: int) -> None:
    """Wait while *port*, which was the system's to give, is lent to a connection of some other program."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return
        except OSError:
            assert time.monotonic() < end, f"port {port} is taken"
            time.sleep(0.05)


def restart(start_server: StartServer, desk: Desk, *, port: str | None = None) -> Server:
    """Serve the folder of *desk* again after its server was killed, at the same address and with the same data."""
    wait_until_free(int(desk.server.url.rpartition(":")[2]))
    return start_server(
        desk.server.workspace,
        *("--port", port or desk.server.url.rpartition(":")[2]),
        environment={"MEAI_DATA_DIR": str(desk.server.data_dir)},
    )


def revisions(page: Page, server: Server, name: str = "Letter.md") -> list[dict[str, Any]]:
    """What the history has of *name*, the oldest first."""
    answer = page.context.request.get(f"{server.url}/api/documents/{name}/history", headers=server.headers)
    found: list[dict[str, Any]] = answer.json()["revisions"]
    return found[::-1]


def reopen(desk: Desk, server: Server) -> Desk:
    """A new page of the same browser on *server*."""
    again = Desk(desk.page.context.new_page(), server, desk.file)
    again.open()
    return again


def crash(page: Page) -> None:
    """Kill the process that draws *page*."""
    with contextlib.suppress(Error):
        page.goto("chrome://crash")


def leave_unsaved(desk: Desk, old: str, new: str) -> None:
    """Kill the server, write *new* behind *old*, and close the page."""
    desk.server.process.kill()
    expect(desk.page.get_by_text(AWAY)).to_be_visible()
    desk.click_after(old)
    desk.page.keyboard.insert_text(new)
    wait_until(desk.page, lambda: any(new in text for text in kept(desk.page)))
    desk.page.close()


@pytest.mark.alone
def test_what_is_typed_is_in_the_browsers_database_within_300_ms(sit_down: SitDown, page: Page) -> None:
    page.add_init_script(CLOCK)
    desk = sit_down("One.")
    desk.content.focus()
    for number in range(1, 8):
        desk.press("a")
        page.wait_for_function("count => window.put.length >= count", arg=number)
    took = sorted(page.evaluate("window.put"))
    assert took[len(took) // 2] <= WITHIN_MS, took


# The server dies.


@pytest.mark.alone
def test_words_wait_for_a_killed_server_and_are_saved_once_when_it_is_back(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down("One.")
    desk.write(" Two.")
    desk.page.keyboard.type(" Three.", delay=30)
    desk.server.process.kill()
    expect(desk.page.get_by_text(AWAY)).to_be_visible(timeout=BANNER_MS)
    desk.page.keyboard.type(" Four.", delay=30)
    expect(desk.content).to_have_text("One. Two. Three. Four.")
    expect(desk.page.locator("#save-state")).to_have_text("Not saved")
    wait_until(desk.page, lambda: kept(desk.page) == ["One. Two. Three. Four."])

    restarted = restart(start_server, desk)
    expect(desk.page.get_by_text(OLD_KEY)).to_be_visible(timeout=START_MS)
    expect(desk.page.get_by_text(AWAY)).to_have_count(0)
    desk.page.keyboard.type(" Five.", delay=30)
    desk.page.goto(restarted.page_url)
    expect(desk.page.locator("#save-state")).to_have_text("Saved", timeout=REPLAY_MS)
    expect(desk.page.locator("#notices .notice")).to_have_count(0)
    assert desk.file.read_bytes() == b"One. Two. Three. Four. Five."
    etags = [revision["etag"] for revision in revisions(desk.page, restarted)]
    assert len(etags) == len(set(etags))
    wait_until(desk.page, lambda: kept(desk.page) == [])
    watched.forgive(*DEAD, "401")


def test_in_the_tab_that_a_new_start_opens_the_words_of_the_old_one_are_there(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    old = sit_down("One.")
    old.server.process.kill()
    expect(old.page.get_by_text(AWAY)).to_be_visible()
    old.write(" Two.")
    new = reopen(old, restart(start_server, old))
    expect(old.page.get_by_text(OLD_KEY)).to_be_visible(timeout=START_MS)
    new.page.get_by_role("button", name="Write here instead").click()
    expect(new.content).to_have_text("One. Two.")
    new.expect_saved()
    new.write(" Three.")
    new.expect_file(b"One. Two. Three.")
    watched.forgive(*DEAD, "401")


# The browser dies.


@pytest.mark.parametrize("keys", [150, pytest.param(500, marks=pytest.mark.soak)])
def test_of_keys_in_a_killed_tab_at_most_a_second_is_lost(sit_down: SitDown, keys: int) -> None:
    desk = sit_down("One. ")
    typed = "".join(f"{n:04} " for n in range(keys // 5))
    desk.content.focus()
    desk.press("Control+End")
    desk.page.keyboard.type(typed, delay=33)
    crash(desk.page)
    again = reopen(desk, desk.server)
    expect(again.content).to_contain_text(f"{keys // 5 - 7:04}")
    again.expect_saved()
    saved = again.file.read_text()
    assert ("One. " + typed).startswith(saved)
    assert len(saved) >= len(typed) - 30


def test_the_words_of_a_killed_browser_come_back_although_no_server_heard_them(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down({"Letter.md": "One.", "Other.md": "Other."})
    desk.server.process.kill()
    expect(desk.page.get_by_text(AWAY)).to_be_visible()
    desk.write(" Two.")
    wait_until(desk.page, lambda: kept(desk.page) == ["One. Two."])
    crash(desk.page)
    restarted = restart(start_server, desk)
    again = reopen(desk, restarted)
    expect(again.page.locator("#title")).to_have_text("Letter")
    expect(again.content).to_have_text("One. Two.")
    expect(again.page.get_by_text("was not saved yet; here it is.")).to_be_visible()
    again.expect_saved()
    assert desk.file.read_bytes() == b"One. Two."
    wait_until(again.page, lambda: kept(again.page) == [])
    assert [revision["kind"] for revision in revisions(again.page, restarted)][1:] == ["save"]
    watched.forgive(*DEAD)


def test_closing_a_page_in_the_middle_of_a_word_loses_no_letter(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down("One.")
    desk.server.process.kill()
    expect(desk.page.get_by_text(AWAY)).to_be_visible()
    desk.page.on("dialog", lambda question: question.accept())
    desk.write(" Tw")
    desk.page.goto("about:blank")
    again = reopen(desk, restart(start_server, desk))
    expect(again.content).to_have_text("One. Tw")
    watched.forgive(*DEAD)


def test_a_new_document_that_has_no_file_yet_comes_back_too(
    watched: Watched, page: Page, letters: Any, start_server: StartServer
) -> None:
    desk = Desk(page, start_server(letters), letters / "Untitled.md")
    desk.open()
    desk.server.process.kill()
    expect(page.get_by_text(AWAY)).to_be_visible()
    page.keyboard.insert_text("First words.")
    wait_until(page, lambda: kept(page) == ["First words."])
    crash(page)
    again = reopen(desk, restart(start_server, desk))
    expect(again.content).to_have_text("First words.")
    again.expect_saved()
    assert desk.file.read_bytes() == b"First words."
    watched.forgive(*DEAD)


def test_drafts_of_other_documents_are_told_of_and_one_press_away(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down({"Letter.md": "One.", "Other.md": "Other."})
    leave_unsaved(desk, "One.", " Two.")
    desk.file.unlink()
    again = reopen(desk, restart(start_server, desk))
    expect(again.page.locator("#title")).to_have_text("Other")
    told = again.page.get_by_role("status").filter(has_text="There are unsaved changes in other documents.")
    told.get_by_role("button", name="Letter, from").click()
    expect(again.page.locator("#title")).to_have_text("Letter")
    expect(told).to_have_count(0)
    again.page.get_by_role("button", name="Compare").click()
    asked = again.page.get_by_role("dialog", name="Unsaved changes from")
    asked.get_by_role("radio", name="Unsaved One. Two.").check()
    asked.get_by_role("button", name="Use what I chose").click()
    expect(again.content).to_have_text("One. Two.")
    again.expect_saved()
    wait_until(again.page, lambda: desk.file.exists() and desk.file.read_bytes() == b"One. Two.")
    watched.forgive(*DEAD)


def test_on_another_port_the_server_offers_what_it_was_told(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down("One.")
    desk.page.route(
        "**/api/documents/Letter.md",
        lambda route: route.abort() if route.request.method == "PUT" else route.fallback(),
    )
    desk.write(" Two.")
    ask = desk.page.context.request
    drafts = f"{desk.server.url}/api/drafts"
    wait_until(desk.page, lambda: len(ask.get(drafts, headers=desk.server.headers).json()["drafts"]) == 1)
    desk.server.process.kill()
    desk.page.close()
    again = reopen(desk, restart(start_server, desk, port="0"))
    offer = again.page.get_by_role("status").filter(has_text="Unsaved changes from")
    offer.get_by_role("button", name="Restore").click()
    expect(again.content).to_have_text("One. Two.")
    again.expect_saved()
    assert desk.file.read_bytes() == b"One. Two."
    watched.forgive(*DEAD, "ERR_FAILED")


# A draft of another revision.


def test_a_draft_beside_a_changed_file_is_restored_into_it(
    watched: Watched, sit_down: SitDown, start_server: StartServer
) -> None:
    desk = sit_down(POEM)
    leave_unsaved(desk, "comes in", ", slowly")
    desk.file.write_text(POEM.replace("goes out", "creeps out"))
    again = reopen(desk, restart(start_server, desk))
    expect(again.content).not_to_contain_text("slowly")
    again.page.get_by_role("button", name="Restore").click()
    expect(again.content).to_contain_text("comes in, slowly.")
    expect(again.content).to_contain_text("creeps out.")
    again.expect_saved()
    merged = POEM.replace("goes out", "creeps out").replace("comes in", "comes in, slowly")
    wait_until(again.page, lambda: desk.file.read_text() == merged)
    wait_until(again.page, lambda: kept(again.page) == [])
    watched.forgive(*DEAD)


def test_a_draft_is_compared_passage_by_passage(watched: Watched, sit_down: SitDown, start_server: StartServer) -> None:
    desk = sit_down(POEM)
    leave_unsaved(desk, "comes in", ", slowly")
    desk.file.write_text(POEM.replace("comes in", "storms in"))
    again = reopen(desk, restart(start_server, desk))
    again.page.get_by_role("button", name="Compare").click()
    asked = again.page.get_by_role("dialog", name="Unsaved changes from")
    asked.get_by_role("radio", name="As it is now").check()
    asked.get_by_role("button", name="Use what I chose").click()
    expect(again.content).to_contain_text("storms in.")
    expect(again.page.locator("#notices .notice")).to_have_count(0)
    wait_until(again.page, lambda: kept(again.page) == [])
    assert desk.file.read_text() == POEM.replace("comes in", "storms in")
    watched.forgive(*DEAD)


def test_a_discarded_draft_is_one_undo_away(watched: Watched, sit_down: SitDown, start_server: StartServer) -> None:
    desk = sit_down(POEM)
    leave_unsaved(desk, "comes in", ", slowly")
    changed = POEM.replace("goes out", "creeps out")
    desk.file.write_text(changed)
    again = reopen(desk, restart(start_server, desk))
    again.write("While it is offered.")
    again.press("Control+s")
    again.expect_saved()
    again.page.get_by_role("button", name="Discard").click()
    expect(again.page.get_by_text("Discarded. Until this page is closed")).to_be_visible()
    assert desk.file.read_text() == changed + "While it is offered."
    again.content.focus()
    again.press("Control+z")
    expect(again.content).to_contain_text("comes in, slowly.")
    again.press("Control+y")
    expect(again.content).not_to_contain_text("slowly")
    watched.forgive(*DEAD)


# What else can go wrong.


def test_a_lost_answer_makes_no_second_revision(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    done: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "PUT" or done:
            route.fallback()
            return
        done.append(route.fetch().status)
        desk.page.keyboard.insert_text(" Three.")
        route.abort("connectionreset")

    desk.page.route("**/api/documents/Letter.md", lose_the_answer)
    desk.write(" Two.")
    wait_until(desk.page, lambda: desk.file.read_bytes() == b"One. Two. Three.")
    desk.expect_saved()
    assert done == [200]
    assert [revision["kind"] for revision in revisions(desk.page, desk.server)] == ["import", "save", "save"]
    watched.forgive("ERR_CONNECTION_RESET")


def test_a_browser_without_a_database_keeps_drafts_all_the_same(
    watched: Watched, page: Page, sit_down: SitDown, start_server: StartServer
) -> None:
    page.context.add_init_script("IDBFactory.prototype.open = () => { throw new Error('no room'); }")
    desk = sit_down("One.")
    desk.server.process.kill()
    expect(page.get_by_text(AWAY)).to_be_visible()
    desk.write(" Two.")
    wait_until(page, lambda: page.evaluate("Object.keys(localStorage).some((key) => key.startsWith('meai-draft:'))"))
    crash(page)
    again = reopen(desk, restart(start_server, desk))
    expect(again.content).to_have_text("One. Two.")
    again.expect_saved()
    assert again.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('meai-draft:'))") == []
    watched.forgive(*DEAD)


def test_where_nothing_can_be_kept_the_writer_is_told_and_asked_before_leaving(
    watched: Watched, page: Page, sit_down: SitDown
) -> None:
    page.context.add_init_script(
        """for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get: () => { throw new DOMException("blocked", "SecurityError"); } });
        }"""
    )
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    desk = sit_down("One.")
    desk.server.process.kill()
    expect(page.get_by_text(AWAY)).to_be_visible()
    desk.write(" Two.")
    expect(page.get_by_role("alert").filter(has_text="This browser keeps no drafts")).to_be_visible()
    with contextlib.suppress(Error):
        page.goto("about:blank")
    assert asked == ["beforeunload"]
    expect(desk.content).to_have_text("One. Two.")
    watched.forgive(*DEAD)


def test_nobody_is_asked_before_leaving_once_the_words_are_kept(watched: Watched, sit_down: SitDown) -> None:
    desk = sit_down("One.")
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.server.process.kill()
    expect(desk.page.get_by_text(AWAY)).to_be_visible()
    desk.write(" Two.")
    wait_until(desk.page, lambda: kept(desk.page) == ["One. Two."])
    desk.page.goto("about:blank")
    assert asked == []
    watched.forgive(*DEAD)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a test fill the disk of another process")
def test_with_a_full_disk_other_documents_can_be_read_and_the_words_are_still_there_after(
    watched: Watched, sit_down: SitDown
) -> None:
    import resource

    desk = sit_down({"Letter.md": "One.", "Other.md": "Other."})
    limits = resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE, (4, limits[1]))
    desk.write(" Two.")
    expect(desk.page.get_by_role("alert").filter(has_text="Not saved.")).to_be_visible()
    desk.page.get_by_role("treeitem", name="Other").click()
    desk.page.get_by_role("button", name="Leave without saving").click()
    expect(desk.content).to_have_text("Other.")
    resource.prlimit(desk.server.process.pid, resource.RLIMIT_FSIZE, limits)
    desk.page.get_by_role("treeitem", name="Letter").click()
    expect(desk.content).to_have_text("One. Two.")
    desk.expect_saved()
    assert desk.file.read_bytes() == b"One. Two."
    # The history has no room either, and says so.
    watched.forgive("507", "503")


# What can only be read.


def test_what_is_not_utf8_is_read_and_can_be_converted(sit_down: SitDown) -> None:
    desk = sit_down(b"caf\xe9 noir")
    expect(desk.page.locator("#save-state")).to_have_text("Read only")
    expect(desk.page.locator("#notices")).to_contain_text("byte")
    desk.write(" Nothing.")
    expect(desk.content).to_have_text("café noir")
    desk.page.get_by_role("button", name="Make a converted copy").click()
    expect(desk.page.locator("#title")).to_have_text("Letter 2")
    desk.write(" More.")
    desk.press("Control+s")
    desk.expect_saved()
    assert (desk.file.parent / "Letter 2.md").read_text("utf-8") == "café noir More."
    assert desk.file.read_bytes() == b"caf\xe9 noir"


def test_a_document_above_a_mebibyte_is_written_without_a_preview(sit_down: SitDown) -> None:
    long = "A line of forty letters and a few spaces\n" * 28_000
    desk = sit_down(long)
    expect(desk.page.locator("#preview-state")).to_have_text("No preview above 1 MiB")
    desk.write("The end.")
    desk.expect_file(long.encode() + b"The end.")
    expect(desk.page.locator("#article")).to_be_empty()
