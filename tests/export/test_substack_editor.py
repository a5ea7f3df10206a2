"""The real prosemirror-model loads what is exported for Substack, and finds what our own check finds."""

from __future__ import annotations

import json
from pathlib import Path

from meai.export.formats import export
from tests.export.editor import verdicts
from tests.export.test_substack import ASSETS, ROWS, TABLE
from tests.export.test_substack_schema import WRONG

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures").glob("**/*.md"))
# ProseMirror has no rule for these: an editor of it would go wrong elsewhere.
OURS_ALONE = {
    *("a language in capitals", "a link to a script", "an image from a file", "an attribute of another type"),
    *("a rank that there is not", "empty content", "two paywalls", "a footnote without a mark", "words beside text"),
    *("a mark without a footnote", "footnotes out of order", "an attribute too many", "no document in it"),
    *("a link without an address", "an attribute too few"),
}


def test_every_row_and_every_fixture_is_a_document_to_prosemirror() -> None:
    texts = [*(row.markdown for row in ROWS.values()), TABLE, *(path.read_text("utf-8") for path in FIXTURES)]
    posts = [
        json.loads(export(text, name="Letter.md", format="substack", asset=ASSETS.get, chosen={"tables": form}).content)
        for text in texts
        for form in ("picture", "list", "code")
    ]
    assert set(verdicts(posts)) == {None}


def test_prosemirror_refuses_what_our_check_refuses() -> None:
    names = [name for name in WRONG if name not in OURS_ALONE]
    found = verdicts([{"type": "doc", "content": WRONG[name]} for name in names])
    assert [name for name, verdict in zip(names, found, strict=True) if verdict is None] == []
