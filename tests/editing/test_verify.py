"""Whether an answer may stand for its source."""

from __future__ import annotations

import pytest

from meai.editing.verify import Budget, kept_share, objection, without_preamble

SPELLING = Budget(least_kept=0.6, must_change=False)
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
            "lost ](https://example.org/a)",
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
    ("answer", "source", "expected"),
    [
        ("Sure! Here is the corrected text: Hello there.", "Helo there.", "Hello there."),
        ("Here's the corrected version:\n\nHello there.", "Helo there.", "Hello there."),
        ('"Hello there."', "Helo there.", "Hello there."),
        ('"Hello there."', '"Helo there."', '"Hello there."'),
        ("Here is the plan: we go.", "Here is teh plan: we go.", "Here is the plan: we go."),
        ("Hello: there.", "Helo: there.", "Hello: there."),
    ],
)
def test_a_preamble_is_taken_off_but_not_the_writers_own(answer: str, source: str, expected: str) -> None:
    assert without_preamble(answer, source) == expected
