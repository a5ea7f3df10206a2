"""Front matter: what is taken for it, and what is read out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.markdown.frontmatter import MAX_YAML_CHARS, read, split


def test_front_matter_is_what_stands_between_the_fences() -> None:
    assert split("---\ntitle: A\n---\nBody\n") == ("---\ntitle: A\n---\n", "Body\n")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\n...\n",
        "---\n# a comment\n\ntitle: A\n---\n",
        '---\n"a key": 1\n---\n',
        "---\n---\n",
        "---  \ntitle: A\n---",
        "---\ntitle:\n---\n",
        "---\nüber: ja\n---\n",
    ],
)
def test_front_matter(text: str) -> None:
    assert split(text) == (text, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\ntitle: never closed\n",
        "---\nJust a ruler, some prose and another ruler.\n---\n",
        "---\n- a: list\n---\n",
        "----\ntitle: A\n----\n",
        " ---\ntitle: A\n---\n",
        "\n---\ntitle: A\n---\n",
        "---\nSee http://a.org\n---\n",
    ],
)
def test_not_front_matter(text: str) -> None:
    assert split(text) == ("", text)


@given(st.text(alphabet="-.\n: ab#\"'"))
def test_split_loses_nothing(text: str) -> None:
    block, body = split(text)
    assert block + body == text


def test_values_are_the_text_that_stands_there() -> None:
    found = read("---\nlang: no\ndate: 2026-01-05\nissue: 007\ndraft: yes\ntags: [a, b]\nTitle: 'It''s'\n---\n")
    assert found.text("lang") == "no"
    assert found.text("date") == "2026-01-05"
    assert found.text("issue") == "007"
    assert found.text("draft") == "yes"
    assert found.text("tags") == "a, b"
    assert found.text("title") == "It's"


def test_the_first_key_that_has_text_counts() -> None:
    assert read("---\ndescription: ''\nsummary: >\n  Two\n  lines\n---\n").text("description", "summary") == "Two lines"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: Part 2: the end", "Part 2: the end"),
        ("title: @home", "@home"),
        ("title: *this", "*this"),
        ('title: "unfinished', '"unfinished'),
        ('title: "A"\n\tother: tab', "A"),
    ],
)
def test_broken_yaml_is_read_line_by_line(line: str, title: str) -> None:
    assert read(f"---\n{line}\nlang: de\n---\n").text("title") == title
    assert read(f"---\n{line}\nlang: de\n---\n").text("lang") == "de"


def test_yaml_that_refers_to_itself_does_no_harm() -> None:
    assert read("---\na: &a [*a, *a]\ntitle: b\n---\n").text("title") == "b"


def test_yaml_that_is_too_deep_or_too_long_does_no_harm() -> None:
    assert read("---\ntitle: b\na: " + "[" * 5000 + "\n---\n").text("title") == "b"
    assert read("---\ntitle: b\n" + "a: 1\n" * MAX_YAML_CHARS + "---\n").text("title") == "b"


@given(st.text(alphabet="-.\n: ab#\"'[]{}&*!|>%@`\t,?é"))
def test_reading_never_fails(inside: str) -> None:
    read(f"---\n{inside}\n---\n").text("a", "b")
