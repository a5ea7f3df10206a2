"""The web page: whole, accessible, inert, and true to the document's head."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from meai.export.formats import Export, export
from meai.export.images import data_uri

FIXTURES = Path(__file__).parents[1] / "fixtures"
NEWSLETTER = (FIXTURES / "newsletter.md").read_text("utf-8")
HOSTILE = [text for kind in json.loads((FIXTURES / "hostile.json").read_text("utf-8")).values() for text in kind]
PNG = b"\x89PNG\r\n\x1a\n rest"
VOID = {"meta", "img", "br", "hr", "link", "input", "col", "wbr"}


class Structure(HTMLParser):
    """Reads a page strictly: every element is closed by its own tag, in its own order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def meta(self, name: str) -> str | None:
        found = [one["content"] for one in self.all("meta") if name in (one.get("name"), one.get("property"))]
        return found[0] if found else None


def to_html(text: str, *, name: str = "a.md", asset: Callable[[str], bytes | None] = lambda path: None) -> Export:
    return export(text, name=name, format="html", asset=asset)


def losses(done: Export) -> list[tuple[int | None, str]]:
    return [(note.line, note.message) for note in done.report if note.kind != "check"]


def structure(text: str) -> Structure:
    return Structure(to_html(text).content)


def test_the_newsletter_is_a_whole_page() -> None:
    read = structure(NEWSLETTER)
    assert read.all("html") == [{"lang": "en"}]
    assert read.texts["title"] == "Letters from the Allotment, No. 4"
    assert read.meta("description") == "Slow tools, a sleepy robot and a garden that writes back."
    assert read.meta("og:title") == "Letters from the Allotment, No. 4"
    assert read.meta("og:description") == read.meta("description")
    assert read.meta("og:type") == "article"
    assert [len(read.all(tag)) for tag in ("main", "article", "h1", "figure", "table", "math")] == [1, 1, 1, 1, 1, 3]


def test_ids_are_unique_and_links_inside_lead_to_them() -> None:
    read = structure(NEWSLETTER + "\n# Again\n\n# Again\n\nsee [there](#again-1) and[^lid]\n")
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = {one["href"][1:] for one in read.all("a") if one["href"].startswith("#")}
    assert inside <= set(ids)
    assert {"user-fn:1", "user-fnref:1", "user-fnref:1:2", "user-again-1"} <= inside


def test_the_page_needs_nothing_else() -> None:
    read = structure(NEWSLETTER)
    assert not [tag for tag, _ in read.tags if tag in ("script", "link", "iframe", "object", "embed", "base", "form")]
    assert "url(" not in read.texts["style"]
    assert "@import" not in read.texts["style"]
    assert [one["src"] for one in read.all("img") if "src" in one] == re.findall(r"https://images[^\"\s)]*", NEWSLETTER)


def test_the_page_forbids_scripts() -> None:
    policy = structure("a").all("meta")[2]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert "script-src 'none'" in policy["content"]
    assert "default-src 'none'" in policy["content"]


def test_no_trace_of_source_lines_is_left() -> None:
    assert "data-line" not in to_html(NEWSLETTER).content


@pytest.mark.parametrize(
    "hostile", ["</title><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;&amp;"]
)
def test_the_head_is_escaped(hostile: str) -> None:
    quoted = hostile.replace("'", "''")
    text = f"---\ntitle: '{quoted}'\ndescription: '{quoted}'\nauthor: '{quoted}'\nlang: '{quoted}'\n---\ntext\n"
    read = structure(text)
    assert read.texts["title"] == hostile
    assert read.meta("description") == hostile
    assert read.meta("author") == hostile
    assert read.all("html") == [{"lang": "en"}]
    assert not read.all("script")
    assert not read.all("img")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<body onload=alert(1)>"],
)
def test_hostile_documents_are_inert(text: str) -> None:
    read = structure(text)
    assert not read.all("script")
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert not [one for one in read.all("a") if "script" in one.get("href", "")]


@given(st.text(st.characters(exclude_categories=[])), st.text(max_size=40))
@settings(deadline=None)
def test_any_document_becomes_a_whole_page(text: str, title: str) -> None:
    structure(f"---\ntitle: {title}\n---\n{text}")


@given(
    st.lists(st.sampled_from(["<p>", "<b>", "</b>", "<table>", "<td>", "</div>", "<a id=x>", "\n\n", "> ", "- ", "x"]))
)
@settings(deadline=None)
def test_any_raw_html_becomes_a_whole_page(pieces: list[str]) -> None:
    structure("".join(pieces))


@pytest.mark.parametrize(
    ("text", "title", "headings"),
    [
        ("---\ntitle: A\n---\nb\n", "A", 1),
        ("---\ntitle: A\n---\n# B\n", "A", 1),
        ("# *B* `c`\n\n# D\n", "B c", 2),
        ("just text\n", "No 4", 1),
        ("", "No 4", 1),
    ],
)
def test_the_title_is_that_of_the_head_or_the_first_heading_or_the_file(text: str, title: str, headings: int) -> None:
    done = to_html(text, name="letters/No 4.md")
    read = Structure(done.content)
    assert read.texts["title"] == title
    assert len(read.all("h1")) == headings
    assert done.filename == "No 4.html"


@pytest.mark.parametrize(("named", "language"), [("de", "de"), ("no", "no"), ("pt_BR", "pt-BR"), ("a b", "en")])
def test_the_language_is_that_of_the_head(named: str, language: str) -> None:
    assert structure(f"---\nlang: {named}\n---\n").all("html") == [{"lang": language}]


@pytest.mark.parametrize(("named", "direction"), [("ar-EG", "rtl"), ("he", "rtl"), ("en", None)])
def test_the_direction_is_that_of_the_language(named: str, direction: str | None) -> None:
    assert structure(f"---\nlang: {named}\n---\n").all("html")[0].get("dir") == direction


def test_images_of_the_workspace_are_in_the_page() -> None:
    asked: list[str] = []

    def asset(path: str) -> bytes:
        asked.append(path)
        return PNG

    done = to_html("![a](pics/one%20two.png?x#y) <img src='../b.png'> ![](/c.png)", name="letters/no4.md", asset=asset)
    assert asked == ["letters/pics/one two.png", "b.png", "c.png"]
    sources = [one["src"] for one in Structure(done.content).all("img")]
    assert sources == ["data:image/png;base64," + base64.b64encode(PNG).decode()] * 3
    assert losses(done) == []


def test_an_image_that_is_not_there_is_told_with_its_line() -> None:
    done = to_html("---\na: b\n---\n\n- one\n- ![pic](gone.png)\n")
    assert losses(done) == [(5, "The image gone.png was not found and is left out.")]
    assert "<em>[pic]</em>" in done.content


def test_a_file_that_is_no_image_is_told() -> None:
    done = to_html("![x](a.png)", asset=lambda path: b"<html>")
    assert "is no image" in losses(done)[0][1]


def test_images_of_the_web_stay_links_and_are_told_once_for_each_host() -> None:
    done = to_html("![](https://a.example/1.png)\n\n![](https://a.example/2.png)\n\n![](//b.example/3.png)\n")
    assert losses(done) == [
        (0, "Images load from a.example whenever the page is read."),
        (4, "Images load from b.example whenever the page is read."),
    ]


def test_a_formula_that_cannot_be_read_is_told() -> None:
    assert losses(to_html("a\n\n$\\nope{x}$"))[0][0] == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"\0\0\0\x20ftypavif", "avif"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "svg+xml"),
        (b"<svg>", "svg+xml"),
    ],
)
def test_images_are_known_by_what_they_are(content: bytes, kind: str) -> None:
    assert (data_uri(content) or "").startswith(f"data:image/{kind};base64,")


@pytest.mark.parametrize("content", [b"", b"<html><svg>", b"%PDF-1.7", b"\0" * 64, b"<!--" * 1000])
def test_other_files_are_no_images(content: bytes) -> None:
    assert data_uri(content) is None


@pytest.mark.browser
def test_hostile_documents_do_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """Even without the page's policy, hostile documents open no dialog, ask no network and run nothing."""
    context = browser.new_context(offline=True)
    tab = context.new_page()
    seen: list[str] = []
    tab.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: seen.append(request.url) if "evil" in request.url else None)
    bodies = [to_html(text).content.partition("<article>")[2].partition("</article>")[0] for text in HOSTILE]
    file = tmp_path / "page.html"
    file.write_text("<!DOCTYPE html><meta charset=utf-8>" + "\n".join(bodies), "utf-8")
    tab.goto(file.as_uri())
    assert tab.evaluate("document.querySelectorAll('script, iframe, object, embed, form, base').length") == 0
    assert seen == []
    context.close()
