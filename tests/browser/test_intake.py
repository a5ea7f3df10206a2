"""Text, pictures and files from elsewhere, brought in as a writer does it: by paste, by drop, by picking."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SitDown
from tests.browser.desk import Desk, wait_until
from tests.conftest import StartServer, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC"
)
FORMATTED = "<h2>From elsewhere</h2><p>Some <b>bold</b> words and <a href='https://example.org/a'>a link</a>.</p>"

# What a browser does at a paste or a drop, with what a test puts into it.
_GIVE = """async ({ kind, text, html, files, more, at }) => {
    const data = new DataTransfer();
    if (text) data.setData("text/plain", text);
    if (html) data.setData("text/html", html);
    for (const [type, value] of Object.entries(more)) data.setData(type, value);
    for (const { name, type, bytes } of files) {
        data.items.add(new File([Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0))], name, { type }));
    }
    const editor = document.querySelector(".cm-content");
    if (kind === "paste") {
        editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        return;
    }
    const target = at ? document.elementFromPoint(at.x, at.y) : document.body;
    const place = { dataTransfer: data, bubbles: true, cancelable: true, clientX: at?.x ?? 5, clientY: at?.y ?? 5 };
    for (const step of ["dragenter", "dragover"]) target.dispatchEvent(new DragEvent(step, place));
    if (kind === "drag") return;
    target.dispatchEvent(new DragEvent("drop", place));
}"""


def give(
    page: Page,
    kind: str,
    *files: tuple[str, str, bytes],
    text: str = "",
    html: str = "",
    more: dict[str, str] | None = None,
    at: dict[str, float] | None = None,
) -> None:
    """Paste, drag or drop text, HTML and *files*: name, type and bytes of each."""
    packed = [{"name": name, "type": kind, "bytes": base64.b64encode(data).decode()} for name, kind, data in files]
    page.evaluate(_GIVE, {"kind": kind, "text": text, "html": html, "files": packed, "more": more or {}, "at": at})


def expect_text(desk: Desk, text: str) -> None:
    """Wait until the file holds *text*."""

    def is_there() -> bool:
        return desk.file.read_text(encoding="utf-8") == text

    wait_until(desk.page, is_there)


def test_formatted_text_becomes_markdown_and_one_undo_takes_it_back(sit_down: SitDown) -> None:
    desk = sit_down("Before.\n")
    desk.click_after("Before.")
    give(desk.page, "paste", text="From elsewhere", html=FORMATTED)
    pasted = "Before.\n\n## From elsewhere\n\nSome **bold** words and [a link](https://example.org/a).\n"
    expect_text(desk, pasted)
    desk.press("Control+z")
    expect_text(desk, "Before.\n")
    desk.press("Control+y")
    expect_text(desk, pasted)


def test_the_browsers_own_clipboard_is_pasted_formatted_or_plain(sit_down: SitDown, page: Page) -> None:
    desk = sit_down("x\n")
    page.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob(["<p>Some <b>bold</b> words</p>"], { type: "text/html" }),
            "text/plain": new Blob(["Some bold words"], { type: "text/plain" }),
        })])"""
    )
    desk.click_after("x")
    desk.press("Space", "Control+v")
    expect_text(desk, "x Some **bold** words\n")
    desk.press("Space", "Control+Shift+v")
    expect_text(desk, "x Some **bold** words Some bold words\n")
    desk.press("Space", "Shift+F10")
    desk.choose("Paste as plain text")
    expect_text(desk, "x Some **bold** words Some bold words Some bold words\n")


def test_an_address_over_words_makes_them_a_link(sit_down: SitDown) -> None:
    desk = sit_down("Read these words now.\n")
    desk.select("these words")
    give(desk.page, "paste", text="https://example.org/a")
    expect_text(desk, "Read [these words](https://example.org/a) now.\n")


def test_code_from_a_code_editor_stays_code(sit_down: SitDown) -> None:
    desk = sit_down("")
    code = {"vscode-editor-data": json.dumps({"mode": "python"})}
    desk.content.click()
    give(desk.page, "paste", text="if x:\n    y()\n", html="<div>if x:</div>", more=code)
    expect_text(desk, "```python\nif x:\n    y()\n```")


def test_words_typed_while_a_paste_is_under_way_stand_behind_it(sit_down: SitDown, page: Page) -> None:
    desk = sit_down("Start \n")
    held: list[Any] = []
    page.route("**/api/intake/html", lambda route: held.append(route))
    desk.click_after("Start")
    desk.press("End")
    give(page, "paste", text="bold", html="<b>bold</b>")
    wait_until(page, lambda: bool(held))
    page.keyboard.type("typed")
    expect(page.locator(".arriving")).to_have_text("Pasting…")
    held[0].continue_()
    expect_text(desk, "Start **bold**typed\n")


def test_what_cannot_be_converted_is_pasted_plain_and_says_so(sit_down: SitDown, page: Page, watched: Watched) -> None:
    desk = sit_down("x\n")
    page.route(
        "**/api/intake/html",
        lambda route: route.fulfill(status=400, json={"error": {"code": "c", "message": "It is too large."}}),
    )
    desk.click_after("x")
    give(page, "paste", text=" plain", html="<b>plain</b>")
    expect(page.locator("#notices")).to_contain_text("Pasted as plain text. It is too large.")
    expect_text(desk, "x plain\n")
    watched.forgive("400")


def test_a_pasted_picture_lies_beside_the_document_and_asks_for_its_words(sit_down: SitDown, letters: Path) -> None:
    desk = sit_down("Look:\n")
    desk.click_after("Look:")
    give(desk.page, "paste", ("image.png", "image/png", PNG))
    expect(desk.content).to_contain_text("![Describe this picture](assets/")
    desk.page.keyboard.type("A square")
    desk.press("Control+s")
    desk.expect_saved()
    (picture,) = (letters / "assets").iterdir()
    assert picture.read_bytes() == PNG
    assert desk.file.read_text() == f"Look:\n\n![A square](assets/{picture.name})\n"
    expect(desk.page.locator("#article img")).to_have_js_property("naturalWidth", 10)


def test_a_picture_can_be_pasted_into_a_document_that_is_no_file_yet(
    page: Page, letters: Path, start_server: StartServer
) -> None:
    server = start_server(letters)
    desk = Desk(page, server, letters / "Untitled.md")
    desk.open()
    give(page, "paste", ("image.png", "image/png", PNG))
    expect(desk.content).to_contain_text("![Describe this picture](assets/")
    desk.press("Control+s")
    desk.expect_saved()
    assert desk.file.read_text().startswith("![Describe this picture](assets/")


def test_dropped_pictures_go_where_they_are_let_go(sit_down: SitDown) -> None:
    desk = sit_down("First.\n\nSecond.\n")
    box = desk.page.locator(".cm-line", has_text="First.").bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] - 2, "y": box["y"] + box["height"] / 2}
    give(desk.page, "drag", ("a.png", "image/png", PNG), at=at)
    expect(desk.page.locator("#drop")).to_be_visible()
    give(desk.page, "drop", ("a.png", "image/png", PNG), at=at)
    expect(desk.page.locator("#drop")).to_be_hidden()
    expect(desk.page.locator(".cm-line").nth(2)).to_contain_text("![Describe this picture](assets/")
    expect(desk.page.locator(".cm-line").nth(4)).to_have_text("Second.")


def test_what_is_no_picture_is_refused_with_a_sentence(sit_down: SitDown, letters: Path, watched: Watched) -> None:
    desk = sit_down("Text.\n")
    give(desk.page, "paste", ("evil.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"))
    expect(desk.page.get_by_role("alert")).to_contain_text("evil.svg: This is no PNG, JPEG, GIF, WebP or AVIF picture")
    assert not (letters / "assets").exists()
    expect(desk.page.locator(".arriving")).to_have_count(0)
    watched.forgive("400")


def test_a_dropped_file_becomes_a_document_that_opens(sit_down: SitDown, letters: Path) -> None:
    desk = sit_down("Text.\n")
    give(desk.page, "drop", ("Notes from the road.html", "text/html", FORMATTED.encode()))
    expect(desk.page.locator("#title")).to_have_text("Notes from the road")
    assert (letters / "Notes from the road.md").read_text().startswith("## From elsewhere\n")
    assert desk.file.read_text() == "Text.\n"


def test_an_export_of_substack_becomes_a_folder_of_documents(sit_down: SitDown, letters: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        rows = ["post_id,post_date,is_published,title,subtitle"]
        for number in (1, 2):
            rows.append(f"{number}.post-{number},2026-01-0{number}T00:00:00.000Z,true,Post {number},")
            archive.writestr(f"posts/{number}.post-{number}.html", f"<p>Words of <em>post</em> {number}</p>")
        archive.writestr("posts.csv", "\n".join(rows))
    desk = sit_down("Text.\n")
    with desk.page.expect_file_chooser() as choosing:
        desk.page.locator("#title-button").click()
        desk.choose("Import…")
    choosing.value.set_files([{"name": "export.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}])
    expect(desk.page.locator("#notices")).to_contain_text("2 documents are imported into export.")
    desk.page.get_by_role("button", name="Open Post 1").click()
    expect(desk.page.locator("#title")).to_have_text("Post 1")
    assert (letters / "export" / "Post 2.md").read_text().endswith("---\n\nWords of *post* 2\n")


def test_hostile_html_is_pasted_as_words_alone(sit_down: SitDown, page: Page) -> None:
    desk = sit_down("")
    desk.content.click()
    html = "<b onclick='alert(1)'>hi</b><script>alert(1)</script><a href='javascript:alert(1)'>x</a>"
    html += "<img src='data:image/svg+xml,<svg onload=alert(1)>' onerror='alert(1)'>"
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    give(page, "paste", text="hi", html=html)
    expect_text(desk, "**hi**x")


def test_a_document_and_all_documents_are_downloaded(sit_down: SitDown, letters: Path) -> None:
    desk = sit_down({"Letter.md": b"one\r\ntwo\r\n", "Other.md": "other"})
    with desk.page.expect_download() as download:
        desk.page.locator("#export-button").click()
        desk.choose("Markdown file")
    assert download.value.suggested_filename == "Letter.md"
    assert Path(download.value.path()).read_bytes() == b"one\r\ntwo\r\n"
    with desk.page.expect_download() as download:
        desk.page.locator("#export-button").click()
        desk.choose("All documents as a zip")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert sorted(archive.namelist()) == ["Letter.md", "Other.md"]
