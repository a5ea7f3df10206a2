"""Words for machines are spelled as they are, in a text for people as well."""

from __future__ import annotations

import pytest

from meai.editing.marks import owned
from meai.editing.technical import code_words, technical_ranges


def technical(text: str) -> list[str]:
    return [text[start:end] for start, end in sorted(technical_ranges(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Put it into notes.md or src/app.ts.", ["notes.md", "src/app.ts"]),
        ("It needs llama.cpp and Python 3.11.", ["llama.cpp", "3.11"]),
        ("Start it with --no-browser --port=80 or -p.", ["--no-browser", "--port=80", "-p"]),
        ("A .gguf file in ~/models or ./dist/ or docs/ there.", [".gguf", "~/models", "./dist/", "docs/"]),
        ("The max_tokens of run() for @mirjam and #gardn.", ["max_tokens", "run()", "@mirjam", "#gardn"]),
        ("It takes 5 s, 350 ms or 20cm.", ["s", "ms", "cm"]),
    ],
)
def test_words_for_machines_are_found(text: str, expected: list[str]) -> None:
    assert technical(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We came home late.then we slept.",
        "He and/or she has _teh_ dog – and a well-knwon cat.",
        "- teh first thing\n- teh second",
        "In 2024 we had 3 dogs. They barked...and slept.",
        "What?! Yes; (really) – “so” it is.",
    ],
)
def test_words_for_people_are_not(text: str) -> None:
    assert technical(text) == []


def test_what_a_text_has_as_code_is_a_word_of_its_own() -> None:
    text = (
        "With pipx it is easy:\n\n```sh\npipx install meai\n```\n\nThen `mkdocs` draws it, and notes.toml has the rest."
    )
    assert {"pipx", "install", "mkdocs", "toml"} <= code_words(text)
    known = owned(text, frozenset())
    assert all(known(word) for word in ("pipx", "Pipx", "mkdocs"))
    assert not known("recieve")


def test_an_address_is_no_code() -> None:
    assert code_words("See [it](https://example.org/recieve) and https://example.org/.") == frozenset()
