"""Rich text holds only what editors keep: plain elements, no classes, no styles, no white space between blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meai.export.formats import Export, export
from meai.markdown.sanitize import Sanitizer

NEWSLETTER = (Path(__file__).parents[1] / "fixtures" / "newsletter.md").read_text("utf-8")
TAGS = (
    "p h1 h2 h3 h4 h5 h6 strong em code s sup sub u a ul ol li blockquote pre hr br figure img figcaption "
    "table tbody tr th td"
)
ATTRIBUTES = {("a", "href"), ("img", "src"), ("img", "alt"), ("ol", "start")}


def rich(text: str) -> Export:
    return export(text, name="a.md", format="rich-text", asset=lambda path: None)


def html(text: str) -> str:
    return rich(text).content


def losses(text: str) -> list[tuple[int, str]]:
    return [(note.line, note.message) for note in rich(text).report if note.kind != "check"]


def assert_plain(fragment: str) -> None:
    for tag, attributes in re.findall(r"<(\w+)((?:\s[^<>]*)?)>", fragment):
        assert tag in TAGS.split(" ")
        assert {(tag, name) for name in re.findall(r'([\w-]+)="', re.sub(r'"[^"]*"', '""', attributes))} <= ATTRIBUTES


def test_the_newsletter_is_plain() -> None:
    assert_plain(html(NEWSLETTER))
    assert not re.search(r"</(?:p|h\d|ul|table|blockquote)>\s", html(NEWSLETTER))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\nb\nc\n", "<h1>A</h1><p>b c</p>"),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("<b>e</b> <i>f</i> <kbd>g</kbd>", "<p><strong>e</strong> <em>f</em> <code>g</code></p>"),
        ("a  \nb", "<p>a<br>b</p>"),
        ("- a\n- b\n  - c\n", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("- a\n\n- b\n", "<ul><li>a</li><li>b</li></ul>"),
        ("- a\n\n  b\n", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("3. a\n4. b\n", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("- [ ] a\n- [x] b\n", "<ul><li>☐ a</li><li>☑ b</li></ul>"),
        ("> a\n>\n> b\n", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("```python\nif a < b:\n    pass\n```\n", "<pre><code>if a &lt; b:\n    pass\n</code></pre>"),
        ("---\n", "<hr>"),
        ("[a](https://b.example/?c=1&d=2)", '<p><a href="https://b.example/?c=1&amp;d=2">a</a></p>'),
        ("a@b.example", '<p><a href="mailto:a@b.example">a@b.example</a></p>'),
        ("<div>a <span>b</span></div>", "<p>a b</p>"),
        ("<div>a<p>b</p>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("![a](https://b.example/c.png)", '<p><img src="https://b.example/c.png" alt="a"></p>'),
        ("<figure><img src='//a.example/b'><figcaption>c</figcaption></figure>",
         '<figure><img src="//a.example/b" alt=""><figcaption>c</figcaption></figure>'),
        ("a[^1]b^[c]\n\n[^1]: d\n", "<p>a<sup>[1]</sup>b<sup>[2]</sup></p><hr><ol><li>d</li><li>c</li></ol>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<p><strong>a</strong></p><p>b</p>"),
        ("<q>a</q>", "<p>“a”</p>"),
        ("---\ntitle: a\n---\nb", "<p>b</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_constructs(text: str, expected: str) -> None:
    assert html(text) == expected
    assert losses(text) == []


def test_formulas_stay_as_their_source() -> None:
    assert html("a $x<1$\n\n$$\ny\n$$\n\n$\\nope{}$") == "<p>a $x&lt;1$</p><p>$$y$$</p><p>$\\nope{}$</p>"
    assert [line for line, _ in losses("a $x$\n\n$$\ny\n$$\n")] == [0, 2]


def test_local_images_are_left_out_and_told() -> None:
    assert html("a ![b](c.png) d") == "<p>a  d</p>"
    assert losses("a\n\n![b](c.png)") == [
        (2, "The image c.png (“b”) is only on this machine and is left out; add it by hand.")
    ]


def test_a_picture_that_is_left_out_leaves_its_caption() -> None:
    assert html("<figure><img src='a.png'><figcaption>b</figcaption></figure>") == "<p>b</p>"


def test_links_that_lead_nowhere_become_text_and_are_told() -> None:
    text = "# A\n\n[b](#a) [c](d.md)\n"
    assert html(text) == "<h1>A</h1><p>b c</p>"
    assert losses(text) == [
        (2, "The link to a place in this document becomes plain text: it leads nowhere outside."),
        (2, "The link to d.md becomes plain text: it leads nowhere outside."),
    ]


def test_a_table_is_kept_and_told() -> None:
    text = "| a | b |\n|:-|-|\n| *c* | d |\n"
    assert html(text) == (
        "<table><tbody><tr><th>a</th><th>b</th></tr><tr><td><em>c</em></td><td>d</td></tr></tbody></table>"
    )
    assert losses(text) == [(0, "A table stays one in a mail or a word processor; Substack does not take tables.")]


def test_what_was_folded_is_shown() -> None:
    text = "<details><summary>a</summary>\n\nb\n\n</details>\n"
    assert html(text) == "<p><strong>a</strong></p><p>b</p>"
    assert losses(text) == [(0, "A part that could be folded away is always shown.")]


@given(st.text(st.characters(exclude_categories=[])))
@settings(deadline=None)
def test_any_text_becomes_plain_and_clean(text: str) -> None:
    fragment = html(text)
    assert_plain(fragment)
    assert Sanitizer(lines=False).clean(fragment) == fragment


PIECES = st.sampled_from(
    [
        "<p>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</div>", "<div>", "<li>", "<ul>", "<a href=x>", "<figure>",
        "<img src=a>", "<pre>", "<math>", "<mi>", "<details>", "<q>", "<section>", "\n\n", "> ", "- ", "x", "`", "$x$",
        "[^1]", "\n[^1]: y\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12))
@settings(deadline=None)
def test_any_raw_html_becomes_plain_and_clean(pieces: list[str]) -> None:
    fragment = html("".join(pieces))
    assert_plain(fragment)
    assert Sanitizer(lines=False).clean(fragment) == fragment


def test_the_deepest_document_can_be_written() -> None:
    assert "x" in html("<div>" * 5000 + "x")
    assert "x" in html("<b>" * 5000 + "x")
