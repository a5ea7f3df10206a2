"""Every command that is not about the text alone: what comes of it, by each key and by mouse; and none is forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser import test_text_commands as of_text
from tests.browser.conftest import SitDown
from tests.browser.desk import wait_until
from tests.browser.scripted import ScriptedModel
from tests.browser.walk import Do, Walk, suggested
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Row = Callable[[Walk, Do], None]
"""Prepares a text, does the command, says what must be true then, and leaves the page as it was."""

FAULTY = "I has a dog. She have a cat."
MENDED = "I have a dog. She has a cat."
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><rect width="4" height="3"/></svg>'
FIRST_MS = 30_000
"""Starting the checker takes seconds on a busy machine."""
HTML = """async () => {
    const [item] = await navigator.clipboard.read();
    return item.types.includes("text/html") ? await (await item.getType("text/html")).text() : "";
}"""


# Kinds of rows.


def opens(selector: str, named: str = "") -> Row:
    """Open what Escape closes."""

    def row(walk: Walk, do: Do) -> None:
        walk.write("Some words «here»")
        do()
        opened = walk.page.locator(selector)
        expect(opened).to_be_visible()
        expect(opened).to_contain_text(named)
        walk.desk.press("Escape")
        expect(opened).to_be_hidden()

    return row


def turns(selector: str) -> Row:
    """Show something, or hide it, and back."""

    def row(walk: Walk, do: Do) -> None:
        walk.write("# A part\n\nSome words‸")
        shown = walk.page.locator(f"{selector}:visible").count()
        for count in (1 - shown, shown):
            do()
            expect(walk.page.locator(f"{selector}:visible")).to_have_count(count)

    return row


def downloads(name: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.write("Some words‸")
        with walk.page.expect_download() as given:
            do()
        assert given.value.suggested_filename == name

    return row


def prints(walk: Walk, do: Do) -> None:
    walk.page.evaluate("window.print = () => document.body.append('On paper.')")
    walk.write("Some words‸")
    do()
    expect(walk.page.get_by_text("On paper.")).to_be_attached()
    walk.page.evaluate("document.body.lastChild.remove()")


def copies(script: str, content: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.page.evaluate("navigator.clipboard.writeText('')")
        walk.write("Some **strong** words‸")
        do()
        wait_until(walk.page, lambda: content in walk.page.evaluate(script))

    return row


def goes(to: str) -> Row:
    """Take the focus from the text to what is selected by *to*."""

    def row(walk: Walk, do: Do) -> None:
        walk.write("Some words‸")
        do()
        expect(walk.page.locator(to)).to_be_focused()
        walk.desk.content.focus()

    return row


def cycles(selector: str, attribute: str, *values: str) -> Row:
    """Go through *values* of an attribute, and around."""

    def row(walk: Walk, do: Do) -> None:
        walk.write("Some words‸")
        for value in values:
            do()
            expect(walk.page.locator(selector)).to_have_attribute(attribute, value)

    return row


def asks(action: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.write(f"«{FAULTY}»")
        asked = len(walk.model.asked)
        do()
        if action == "translate":
            walk.desk.choose("German")
        assert walk.model.order(asked + 1)["action"] == action
        walk.model.proposes(MENDED)
        walk.desk.press("Escape")
        expect(walk.desk.bar).to_have_count(0)

    return row


def settles(text: str) -> Row:
    """Settle a whole suggestion, which leaves *text*."""

    def row(walk: Walk, do: Do) -> None:
        suggested(walk, FAULTY, MENDED)
        do()
        expect(walk.desk.bar).to_have_count(0)
        assert walk.written().replace("‸", "").replace("«", "").replace("»", "") == f"{text}\n"

    return row


# Rows of their own.


def complete(walk: Walk, do: Do) -> None:
    walk.write("Once upon‸")
    asked = len(walk.model.asked)
    do()
    assert walk.model.order(asked + 1)["type"] == "complete"
    walk.model.proposes(" a time")
    expect(walk.page.locator(".ghost")).to_be_visible()
    walk.desk.press("Escape")
    expect(walk.page.locator(".ghost")).to_have_count(0)


def accept(walk: Walk, do: Do) -> None:
    judged(walk, do, "I have a dog. She have a cat.")


def reject(walk: Walk, do: Do) -> None:
    judged(walk, do, FAULTY)


def judged(walk: Walk, do: Do, text: str) -> None:
    """The first change is settled, the second is open."""
    suggested(walk, FAULTY, MENDED)
    walk.desk.press("Control+Home")
    do()
    expect(walk.desk.changes).to_have_count(1)
    assert walk.written().replace("‸", "") == f"{text}\n"
    walk.desk.press("Escape")


def to_change(*places: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        suggested(walk, FAULTY, MENDED)
        walk.desk.press("Control+Home")
        for place in places:
            do()
            walk.expect_written(f"{place}\n")
        walk.desk.press("Escape")

    return row


def retry(walk: Walk, do: Do) -> None:
    suggested(walk, FAULTY, MENDED)
    asked = len(walk.model.asked)
    do()
    assert walk.model.order(asked + 1)["variation"] == 1
    walk.model.proposes(MENDED)
    walk.desk.press("Escape")


def refine(walk: Walk, do: Do) -> None:
    suggested(walk, FAULTY, MENDED)
    asked = len(walk.model.asked)
    do()
    wish = walk.page.get_by_role("textbox", name="How shall it be changed?")
    expect(wish).to_be_focused()
    wish.fill("Shorter, please")
    walk.desk.press("Enter")
    assert walk.model.order(asked + 1)["instruction"] == "Shorter, please"
    walk.model.proposes(MENDED)
    walk.desk.press("Escape")


def copy_suggestion(walk: Walk, do: Do) -> None:
    suggested(walk, FAULTY, MENDED)
    do()
    wait_until(walk.page, lambda: walk.page.evaluate("navigator.clipboard.readText()") == MENDED)
    walk.desk.press("Escape")


def authorship(walk: Walk, do: Do) -> None:
    suggested(walk, FAULTY, MENDED)
    walk.desk.press("Control+Enter")
    do()
    expect(walk.page.locator(".authored")).to_have_text(["have", "has"])
    do()
    expect(walk.page.locator(".authored")).to_have_count(0)


def receipt(walk: Walk, do: Do) -> None:
    suggested(walk, FAULTY, MENDED)
    walk.desk.press("Control+Enter", "Control+Home", "Control+ArrowRight", "ArrowRight", "ArrowRight")
    do()
    card = walk.page.get_by_role("dialog", name="What the model wrote here")
    expect(card).to_contain_text("Correct spelling")
    walk.desk.press("Escape")
    expect(card).to_be_hidden()


def fix_problem(walk: Walk, do: Do) -> None:
    walk.write("This is a secnd‸ paragraph.")
    expect(walk.page.locator(".misspelled")).to_have_text("secnd", timeout=FIRST_MS)
    do()
    walk.desk.choose("second")
    walk.expect_written("This is a second‸ paragraph.")


def underlines(walk: Walk, do: Do) -> None:
    walk.write("This is a secnd paragraph‸.")
    marks = walk.page.locator(".misspelled")
    expect(marks).to_have_count(1, timeout=FIRST_MS)
    do()
    expect(marks).to_have_count(0)
    do()
    expect(marks).to_have_count(1)


def selection_toolbar(walk: Walk, do: Do) -> None:
    walk.write("Some «words»")
    do()
    expect(walk.page.get_by_role("toolbar", name="Selection").get_by_role("button").first).to_be_focused()
    walk.desk.press("Escape")


def image(walk: Walk, do: Do) -> None:
    walk.write("‸")
    do()
    walk.page.get_by_label("Address").fill("apple.png")
    walk.desk.press("Enter")
    wait_until(walk.page, lambda: "](apple.png)" in walk.written())


def picture(walk: Walk, do: Do) -> None:
    walk.write("‸")
    with walk.page.expect_file_chooser() as asked:
        do()
    asked.value.set_files(walk.desk.file.with_name("apple.png"))
    wait_until(walk.page, lambda: "![" in walk.written())


def bring_in(walk: Walk, do: Do) -> None:
    with walk.page.expect_file_chooser() as asked:
        do()
    asked.value.set_files({"name": "Brought.md", "mimeType": "text/markdown", "buffer": b"From elsewhere.\n"})
    expect(walk.page.locator("#title")).to_have_text("Brought")
    walk.desk.expect_open()


def fold(walk: Walk, do: Do) -> None:
    folds(walk, do, 1)


def fold_all(walk: Walk, do: Do) -> None:
    folds(walk, do, 2)


def folds(walk: Walk, do: Do, count: int) -> None:
    walk.write("# One‸\n\nfirst\n\n# Two\n\nsecond\n")
    do()
    expect(walk.page.locator(".folded")).to_have_count(count)
    do()
    expect(walk.page.locator(".folded")).to_have_count(0)


def find(walk: Walk, do: Do) -> None:
    walk.write("‸Some words")
    do()
    expect(walk.page.get_by_role("textbox", name="Find")).to_be_focused()
    walk.desk.press("Escape")
    expect(walk.desk.content).to_be_focused()


def finds(text: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.write("one ‸one one")
        walk.desk.press("Control+f", "Control+a")
        walk.page.keyboard.type("one")
        walk.expect_written("one «one» one")
        walk.desk.press("Escape")
        do()
        walk.expect_written(text)

    return row


def undo(walk: Walk, do: Do) -> None:
    walk.write("a «b» c")
    walk.desk.press("Control+b")
    do()
    walk.expect_written("a «b» c")


def redo(walk: Walk, do: Do) -> None:
    undo(walk, lambda: walk.desk.press("Control+z"))
    do()
    walk.expect_written("a **«b»** c")


def clipboard(before: str, after: str, holds: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.page.evaluate("navigator.clipboard.writeText('held')")
        walk.write(before)
        do()
        wait_until(walk.page, lambda: walk.page.evaluate("navigator.clipboard.readText()") == holds)
        walk.expect_written(after)

    return row


def save(walk: Walk, do: Do) -> None:
    text = f"{walk.desk.file.read_text()} More."
    walk.write(f"{text}‸")
    expect(walk.page.locator("#save-state")).to_have_attribute("data-state", "dirty")
    do()
    walk.desk.expect_saved()
    assert walk.desk.file.read_text() == text


def prefixed(prefix: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.write("# A part‸")
        do()
        expect(walk.page.locator("#palette input")).to_have_value(prefix)
        expect(walk.page.locator("#palette [role=option]").first).to_be_visible()
        walk.desk.press("Escape")

    return row


def new_document(walk: Walk, do: Do) -> None:
    do()
    walk.page.get_by_role("textbox", name="Name", exact=True).fill("Fresh")
    walk.desk.press("Enter")
    expect(walk.page.locator("#title")).to_have_text("Fresh")
    walk.desk.expect_open()


def rename(walk: Walk, do: Do) -> None:
    do()
    walk.page.get_by_label("New name").fill("Fresher")
    walk.desk.press("Enter")
    expect(walk.page.locator("#title")).to_have_text("Fresher")


def duplicate(walk: Walk, do: Do) -> None:
    do()
    expect(walk.desk.listed("Fresher 2")).to_be_visible()
    expect(walk.page.locator("#title")).to_have_text("Fresher 2")


def remove(walk: Walk, do: Do) -> None:
    do()
    expect(walk.page.locator(".notice", has_text="Fresher 2 is in the trash.")).to_be_visible()
    expect(walk.desk.listed("Fresher 2")).to_have_count(0)
    walk.desk.expect_open()


def disclose(walk: Walk, do: Do) -> None:
    walk.write("Some words‸")
    for checked in ("true", "false"):
        do()
        walk.page.locator("#export-button").click()
        told = walk.page.get_by_role("menuitemcheckbox", name="Tell readers what the model wrote")
        expect(told).to_have_attribute("aria-checked", checked)
        walk.desk.press("Escape")


def zen(walk: Walk, do: Do) -> None:
    walk.write("Some words‸")
    do()
    expect(walk.page.locator(".tools")).to_be_hidden()
    walk.page.get_by_role("button", name="Leave zen mode").click()
    expect(walk.page.locator(".tools")).to_be_visible()


def loads(server: str) -> Row:
    def row(walk: Walk, do: Do) -> None:
        walk.page.route("https://pictures.example/**", _picture)
        walk.write("![A](https://pictures.example/a.svg)‸")
        expect(walk.page.locator("#pictures")).to_be_visible()
        for reach in (f"Pictures come from {server}", "Nothing leaves this machine"):
            do()
            expect(walk.page.locator("#reach")).to_have_text(reach)
            walk.desk.expect_open()
            expect(walk.page.locator("#article .block")).to_have_count(1)

    return row


def _picture(route: Route) -> None:
    route.fulfill(body=SVG, content_type="image/svg+xml")


AI, FORMAT, TITLE, EXPORT, MORE = "#ai-button", of_text.FORMAT, "#title-button", "#export-button", "#more-button"

ROWS: dict[str, tuple[str, Row]] = {
    # Name: where it is clicked, nothing for the palette, and what comes of it.
    "ask": (AI, opens("#ask")),
    "menu": ("", opens("#menu[aria-label=Text]")),
    "models": (AI, opens("#dialog", "Models")),
    "complete": (AI, complete),
    "caret-text": ("#caret-text", cycles("#caret-text", "aria-pressed", "true", "false")),
    "accept-all": ("", settles(MENDED)),
    "accept": ("", accept),
    "reject": ("", reject),
    "accept-sentence": ("", accept),
    "reject-sentence": ("", reject),
    "next-change": ("", to_change("I ‸has a dog. She have a cat.", "I has a dog. She ‸have a cat.")),
    "previous-change": ("", to_change("I has a dog. She ‸have a cat.", "I ‸has a dog. She have a cat.")),
    "escape": ("", settles(FAULTY)),
    "retry": ("", retry),
    "refine": ("", refine),
    "insert-below": ("", settles(f"{FAULTY}\n\n{MENDED}")),
    "copy-suggestion": ("", copy_suggestion),
    "authorship": (AI, authorship),
    "receipt": ("", receipt),
    "fix-problem": (FORMAT, fix_problem),
    "underlines": (AI, underlines),
    "spelling": (AI, opens("#dialog", "Spelling")),
    "selection-toolbar": ("", selection_toolbar),
    "image": (FORMAT, image),
    "picture": (FORMAT, picture),
    "outline": ("#outline-button", turns("#outline")),
    "details": (TITLE, turns(".details-bar")),
    "fold": ("", fold),
    "fold-all": ("", fold_all),
    "find": (MORE, find),
    "find-next": ("", finds("one one «one»")),
    "find-previous": ("", finds("«one» one one")),
    "undo": ("", undo),
    "redo": ("", redo),
    "cut": ("", clipboard("a «b» c", "a ‸ c", "b")),
    "copy": ("", clipboard("a «b» c", "a «b» c", "b")),
    "paste": ("", clipboard("a «b» c", "a held‸ c", "held")),
    "paste-plain": ("", clipboard("a «b» c", "a held‸ c", "held")),
    "save": ("", save),
    "open-document": ("", prefixed("@")),
    "headings": (MORE, prefixed("#")),
    "palette": (MORE, opens("#palette")),
    "search-documents": (TITLE, goes("#documents-search")),
    "documents": ("#documents-button", turns("#documents")),
    "history": (TITLE, opens("#history")),
    "move": (TITLE, opens("#dialog", "Move Letter")),
    "trash": (".trash-button", opens("#dialog", "Deleted documents")),
    "export": (EXPORT, opens("#export")),
    "copy-for-substack": (EXPORT, copies(HTML, "<strong>strong</strong>")),
    "copy-rich-text": (EXPORT, copies(HTML, "<strong>strong</strong>")),
    "copy-plain-text": (EXPORT, copies("navigator.clipboard.readText()", "Some strong words")),
    "export-html": (EXPORT, downloads("Letter.html")),
    "download": (EXPORT, downloads("Letter.md")),
    "download-all": (EXPORT, downloads("Documents.zip")),
    "print": (EXPORT, prints),
    "disclose": (EXPORT, disclose),
    "layout": ("", cycles("body", "data-layout", "read", "write", "both")),
    "theme": ("#theme-button", cycles("#theme-button", "aria-label", "Theme: light", "Theme: dark", "Theme: system")),
    "next-pane": ("", goes("#preview")),
    "show-line": ("", goes("#preview")),
    "settings": (MORE, opens("#settings")),
    "help": (".tools [data-command=help]", opens("#dialog", "Help")),
    "zen": (MORE, zen),
    "typewriter": ("", turns("body[data-typewriter]")),
    "focus": ("", turns("body[data-focus]")),
    "new-document": (".finder [data-command=new-document]", new_document),
    "rename": (TITLE, rename),
    "duplicate": (TITLE, duplicate),
    "delete": (TITLE, remove),
    "import": (TITLE, bring_in),
    "remote-pictures": ("", loads("pictures.example")),
    "always-pictures": ("", loads("any server")),
}


def test_every_command_of_the_page_does_what_it_says_and_none_is_forgotten(
    sit_down: SitDown, scripted: ScriptedModel, watched: Watched, letters: Path, fixtures: Path
) -> None:
    shutil.copy(fixtures / "tally.png", letters / "apple.png")
    walk = Walk(sit_down("word"), scripted)
    server = walk.desk.server
    set_to = walk.page.request.patch(f"{server.url}/api/settings", headers=server.headers, data={"autosave": 0})
    assert set_to.ok, set_to.text()
    commands = walk.commands()
    actions = {name: (AI, asks(name.removeprefix("ai-"))) for name in commands if name.startswith("ai-")}
    assert {*commands} == {*of_text.ROWS, *ROWS, *actions}
    for name, (place, row) in {**actions, **ROWS}.items():
        for do in walk.ways(commands[name], place):
            row(walk, do)
    watched.forgive("ERR_ABORTED")
