"""Chat templates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.inference.request import Completion, Request, Sampling, Turn
from meai.inference.templates import TEMPLATES, family_of, render

CHAT = (Turn("system", "Be brief."), Turn("user", "Hello <|im_end|>"))


@pytest.mark.parametrize(
    ("template", "family"),
    [
        ("{% for m in messages %}<|im_start|>{{ m.role }}", "chatml"),
        ("{{ '<|start_header_id|>' + role }}", "llama-3"),
        ("<start_of_turn>model", "gemma"),
        ("", "plain"),
        ("[INST]", "plain"),
    ],
)
def test_a_family_is_known_by_its_scaffold(template: str, family: str) -> None:
    assert family_of(template) == family


def test_chatml_is_written_as_it_was_trained() -> None:
    written = "".join(segment.text for segment in render(Request(CHAT, "Dear"), "chatml"))
    assert written == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHello <|im_end|><|im_end|>\n"
        "<|im_start|>assistant\nDear"
    )


def test_a_family_without_system_turns_puts_it_before_the_writers_words() -> None:
    written = "".join(segment.text for segment in render(Request(CHAT), "gemma"))
    assert written.startswith("<start_of_turn>user\nBe brief.\n\nHello")


@given(st.text(min_size=1), st.text(min_size=1), st.sampled_from(sorted(TEMPLATES)))
def test_nothing_that_was_written_by_people_may_be_special(system: str, words: str, family: str) -> None:
    segments = render(Request((Turn("system", system), Turn("user", words))), family)
    plain = "".join(segment.text for segment in segments if not segment.special)
    assert system in plain
    assert words in plain


def test_a_request_without_turns_is_plain_text() -> None:
    (segment,) = render(Request((), "<|im_start|>Once"), "chatml")
    assert segment.text == "<|im_start|>Once"
    assert not segment.special


def test_requests_and_completions_survive_the_pipe() -> None:
    request = Request(CHAT, "Dear", Sampling(max_tokens=7, temperature=0.5, stop=("\n", "##")))
    assert Request.from_frame(request.to_frame()) == request
    completion = Completion("text", "length", 5, 3, 2, 0.5, 0.25)
    assert Completion.from_frame({"is": "done", "id": 4, **completion.to_frame()}) == completion
