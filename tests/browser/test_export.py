"""The place to export from, in a real Chromium: what is copied, what an editor makes of it, what mends the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from meai.export.formats import export
from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import Watched
from tests.export.editor import bundled, table

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LETTER = """\
---
title: What the tomatoes said
subtitle: Nine days of rain
---
# What the tomatoes said

It **rained**, *a lot*, ~~never~~ and `code`; [a link](https://a.example/?b=1&c) and x<sup>2</sup>.[^lid]

## A heap

1. one
   - deep
2. two[^two]

- [x] done
- [ ] to do

> Quoted.

> [!TIP]
> Bring boots.

![A shed](tally.png "The office")

| Evening | Answer |
| :-- | --: |
| Monday | 12 |
| 金曜日 | שלום |

$$
\\frac{a}{b}
$$

```python
if a < b:
    go()
```

a
***
b\\
c

::: button [Go](https://go.example/now)

[^lid]: It loses *five* degrees.

[^two]: Second.
"""
WHAT_IS_COPIED = """async () => {
    const [item] = await navigator.clipboard.read();
    const read = (type) => item.types.includes(type) ? item.getType(type).then((blob) => blob.text()) : null;
    return { html: await read("text/html"), text: await read("text/plain") };
}"""


def text(words: str, *marks: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "marks": [{"type": mark, "attrs": {}} for mark in marks]}


def as_pasted(node: Any) -> Iterator[dict[str, Any]]:
    """What of a node of the JSON a paste can bring: the mapping's third column, as nodes."""
    content = [one for child in node.get("content", []) for one in as_pasted(child)]
    kind, attributes = node["type"], node.get("attrs", {})
    if kind in ("calloutBlock", "pullquote"):
        yield {"type": "blockquote", "content": content}
    elif kind == "footnoteAnchor":
        yield text(str(attributes["number"]), "superscript")
    elif kind == "button":
        link = {"type": "link", "attrs": {"href": attributes["url"]}}
        yield {"type": "paragraph", "content": [{"type": "text", "text": attributes["text"], "marks": [link]}]}
    elif kind == "latex_block":
        yield {"type": "captionedImage", "content": [{"type": "image2", "alt": attributes["persistentExpression"]}]}
    elif kind != "footnote":
        yield {**node, "content": content}


def simple(node: dict[str, Any]) -> dict[str, Any]:
    """A node with the attributes that a paste brings."""
    attributes = node.get("attrs", {}) | ({"alt": node["alt"]} if "alt" in node else {})
    kept = {name: attributes[name] for name in ("level", "language", "order", "alt", "href") if attributes.get(name)}
    made: dict[str, Any] = {"type": node["type"], **kept}
    if node.get("content"):
        made["content"] = [simple(child) for child in node["content"]]
    if node["type"] == "text":
        marks = sorted((mark["type"], mark.get("attrs", {}).get("href") or "") for mark in node.get("marks", []))
        made |= {"text": node["text"], "marks": marks}
    return made


def expected(post: list[dict[str, Any]]) -> list[dict[str, Any]]:
    notes = [node for node in post if node["type"] == "footnote"]
    items = [{"type": "list_item", "content": note["content"]} for note in notes]
    below = [{"type": "horizontal_rule"}, {"type": "ordered_list", "attrs": {"order": 1}, "content": items}]
    return [simple(one) for node in [*post, *below] for one in as_pasted(node)]


@pytest.fixture
def desk(sit_down: SitDown, letters: Path, fixtures: Path) -> Desk:
    (letters / "tally.png").write_bytes((fixtures / "tally.png").read_bytes())
    return sit_down(LETTER)


def opened(desk: Desk, target: str) -> Locator:
    """The dialog with *target* chosen and shown."""
    desk.content.focus()
    desk.press("Control+Shift+E")
    dialog = desk.page.get_by_role("dialog", name="Export Letter")
    dialog.get_by_role("radio", name=target, exact=False).first.check()
    settled(dialog)
    return dialog


def settled(dialog: Locator) -> None:
    expect(dialog).to_be_visible()
    expect(dialog.locator("iframe[srcdoc]")).to_be_attached()
    expect(dialog.page.locator("#export[aria-busy]")).to_have_count(0)


def pasted(context: BrowserContext) -> list[dict[str, Any]]:
    """What ProseMirror makes of the clipboard when it is pasted with the keyboard."""
    page = context.new_page()
    page.set_content("<!DOCTYPE html><title>Draft</title><body>")
    page.add_script_tag(content=bundled("page.mjs", "iife"))
    page.evaluate("(table) => openEditor(table)", table())
    page.keyboard.press("Control+V")
    wait_until(page, lambda: len(page.evaluate("written()")["content"]) > 1)
    content: list[dict[str, Any]] = page.evaluate("written()")["content"]
    page.close()
    return content


def copied(page: Page) -> dict[str, str | None]:
    found: dict[str, str | None] = page.evaluate(WHAT_IS_COPIED)
    return found


def the_json(letters: Path) -> list[dict[str, Any]]:
    asset = {"tally.png": (letters / "tally.png").read_bytes()}.get
    post = export(LETTER, name="Letter.md", format="substack", asset=asset, chosen={"pictures": "described"})
    content: list[dict[str, Any]] = json.loads(post.content)["content"]
    return content


def test_what_is_pasted_into_an_editor_is_what_the_json_says(
    desk: Desk, context: BrowserContext, letters: Path
) -> None:
    dialog = opened(desk, "Substack")
    dialog.get_by_role("button", name="Copy for Substack").click()
    expect(dialog.get_by_role("status")).to_contain_text("fresh Substack draft")
    clipboard = copied(desk.page)
    found = pasted(context)
    assert [simple(node) for node in found] == expected(the_json(letters))
    assert clipboard["text"] is not None
    assert "It rained, a lot" in clipboard["text"]
    images = [node["content"][0]["attrs"]["src"] for node in found if node["type"] == "captionedImage"]
    assert [source.partition(";")[0] for source in images] == ["data:image/png"] * 3


def test_title_and_subtitle_are_copied_by_themselves(desk: Desk) -> None:
    dialog = opened(desk, "Substack")
    for field, words in (("title", "What the tomatoes said"), ("subtitle", "Nine days of rain")):
        dialog.get_by_role("button", name=f"Copy {field}", exact=True).click()
        expect(dialog.get_by_role("status")).to_have_text(f"The {field} is copied.")
        assert copied(desk.page) == {"html": None, "text": words}


def test_the_old_way_onto_the_clipboard_serves_where_the_new_one_is_refused(
    desk: Desk, context: BrowserContext, letters: Path
) -> None:
    desk.page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error()); }")
    dialog = opened(desk, "Substack")
    dialog.get_by_role("button", name="Copy for Substack").click()
    expect(dialog.get_by_role("status")).to_contain_text("fresh Substack draft")
    assert [simple(node) for node in pasted(context)] == expected(the_json(letters))


def test_the_report_is_mended_in_place(sit_down: SitDown) -> None:
    desk = sit_down(
        "---\nsubtitle: "
        + " ".join(["long"] * 60)
        + "\n---\n## A\n\n##### B\n\nSee /etc/hosts\n\n|a|\n|-|\n|[b](https://b.example)|\n\n![](https://c.example/d.png)\n"
    )
    dialog = opened(desk, "Substack")
    fix = dialog.get_by_role("button", name="Turn the table into a list").first
    fix.click()
    expect(dialog.get_by_label("Tables")).to_have_value("list")
    expect(dialog.get_by_text("cannot be pressed")).to_have_count(0)

    dialog.get_by_role("button", name="Make the heading follow").click()
    expect(dialog.get_by_text("skips a rank")).to_have_count(0)
    for button, words in (
        ("Describe the image", "A map"),
        ("Shorten the subtitle", "Short"),
        ("Write it another way", "See the list of hosts"),
    ):
        dialog.get_by_role("button", name=button, exact=True).click()
        asked = desk.page.get_by_role("dialog", name=button)
        asked.get_by_role("textbox").fill(words)
        asked.get_by_role("button", name="Change the text").click()
        expect(asked).to_be_hidden()
        expect(dialog.get_by_role("button", name=button, exact=True)).to_have_count(0)
    desk.press("Escape")
    desk.press("Control+s")
    desk.expect_saved()
    saved = desk.file.read_text("utf-8")
    assert "subtitle: Short\n" in saved
    assert "\n### B\n" in saved
    assert "![A map](https://c.example/d.png)" in saved
    assert "See See the list of hosts" in saved


def test_what_takes_more_than_a_moment_says_so(desk: Desk) -> None:
    page = desk.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for path, label, words in (
        ("**/api/export", "Web page", "The document is being made ready…"),
        ("**/api/download", "All documents as a zip", "All documents and their pictures are being put into one file…"),
    ):
        page.route(path, hold)
        page.locator("#export-button").click()
        desk.choose(label)
        notice = page.locator(".notice", has_text=words)
        expect(notice).to_be_visible()
        with page.expect_download():
            held.pop().continue_()
        expect(notice).to_have_count(0)
        expect(page.locator(".notice", has_text="is in your downloads.")).to_be_visible()
        page.unroute(path)


def test_a_line_of_the_report_is_a_way_to_it(desk: Desk) -> None:
    dialog = opened(desk, "E-mail")
    dialog.get_by_role("button", name="Line ").first.click()
    expect(dialog).to_be_hidden()
    expect(desk.content).to_be_focused()


def test_keys_choose_a_target_and_close_the_place(desk: Desk) -> None:
    dialog = opened(desk, "Web page")
    desk.press("ArrowDown")
    expect(dialog.get_by_role("radio", name="E-mail").first).to_be_checked()
    settled(dialog)
    desk.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.content).to_be_focused()


def test_a_hostile_document_does_nothing_in_any_preview(sit_down: SitDown, watched: Watched, fixtures: Path) -> None:
    hostile = "\n\n".join(json.loads((fixtures / "hostile.json").read_text("utf-8"))["html"])
    desk = sit_down(f"{hostile}\n\n![x](https://tracker.example/a.png)\n")
    dialog = opened(desk, "Web page")
    expect(dialog.locator("iframe")).to_have_attribute("sandbox", "")
    for target in ("Web page", "E-mail", "Substack", "Ghost", "Plain Markdown"):
        dialog.get_by_role("radio", name=target).first.check()
        for theme in ("Dark", "Light"):
            dialog.get_by_role("button", name=theme, exact=True).click()
            settled(dialog)
        expect(dialog.frame_locator("iframe").locator("body")).not_to_be_empty()
    assert watched.foreign == []
    # Pictures that are not there are asked for by the preview beside the text.
    watched.forgive("404")
