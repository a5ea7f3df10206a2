"""HTML from elsewhere becomes Markdown that reads the same: no word lost, none added, nothing that acts."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meai.documents import pictures
from meai.documents.foreign import links, tree
from meai.documents.foreign.html import convert
from meai.markdown.parser import parser

FIXTURES = Path(__file__).parent / "fixtures"
PAGES = sorted(FIXTURES.glob("*.html"))

# What Markdown gives a meaning to, among words.
SIGNS = r"*_`~[]()<>#+-=|!$^&;:.\/{}'\"%@"
TEXTS = st.text(st.sampled_from("abcdefgh 1 é。" + SIGNS), max_size=12)
INLINE = ("b", "i", "em", "strong", "s", "code", "span", "sup", "sub", "mark", "u", "a href='https://a.org/b'")
BLOCKS = ("p", "div", "h2", "h3", "blockquote", "ul", "ol", "li", "pre", "section", "table", "tr", "td", "dl", "dt")


def element(tag: str, inside: list[str]) -> str:
    return f"<{tag}>{''.join(inside)}</{tag.split()[0]}>"


WORDS = st.recursive(
    TEXTS.map(escape) | st.just("<br>"),
    lambda inner: st.builds(element, st.sampled_from(INLINE), st.lists(inner, max_size=4)),
    max_leaves=12,
)
TREES = st.recursive(
    WORDS,
    lambda inner: st.builds(element, st.sampled_from(BLOCKS + INLINE), st.lists(inner, max_size=4)),
    max_leaves=20,
)


def seen(html: str) -> str:
    """Return what a reader sees of *html*, taken as a browser takes it."""
    return tree.parse(html).text()


def signs(html: str) -> str:
    """Return all that is seen of *html* but for space."""
    return "".join(seen(html).split())


def words(html: str) -> str:
    """Return the letters and digits that are seen of *html*."""
    return "".join(re.findall(r"[^\W_]+", seen(html)))


def drawn(markdown: str) -> str:
    """Return *markdown* as this program draws it."""
    return parser(without=("autolinks",)).render(markdown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_clipboard_becomes_the_markdown_that_a_writer_would_have_written(page: Path) -> None:
    assert convert(page.read_text(encoding="utf-8")).text == page.with_suffix(".md").read_text(encoding="utf-8")


@given(st.lists(WORDS, max_size=6).map("".join))
@settings(max_examples=150, deadline=None)
@example("foo<b>bar.</b>baz<i>x</i><b>y</b>")
@example("<b>a</b><i>b</i><b><i>c</i></b>d")
@example("!<a href='https://a.org/b'>x</a>^<a href='https://a.org/b'>y</a>")
@example("[a](b) [^1] $x$ a_b_c 2 * 3 1. - # &amp;amp; &lt;b&gt;")
def test_every_sign_of_a_paragraph_is_read_again(line: str) -> None:
    assert signs(drawn(convert(f"<p>{line}</p>").text)) == signs(line)


@given(st.lists(TREES, max_size=5).map("".join))
@settings(max_examples=100, deadline=None)
def test_every_word_of_any_page_is_read_again_in_order(page: str) -> None:
    assert words(drawn(convert(page).text)) == words(page)


@given(st.text())
@settings(deadline=None)
def test_nothing_that_is_pasted_is_refused(text: str) -> None:
    convert(text)
    convert(f"<p>{text}</p>")
    convert(f"<a href='{text}'><img src='{text}' alt='{text}'></a><ol start='{text}'><li style='{text}'>x")


@given(TEXTS)
@settings(deadline=None)
def test_code_stays_as_it_is(code: str) -> None:
    if code.strip():
        assert escape(code.strip("\n"), quote=False) in drawn(
            convert(f"<pre><code>{escape(code)}</code></pre>").text
        ).replace("&quot;", '"')


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\\\nthree\n"),
        ("one<br><br>two", "one\n\ntwo\n"),
        ("<b>bold<p>in two</p><p>paragraphs</p></b>", "**bold**\n\n**in two**\n\n**paragraphs**\n"),
        ("<h2><b>Bold</b></h2>", "## Bold\n"),
        ("<ol start=3><li>c<li>d</ol><ol><li>a</ol>", "3. c\n4. d\n\n1) a\n"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c\n"),
        ("<ul><li><input type=checkbox checked> done<li><input type=checkbox> open</ul>", "- [x] done\n- [ ] open\n"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````\n"),
        (
            "<figure><img src='https://a.org/b.png' alt=B><figcaption>C</figcaption></figure>",
            '![B](https://a.org/b.png "C")\n',
        ),
        ("<a href='https://a.org/'>https://a.org/</a>", "<https://a.org/>\n"),
        ("<hr><p>x</p>", "***\n\nx\n"),
        ("<table><tr><td>only</td></tr></table>", "only\n"),
        ("a<span style='display:none'>secret</span>b", "ab\n"),
        ("10\xa0km, a\xa0b", "10\xa0km, a b\n"),
        ("<ul>a<ul><li>b</li></ul>c</ul>", "- a\n- - b\n- c\n"),
        ("", ""),
        ("<p>&nbsp;</p><br>", ""),
    ],
)
def test_what_becomes_what(html: str, markdown: str) -> None:
    assert convert(html).text == markdown


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<a href='javascript:alert(1)'></a>",
        "<img src='data:text/html,<script>alert(1)</script>'>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data='javascript:alert(1)'>x</object>",
        "<img src=x onerror=alert(1)>".replace("x", "javascript:alert(1)"),
        "<math><annotation encoding='text/html'><script>alert(1)</script></annotation></math>",
    ],
)
def test_what_acts_is_left_out(html: str) -> None:
    assert "alert" not in convert(html).text
    assert "javascript" not in convert(html).text.lower()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://www.google.com/url?q=https://a.org/b&sa=D", "https://a.org/b"),
        ("https://eur.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.org%2Fb&data=x", "https://a.org/b"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.org", "https://a.org"),
        ("https://www.google.com/url?q=javascript:alert(1)", "https://www.google.com/url?q=javascript:alert(1)"),
        ("https://a.org/url?q=https://b.org", "https://a.org/url?q=https://b.org"),
        ("https://substack.com/redirect/2/bm9qc29u", "https://substack.com/redirect/2/bm9qc29u"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_a_link_leads_straight_where_a_detour_led(before: str, after: str) -> None:
    assert links.direct(before) == after


def test_pictures_that_came_along_are_handed_over_once_and_linked() -> None:
    dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    converted = convert(f"<img src='{dot}' alt=one><img src='{dot}' alt=two>")
    (picture,) = converted.pictures
    path = pictures.path_of(picture)
    assert converted.text == f"![one]({path})![two]({path})\n"


@pytest.mark.parametrize(
    "source", ["data:image/svg+xml;base64,PHN2Zy8+PHN2Zy8+PHN2Zy8+", "file:///C:/a.png", "x-picture:7"]
)
def test_a_picture_that_cannot_come_along_is_told(source: str) -> None:
    converted = convert(f"<p>a<img src='{source}' alt='its words'></p>")
    assert converted.text == "a its words\n"
    assert converted.notes == ("Pictures that did not come along: 1; drop or paste them here by themselves.",)


def test_signs_that_deceive_are_told() -> None:
    assert "invisible" in convert("<p>user\u202etxt.exe</p>").notes[0]


def test_a_page_as_deep_as_it_likes_keeps_its_words() -> None:
    deep = "<div><b><ul><li>" * 500 + "<p>one</p><p>two</p>" + "</li></ul></b></div>" * 500
    assert re.findall(r"\w+", convert(deep).text) == ["one", "two"]
