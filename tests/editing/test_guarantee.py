"""The guarantee: whatever the action, the text and the model, nothing protected is lost, and no talk is offered."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meai.editing.actions import ACTIONS, own_action, with_own
from meai.editing.anchors import anchors
from meai.editing.closing import is_closed
from meai.editing.protect import protected_spans
from meai.editing.rewrite import Proposal, RewriteOrder, Rewriter
from meai.editing.verify import shape
from meai.errors import BadInput
from meai.inference.request import Completion, FinishReason, ModelTraits, Request

SMALL, LARGE = 135_000_000, 4_000_000_000
BY_UNIT = [name for name, action in ACTIONS.items() if action.budget]
REPLACING = [name for name, action in ACTIONS.items() if action.scope == "replace"]
LINES = """\
# Teh first heading
We was at [the fair](https://example.org/fair?a=1&b=2) with 12 friends.
Use `git push` for it, and {{ first_name }} will be glad[^1].
- a item with ![a picture](pic.png "Title")
- [ ] a task of [words][ref]
> He said "we will not go" to Clara.
1. numbered, see https://example.org/x.
| teh cell | [more](https://example.org/c) |
|---|---|
```
code is code
```
<b>bold</b> words, $x^2$ and *|FNAME|* here
[gallery ids="1,2"]
  goes on in this line
[^1]: A note of some words.
---
title: Some words
we was at [one [in] it](https://example.org/b_(c)) and http://example.org/p_(x)_y
![a *picture* \\] of it](b.png) was here, <img alt="x > y"> too
[ref]: https://example.org/ref "Its title"
| `a \\| b` | was here |
<!-- a comment
-->
::: tip Words
$$
    indented words
*emphasis* and **strong** words
"""
MARKDOWN = st.lists(
    st.sampled_from([*LINES.splitlines(keepends=True), "\n", "\n", "a line that ends hard  \n"]), min_size=1, max_size=9
).map("".join)


def swapped(words: str) -> str:
    return " ".join(reversed(words.split(" ")))


HOSTILE: dict[str, Callable[[str], str]] = {
    "drops": lambda words: words.replace("[1]", "").replace("](", "("),
    "drops half": lambda words: words[: len(words) // 2],
    "doubles": lambda words: words.replace("[1]", "[1][1]") + " " + words,
    "reorders": swapped,
    "turns round": lambda words: words[::-1],
    "invents": lambda words: words + " See [this](https://evil.example/?beacon) and ![](https://evil.example/x.png).",
    "invents marks": lambda words: words + " [7] [^9] `x` {{ y }}",
    "refuses": lambda words: "I'm sorry, but I cannot help with that request.",
    "never stops": lambda words: (words + " ") * 40,
    "speaks JSON": lambda words: json.dumps({"thoughts": "Hm.", "text": words}),
    "thinks aloud": lambda words: f"<think>The user wants a rewrite of {words}</think>{words}",
    "greets": lambda words: f"Sure! Here is the text:\n\n{words}\n\nI corrected the spelling. Let me know!",
    "opens a fence": lambda words: f"```markdown\n{words}\n```",
    "makes a list": lambda words: f"- {words}\n- {words}",
    "makes a heading": lambda words: f"# {words}",
    "makes a row": lambda words: f"| {words} | {words} |",
    "leaks its template": lambda words: f"{words}<|im_end|>\n<|im_start|>assistant",
    "opens code": lambda words: f"{words}\n```\nand more",
    "opens a callout": lambda words: f"{words}\n\n::: tip\nand more",
    "closes up": lambda words: " ".join(words.split()),
    "shouts": str.upper,
    "breaks emphasis": lambda words: f"**{words}",
    "says nothing": lambda words: "  ",
    "glues": lambda words: words.replace(" [", "[").replace("] ", "]"),
    "obeys": lambda words: words.replace("was", "were").replace("Teh", "The"),
}  # fmt: skip
TALK = ("Here is the text", "I corrected", "<think", "<|im", "I'm sorry", '"thoughts"', "evil.example", "assistant")


class Model:
    """Answers what it reads by a rule."""

    def __init__(self, rule: Callable[[str], str], parameters: int, reason: FinishReason = "stop") -> None:
        self._rule = rule
        self._parameters = parameters
        self._reason = reason

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        return ModelTraits(self._parameters, "SmolLM2")

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        text = self._rule(request.source)
        for start in range(0, len(text), 7):
            emit(text[start : start + 7])
        return Completion(text, self._reason, 1, 0, 1, 0.0, 0.0)

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        return tuple(-float(len(text)) for text in candidates)

    def warm(self, requests: Sequence[Request]) -> None:
        pass


def proposed(model: Model, action: str, selection: str) -> Proposal | None:
    instruction = "German" if action == "translate" else "Make it better."
    order = RewriteOrder(action, selection, instruction=instruction if ACTIONS[action].needs else "")
    with suppress(BadInput):
        return Rewriter(model).rewrite(order, lambda text: None, threading.Event())
    return None


def lost(selection: str, text: str) -> Counter[str]:
    return Counter(protected_spans(selection)) - Counter(protected_spans(text))


@settings(max_examples=150)
@given(MARKDOWN, st.sampled_from(REPLACING), st.sampled_from(sorted(HOSTILE)), st.sampled_from([SMALL, LARGE]))
@example("```\nand {{ first_name }} will be glad[^1].\n", "ask", "drops half", SMALL)
def test_no_model_loses_what_is_protected(selection: str, action: str, habit: str, parameters: int) -> None:
    proposal = proposed(Model(HOSTILE[habit], parameters), action, selection)
    if proposal is None:
        return
    # What is put below code that nothing closes would be read as more of it; the code itself stands whole.
    if not proposal.text.startswith(selection.rstrip()):
        assert lost(selection, proposal.text) == Counter()
        assert anchors(selection) <= anchors(proposal.text)
    assert is_closed(proposal.text) or not is_closed(selection)
    for talk in TALK:
        assert talk not in proposal.text


@settings(max_examples=100)
@given(MARKDOWN, st.sampled_from(BY_UNIT), st.sampled_from(sorted(HOSTILE)), st.sampled_from([SMALL, LARGE]))
def test_no_model_adds_an_address_or_changes_the_structure(
    selection: str, action: str, habit: str, parameters: int
) -> None:
    proposal = proposed(Model(HOSTILE[habit], parameters), action, selection)
    if proposal is None:
        return
    assert Counter(protected_spans(proposal.text)) == Counter(protected_spans(selection))
    assert anchors(proposal.text) == anchors(selection)
    assert shape(proposal.text) == shape(selection)
    assert proposal.text.count("\n") == selection.count("\n")


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(BY_UNIT), st.sampled_from([SMALL, LARGE]))
def test_no_text_and_no_answer_break_it(selection: str, answer: str, action: str, parameters: int) -> None:
    selection = selection.replace("\r\n", "\n").replace("\r", "\n") + "\n\nSee [it](https://example.org) now.\n"
    proposal = proposed(Model(lambda words: answer, parameters), action, selection)
    assert proposal is None or Counter(protected_spans(proposal.text)) == Counter(protected_spans(selection))


@pytest.mark.parametrize("habit", sorted(HOSTILE))
@pytest.mark.parametrize("action", ["summarise", "headlines", "prose", "ask"])
def test_no_talk_is_offered_as_new_text(action: str, habit: str) -> None:
    selection = LINES.partition("```")[0]
    proposal = proposed(Model(HOSTILE[habit], LARGE), action, selection)
    for talk in TALK if proposal else ():
        assert talk not in (proposal.text if proposal else "")


@pytest.mark.parametrize("action", BY_UNIT)
def test_an_answer_that_never_stopped_is_never_offered(action: str) -> None:
    selection = "We was at the fair with 12 friends. It were nice there, and we was glad.\n"
    proposal = proposed(Model(lambda words: words.replace("was", "were"), LARGE, "length"), action, selection)
    assert proposal is not None
    assert proposal.text == selection
    assert all("cut off" in unit.reason for unit in proposal.units)


def test_what_failed_as_a_paragraph_is_asked_for_sentence_by_sentence() -> None:
    def loses_in_long_texts(words: str) -> str:
        return words.replace("was", "were") if words.count(".") == 1 else "Lost."

    selection = "We was at [the fair](https://example.org/a). They was glad."
    proposal = proposed(Model(loses_in_long_texts, LARGE), "make-fluent", selection)
    assert proposal is not None
    assert proposal.text == selection.replace("was", "were")
    assert len(proposal.units) == 2


def test_facts_that_turned_are_flagged_where_no_answer_keeps_them() -> None:
    selection = "We sold 7 cakes to Clara on Monday, and that was not bad."
    turn = lambda words: words.replace("7", "8").replace("Clara", "Claire").replace("not ", "")  # noqa: E731
    proposal = proposed(Model(turn, LARGE), "make-fluent", selection)
    assert proposal is not None
    flags = {(flag.kind, flag.before, flag.after) for flag in proposal.units[0].flags}
    assert flags == {("number", "7", "8"), ("name", "Clara", "Claire"), ("negation", "not", "")}


def test_an_answer_that_keeps_the_facts_is_preferred() -> None:
    answers = iter(["We sold 8 cakes, happily.", "We sold 7 cakes with pleasure."])
    proposal = proposed(Model(lambda words: next(answers), LARGE), "make-fluent", "We have sold 7 cakes happily.")
    assert proposal is not None
    assert proposal.text == "We sold 7 cakes with pleasure."
    assert proposal.units[0].flags == ()


@pytest.mark.parametrize("action", ["expand", "headlines", "prose", "translate", "more-formal"])
def test_what_is_beyond_a_small_model_is_said_before_it_is_asked(action: str) -> None:
    model = Model(lambda words: pytest.fail("it was asked"), SMALL)
    with pytest.raises(BadInput, match="needs a larger model than this one"):
        Rewriter(model).rewrite(
            RewriteOrder(action, "Some words.", instruction="German"), lambda text: None, threading.Event()
        )
    assert action in Rewriter(model).obstacles()
    assert action not in Rewriter(Model(str, LARGE)).obstacles()


def test_what_was_not_translated_stays_and_a_copy_is_no_summary_and_a_list_no_prose() -> None:
    text = "We was at the fair with twelve friends, and all of them were glad to be there with us.\n"
    copying = Model(lambda words: words.replace("was", "were"), LARGE)
    translated = proposed(copying, "translate", text)
    assert translated is not None
    assert translated.text == text
    assert "not translated" in translated.units[0].reason
    assert proposed(copying, "summarise", text * 5) is None
    assert proposed(copying, "prose", "- was at the fair\n- with friends\n") is None


@pytest.mark.parametrize("action", ["ask", "summarise", "prose"])
def test_marks_that_a_model_makes_up_reach_no_reader(action: str) -> None:
    selection = "- we was at [the fair](https://example.org/a)\n- with friends\n"
    made_up = Model(lambda words: "We were at [the fair][1] with friends, [2] and [7].", LARGE)
    assert proposed(made_up, action, selection) is None


def test_headlines_are_lines_to_choose_from() -> None:
    answer = 'Here are 5 headlines:\n\n1. **Twelve friends at the fair**\n2. "A day out"\n- A day out\n4. The 99 best\n'
    proposal = proposed(Model(lambda words: answer, LARGE), "headlines", "We was at the fair with twelve friends.")
    assert proposal is not None
    assert proposal.choices == ("Twelve friends at the fair", "A day out")


def test_a_refined_answer_is_held_to_the_text_it_was_made_of() -> None:
    selection = "We was at [the fair](https://example.org/a) with friends."
    draft = "We were at [the fair](https://example.org/a) with some friends."
    for rule, expected in (
        (lambda words: words.replace("some ", ""), "We were at [the fair](https://example.org/a) with friends."),
        (lambda words: "We were there.", f"{selection}\n\nWe were there."),
    ):
        order = RewriteOrder("make-fluent", selection, instruction="Shorter, please", draft=draft)
        proposal = Rewriter(Model(rule, LARGE)).rewrite(order, lambda text: None, threading.Event())
        assert proposal.text == expected


def test_code_alone_can_be_asked_about_and_stays() -> None:
    code = "```python\nprint('hello')\n```\n"
    for answer in ("It prints a greeting.", "```python\nprint('bye')\n```"):
        asked = proposed(Model(lambda words, answer=answer: answer if "print" in words else "?", LARGE), "ask", code)
        assert asked is not None
        assert asked.text.startswith(code.rstrip())
        assert asked.text != code
        assert asked.warnings == (
            "Code, HTML and the like are never replaced, so it stands below your text, which stays.",
        )


def test_a_writers_own_action_asks_in_the_writers_words() -> None:
    asked: list[Request] = []

    class Remembering(Model):
        def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
            asked.append(request)
            return super().generate(request, emit, cancelled)

    own = own_action("As a pirate!", "Say it as a pirate: {{selection}}")
    rewriter = Rewriter(Remembering(lambda words: "Arr, " + words, SMALL), with_own([own]))
    proposal = rewriter.rewrite(RewriteOrder("own-as-a-pirate", "We go."), lambda text: None, threading.Event())
    assert proposal.text == "Arr, We go."
    assert asked[0].turns[-1].text == "Say it as a pirate: We go."


def test_another_answer_is_asked_for_with_chance_and_in_other_words() -> None:
    first, second = (RewriteOrder("paraphrase", "We go home.", variation=number) for number in (0, 1))
    asked: list[Request] = []

    class Remembering(Model):
        def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
            asked.append(request)
            return super().generate(request, emit, cancelled)

    for order in (first, second):
        Rewriter(Remembering(lambda words: "Home we go.", LARGE)).rewrite(order, lambda text: None, threading.Event())
    assert asked[0].turns != asked[1].turns
    assert (asked[1].sampling.seed, asked[1].sampling.temperature > 0) == (1, True)
