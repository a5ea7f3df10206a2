"""The reading side: pictures that fail say so, those of the web come by consent, both panes lead to each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import wait_until
from tests.browser.test_look import AXE, LOOK, RULES
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ORIGIN = "https://pictures.example"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>'
PICTURES = "\n\n".join(
    [
        "# Pictures",
        "![Gone](gone.png)",
        "![Broken](broken.png)",
        f"![A chart]({ORIGIN}/chart.png)",
        "![Another](http://other.example:8080/one.png)",
        "The end of it.",
    ]
)
LETTER = "---\ntitle: A letter home\n---\n\n" + "\n\n".join(
    f"## Part {number}\n\nA first paragraph of part {number} with a few words.\n\n| a | b |\n|---|---|\n"
    + "| cell | cell |\n" * 4
    for number in range(40)
)


def looks_right(page: Page) -> None:
    """Both themes pass axe."""
    page.emulate_media(reduced_motion="reduce")  # a colour on its way to another has no contrast of its own
    page.evaluate(AXE.read_text("utf-8"))
    for theme in ("light", "dark"):
        page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        assert page.evaluate(LOOK, RULES) == [], theme
    page.evaluate("() => delete document.documentElement.dataset.theme")


def test_pictures_of_the_web_come_when_they_are_allowed_and_for_that_document(
    sit_down: SitDown, letters: Path, watched: Watched
) -> None:
    (letters / "broken.png").write_bytes(b"no picture at all")
    desk = sit_down({"Letter.md": PICTURES, "Other.md": f"![Elsewhere]({ORIGIN}/secret.png)\n"})
    page = desk.page
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if route.request.url.endswith("chart.png"):
            route.fulfill(body=SVG, content_type="image/svg+xml")
        else:
            route.fulfill(status=404, body="", content_type="text/plain")

    page.route(re.compile(r"https?://(pictures|other)\.example.*"), answer)
    article, bar, reach = page.locator("#article"), page.locator("#pictures"), page.locator("#reach")
    expect(article.get_by_role("img", name="Gone: gone.png — not found")).to_be_visible()
    expect(article.get_by_role("img", name="Broken: broken.png — not a picture that browsers show")).to_be_visible()
    expect(article.get_by_role("img", name="A chart: pictures.example — remote picture, not loaded")).to_be_visible()
    expect(bar).to_contain_text("Pictures from other.example:8080 and pictures.example are not loaded")
    expect(reach).to_have_text("Nothing leaves this machine")
    looks_right(page)
    assert asked == []

    desk.write("\n\nWords that are not saved yet.")
    bar.get_by_role("button", name="Load for this document").click()
    expect(article.locator("img[alt='A chart']")).to_have_js_property("naturalWidth", 40)
    expect(
        article.get_by_role("img", name="Another: other.example:8080 gave no picture for this address")
    ).to_be_visible()
    expect(desk.content).to_contain_text("Words that are not saved yet.")
    expect(bar).to_be_hidden()
    expect(reach).to_have_text("Pictures come from other.example:8080 and pictures.example")
    desk.expect_open()
    looks_right(page)

    asked.clear()
    desk.listed("Other").click()
    expect(page.locator("#title")).to_have_text("Other")
    expect(reach).to_have_text("Nothing leaves this machine")
    expect(bar).to_contain_text("Pictures from pictures.example are not loaded")
    desk.expect_open()
    assert asked == []
    watched.forgive("404", "ERR_ABORTED")


def test_the_panes_lead_to_each_other_and_the_modes_stay(sit_down: SitDown) -> None:
    desk = sit_down(LETTER)
    page, article = desk.page, desk.page.locator("#article")
    far = article.get_by_role("heading", name="Part 30")
    far.scroll_into_view_if_needed()
    far.click()
    expect(desk.content).not_to_be_focused()
    far.dblclick()
    expect(desk.content).to_be_focused()
    expect(page.locator(".cm-line", has_text="## Part 30")).to_be_in_viewport()
    desk.press("Control+Home")
    expect(article.get_by_role("heading", name="Part 0")).to_be_in_viewport()
    desk.press("Control+End", "Alt+v")
    expect(page.locator("#preview")).to_be_focused()
    expect(article.get_by_role("heading", name="Part 39")).to_be_in_viewport()
    table = article.get_by_role("group", name="Table").last
    table.focus()
    expect(table).to_be_focused()

    desk.content.focus()
    desk.press("Control+Home", "ArrowDown", "End")
    expect(page.locator("#length")).to_contain_text("Title: 13 characters · ")
    desk.press("Alt+t", "Alt+p", "Alt+z")
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("#preview")).to_be_hidden()
    for _ in range(12):
        desk.press("ArrowDown")

    def in_the_middle() -> bool:
        return bool(
            page.evaluate("""() => {
                const caret = document.querySelector(".cm-cursor-primary").getBoundingClientRect();
                const box = document.querySelector(".cm-scroller").getBoundingClientRect();
                const seen = (caret.top + caret.height / 2 - box.top) / box.height;
                return 0.4 < seen && seen < 0.6;
            }""")
        )

    wait_until(page, in_the_middle)
    looks_right(page)
    page.reload()
    desk.expect_open()
    expect(page.locator("body")).to_have_attribute("data-typewriter", "")
    expect(page.locator("body")).to_have_attribute("data-focus", "")
    page.mouse.move(600, 400)
    page.get_by_role("button", name="Leave zen mode").click()
    expect(page.locator(".tools")).to_be_visible()
    desk.press("Alt+t", "Alt+p")
    expect(page.locator("body[data-typewriter], body[data-focus]")).to_have_count(0)
