"""Whether an answer may stand for its source."""

from __future__ import annotations

import pytest

from meai.editing.actions import ACTIONS
from meai.editing.verify import Budget, echoes, kept_share, no_words_for_a_reader, objection, other_language, shape

SPELLING = Budget(least_kept=0.6, may_reword=False)
PARAPHRASE = Budget(least_kept=0.1, must_change=True)
SOURCE = "We was very happy about the 12 letters, see [them](https://example.org/a)."


@pytest.mark.parametrize(
    "answer",
    [
        "We were very happy about the 12 letters, see [them](https://example.org/a).",
        "We were very happy about the 12 letters; see [those](https://example.org/a).",
    ],
)
def test_a_correction_passes(answer: str) -> None:
    assert objection(SOURCE, answer, SPELLING) == ""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "no answer"),
        (
            "We were very happy about the 12 letters, see [them](https://example.org/b).",
            "lost https://example.org/a",
        ),
        ("We were very happy about the 12 letters.", "lost"),
        ("We were very happy about the 13 letters, see [them](https://example.org/a).", "changed a number"),
        ("I'm sorry, I cannot see [them](https://example.org/a), 12 of them.", "answered instead"),
        ("They met 12 old friends near Rome and [cooked](https://example.org/a) rice together.", "strayed"),
        ("We were happy about 12 letters, [them](https://example.org/a).<|im_end|>", "leftovers"),
        ("We were very happy about the 12 letters, see [them](https://example.org/a). " * 3, "invented"),
        ("We were very happy about\nthe 12 letters, see [them](https://example.org/a).", "lines of its own"),
        ("We were happy. See https://evil.example about the 12 letters [them](https://example.org/a).", "invented"),
    ],
)
def test_an_answer_outside_its_budget_is_told_why(answer: str, reason: str) -> None:
    assert reason in objection(SOURCE, answer, SPELLING)


def test_a_paraphrase_must_change_something_and_a_correction_need_not() -> None:
    assert "same sentence" in objection(SOURCE, SOURCE, PARAPHRASE)
    assert "same sentence" in objection(SOURCE, SOURCE.replace(", see", " – see"), PARAPHRASE)
    assert objection(SOURCE, SOURCE, SPELLING) == ""


def test_what_the_source_says_itself_is_no_refusal() -> None:
    assert objection("I'm sorry for the delay.", "I am sorry for the delay.", SPELLING) == ""


def test_close_spellings_count_as_kept_words() -> None:
    assert kept_share("I recieve mail", "I receive mail") == 1.0
    assert kept_share("one two three four", "one two") == 0.5
    assert kept_share("...", "anything") == 1.0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("Wir waren sehr froh über die 12 Briefe, siehe [sie](https://example.org/a) und das.", "another language"),
        ("We were happy about the 12 letters, see [them](https://example.org/a), 12 letters we were happy about, see "
         "the letters, see the 12 letters we were happy about the 12 letters, happy about the 12 letters.", "repeated"),
        ("1. We were very happy about the 12 letters, see [them](https://example.org/a).", "another structure"),
        ("# We were very happy about the 12 letters, see [them](https://example.org/a).", "another structure"),
        ("As a language model, I see [them](https://example.org/a) 12 letters, very happy.", "answered instead"),
        ("Assistant: We were very happy about the 12 letters, see [them](https://example.org/a).", "leftovers"),
    ],
)  # fmt: skip
def test_an_answer_in_another_tongue_shape_or_role_is_told(answer: str, reason: str) -> None:
    assert reason in objection(SOURCE, answer, PARAPHRASE)


def test_a_shorter_text_is_shorter_and_a_longer_one_longer() -> None:
    text = "We were very happy about the letters that came."
    shorter, longer = (
        "We were happy about the letters.",
        "We were very happy about all the many letters that came to us.",
    )
    for action, right, wrong in (("shorten", shorter, longer), ("expand", longer, shorter)):
        budget = ACTIONS[action].budget
        assert budget is not None
        assert objection(text, right, budget) == ""
        assert "too short or too long" in objection(text, wrong, budget)


def test_a_translation_may_be_in_another_language() -> None:
    german = "Wir waren sehr froh über die 12 Briefe, siehe [sie](https://example.org/a)."
    assert objection(SOURCE, german, Budget(least_kept=0.0, changes_language=True)) == ""


def test_any_answer_must_be_words_for_a_reader() -> None:
    assert no_words_for_a_reader("", "A line of words.") == ""
    for wrong in ("", "I'm sorry, I cannot.", "Words<|im_end|>", '{"a": 1}', *TALK):
        assert no_words_for_a_reader("", wrong) != ""


TALK = (
    "You're a helpful assistant, and I'm happy to help.",
    "I'm ready to help. What's your next question?",
    "It was so.\n\nYour answer must contain exactly 3 sentences.",
    "It rained for a week. The original text states that nobody minded.",
)


def test_words_of_the_prompt_that_are_not_the_texts_own_are_told() -> None:
    prompt = "You are a helpful assistant. Make it shorter, if you can do that: The sea was calm."
    assert echoes(prompt, "The sea was calm.", "I shall make it shorter if you can do that.")
    assert not echoes(
        prompt, "Make it shorter, if you can do that: The sea was calm.", "Make it shorter, if you can do"
    )
    assert not echoes(prompt, "", "The sea is calm.")


def test_a_shape_is_what_markdown_makes_of_it() -> None:
    assert shape("# One\n\n- two\n") == shape("# Eins\n\n- zwei\n")
    assert shape("# One") != shape("## One")
    assert shape("- one\n- two") != shape("- one two")


def test_a_text_without_small_words_is_in_no_other_language() -> None:
    assert not other_language("met Clara, 12 friends", "We met Clara and 12 of her friends at the fair.")
    assert other_language("We met her at the fair, and it was nice.", "Wir waren auf dem Markt, und es ist nicht weit.")
    assert other_language("Мы встретились", "We met")
