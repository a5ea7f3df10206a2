"""How the page looks: axe finds nothing, nothing runs off the side, both panes show one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.browser.scripted import ScriptedModel
from tests.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).resolve().parents[2] / "static" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]
# Where something is open over the page, the page has been looked at already; of the other theme, all but the colours.
LOOK = """(rules) => axe.run(
    document.querySelector("dialog[open], :popover-open") ?? document,
    { runOnly: rules, resultTypes: ["violations"] },
).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).slice(0, 3).join(", ")}`)
)"""
HEIGHT = 900

# What reaches beyond the right edge of the window and cannot be scrolled to inside something narrower.
OVERFLOW = """() => {
    const inside = (element) => {
        for (let box = element.parentElement; box; box = box.parentElement) {
            if (!["visible", "clip"].includes(getComputedStyle(box).overflowX)) {
                return box.getBoundingClientRect().right <= innerWidth + 1;
            }
        }
        return false;
    };
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
        const { width, height, right } = element.getBoundingClientRect();
        return width > 1 && height > 1 && right > innerWidth + 1 && element.checkVisibility() && !inside(element);
    });
    const scrolls = document.scrollingElement.scrollWidth > innerWidth;
    return [...(scrolls ? ["the page"] : []), ...wide.map((element) => element.outerHTML.slice(0, 80))];
}"""
WIDE = "\n\n".join(
    [
        "# " + "Unbrechbar" * 40,
        "A" * 3000,
        "[" + "link" * 60 + "](https://example.com/" + "x" * 500 + ")",
        "`" + "code" * 100 + "`",
        "```\n" + "wide " * 200 + "\n```",
        "|" + " a wide cell |" * 30 + "\n|" + " - |" * 30 + "\n|" + " and another |" * 30,
        "$$\n" + " + ".join(f"x_{{{n}}}^2" for n in range(80)) + "\n$$",
        "> " * 30 + "deep",
        "\n".join("  " * depth + "- deeper" for depth in range(25)),
        "![" + "alternative" * 30 + "](https://example.com/" + "p" * 200 + ".png)",
        "<figure><img src='tally.png' width='3000' height='400' alt='Tally'><figcaption>Wide</figcaption></figure>",
        "I has a dog.",
    ]
)


@contextmanager
def the_document(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    expect(desk.content).to_be_visible()
    yield


@contextmanager
def the_preview(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.get_by_role("button", name="Read", exact=True).click()
    expect(desk.page.locator("#article")).to_be_visible()
    yield
    desk.page.get_by_role("button", name="Write", exact=True).click()
    expect(desk.content).to_be_visible()


@contextmanager
def a_menu(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("ContextMenu")
    expect(desk.menu).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_list(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    if shut := desk.page.locator("#documents").is_hidden():
        desk.page.locator("#documents-button").click()
    expect(desk.page.locator("#documents")).to_be_visible()
    yield
    if shut:
        desk.page.locator("#documents-button").click()


@contextmanager
def a_search(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    with the_list(desk, model):
        box = desk.page.get_by_role("combobox", name="Search names and texts")
        box.fill("e")
        expect(desk.page.locator("#documents-found .snippet").first).to_be_visible()
        yield
        box.fill("")


@contextmanager
def a_move(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator("#title-button").click()
    desk.choose("Move to a folder…")
    expect(desk.page.locator("#folder-list")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_history(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """A version that added a line, against the first."""
    desk.write("One more line.")
    desk.content.focus()
    desk.press("F4")
    expect(desk.page.locator("#history ins").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_trash(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator("#title-button").click()
    desk.choose("Deleted documents…")
    expect(desk.page.get_by_role("dialog", name="Deleted documents")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def what_the_model_wrote(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """Marked, counted, and one of it explained."""
    desk.write("\n\nThe begining.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    model.proposes("The beginning.")
    desk.press("Control+Enter", "F9")
    expect(desk.page.locator(".authored").last).to_have_text("beginning")
    desk.press("ArrowLeft", "Shift+F9")
    expect(desk.page.get_by_role("dialog", name="What the model wrote here")).to_be_visible()
    yield
    desk.press("Escape", "F9")


@contextmanager
def the_help(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.press("Control+/")
    expect(desk.page.get_by_role("dialog", name="Help")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_export(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """What readers get at Substack, and the report."""
    desk.content.focus()
    desk.press("Control+Shift+E")
    dialog = desk.page.get_by_role("dialog", name="Export ")
    dialog.get_by_role("radio", name="Substack").first.check()
    expect(dialog.get_by_role("heading", name="What readers get otherwise")).to_be_visible()
    expect(desk.page.locator("#export[aria-busy]")).to_have_count(0)
    yield
    desk.press("Escape")


@contextmanager
def a_repair(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator(".notice", has_text="garbled").get_by_role("button").first.click()
    expect(desk.page.get_by_role("dialog", name="Repair garbled characters")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_suggestion(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """Words are added, removed and replaced, and there is something worth knowing."""
    desk.write("\n\nI recieve the the mail and I has no time.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    expect(desk.bar).to_be_visible()
    model.proposes("I receive the mail and I have no time at all.", "A sentence was kept as it was.")
    expect(desk.bar).to_have_attribute("data-proposal", "done")
    yield
    desk.press("Escape")


@contextmanager
def two_versions(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """The end, written here and elsewhere at the same time."""
    desk.press("Control+s")
    desk.expect_saved()
    with desk.unsaved():
        desk.write("\n\nMine.")
        desk.file.write_bytes(desk.file.read_bytes() + b"\n\nTheirs.")
    desk.page.get_by_role("button", name="Compare…").click()
    asked = desk.page.get_by_role("dialog", name="was changed elsewhere")
    expect(asked).to_be_visible()
    yield
    asked.get_by_role("radio", name="On disk").check()
    asked.get_by_role("button", name="Use what I chose").click()
    desk.expect_saved()


@contextmanager
def a_palette(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("F1")
    expect(desk.page.locator("#palette [role=option]").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_outline(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Control+Shift+o")
    expect(desk.page.locator("#outline")).to_be_visible()
    yield
    desk.content.focus()
    desk.press("Control+Shift+o")
    expect(desk.page.locator("#outline")).to_be_hidden()


@contextmanager
def a_question(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """What shall the model do with the paragraph at the caret?"""
    desk.content.focus()
    desk.press("Control+j")
    expect(desk.page.get_by_role("dialog", name="Ask AI")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_find(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Control+f")
    expect(desk.page.locator(".find-bar")).to_be_visible()
    desk.page.keyboard.type("e")
    yield
    desk.press("Escape")


@contextmanager
def the_models(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Shift+F4")
    expect(desk.page.locator(".models li").first).to_be_visible()
    yield
    desk.press("Escape")


SCENES = (
    the_document,
    the_preview,
    a_menu,
    the_list,
    a_search,
    a_move,
    the_history,
    the_trash,
    the_help,
    the_export,
    a_repair,
    a_suggestion,
    what_the_model_wrote,
    a_palette,
    the_outline,
    a_question,
    a_find,
    the_models,
    two_versions,
)
Look = Callable[[Page], list[str]]


def walk_through(desk: Desk, model: ScriptedModel, look: Look) -> dict[str, list[str]]:
    """Return what *look* finds wrong, by scene."""
    found = {}
    for scene in SCENES:
        with scene(desk, model):
            found[scene.__name__] = look(desk.page)
    return {name: problems for name, problems in found.items() if problems}


@pytest.fixture
def desk(sit_down: SitDown, scripted: ScriptedModel, letters: Path, fixtures: Path) -> Desk:
    """The newsletter, which has one of everything, garbled characters too."""
    (letters / "images").mkdir()
    shutil.copy(fixtures / "tally.png", letters / "images" / "tally.png")
    desk = sit_down((fixtures / "newsletter.md").read_bytes())
    expect(desk.page.locator("#article figure")).to_be_attached()
    desk.page.emulate_media(reduced_motion="reduce")
    return desk


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_light_and_dark(watched: Watched, desk: Desk, scripted: ScriptedModel, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": HEIGHT})
    desk.page.evaluate(AXE.read_text("utf-8"))

    def look(page: Page) -> list[str]:
        page.emulate_media(color_scheme="light")
        found = [f"light: {problem}" for problem in page.evaluate(LOOK, RULES)]
        page.emulate_media(color_scheme="dark")
        return found + [f"dark: {problem}" for problem in page.evaluate(LOOK, CONTRAST)]

    assert walk_through(desk, scripted, look) == {}
    watched.forgive("412")


def test_nothing_runs_off_the_side(
    watched: Watched, sit_down: SitDown, scripted: ScriptedModel, letters: Path, fixtures: Path
) -> None:
    shutil.copy(fixtures / "tally.png", letters / "tally.png")
    desk = sit_down({f"{'Long name ' * 12}.md": f"ðŸ‘‰ garbled\n\n{WIDE}", f"{'W' * 120}.md": ""})
    expect(desk.page.locator("#article figure")).to_be_attached()
    for width in (320, 390, 820, 1440):
        desk.page.set_viewport_size({"width": width, "height": 640})
        assert walk_through(desk, scripted, lambda page: page.evaluate(OVERFLOW)) == {}, f"at {width} px"
    watched.forgive("412")


# Two panes, one place.

LONG = "\n\n".join(
    f"## Part {part}\n\n" + " ".join(f"Sentence {part}.{n} fills this line." for n in range(1, 4 + part % 9 * 3))
    for part in range(1, 81)
)
PARTS_AT_EYE = """() => {
    const at = (pane, selector) => {
        const box = document.querySelector(pane).getBoundingClientRect();
        const eye = box.top + box.height / 4;
        const isAbove = (line) => line.textContent && line.getBoundingClientRect().top <= eye + 8;
        const above = [...document.querySelectorAll(selector)].filter(isAbove);
        return Number(/\\d+/.exec(above.at(-1)?.textContent ?? "0")[0]);
    };
    return [at(".cm-scroller", ".cm-line"), at("#preview", "#article :is(h2, p)")];
}"""

TOPS = "() => ['.cm-scroller', '#preview'].map((pane) => document.querySelector(pane).scrollTop)"


def parts_at_eye(page: Page) -> tuple[int, int]:
    """Return which part is at eye level in the editor and in the preview."""
    editor, preview = page.evaluate(PARTS_AT_EYE)
    return editor, preview


@pytest.mark.parametrize("pane", [".cm-scroller", "#preview"])
def test_the_other_pane_follows(sit_down: SitDown, pane: str) -> None:
    desk = sit_down(LONG)
    page = desk.page
    expect(page.locator("#article h2").nth(79)).to_be_attached()
    page.locator(pane).hover()
    seen: list[tuple[int, int]] = []
    for _ in range(4):
        page.mouse.wheel(0, 1500)
        before = seen[-1][0] if seen else 1

        def moved_together(before: int = before) -> bool:
            editor, preview = parts_at_eye(page)
            return editor > before and abs(editor - preview) <= 1

        wait_until(page, moved_together)
        seen.append(parts_at_eye(page))
    page.mouse.wheel(0, -100_000)
    wait_until(page, lambda: page.evaluate(TOPS) == [0, 0])
