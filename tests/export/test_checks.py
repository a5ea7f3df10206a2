"""What a writer hears before a letter is sent."""

from __future__ import annotations

import pytest

from meai.export.formats import export
from meai.export.images import width
from meai.export.report import FIXES, Note
from tests.export.words import FIXTURES, asset

BODY = "---\ntitle: T\nsubtitle: S\n---\n\n"


def notes(text: str, target: str = "html") -> tuple[Note, ...]:
    return export(text, name="letter.md", format=target, asset=asset).report


def checked(text: str) -> list[tuple[int | None, str, str]]:
    return [(note.line, note.construct, note.fix) for note in notes(BODY + text) if note.kind == "check"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](#gone)", (5, "link", "fix-link")),
        ("a\n\n[](https://b.example)", (7, "link", "fix-link")),
        ("[a]()", (5, "link", "fix-link")),
        ("a[^gone]", (5, "footnote", "")),
        ("a[^1]\n\n[^1]: \n", (7, "footnote", "")),
        ("![](pictures/proofs.png)", (5, "image", "add-alt")),
        ('<img src="pictures/photo.heic" alt="x">', (5, "image", "")),
        ("## a\n\n#### b", (7, "heading", "fix-heading")),
        ("##", (5, "heading", "fix-heading")),
        ("a TODO b", (5, "placeholder", "")),
        ("see [link].", (5, "placeholder", "")),
        ("Lorem ipsum", (5, "placeholder", "")),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_would_mend_it(
    text: str, found: tuple[int | None, str, str]
) -> None:
    assert found in checked(text)


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n[a](#t) and [b](#part)\n\n## Part\n",
        "a[^1]\n\n[^1]: b",
        "![a](pictures/proofs.png)",
        "[![a](https://b.example/c.png)](https://d.example)",
        "todo es posible",
        "`TODO` and\n\n    [link]\n",
        "[link](https://a.example)",
        "- [ ] a\n- [x] b",
        "## a\n\n### b\n\n## c\n",
    ],
)
def test_what_is_right_is_not_told(text: str) -> None:
    assert checked(text) == []


def test_title_and_subtitle_fit_or_are_told() -> None:
    def of(title: int, subtitle: int) -> set[str]:
        text = f"---\ntitle: {'t' * title}\nsubtitle: {'s' * subtitle}\n---\na\n"
        return {note.construct for note in notes(text) if note.kind == "check"}

    assert of(120, 255) == set()
    assert of(121, 256) == {"title", "subtitle"}
    assert {(note.line, note.fix) for note in notes(f"---\ntitle: t\nsubtitle: {'s' * 256}\n---\na")} == {
        (None, "shorten-subtitle")
    }
    assert "letter" in notes("no title")[0].message


def test_a_document_with_everything_wrong_is_told_everything() -> None:
    told = {note.construct for note in notes((FIXTURES / "draft.md").read_text("utf-8"))}
    assert told >= {"link", "footnote", "image", "heading", "placeholder", "title", "subtitle"}


def test_what_no_reader_sees_is_quoted() -> None:
    messages = [
        (note.line, note.message) for note in notes(BODY + "a <!-- one\ntwo -->\n\n[x]: https://b.example 'c'\n")
    ]
    assert (5, "The comment “one two” is left out.") in messages
    assert any(line == 8 and "[x]: https://b.example 'c'" in message for line, message in messages)


@pytest.mark.parametrize("margin", ["", "> ", "- "])
def test_cells_that_a_table_has_no_room_for_are_quoted(margin: str) -> None:
    rest = "  " if margin == "- " else margin
    text = f"{margin}| a | b |\n{rest}|---|---|\n{rest}| `c|d` | zaffer |\n{rest}| e \\| f | g |\n"
    lost = [(note.line, note.message) for note in notes(BODY + text) if note.kind == "lost"]
    assert lost == [(7, "The row has more cells than its table; “zaffer” is left out. A | of the text is written \\|.")]


def test_very_long_hidden_text_is_cut_and_counted() -> None:
    message = next(note.message for note in notes(f"<!-- {'x' * 5000} -->") if note.construct == "comment")
    assert len(message) < 500
    assert "4,600 characters more" in message


def test_every_fix_has_its_words() -> None:
    for file in FIXTURES.glob("*.md"):
        for target in ("html", "email", "commonmark", "substack-html"):
            assert {note.fix for note in notes(file.read_text("utf-8"), target)} <= {"", *FIXES}


def test_facts_are_those_of_the_text() -> None:
    done = export(
        "---\ntitle: T\n---\n" + "word " * 690 + "\n\n```\ncode\n```\n", name="a.md", format="text", asset=asset
    )
    assert (done.facts["words"], done.facts["minutes"]) == (690, 3)
    assert done.facts["bytes"] == len(done.content.encode())


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        ((FIXTURES / "pictures" / "proofs.png").read_bytes(), 640),
        (b"GIF89a\x2c\x01\x10\0", 300),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x02\x00\x03", 512),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x03\0\0\0\0", 1024),
        (b"\xff\xd8\xff\xe0", None),
        (b"", None),
    ],
)
def test_an_image_says_how_wide_it_is(content: bytes, pixels: int | None) -> None:
    assert width(content) == pixels


def test_a_title_that_the_file_is_named_after_is_a_title() -> None:
    def untitled(text: str) -> bool:
        return any("has no title" in note.message for note in notes(text))

    assert untitled("Dear reader")
    assert not untitled("# letter\n\nDear reader")
    assert not untitled("---\ntitle: letter\n---\n\nDear reader")
