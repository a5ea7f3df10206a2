"""Every command that changes the text or what is selected in it: what it makes of a text, by each key and by mouse."""

from __future__ import annotations

import pytest

from tests.browser.conftest import SitDown
from tests.browser.scripted import ScriptedModel
from tests.browser.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORMAT = "#format-button"
TABLE = "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3‸ | 4 |\n"
PARTS = "# One\n\nfirst‸\n\n# Two\n\nsecond\n"


def table(*rows: str) -> str:
    """Return a table as the page writes it, whose cells are separated by a blank."""
    head, *body = [
        "| " + " | ".join(cell.ljust(4 if "‸" in cell else 3) for cell in row.split(" ")) + " |" for row in rows
    ]
    ruler = "|" + " --- |" * (len(rows[0].split(" ")))
    return "\n".join([head, ruler, *body, ""])


ROWS = {
    # Name: where it is clicked, the text before and the text after.
    "bold": (FORMAT, "a «b» c", "a **«b»** c"),
    "italic": (FORMAT, "a «b» c", "a *«b»* c"),
    "strikethrough": (FORMAT, "a «b» c", "a ~~«b»~~ c"),
    "code": (FORMAT, "a «b» c", "a `«b»` c"),
    "link": (FORMAT, "a «b» c", "a [b](‸) c"),
    "heading": (FORMAT, "a‸ b", "# a‸ b"),
    "numbered-list": (FORMAT, "«a\nb»", "1. «a\n2. b»"),
    "bulleted-list": (FORMAT, "a‸", "- a‸"),
    "task-list": (FORMAT, "a‸", "- [ ] a‸"),
    "quote": (FORMAT, "a‸", "> a‸"),
    "table": (FORMAT, "a\n\n‸", "a\n\n| «Column» | Column |\n| --- | --- |\n|  |  |\n"),
    "footnote": (FORMAT, "a‸", "a[^1]\n\n[^1]: ‸"),
    "code-block": (FORMAT, "a\n\n‸", "a\n\n```\n‸\n```\n"),
    "row-above": (".table-bar", TABLE, table("a b", "1 2", "‸ ", "3 4")),
    "row-below": (".table-bar", TABLE, table("a b", "1 2", "3 4", "‸ ")),
    "row-up": (".table-bar", TABLE, table("a b", "3‸ 4", "1 2")),
    "row-down": (".table-bar", TABLE.replace("‸", "").replace("1", "1‸"), table("a b", "3 4", "1‸ 2")),
    "row-remove": (".table-bar", TABLE, table("a b", "1‸ 2")),
    "column-before": (".table-bar", TABLE, table(" a b", " 1 2", "‸ 3 4")),
    "column-after": (".table-bar", TABLE, table("a  b", "1  2", "3 ‸ 4")),
    "column-left": (".table-bar", TABLE.replace("‸", "").replace("2", "2‸"), table("b a", "2‸ 1", "4 3")),
    "column-right": (".table-bar", TABLE, table("b a", "2 1", "4 3‸")),
    "column-remove": (".table-bar", TABLE, table("b", "2", "4‸")),
    "align-left": (".table-bar", TABLE, table("a b", "1 2", "3‸ 4").replace("---", ":--", 1)),
    "align-center": (".table-bar", TABLE, "|  a  | b   |\n| :-: | --- |\n|  1  | 2   |\n|  3‸  | 4   |\n"),
    "align-right": (".table-bar", TABLE, "|   a | b   |\n| --: | --- |\n|   1 | 2   |\n|   3‸ | 4   |\n"),
    "tidy-table": (".table-bar", TABLE, table("a b", "1 2", "3‸ 4")),
    "section-up": ("", PARTS.replace("‸", "").replace("second", "second‸"), "# Two\n\nsecond‸\n\n# One\n\nfirst\n"),
    "section-down": ("", PARTS, "# Two\n\nsecond\n\n# One\n\nfirst‸\n"),
    "select-next": ("", "«a» b a", "«a» b «a»"),
    "select-everywhere": ("", "«a» b a", "«a» b «a»"),
    "caret-above": ("", "a\nb‸", "a‸\nb‸"),
    "caret-below": ("", "a‸\nb", "a‸\nb‸"),
    "select-all": ("", "a‸\nb", "«a\nb»"),
}
"""What each makes of a text; `walk.py` says how selections are written."""


def test_every_command_on_the_text_does_what_it_says(sit_down: SitDown, scripted: ScriptedModel) -> None:
    walk = Walk(sit_down("word"), scripted)
    commands = walk.commands()
    for name, (place, before, after) in ROWS.items():
        for do in walk.ways(commands[name], place):
            walk.write(before)
            do()
            walk.expect_written(after)


@pytest.mark.parametrize("way", ["type", "insert_text"])
def test_what_is_typed_over_several_lines_takes_their_place_and_breaks_no_policy(
    sit_down: SitDown, scripted: ScriptedModel, way: str
) -> None:
    """The page's fixture fails on a report of the policy, which the browser's own merging of lines would bring."""
    walk = Walk(sit_down("word"), scripted)
    for before in ("«**bold** text\n\nmore»", "> qu«ote\n\nte»xt", "- a«\n- b»", "# A **«b** c\n\nd»"):
        walk.write(before)
        getattr(walk.page.keyboard, way)("q")
        walk.expect_written(before[: before.index("«")] + "q‸" + before[before.index("»") + 1 :])
    walk.write("a «b\nc» d")
    getattr(walk.page.keyboard, way)("*")
    walk.expect_written("a *«b\nc»* d")
