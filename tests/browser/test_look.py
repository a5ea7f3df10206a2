"""How the page looks: axe finds nothing, nothing runs off the side, both panes show one place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.browser.scenes import walk_through
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
def test_axe_finds_nothing_on_any_panel(watched: Watched, desk: Desk, scripted: ScriptedModel, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": HEIGHT})
    desk.page.evaluate(AXE.read_text("utf-8"))

    def look(page: Page) -> list[str]:
        page.emulate_media(color_scheme="light")
        found = [f"light: {problem}" for problem in page.evaluate(LOOK, RULES)]
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {problem}" for problem in page.evaluate(LOOK, CONTRAST)]
        return found + [f"runs off the side: {element}" for element in page.evaluate(OVERFLOW)]

    assert walk_through(desk, scripted, look) == {}
    watched.forgive("412")


def test_nothing_runs_off_the_side(
    watched: Watched, sit_down: SitDown, scripted: ScriptedModel, letters: Path, fixtures: Path
) -> None:
    shutil.copy(fixtures / "tally.png", letters / "tally.png")
    desk = sit_down({f"{'Long name ' * 12}.md": f"ðŸ‘‰ garbled\n\n{WIDE}", f"{'W' * 120}.md": ""})
    expect(desk.page.locator("#article figure")).to_be_attached()
    for width in (320, 820, 1440):
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
    desk.content.focus()
    desk.press("Control+End")
    wait_until(page, lambda: page.evaluate(TOPS)[0] > 0)
    desk.press("Control+Home")
    wait_until(page, lambda: page.evaluate(TOPS) == [0, 0])
