"""Take the pictures of docs/screenshots anew: a suggestion in the editor at three widths, and panels; in both themes.

Usage: python .ci/screenshots.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from benchmarks.writers_loop import CHROMIUM, FLAGS, server  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {"editor": (1440, 900), "tablet": (820, 1100), "phone": (390, 844)}
PANELS = {"commands": "F1", "settings": "Control+,", "history": "F4", "export": "Control+Shift+E"}
COLOURS = 128
# What a panel asks the server for is drawn by then.
SETTLED_MS = 2_000
LETTER = """\
# Letters from the Allotment

It rained for nine days, so I stayed inside and taught a very small computer to count tomatoes. \
It is called [Tally](https://tally.example.org), it runs from one file, and it is wrong about every third tomato. 🍅

In the begining the answers was short, and nobody beleived them. The last chapter is realy good, wich suprised me.

## A compost heap with a thermometer

Warm compost smells of bread, cold compost smells of regret.[^lid] \
Six cheap sensors tell the two apart, and a curve that a child could draw: $T(t) = T_a + (T_0 - T_a)e^{-kt}$.

> A slow answer gives you time to doubt the question.

| Evening | Question | Tokens per second |
| :--- | :--- | ---: |
| Monday | What eats my kale? | 3.1 |
| Friday | What eats the thing that eats my kale? | 2.8 |

```python
def tally(picture, red=180):
    return sum(max(row) > red for row in picture)
```

- [x] oil the hinge
- [ ] answer **three** letters

[^lid]: A lid that is opened *to look at the thermometer* loses five degrees.
"""


def main() -> None:
    """Take every picture."""
    found = subprocess.run([str(CHROMIUM)], stdout=subprocess.PIPE, text=True, check=True)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        workspace = Path(home) / "Letters"
        workspace.mkdir()
        for name in ("Ideas for the autumn", "Letter 3, seeds", "Welcome"):
            (workspace / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")
        letter = workspace / "Letter 4, tomatoes.md"
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        letter.write_text(LETTER, encoding="utf-8")
        with server(workspace, Path(home)) as (_, address):
            for name, (width, height) in SIZES.items():
                for theme in ("light", "dark"):
                    letter.write_text(LETTER, encoding="utf-8")
                    take(browser, address, name, width, height, theme)
        browser.close()


def take(browser: Browser, address: str, name: str, width: int, height: int, theme: str) -> None:
    """Take one picture of the page with a suggestion in it."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#model")).to_have_attribute("data-state", "ready", timeout=60_000)
    line = page.locator(".cm-line", has_text="In the begining")
    line.click(button="right")
    page.get_by_role("menuitem", name="Correct spelling").click()
    page.locator("[data-proposal=done]").wait_for(timeout=60_000)
    page.mouse.move(width / 2, height / 2)
    keep(page, f"{name}-{theme}")
    if name == "editor":
        page.keyboard.press("Control+Enter")
        for panel, key in PANELS.items():
            page.locator(".cm-content").focus()
            page.keyboard.press(key)
            page.locator("dialog[open]").wait_for()
            page.wait_for_timeout(SETTLED_MS)
            keep(page, f"{panel}-{theme}")
            page.keyboard.press("Escape")
    context.close()


def keep(page: Page, name: str) -> None:
    """Write the picture *name* with as few colours as look the same."""
    shot = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
