"""Every row of the mapping between Markdown, a post's JSON at Substack and what is pasted there."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from meai.export import substack_schema
from meai.export.formats import Export, export

JSON = dict[str, Any]


def png(width: int = 4, height: int = 3) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0"
ASSETS = {"a.png": png(), "wide.png": png(3000, 1), "a.svg": SVG, "a.heic": HEIC, "big.png": png() + b"\0" * 11_000_000}


def written(text: str, target: str, **chosen: str) -> Export:
    return export(text, name="Letter.md", format=target, asset=ASSETS.get, chosen=chosen)


def post(text: str, **chosen: str) -> list[JSON]:
    document = json.loads(written(text, "substack", **chosen).content)
    assert substack_schema.problems(document) == []
    nodes: list[JSON] = document["content"]
    return nodes


def pasted(text: str, **chosen: str) -> str:
    return written(text, "substack-html", **chosen).content


def t(words: str, *marks: str | JSON) -> JSON:
    named = [{"type": mark} if isinstance(mark, str) else mark for mark in marks]
    return {"type": "text", "text": words} | ({"marks": named} if named else {})


def link(href: str) -> JSON:
    return {
        "type": "link",
        "attrs": {"href": href, "target": "_blank", "rel": "noopener noreferrer nofollow", "class": None},
    }


def p(*content: JSON | str) -> JSON:
    inline = [t(one) if isinstance(one, str) else one for one in content]
    return {"type": "paragraph", "attrs": {"textAlign": None}} | ({"content": inline} if inline else {})


def h(level: int, words: str) -> JSON:
    return {"type": "heading", "attrs": {"textAlign": None, "level": level}, "content": [t(words)]}


def n(kind: str, *content: JSON, **attributes: Any) -> JSON:
    return {"type": kind} | ({"attrs": attributes} if attributes else {}) | ({"content": [*content]} if content else {})


def image(src: str, caption: list[JSON] | None = None, **known: Any) -> JSON:
    attributes = {"src": src, "srcNoWatermark": None, "fullscreen": None, "imageSize": None, "height": None}
    attributes |= {"width": None, "resizeWidth": None, "bytes": None, "alt": None, "title": None, "type": None}
    attributes |= {"href": None, "belowTheFold": False, "topImage": False, "internalRedirect": None}
    attributes |= {"isProcessing": False, "align": None, "offset": False} | known
    below = [n("caption", *caption)] if caption else []
    return n("captionedImage", n("image2", **attributes), *below)


def item(*content: JSON) -> JSON:
    return n("list_item", *content)


def ordered(start: int, *items: JSON) -> JSON:
    return n("ordered_list", *items, start=start, type=None, order=start)


@dataclass(frozen=True)
class Row:
    markdown: str
    json: list[JSON]
    html: str


WEB = "https://example.com/a.png"
CALLOUT = [p(t("Note", "strong")), p("Mind the gap.")]
SUBSCRIBE = {"url": "%%checkout_url%%", "text": "Subscribe", "language": "en"}
ROWS: dict[str, Row] = {
    "the sole headline is the title": Row("# T\n\nx", [p("x")], "<p>x</p>"),
    "of two headlines none": Row("# T\n\n# U", [h(1, "T"), h(1, "U")], "<h1>T</h1><h1>U</h1>"),
    **{
        f"heading {rank}": Row(
            f"x\n\n{'#' * rank} T\n\ny\n\n# Z", [p("x"), h(rank, "T"), p("y"), h(1, "Z")],
            f"<p>x</p><h{rank}>T</h{rank}><p>y</p><h1>Z</h1>",
        )
        for rank in range(2, 7)
    },
    "strong": Row("**b**", [p(t("b", "strong"))], "<p><strong>b</strong></p>"),
    "emphasis": Row("*i*", [p(t("i", "em"))], "<p><em>i</em></p>"),
    "both": Row("***bi***", [p(t("bi", "strong", "em"))], "<p><strong><em>bi</em></strong></p>"),
    "code": Row("`a < b`", [p(t("a < b", "code"))], "<p><code>a &lt; b</code></p>"),
    "struck": Row("~~s~~", [p(t("s", "strikethrough"))], "<p><s>s</s></p>"),
    "superscript": Row("x<sup>2</sup>", [p("x", t("2", "superscript"))], "<p>x<sup>2</sup></p>"),
    "subscript": Row("H<sub>2</sub>O", [p("H", t("2", "subscript"), "O")], "<p>H<sub>2</sub>O</p>"),
    "highlight is strong": Row("a <mark>b</mark>", [p("a ", t("b", "strong"))], "<p>a <strong>b</strong></p>"),
    "link": Row(
        "[l](https://a.example/?b=1&c)",
        [p(t("l", link("https://a.example/?b=1&c")))],
        '<p><a href="https://a.example/?b=1&amp;c">l</a></p>',
    ),
    "strong link": Row(
        "[**l**](https://a.example)",
        [p(t("l", "strong", link("https://a.example")))],
        '<p><a href="https://a.example"><strong>l</strong></a></p>',
    ),
    "link into the document": Row("[l](#there)", [p("l")], "<p>l</p>"),
    "link to a file": Row("[l](other.md)", [p("l")], "<p>l</p>"),
    "mail": Row("<me@a.example>", [p(t("me@a.example", link("mailto:me@a.example")))],
                '<p><a href="mailto:me@a.example">me@a.example</a></p>'),
    "hard break": Row("a  \nb", [p("a", n("hard_break"), "b")], "<p>a<br>b</p>"),
    "bullets": Row("- a\n- b", [n("bullet_list", item(p("a")), item(p("b")))],
                   "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    "nested lists": Row(
        "- a\n  1. b\n     - c",
        [n("bullet_list", item(p("a"), ordered(1, item(p("b"), n("bullet_list", item(p("c")))))))],
        "<ul><li><p>a</p><ol><li><p>b</p><ul><li><p>c</p></li></ul></li></ol></li></ul>",
    ),
    "numbers go on": Row("3. c\n4. d", [ordered(3, item(p("c")), item(p("d")))],
                         '<ol start="3"><li><p>c</p></li><li><p>d</p></li></ol>'),
    "an item begins with a paragraph": Row(
        "- ```\n  x\n  ```",
        [n("bullet_list", item(p(), n("highlighted_code_block", t("x"), language="plaintext", nodeId=None)))],
        "<ul><li><p></p><pre><code>x</code></pre></li></ul>",
    ),
    "tasks": Row("- [ ] a\n- [x] b", [n("bullet_list", item(p("☐ a")), item(p("☑ b")))],
                 "<ul><li><p>☐ a</p></li><li><p>☑ b</p></li></ul>"),
    "quotation": Row("> q\n>\n> - l", [n("blockquote", p("q"), n("bullet_list", item(p("l"))))],
                     "<blockquote><p>q</p><ul><li><p>l</p></li></ul></blockquote>"),
    "callout": Row("> [!NOTE]\n> Mind the gap.", [n("calloutBlock", *CALLOUT)],
                   "<blockquote><p><strong>Note</strong></p><p>Mind the gap.</p></blockquote>"),
    "callout as a directive": Row("::: note\nMind the gap.\n:::", [n("calloutBlock", *CALLOUT)],
                                  "<blockquote><p><strong>Note</strong></p><p>Mind the gap.</p></blockquote>"),
    "pull quote": Row("::: pullquote\nSo it is.\n:::", [n("pullquote", p("So it is."), align=None, color=None)],
                      "<blockquote><p>So it is.</p></blockquote>"),
    "code block": Row(
        "```Python\nif a < b:\n    go()\n```",
        [n("highlighted_code_block", t("if a < b:\n    go()"), language="python", nodeId=None)],
        '<pre><code class="language-python">if a &lt; b:\n    go()</code></pre>',
    ),
    "code block without words": Row("```\n```", [n("highlighted_code_block", language="plaintext", nodeId=None)],
                                    "<pre><code></code></pre>"),
    "ruler": Row("a\n\n---\n\nb", [p("a"), n("horizontal_rule"), p("b")], "<p>a</p><hr><p>b</p>"),
    "image of the web": Row(f'![Alt]({WEB} "Cap")', [image(WEB, [t("Cap")], alt="Alt")],
                            f'<figure><img src="{WEB}" alt="Alt"><figcaption>Cap</figcaption></figure>'),
    "figure": Row(f'<figure><img src="{WEB}" alt="Alt"><figcaption>C <em>d</em></figcaption></figure>',
                  [image(WEB, [t("C "), t("d", "em")], alt="Alt")],
                  f'<figure><img src="{WEB}" alt="Alt"><figcaption>C <em>d</em></figcaption></figure>'),
    "image among words": Row(f"a ![Alt]({WEB}) b", [p("a"), image(WEB, alt="Alt"), p("b")],
                             f'<p>a</p><figure><img src="{WEB}" alt="Alt"></figure><p>b</p>'),
    "linked image": Row(f"[![Alt]({WEB})](https://a.example)", [image(WEB, alt="Alt", href="https://a.example")],
                        f'<figure><a href="https://a.example"><img src="{WEB}" alt="Alt"></a></figure>'),
    "table": Row("|a|b|\n|-|-|\n|c|d|", [image("table-1", alt="a: c; b: d.", type="image/png")],
                 '<figure><img src="table-1" alt="a: c; b: d."></figure>'),
    "footnote": Row("a[^x].\n\n[^x]: N", [p("a", n("footnoteAnchor", number=1), "."), n("footnote", p("N"), number=1)],
                    "<p>a<sup>1</sup>.</p><hr><ol><li><p>N</p></li></ol>"),
    "footnote of two paragraphs": Row(
        "a[^x]\n\n[^x]: N\n\n    M",
        [p("a", n("footnoteAnchor", number=1)), n("footnote", p("N"), p("M"), number=1)],
        "<p>a<sup>1</sup></p><hr><ol><li><p>N</p><p>M</p></li></ol>",
    ),
    "formula in a line": Row(
        "a $x^2$", [p("a ", n("inline_latex", persistentExpression="x^2", id="EQ000001"))], "<p>a x²</p>"
    ),
    "formula that letters cannot say": Row(
        r"$\frac{a}{b}$", [p(n("inline_latex", persistentExpression=r"\frac{a}{b}", id="EQ000001"))],
        r"<p><code>\frac{a}{b}</code></p>",
    ),
    "formula": Row("$$\nE=mc^2\n$$", [n("latex_block", persistentExpression="E=mc^2", id="EQ000001")],
                   '<figure><img src="formula-1" alt="E=mc^2"></figure>'),
    "paywall": Row("a\n\n<!-- paywall -->\n\nb", [p("a"), n("paywall"), p("b")], "<p>a</p><p>b</p>"),
    "paywall as a directive": Row("a\n\n::: paywall\n\nb", [p("a"), n("paywall"), p("b")], "<p>a</p><p>b</p>"),
    "subscribe": Row("a\n\n{{subscribe}}", [
        p("a"), n("subscribeWidget", **SUBSCRIBE)], "<p>a</p>"),
    "subscribe with words": Row(
        "::: subscribe\nCome along.\n:::",
        [n("subscribeWidget", n("ctaCaption", t("Come along.")), **SUBSCRIBE)],
        "<p>Come along.</p>",
    ),
    "button": Row("::: button [Go](https://a.example)", [
        n("button", url="https://a.example", text="Go", action=None, **{"class": None})],
        '<p><a href="https://a.example">Go</a></p>'),
    "video": Row("https://youtu.be/8xBJPa_480Q", [n("youtube2", videoId="8xBJPa_480Q")],
                 '<p><a href="https://youtu.be/8xBJPa_480Q">https://youtu.be/8xBJPa_480Q</a></p>'),
    "own HTML": Row("<details><summary>S</summary>\n\nx\n\n</details>", [p(t("S", "strong")), p("x")],
                    "<p><strong>S</strong></p><p>x</p>"),
    "front matter": Row("---\ntitle: T\nsubtitle: S\n---\nx", [p("x")], "<p>x</p>"),
    "nothing": Row("", [p()], ""),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_markdown_is_in_the_json_and_in_the_paste(row: Row) -> None:
    assert post(row.markdown, pictures="described") == row.json
    assert pasted(row.markdown, pictures="described") == row.html


def test_title_and_subtitle_are_offered_separately() -> None:
    parts = written("---\nsubtitle: S\n---\n# T\n\nx", "substack-html").parts
    assert [(part.name, part.content) for part in parts] == [("title", "T"), ("subtitle", "S")]


@pytest.mark.parametrize(
    ("line", "html"), [("# *T* x", ""), ("# [T](https://a.example)", '<h1><a href="https://a.example">T</a></h1>')]
)
def test_a_headline_goes_where_its_words_say_it_all(line: str, html: str) -> None:
    assert pasted(f"{line}\n\ny") == f"{html}<p>y</p>"


@pytest.mark.parametrize("rows", ["|a|\n" * 800, "|\U00012000|\n"], ids=["too long", "no font"])
def test_a_table_that_cannot_be_drawn_is_code_and_told(rows: str) -> None:
    assert pasted(f"|h|\n|-|\n{rows}").startswith("<pre><code>h\n-")
    assert any("it becomes code" in message for message in messages(f"|h|\n|-|\n{rows}"))


def test_a_headline_that_is_not_the_title_stays() -> None:
    assert pasted("---\ntitle: Other\n---\n# T\n\nx") == "<h1>T</h1><p>x</p>"


def messages(text: str, target: str = "substack-html", **chosen: str) -> list[str]:
    return [note.message for note in written(text, target, **chosen).report]


TABLE = "|Name|Sum|\n|:-|-:|\n|Ann|12 [x](https://a.example)|\n|Bo||"


def test_a_table_can_be_a_list() -> None:
    assert pasted(TABLE, tables="list") == (
        '<ul><li><p>Name: <strong>Ann</strong>: Sum: 12 <a href="https://a.example">x</a></p></li>'
        "<li><p>Name: <strong>Bo</strong></p></li></ul>"
    )


def test_a_table_can_be_a_block_of_code() -> None:
    assert pasted(TABLE, tables="code") == "<pre><code>Name |  Sum\n-----+-----\nAnn  | 12 x\nBo   |</code></pre>"
    assert "In code, the link “x” to https://a.example cannot be pressed." in messages(TABLE, tables="code")


def test_a_table_is_drawn_as_a_picture_that_says_all_of_it() -> None:
    found = re.fullmatch(
        r'<figure><img src="data:image/png;base64,([^"]+)" alt="Name: Ann; Sum: 12 x. Name: Bo."></figure>',
        pasted(TABLE),
    )
    [picture] = post(TABLE)
    assert found
    assert picture["content"][0]["attrs"]["src"].endswith(found[1])
    assert picture["content"][0]["attrs"]["width"] > 200


def test_the_report_says_what_of_a_table_a_picture_loses_and_what_mends_it() -> None:
    notes = [note for note in written(TABLE, "substack-html").report if note.construct in ("table", "link")]
    assert {(note.kind, note.fix) for note in notes} == {("changed", "table-list"), ("lost", "table-list")}
    assert any("https://a.example" in note.message for note in notes)


def test_a_footnote_in_a_table_is_marked_below_its_picture() -> None:
    text = "|a|\n|-|\n|b[^x]|\n\n[^x]: N"
    picture, note = post(text, pictures="described")
    assert picture["content"][1] == n("caption", n("footnoteAnchor", number=1))
    assert note == n("footnote", p("N"), number=1)


def test_each_mark_of_a_footnote_has_a_note_of_its_own_in_the_json() -> None:
    text = "a[^x] b[^y] c[^x]\n\n[^x]: X\n\n[^y]: Y"
    notes = [node for node in post(text) if node["type"] == "footnote"]
    assert notes == [n("footnote", p(words), number=at) for at, words in enumerate(("X", "Y", "X"), 1)]
    assert "Footnote 1 is marked again" in " ".join(messages(text, "substack"))
    assert pasted(text).endswith("c<sup>1</sup></p><hr><ol><li><p>X</p></li><li><p>Y</p></li></ol>")


def test_a_footnote_that_marks_itself_names_its_number() -> None:
    *_, note = post("a[^x]\n\n[^x]: X[^x]")
    assert note == n("footnote", p("X", "[1]"), number=1)


def test_a_list_in_a_footnote_becomes_paragraphs() -> None:
    *_, note = post("a[^x]\n\n[^x]: X\n\n    - one\n    - two")
    assert note == n("footnote", p("X"), p("one"), p("two"), number=1)


def test_an_image_of_the_workspace_is_in_the_text_itself() -> None:
    [made] = post("![Alt](a.png)")
    attributes = made["content"][0]["attrs"]
    assert attributes["src"].startswith("data:image/png;base64,")
    assert (attributes["width"], attributes["height"], attributes["type"]) == (4, 3, "image/png")
    assert attributes["bytes"] == len(ASSETS["a.png"])


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a.heic", "The image a.heic is no image that Substack takes"),
        ("a.svg", "Substack takes PNG, JPEG, GIF and WebP; save the image a.svg"),
        ("big.png", "The image big.png has 10.5 MB; Substack takes 10 MB at most."),
        ("none.png", "The image none.png was not found"),
    ],
)
def test_an_image_that_substack_does_not_take_leaves_its_description(source: str, said: str) -> None:
    assert pasted(f"![Alt]({source})") == "<p>[Image: Alt]</p>"
    assert any(said in message for message in messages(f"![Alt]({source})"))


def test_a_very_wide_image_is_taken_and_told() -> None:
    assert "The image wide.png is 3,000 pixels wide; Substack makes it 2,912." in messages("![Alt](wide.png)")


def test_who_draws_pictures_is_told_what_of() -> None:
    done = written("![Alt](a.svg)\n\n" + TABLE + "\n\n$$\nx\n$$", "substack-html", pictures="described")
    parts = {part.name: part for part in done.parts if part.name != "title"}
    assert parts.keys() == {"image-1", "table-2", "formula-1"}
    assert parts["image-1"].content.startswith("data:image/svg+xml;base64,")
    table = json.loads(parts["table-2"].content)
    assert table == {
        "rows": [["Name", "Sum"], ["Ann", "12 x"], ["Bo", ""]],
        "has_head": True,
        "aligns": ["left", "right"],
        "caption": "",
    }
    assert parts["formula-1"].media_type == "application/mathml+xml"
    assert "<math" in parts["formula-1"].content


@pytest.mark.parametrize(
    "words", ["Edit /etc/hosts now", "`/etc/ssh/sshd_config`", "1 UNION SELECT *", "x'; DROP TABLE y"]
)
def test_what_trips_the_filter_is_told_with_its_line(words: str) -> None:
    [note] = [
        note for note in written(f"---\na: b\n---\nx\n\n{words}", "substack").report if note.construct == "string"
    ]
    assert (note.line, note.fix) == (5, "replace-string")


def test_a_second_paywall_is_left_out_and_told() -> None:
    text = "a\n\n::: paywall\n\nb\n\n::: paywall\n\nc"
    assert [node["type"] for node in post(text)] == ["paragraph", "paywall", "paragraph", "paragraph"]
    assert "A post has one paywall; this one is left out." in messages(text, "substack")


@pytest.mark.parametrize("words", ["::: paywall", "::: subscribe", "::: button [Go](https://a.example)"])
def test_what_cannot_be_pasted_is_told(words: str) -> None:
    assert len(messages(f"# T\n\n{words}")) == 1


def test_the_paste_has_no_white_space_between_tags_no_style_and_no_table() -> None:
    html = pasted(f"# T\n\n{TABLE}\n\n- a\n\n  b\n\n> c\n\n<p style='color:red' class='x'>d</p>", tables="list")
    assert not re.search(r">\s+<|style=|class=|id=|<table", html)
