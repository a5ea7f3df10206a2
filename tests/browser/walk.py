"""Every command of the page, as hands do it: by its keys and by the mouse. Judges nothing.

In a written text `‸` is the caret, and what is selected stands between `«` and `»`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, wait_until
from tests.browser.scripted import ScriptedModel

Do = Callable[[], None]
"""Do the command, in one of the ways in which it can be done."""

_WRITE = """([text, ranges]) => {
    const { view } = document.querySelector(".cm-content").cmTile;
    const Selection = view.state.selection.constructor;
    const selection = Selection.create(ranges.map(([anchor, head]) => Selection.range(anchor, head)));
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection, scrollIntoView: true });
    view.focus();
}"""
_READ = """() => {
    const { state } = document.querySelector(".cm-content").cmTile.view;
    return [state.doc.toString(), state.selection.ranges.map(({ from, to }) => [from, to])];
}"""
_ROWS = """rows => rows.map(row => [row.dataset.name, row.querySelector(".row-name").textContent])"""
_KEYS = """rows => rows.map(row => [
    row.querySelector("dt").textContent,
    [...row.querySelectorAll("kbd")].map(key => key.textContent),
])"""
_PLACES = {"\\": "Backslash", "/": "Slash", ".": "Period", ",": "Comma", "[": "BracketLeft"}
_NAMED = {"Ctrl": "Control", "Esc": "Escape", "↑": "ArrowUp", "↓": "ArrowDown", "←": "ArrowLeft", "→": "ArrowRight"}


@dataclass(frozen=True)
class Command:
    """What the page says of a command."""

    name: str
    label: str
    keys: tuple[str, ...]
    """As the browser's driver presses them."""


@dataclass(frozen=True)
class Walk:
    """A desk at which command after command is done, each at a text of its own."""

    desk: Desk
    model: ScriptedModel

    @property
    def page(self) -> Page:
        """The page that is walked through."""
        return self.desk.page

    def commands(self) -> dict[str, Command]:
        """Return all of them: the names that the palette has, with the keys that the help tells."""
        self.desk.press("F1")
        rows = self.page.locator("#palette [role=option][data-name]").evaluate_all(_ROWS)
        self.desk.press("Escape", "Control+/")
        keys = dict(self.page.locator("#dialog .keys dl > div").evaluate_all(_KEYS))
        self.desk.press("Escape")
        return {name: Command(name, label, tuple(map(_pressed, keys[label]))) for name, label in rows}

    def write(self, text: str) -> None:
        """Let the document be *text*, with its selection."""
        self.page.evaluate(_WRITE, [*_read_marks(text)])

    def written(self) -> str:
        """Return the text with its selection."""
        text, ranges = self.page.evaluate(_READ)
        for start, end in sorted(ranges, reverse=True):
            words = text[start:end]
            text = text[:start] + (f"«{words}»" if words else "‸") + text[end:]
        return str(text)

    def expect_written(self, text: str) -> None:
        """Wait until the document is *text*, with its selection."""
        with suppress(AssertionError):
            wait_until(self.page, lambda: self.written() == text)
        now = self.written()
        assert now == text, f"{now!r} stands where {text!r} should"

    def ways(self, command: Command, place: str = "") -> Iterator[Do]:
        """Return how *command* is done: by each of its keys, and by a click at *place*, else in the palette.

        A place is a button that opens a menu, a toolbar, or a button that does it.
        """
        for key in command.keys:
            yield self._told(f"{command.name} by {key}", partial(self.desk.press, key))
        yield self._told(f"{command.name} by a click", partial(self._click, command, place))

    def _told(self, what: str, do: Do) -> Do:
        def told() -> None:
            print(what)  # The last one stands in the report of a failure.
            do()

        return told

    def _click(self, command: Command, place: str) -> None:
        at = self.page.locator(place or "#more-button")
        if at.get_attribute("role") == "toolbar":
            at.get_by_role("button", name=command.label, exact=True).click()
        elif at.get_attribute("aria-haspopup") is None:
            at.click()
        else:
            at.click()
            self._choose(command.label if place else "All commands…")
            if not place:
                self.page.locator(f"#palette [data-name={command.name}]").click()

    def _choose(self, label: str) -> None:
        items = self.desk.menu.locator("[role^=menuitem]")
        item = items.filter(has=self.page.get_by_text(label, exact=True))
        stays = item.get_attribute("role") == "menuitemcheckbox"
        item.click()
        if stays:
            self.desk.press("Escape")


def suggested(walk: Walk, source: str, answer: str) -> None:
    """Let a suggestion wait for a verdict: *answer* in the place of *source*."""
    walk.write(f"«{source}»\n")
    asked = len(walk.model.asked)
    walk.page.locator("#ai-button").click()
    walk.desk.choose("Correct spelling")
    walk.model.order(asked + 1)
    walk.model.proposes(answer)
    expect(walk.desk.bar).to_have_attribute("data-proposal", "done")


def _pressed(written: str) -> str:
    return "+".join(_NAMED.get(part) or _place(part) for part in re.split(r"\+(?!$)", written))


def _place(sign: str) -> str:
    """Where *sign* stands on a keyboard: what it prints there is then the keyboard's affair, as under a hand."""
    if len(sign) > 1:
        return sign
    return f"Key{sign}" if sign.isalpha() else f"Digit{sign}" if sign.isdigit() else _PLACES[sign]


def _read_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    plain, ranges, start = "", [], 0
    for sign in text:
        if sign == "«":
            start = len(plain)
        elif sign == "»":
            ranges.append((start, len(plain)))
        elif sign == "‸":
            ranges.append((len(plain), len(plain)))
        else:
            plain += sign
    return plain, ranges
