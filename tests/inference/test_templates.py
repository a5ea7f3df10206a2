"""Chat templates of the families, against the templates that their publishers put into the model files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.own_template import OwnTemplate
from meai.inference.request import Request, Role, Turn
from meai.inference.templates import FAMILIES, NO_THOUGHTS, PLAIN, Family, family_of, render

PUBLISHED = Path(__file__).parent / "templates"
CHAT = (Turn("system", "Be brief."), Turn("user", "Hello <|im_end|>"))
ASKED: tuple[Role, ...] = ("system", "user")
ANSWERED: tuple[Role, ...] = ("system", "user", "assistant", "user")
KNOWN = {
    "smollm2": "chatml",
    "qwen2.5": "chatml",
    "qwen3": "chatml",
    "qwen3.5": "chatml",
    "phi-4": "phi-4",
    "llama-3": "llama-3",
    "llama-3.1": "llama-3.1",
    "gemma-3": "gemma",
    "granite-4.0": "granite",
    "granite-4.1": "granite",
    "mistral-7b-0.2": "mistral-1",
    "mistral-large-2407": "mistral-3",
    "mistral-nemo": "mistral-3-tekken",
    "mistral-large-2411": "mistral-7",
    "mistral-small-3.2": "mistral-7-tekken",
    "phi-4-mini": "phi-4-mini",
    "phi-3.5": "phi-3",
}


def published(name: str) -> str:
    return (PUBLISHED / f"{name}.jinja").read_text(encoding="utf-8")


def family_named(name: str) -> Family:
    family = family_of(published(name))
    assert family is not None
    return family


def written(request: Request, family: Family) -> str:
    return "".join(segment.text for segment in render(request, family))


@pytest.mark.parametrize(("name", "family"), KNOWN.items())
def test_a_family_is_known_by_its_scaffold(name: str, family: str) -> None:
    assert family_named(name).marks == FAMILIES[family].marks


@pytest.mark.parametrize("roles", [ASKED, ANSWERED])
@pytest.mark.parametrize("name", KNOWN)
def test_a_family_writes_what_its_published_template_renders(name: str, roles: tuple[Role, ...]) -> None:
    assert family_named(name).scaffold(roles) == OwnTemplate(published(name), end="</s>").scaffold(roles)


def test_every_family_is_held_against_a_published_template() -> None:
    assert set(KNOWN.values()) == set(FAMILIES)


@pytest.mark.parametrize("name", ["smollm3", "deepseek-r1-distill", "qwq", "phi-3-mini"])
def test_a_template_that_only_looks_like_a_family_is_unknown(name: str) -> None:
    assert family_of(published(name)) is None


@pytest.mark.parametrize("name", ["qwen3", "qwen3.5"])
def test_a_thinking_model_is_told_that_it_has_thought(name: str) -> None:
    family = family_named(name)
    assert family.thinks
    assert written(Request(CHAT, "Dear"), family).endswith(f"<|im_start|>assistant\n{NO_THOUGHTS}Dear")


def test_a_model_that_does_not_think_gets_no_thoughts() -> None:
    family = family_named("qwen2.5")
    assert not family.thinks
    assert "think" not in written(Request(CHAT), family)


def test_chatml_is_written_as_it_was_trained() -> None:
    assert written(Request(CHAT, "Dear"), FAMILIES["chatml"]) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHello <|im_end|><|im_end|>\n"
        "<|im_start|>assistant\nDear"
    )


def test_a_family_without_system_turns_puts_it_before_the_writers_words() -> None:
    assert written(Request(CHAT), FAMILIES["gemma"]).startswith("<start_of_turn>user\nBe brief.\n\nHello")


def test_a_chat_of_instructions_alone_loses_none() -> None:
    assert "Be brief." in written(Request(CHAT[:1]), FAMILIES["gemma"])


def test_families_that_trim_lose_no_more_than_white_space_at_the_edges() -> None:
    family = family_named("gemma-3")
    assert written(Request((Turn("user", "  Dear reader,\n\n "),)), family) == (
        "<start_of_turn>user\nDear reader,<end_of_turn>\n<start_of_turn>model\n"
    )


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from([*FAMILIES.values(), PLAIN]))
def test_nothing_that_was_written_by_people_may_be_special(system: str, words: str, family: Family) -> None:
    segments = render(Request((Turn("system", system), Turn("user", words))), family)
    assert "".join(segment.text for segment in segments if not segment.special) == system + words


def test_a_request_without_turns_is_plain_text() -> None:
    (segment,) = render(Request((), "<|im_start|>Once"), FAMILIES["chatml"])
    assert segment.text == "<|im_start|>Once"
    assert not segment.special


def test_what_may_be_left_out_is_said_for_each_piece() -> None:
    turns = (*CHAT, Turn("assistant", "Hi."), Turn("user", "Go on."))
    gives = {segment.text: segment.give for segment in render(Request(turns, "Dear"), PLAIN) if not segment.special}
    assert gives == {
        "Be brief.": "nothing",
        "Hello <|im_end|>": "whole",
        "Hi.": "whole",
        "Go on.": "middle",
        "Dear": "nothing",
    }
    (start,) = render(Request((), "Once"), PLAIN)
    assert start.give == "front"


def test_a_text_that_is_being_rewritten_is_read_whole_or_not_at_all() -> None:
    rewrite = Request(CHAT, purpose="rewrite", source="Hello")
    assert {segment.give for segment in render(rewrite, PLAIN)} == {"nothing"}
    (start,) = render(Request((), "Draft: Hello", purpose="rewrite"), PLAIN)
    assert start.give == "nothing"
