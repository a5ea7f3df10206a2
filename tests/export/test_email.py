"""A letter as mail programs need it, and the draft that one of them opens."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage

import pytest

from meai.export.email import WARN_BYTES
from meai.export.formats import Export, export
from tests.export.words import FIXTURES, asset

EVERYTHING = (FIXTURES / "everything.md").read_text("utf-8")


def letter(text: str, target: str = "email", **chosen: str) -> Export:
    return export(text, name="letter.md", format=target, asset=asset, chosen=chosen)


def messages(done: Export) -> list[str]:
    return [note.message for note in done.report]


def draft(text: str) -> EmailMessage:
    message = email.message_from_bytes(letter(text, "eml").content.encode("ascii"), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_every_style_stands_in_its_element() -> None:
    body = re.sub(r"<!--.*?-->", "", letter(EVERYTHING).content.partition("<body")[2])
    for tag in ("h2", "p", "td", "th", "a", "li", "blockquote", "pre", "figcaption"):
        assert all("style=" in attributes for attributes in re.findall(rf"<{tag}( [^>]*|)>", body)), tag
    assert "<style" not in body


def test_nothing_stands_in_it_that_mail_programs_drop_or_fear() -> None:
    content = letter(EVERYTHING).content
    assert not re.search(r"<(?:script|link|form|input|svg|math|iframe|video|details|aside|section id)", content)
    assert not re.search(r"\sid=|href=\"#|display: ?(?:flex|grid)|url\(|@import|data-line", content)


def test_code_is_coloured_without_classes_that_need_a_style_sheet() -> None:
    content = letter("```python\ndef f(): return 1\n```").content
    assert re.search(r'<span class="k" style="[^"]*color: #A90D91', content)


def test_a_data_table_says_which_cells_are_heads() -> None:
    content = letter("| a | b |\n|---|--:|\n| c | d |").content
    assert content.count('scope="col"') == 2
    assert re.search(r'<td class="align-right" style="[^"]*text-align: right', content)


def test_a_sign_up_form_is_a_button_below_its_words() -> None:
    content = letter("---\nsubscribe_url: https://a.example/join\n---\n::: subscribe Twice *a month*\n").content
    words, button = content.index("Twice <em"), content.index('class="directive button"')
    assert words < button < content.index('href="https://a.example/join"')


def test_footnotes_are_numbers_and_a_list() -> None:
    content = letter("a[^1]\n\n[^1]: b").content
    assert re.search(r"<sup[^>]*>\[1\]</sup>", content)
    assert "↩" not in content


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\npreheader: P\nsubtitle: S\n---\nA", "P"),
        ("---\nsubtitle: S\n---\nA", "S"),
        ("# H\n\nFirst *words*.\n", "First words."),
        (f"{'long ' * 60}", f"{'long ' * 21}long…"),
    ],
)
def test_the_line_after_the_subject_is_the_writers_or_the_first_words(text: str, line: str) -> None:
    done = letter(text)
    assert {part.name: part.content for part in done.parts}["preheader"] == line
    assert f">{line}" in done.content


def test_subject_and_plain_text_have_fields_of_their_own() -> None:
    parts = {part.name: part.content for part in letter(EVERYTHING).parts}
    assert parts["subject"] == "The Slow Press, issue 12"
    assert "hygrometer" in parts["text"]


def test_a_long_letter_is_told_its_size_and_its_biggest_parts() -> None:
    text = "# Short\n\n" + "\n\n".join(f"Paragraph {n}. " + "words and words " * 40 for n in range(150))
    done = letter(f"{text}\n\n{'Enormous paragraph. ' * 500}\n")
    assert done.facts["bytes"] > WARN_BYTES
    [told] = [note for note in done.report if note.construct == "size"]
    assert told.line is None
    assert f"{done.facts['bytes'] / 1000:.0f} KB" in told.message
    assert "“Enormous paragraph" in told.message
    assert not [note for note in letter(EVERYTHING).report if note.construct == "size"]


def test_images_of_the_workspace_are_in_the_mail_or_linked_and_told() -> None:
    text = "![a](pictures/proofs.png)"
    assert 'src="data:image/png;base64,' in letter(text).content
    assert 'width="552"' in letter(text).content
    [told] = [note for note in letter(text).report if "only from an .eml" in note.message]
    assert told.kind == "check"
    assert 'src="pictures/proofs.png"' in letter(text, images="link").content
    assert any("readers will not see it" in message for message in messages(letter(text, images="link")))


def test_an_image_that_is_not_there_leaves_its_description() -> None:
    done = letter("![A red hat](gone.png)")
    assert "[A red hat]" in done.content
    assert "The image gone.png was not found and is left out." in messages(done)


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_colours_follow_the_choice(theme: str) -> None:
    content = letter("a", theme=theme).content
    assert ("prefers-color-scheme: dark" in content) == (theme == "system")
    assert ("background-color: #14161b" in content.partition("<body")[2]) == (theme == "dark")


def test_a_draft_is_what_a_mail_program_opens() -> None:
    message = draft(EVERYTHING)
    assert message["Subject"] == "The Slow Press, issue 12"
    assert message["X-Unsent"] == "1"
    assert message["From"] is None
    plain, related = message.iter_parts()
    assert (message.get_content_type(), plain.get_content_type()) == ("multipart/alternative", "text/plain")
    assert related.get_content_type() == "multipart/related"
    html, *pictures = related.iter_parts()
    shown = set(re.findall(r'src="cid:([^"]+)"', html.get_content()))
    assert shown == {picture["Content-ID"].strip("<>") for picture in pictures}
    assert [picture.get_content() for picture in pictures] == [
        asset("pictures/proofs.png"),
        asset("pictures/ornament.png"),
    ]
    assert all(picture.get_content_disposition() == "inline" for picture in pictures)
    assert "data:" not in html.get_content()
    assert "hygrometer" in plain.get_content()


def test_a_draft_is_ascii_with_lines_that_every_server_takes() -> None:
    content = letter("---\ntitle: Größe 🖨️\nlang: de\n---\n" + "ä" * 3000, "eml").content
    assert content.isascii()
    assert max(map(len, content.split("\r\n"))) <= 998
    assert draft("---\ntitle: Größe 🖨️\n---\na")["Subject"] == "Größe 🖨️"


@pytest.mark.parametrize("title", ["a\nBcc: victim@example.com", "a\r\nBcc: b@example.com", "x" * 2000])
def test_a_title_cannot_write_a_header(title: str) -> None:
    message = draft(f"---\ntitle: {title!r}\n---\na".replace("'", '"'))
    assert message["Bcc"] is None


def test_the_same_letter_is_the_same_draft() -> None:
    assert letter(EVERYTHING, "eml").content == letter(EVERYTHING, "eml").content
