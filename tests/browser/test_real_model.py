"""With the embedded model in earnest: whatever it says, these things are true."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from meai.editing.protect import protected_spans
from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.model]

MODEL_MS = 60_000
LINKED = "We was very glad that [the garden](https://example.org/a?b=1) has `3 beds` now, and recieved 7 friends there."
BEGUN = "Once upon a time there was a small "
PARTED = ("The children played in", " until it was dark.")
LETTER = f"# Letter\n\n{''.join(PARTED)}\n\n{LINKED}\n\n{BEGUN}"
NONE = "No change suggested."
LATE = 2
"""Times the delay of a key while nothing else is done; the medians, since one key may be late for any reason."""

# When each key was pressed, and when the text had it: the first change of the text after a key is that key's.
_WATCH_KEYS = """() => {
    window.delays = [];
    let pressed = [];
    const content = document.querySelector(".cm-content");
    window.addEventListener("keydown", (event) => pressed.push(event.timeStamp), true);
    new MutationObserver(() => {
        const now = performance.now();
        window.delays.push(...pressed.map((at) => now - at));
        pressed = [];
    }).observe(content, { subtree: true, childList: true, characterData: true });
}"""


def sit_with_model(sit_down: SitDown, model_path: Path, letter: str) -> Desk:
    desk = sit_down(letter, model=model_path)
    expect(desk.page.locator("#model")).to_have_attribute("data-state", "ready", timeout=MODEL_MS)
    return desk


def test_a_suggestion_is_refined_text_is_taken_at_the_caret_and_a_word_is_mended(
    sit_down: SitDown, model_path: Path
) -> None:
    desk = sit_with_model(sit_down, model_path, LETTER)
    misspelled, ghost = desk.page.locator(".cm-content .misspelled"), desk.page.locator(".ghost")

    # In the middle of a sentence grey text leads on to the words that follow, and these stay.
    before, after = PARTED
    desk.click_after(before)
    desk.press("Alt+\\")
    expect(ghost).to_be_visible(timeout=MODEL_MS)
    filled = ghost.text_content() or ""
    assert filled.startswith(" ")
    assert not filled[-1].isspace()
    assert "." not in filled
    desk.press("Tab")
    expect(ghost).to_have_count(0)
    letter = LETTER.replace(before + after, before + filled + after)
    desk.expect_file(letter.encode())

    # A word is underlined until a suggestion is open for its passage.
    desk.click_after("We was very")
    expect(misspelled).to_have_text(["recieved"], timeout=MODEL_MS)
    desk.press("ContextMenu")
    desk.choose("Make it fluent")
    expect(desk.bar).to_be_visible()
    expect(misspelled).to_have_count(0)
    ended = desk.page.locator("[data-proposal=done]").or_(desk.page.get_by_text(NONE))
    expect(ended.first).to_be_visible(timeout=MODEL_MS)
    assert desk.file.read_text() == letter

    # What is refined keeps what is protected, or is not offered; a failure leaves the text alone.
    if desk.bar.is_visible():
        desk.bar.get_by_role("button", name="Refine…").click()
        desk.page.keyboard.type("shorter, please")
        desk.page.keyboard.press("Enter")
        expect(desk.bar.locator("[data-proposal=streaming]")).to_have_count(0, timeout=MODEL_MS)
        expect(ended.or_(desk.page.get_by_role("alert")).first).to_be_visible(timeout=MODEL_MS)
    desk.press("Control+Enter")
    desk.press("Control+Enter")
    expect(desk.bar).to_have_count(0)
    desk.press("Control+s")
    desk.expect_saved()
    kept, now = set(protected_spans(LETTER)), set(protected_spans(desk.file.read_text()))
    assert kept <= now
    # An answer that stands below the passage may name its address once more, and no other.
    assert all(span.strip("[]()<>") in LETTER for span in now - kept)
    assert desk.file.read_text().endswith(BEGUN)

    # Grey text stands nowhere until it is taken, and then it stands as it was seen.
    before = desk.file.read_text()
    desk.press("Control+End", "Alt+\\")
    expect(ghost).to_be_visible(timeout=MODEL_MS)
    desk.press("Escape")
    expect(ghost).to_have_count(0)
    desk.expect_file(before.encode())
    desk.press("Alt+\\")
    expect(ghost).to_be_visible(timeout=MODEL_MS)
    seen = ghost.text_content() or ""
    desk.press("Tab")
    expect(ghost).to_have_count(0)
    desk.expect_file((before + seen).encode())

    # An underlined word is mended by its key, and nothing else changes.
    desk.write("\n\nThey recieved it.")
    expect(misspelled).to_have_text(["recieved"], timeout=MODEL_MS)
    desk.press("ControlOrMeta+.")
    expect(desk.menu.get_by_role("menuitem", name="received", exact=True)).to_be_focused()
    desk.press("Enter")
    desk.expect_file(f"{before}{seen}\n\nThey received it.".encode())


def test_at_full_speed_with_everything_on_no_key_is_lost_or_late(
    page: Page, sit_down: SitDown, model_path: Path
) -> None:
    sent: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda raw: sent.append(json.loads(raw))))
    desk = sit_with_model(sit_down, model_path, "")
    page.evaluate(_WATCH_KEYS)
    burst = "Somtimes we go home by the old road, and it is late when we are there. "
    quiet, busy, written = list[float](), list[float](), ""

    def write(delays: list[float]) -> None:
        nonlocal written
        page.evaluate("() => { window.delays = []; }")
        page.keyboard.type(burst)
        written += burst
        expect(desk.content).to_have_text(written.rstrip(), use_inner_text=False)
        delays += page.evaluate("() => window.delays")

    def underline() -> None:
        page.locator("#ai-button").click()
        page.get_by_role("menuitemcheckbox", name="Underline problems while writing").click()
        page.keyboard.press("Escape")
        desk.content.focus()

    def at_work() -> bool:
        return {"complete", "proofread"} <= {each["type"] for each in sent}

    for _ in range(3):
        underline()
        write(quiet)
        page.locator("#caret-text").click()
        underline()
        for _ in range(2):
            sent.clear()
            write(busy)
            # The next keys come while the model and the checker are at work.
            wait_until(page, at_work)
        page.locator("#caret-text").click()
    desk.press("Control+s")
    desk.expect_saved()
    assert desk.file.read_text() == written
    assert len(busy) >= 6 * len(burst)
    assert statistics.median(busy) <= LATE * statistics.median(quiet)
