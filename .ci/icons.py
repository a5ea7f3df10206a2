"""Draw the icon's PNG files anew from static/src/icons/icon.svg, as home screens and installers want them.

Usage: python .ci/icons.py
"""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "static" / "src" / "icons"
PAPER = "#faf9f6"
# Name, pixels, share of the picture that the icon takes: a system that cuts its own shape leaves the middle 80 %.
PICTURES = (("icon-192", 192, 1.0), ("icon-512", 512, 1.0), ("icon-cut", 512, 0.76), ("icon-home", 180, 0.9))


def main() -> None:
    """Draw every picture."""
    chromium = subprocess.run([str(ROOT / ".ci" / "chromium")], stdout=subprocess.PIPE, text=True, check=True)
    svg = (FOLDER / "icon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.stdout.strip(), args=["--no-sandbox"])
        page = browser.new_page()
        for name, size, share in PICTURES:
            page.set_viewport_size({"width": size, "height": size})
            whole = share == 1
            ground = "transparent" if whole else PAPER
            page.set_content(_page(svg if whole else _without_edge(svg), size * share, ground))
            image = Image.open(BytesIO(page.screenshot(omit_background=True)))
            image.quantize(64).save(FOLDER / f"{name}.png", optimize=True)
        browser.close()


def _page(svg: str, width: float, ground: str) -> str:
    body = f"body {{ display: grid; place-content: center; height: 100vh; margin: 0; background: {ground} }}"
    return f"<style>{body} svg {{ width: {width}px }}</style>{svg}"


def _without_edge(svg: str) -> str:
    return "\n".join(line for line in svg.splitlines() if "<rect" not in line)


if __name__ == "__main__":
    main()
