"""What reaches a page cannot act, load, or take the page's names; and what a newsletter needs does reach it."""

from __future__ import annotations

import json
import re
import weakref
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.markdown.blocks import Blocks
from meai.markdown.sanitize import Sanitizer

PAYLOADS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "hostile.json").read_text("utf-8")
)
HOSTILE, MARKDOWN = PAYLOADS["html"], PAYLOADS["markdown"]

URL_ATTRIBUTES = {"href", "src"}
FORBIDDEN_TAGS = """
    script style iframe object embed applet base meta link form input button textarea select svg template noscript
    title body head html frameset frame maction annotation-xml mglyph source video audio
"""


class Page(HTMLParser):
    """Every tag of a piece of HTML with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def complaints(html: str) -> list[str]:
    """Everything in *html* that could act, load or hide."""
    found = []
    for tag, attributes in Page(html).tags:
        if tag in FORBIDDEN_TAGS.split():
            found.append(tag)
        for name, value in attributes.items():
            if name.startswith("on") or name in {"style", "name", "target", "ping", "srcdoc", "formaction", "is"}:
                found.append(f"{tag} {name}")
            if name in URL_ATTRIBUTES and not inert(tag, value or ""):
                found.append(f"{tag} {name}={value}")
            if name == "id" and not (value or "").startswith("user-"):
                found.append(f"{tag} {name}={value}")
    return found


def inert(tag: str, address: str) -> bool:
    scheme, colon, _ = address.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return True  # a path
    if scheme.lower() == "data":
        return tag == "img" and address.startswith("data:image/") and "svg" not in address
    return scheme.lower() in {"http", "https", "mailto"}


@pytest.fixture(scope="module")
def sanitizer() -> Sanitizer:
    return Sanitizer()


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_is_inert(html: str, sanitizer: Sanitizer) -> None:
    assert complaints(sanitizer.clean(html)) == []


@pytest.mark.parametrize("text", [*MARKDOWN, *HOSTILE])
def test_hostile_markdown_is_inert(text: str) -> None:
    assert complaints("".join(block.html for block in Blocks().render(text))) == []


@pytest.mark.parametrize("html", HOSTILE)
def test_cleaning_twice_changes_nothing(html: str, sanitizer: Sanitizer) -> None:
    once = sanitizer.clean(html)
    assert sanitizer.clean(once) == once


pieces = st.sampled_from(
    [*HOSTILE, *MARKDOWN, "<math><mi>", "<p>", "</p>", "<table>", "<a href='#x'>", "<!--", "\n\n", "x"]
)


@given(st.lists(pieces, max_size=4).map("".join))
def test_combinations_are_inert_and_stable(html: str) -> None:
    clean = Sanitizer().clean(html)
    assert complaints(clean) == []
    assert Sanitizer().clean(clean) == clean


@given(st.text(alphabet="<>/=\"' &#;!-abimgsrconehft:x\n\0"))
def test_any_text_is_inert_and_stable(html: str) -> None:
    clean = Sanitizer().clean(html)
    assert complaints(clean) == []
    assert Sanitizer().clean(clean) == clean


@pytest.mark.parametrize(
    "html",
    [
        '<figure><img src="https://a.example/b?c=1&amp;d=2" alt="x" width="100%"><figcaption>y</figcaption></figure>',
        '<p align="center">x</p>',
        '<details open=""><summary>more</summary>x</details>',
        "<kbd>Ctrl</kbd> <mark>x</mark> H<sub>2</sub>O <ruby>a<rt>b</rt></ruby>",
        '<a href="mailto:a@b.example" title="t">x</a> <a href="other.md">y</a> <a href="//a.example">z</a>',
        '<img src="data:image/png;base64,iVBORw0KGgo=" alt="">',
        '<ol start="3"><li value="4">x</li></ol>',
        '<table><caption>c</caption><tbody><tr><th scope="row">a</th><td colspan="2">b</td></tr></tbody></table>',
        '<math display="block" alttext="x"><mrow><mi>x</mi><mo stretchy="false">(</mo></mrow></math>',
        '<time datetime="2026-01-05">today</time><wbr><br><hr>',
    ],
)
def test_what_a_newsletter_needs_is_kept(html: str, sanitizer: Sanitizer) -> None:
    assert Page(sanitizer.clean(html)).tags == Page(html).tags


def test_links_inside_a_document_still_lead_to_their_place(sanitizer: Sanitizer) -> None:
    clean = sanitizer.clean('<a href="#a:1">x</a><p id="a:1">y</p><a href="#">z</a>')
    assert clean == '<a href="#user-a:1">x</a><p id="user-a:1">y</p><a href="#">z</a>'


def test_classes_of_a_document_are_dropped_and_ours_are_kept(sanitizer: Sanitizer) -> None:
    assert sanitizer.clean('<span class="k toolbar">x</span>') == '<span class="k">x</span>'
    assert sanitizer.clean('<div class="dialog">x</div>') == '<div class="">x</div>'


def test_an_image_gets_the_address_it_is_given() -> None:
    images = {"a.png": "data:image/svg+xml;base64,AA==", "b.png": None}.get
    clean = Sanitizer(images=images, lines=False).clean('<p data-line="3"><img src="a.png"><img src="b.png"></p>')
    assert clean == '<p><img src="data:image/svg+xml;base64,AA=="><img></p>'


def test_what_cleaned_a_document_is_freed_with_it() -> None:
    images = {"a.png": "b.png"}.get
    sanitizer = Sanitizer(images=lambda address: images(address))
    assert sanitizer.clean('<img src="a.png">') == '<img src="b.png">'
    gone = weakref.finalize(sanitizer, lambda: None)
    # At once: what only the collector of garbage could free stays for ever where Rust holds a part of it.
    del sanitizer
    assert not gone.alive
