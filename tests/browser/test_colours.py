"""The colours of the page, before anything is drawn with them: what is read can be read, in light and in dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"

# Both as the screen shows them, where one may lie over another.
RATIO = """([front, ...grounds]) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const probe = document.body.appendChild(document.createElement("i"));
    const lay = (name) => {
        probe.style.color = `var(${name})`;
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => {
        const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const below = light(grounds.map(lay).at(-1));
    const above = light(lay(front));
    probe.remove();
    return (Math.max(below, above) + 0.05) / (Math.min(below, above) + 0.05);
}"""

GROUNDS = [(ground, *over) for ground in ("--paper", "--raised", "--shade") for over in ((), ("--hover",))]
MARKS = [("--selection",), ("--added",), ("--removed",), ("--found",), ("--authored",)]
LEAST = {
    "--ink": (7.0, [*GROUNDS, *MARKS]),
    "--quiet": (4.5, [*GROUNDS, ("--selection",), ("--removed",)]),
    "--alarm": (4.5, GROUNDS),
    "--paper": (4.5, [("--ink",), ("--alarm",)]),
    "--accent": (3.0, GROUNDS),
    "--edge": (3.0, [("--paper",), ("--raised",), ("--shade",)]),
    "--added-edge": (3.0, [("--paper",), ("--added",)]),
    "--authored-edge": (3.0, [("--paper",), ("--authored",)]),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_lines_and_marks_stand_out_from_every_ground(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_content(f"<style>{TOKENS.read_text('utf-8')}</style>")
    faint = {
        f"{front} on {' and '.join(ground)}": round(ratio, 2)
        for front, (least, grounds) in LEAST.items()
        for ground in grounds
        if (ratio := page.evaluate(RATIO, [front, *ground])) < least
    }
    assert faint == {}
