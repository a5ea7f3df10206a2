"""A writer's desk: the page with one document open, and what hands and eyes do there. Judges nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.conftest import PATIENCE_MS, Server

# The window's points at both ends of the nth occurrence of some words in the text, scrolled into view.
_ENDS_OF = """({ words, nth }) => {
    for (const line of document.querySelectorAll(".cm-line")) {
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        const nodes = [];
        while (walker.nextNode()) nodes.push(walker.currentNode);
        const text = nodes.map((node) => node.data).join("");
        const place = (offset, isEnd) => {
            for (const node of nodes) {
                if (offset < node.length || (isEnd && offset === node.length)) return [node, offset];
                offset -= node.length;
            }
        };
        for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
            if (nth-- > 0) continue;
            const range = document.createRange();
            range.setStart(...place(at, false));
            range.setEnd(...place(at + words.length, true));
            line.scrollIntoView({ block: "nearest" });
            const boxes = [...range.getClientRects()];
            const [first, last] = [boxes.at(0), boxes.at(-1)];
            const middle = (box) => box.top + box.height / 2;
            return [{ x: first.left, y: middle(first) }, { x: last.right, y: middle(last) }];
        }
    }
    return null;
}"""


def wait_until(page: Page, holds: Callable[[], bool]) -> None:
    """Let the browser work until *holds* is true, for what no locator shows."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        page.wait_for_timeout(5)


@dataclass(frozen=True)
class Desk:
    """The page on *server*, with the document *file* open."""

    page: Page
    server: Server
    file: Path

    @property
    def content(self) -> Locator:
        """The text in the editor."""
        return self.page.locator(".cm-content")

    @property
    def bar(self) -> Locator:
        """What stands below the text while there is a suggestion."""
        return self.page.locator(".proposal-bar")

    @property
    def changes(self) -> Locator:
        """The suggested changes that wait for a verdict."""
        return self.page.locator(".change")

    @property
    def menu(self) -> Locator:
        """The open menu."""
        return self.page.locator("#menu")

    def listed(self, title: str) -> Locator:
        """The document or folder *title* in the list."""
        return self.page.get_by_role("treeitem", name=title, exact=True)

    def open(self) -> None:
        """Open the page, and wait until the document can be written in and the server has said hello."""
        self.page.goto(self.server.page_url)
        self.expect_open()

    def expect_open(self) -> None:
        """Wait until a document can be written in and the server has said hello."""
        expect(self.content).to_have_attribute("contenteditable", "true")
        expect(self.page.locator("#model:not([data-state=away])")).to_be_attached()

    def select(self, words: str, nth: int = 0) -> None:
        """Drag the mouse over the *nth* occurrence of *words*, which lie in one line of the text."""
        start, end = self._ends_of(words, nth)
        self.page.mouse.move(**start)
        self.page.mouse.down()
        self.page.mouse.move(**end)
        self.page.mouse.up()

    def click_after(self, words: str, nth: int = 0) -> None:
        """Put the caret behind the *nth* occurrence of *words*."""
        _, end = self._ends_of(words, nth)
        self.page.mouse.click(**end)

    def right_click(self, words: str, nth: int = 0) -> None:
        """Open the menu on the *nth* occurrence of *words*."""
        start, end = self._ends_of(words, nth)
        self.page.mouse.click((start["x"] + end["x"]) / 2, start["y"], button="right")

    def choose(self, *names: str) -> None:
        """Press the entries *names* of open menus, one after the other."""
        for name in names:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def choose_for(self, title: str, action: str) -> None:
        """Choose *action* in the menu of *title* in the list of documents."""
        self.listed(title).hover()
        self.page.get_by_role("button", name=f"Actions for {title}", exact=True).click()
        self.choose(action)

    def press(self, *keys: str) -> None:
        """Press *keys*, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type *text* at the end of the document."""
        self.content.focus()
        self.press("Control+End")
        self.page.keyboard.insert_text(text)

    @contextmanager
    def unsaved(self) -> Iterator[None]:
        """Hold back what the page saves until the end of the block, so that a file can change before it, however slow.

        Write something first in the block: a page with nothing to save takes over what comes from the disk.
        """
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route) if route.request.method == "PUT" else route.fallback()

        self.page.route("**/api/documents/*", hold)
        yield
        self.page.unroute("**/api/documents/*", hold)
        for route in held:
            route.continue_()

    def expect_saved(self) -> None:
        """Wait until the page says that the text is on disk."""
        expect(self.page.locator("#save-state")).to_have_attribute("data-state", "saved")

    def expect_file(self, content: bytes) -> None:
        """Save at once, and look at the file."""
        self.press("Control+s")
        self.expect_saved()
        assert self.file.read_bytes() == content

    def _ends_of(self, words: str, nth: int) -> tuple[dict[str, Any], dict[str, Any]]:
        ends = self.page.evaluate(_ENDS_OF, {"words": words, "nth": nth})
        assert ends is not None, f"{words!r} is not in the text {nth + 1} times, or not in one line"
        return ends[0], ends[1]
