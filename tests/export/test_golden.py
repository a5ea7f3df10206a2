"""The newsletter in every format, as it was when somebody last looked at it and found it good.

After a change that is meant, look at the difference and run `python tests/export/test_golden.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from meai.export.formats import FORMATS, Export, export

NEWSLETTER = Path(__file__).parents[1] / "fixtures" / "newsletter.md"
GOLDEN = Path(__file__).parent / "golden"
PIXEL = b"\x89PNG\r\n\x1a\n"


def exported(target: str) -> Export:
    text = NEWSLETTER.read_text("utf-8")
    # What a table looks like depends on the fonts of the machine.
    chosen = {"pictures": "described"} if "pictures" in FORMATS[target].choices else {}
    asset = {"letters/images/tally.png": PIXEL}.get
    return export(text, name="letters/newsletter.md", format=target, asset=asset, chosen=chosen)


def shown(target: str) -> str:
    """The content without the page's style sheet and version, and the report."""
    done = exported(target)
    content = re.sub(r"<style>.*</style>", "<style></style>", done.content, flags=re.DOTALL)
    content = content.replace("\r\n", "\n")
    content = re.sub(r"ME_AI \d[^\"]*", "ME_AI", content)
    return content + "".join(f"\n{loss.line}: {loss.message}" for loss in done.report) + "\n"


@pytest.mark.parametrize("target", FORMATS)
def test_the_newsletter_is_what_it_was(target: str) -> None:
    assert shown(target) == (GOLDEN / f"newsletter.{target}").read_text("utf-8")


if __name__ == "__main__":
    for name in FORMATS:
        (GOLDEN / f"newsletter.{name}").write_text(shown(name), "utf-8")
