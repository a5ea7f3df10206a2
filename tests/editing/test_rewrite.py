"""The story of a rewrite, with a scripted engine that misbehaves on purpose, and once with the real model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.actions import ACTIONS
from meai.editing.checker import Checker
from meai.editing.facts import changed_facts
from meai.editing.prompts import prompts_for
from meai.editing.proofread import Proofreader
from meai.editing.protect import protected_spans
from meai.editing.rewrite import LIKELY, READ_AHEAD, Proposal, RewriteOrder, Rewriter
from meai.errors import BadInput, Cancelled, NoModel
from meai.inference.engine import Engine
from meai.inference.request import Completion, FinishReason, ModelTraits, Request

SMALL, LARGE = 135_000_000, 4_000_000_000


def fits_small(action: str) -> bool:
    return bool(prompts_for(action, ModelTraits(SMALL)))


class Scripted:
    """Answers each request by a function of what it is about, in pieces of three characters."""

    def __init__(
        self,
        answer: Callable[[str], str],
        *,
        parameters: int = LARGE,
        reason: FinishReason = "stop",
        left_out: int = 0,
    ) -> None:
        self._answer = answer
        self._parameters = parameters
        self._reason = reason
        self._left_out = left_out
        self.asked: list[Request] = []
        self.read_ahead: list[Request] = []

    def traits(self, cancelled: threading.Event) -> ModelTraits:
        return ModelTraits(self._parameters, "SmolLM2")

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        if cancelled.is_set():
            raise Cancelled("It was stopped.")
        self.asked.append(request)
        text = self._answer(request.source)
        for start in range(0, len(text), 3):
            emit(text[start : start + 3])
        return Completion(text, self._reason, 1, 0, 1, 0.0, 0.0, self._left_out)

    def score(self, request: Request, candidates: Sequence[str], cancelled: threading.Event) -> tuple[float, ...]:
        return tuple(-float(len(text)) for text in candidates)

    def warm(self, requests: Sequence[Request]) -> None:
        self.read_ahead += requests


class Seen:
    """What a writer sees of an answer as it comes, and each sketch that ever stood there."""

    def __init__(self) -> None:
        self.checked = self.sketched = ""
        self.sketches: list[str] = []

    def emit(self, text: str) -> None:
        if self.sketched:
            self.sketches.append(self.sketched)
        self.checked, self.sketched = self.checked + text, ""

    def sketch(self, text: str) -> None:
        self.sketched += text


def rewrite(engine: Scripted, order: RewriteOrder) -> tuple[Proposal, str]:
    seen = Seen()
    proposal = Rewriter(engine).rewrite(order, seen.emit, threading.Event(), seen.sketch)
    return proposal, seen.checked + seen.sketched


def test_the_words_change_and_all_that_stands_between_stays() -> None:
    selection = "# Helo\n\n- Helo [you](https://example.org)\n\n```\nHelo\n```\n\n> Helo to\n> you\n"
    proposal, shown = rewrite(
        Scripted(lambda words: words.replace("Helo", "Hello")), RewriteOrder("correct-spelling", selection)
    )
    assert proposal.text == selection.replace("Helo", "Hello").replace("```\nHello", "```\nHelo")
    assert shown == proposal.text
    assert [unit.reason for unit in proposal.units] == ["", "", ""]


@pytest.mark.parametrize(
    "hostile",
    [
        lambda words: "",
        lambda words: "I'm sorry, but I cannot help with that.",
        lambda words: words * 4,
        lambda words: words.replace("](", "] ("),
        lambda words: words[::-1],
        lambda words: "Sure! Here is the text:\n\n" + words + "\n\nI corrected the spelling.",
        lambda words: words + " See https://evil.example/beacon.",
        lambda words: '{"text": "' + words + '"}',
        lambda words: "<think>Hmm.</think>" + words,
        lambda words: words + "<|im_end|>",
        lambda words: words.replace("7", "8"),
    ],
)
@pytest.mark.parametrize("action", ["correct-spelling", "make-fluent", "paraphrase"])
@pytest.mark.parametrize("parameters", [SMALL, LARGE])
def test_a_hostile_answer_changes_no_link_number_or_line(
    hostile: Callable[[str], str], action: str, parameters: int
) -> None:
    selection = "We met 7 people at [the fair](https://example.org/fair?x=1) and `ran`.\n\n- Nice[^1] one\n"
    proposal, _ = rewrite(Scripted(hostile, parameters=parameters), RewriteOrder(action, selection))
    assert protected_spans(proposal.text) == protected_spans(selection)
    assert "7 people" in proposal.text or any(flag.before == "7" for unit in proposal.units for flag in unit.flags)
    assert proposal.text.count("\n") == selection.count("\n")


@given(st.text(max_size=200), st.text(max_size=60), st.sampled_from(["correct-spelling", "paraphrase"]))
def test_no_answer_to_any_text_loses_what_is_protected(selection: str, answer: str, action: str) -> None:
    selection = selection.replace("\r\n", "\n").replace("\r", "\n") + "\n\nSee [it](https://example.org) now.\n"
    proposal, _ = rewrite(Scripted(lambda words: answer), RewriteOrder(action, selection))
    assert "](https://example.org)" in proposal.text


def test_a_sentence_without_a_safe_answer_stays_and_the_reason_is_told() -> None:
    proposal, _ = rewrite(
        Scripted(lambda words: "Nonsense."), RewriteOrder("correct-spelling", "All is well here now.")
    )
    assert proposal.text == "All is well here now."
    assert proposal.units[0].reason.startswith("No safe suggestion for this sentence: ")


def test_another_prompt_is_tried_before_giving_up() -> None:
    answers = iter(["The same words.", "Those words, otherwise."])
    engine = Scripted(lambda words: next(answers))
    proposal, _ = rewrite(engine, RewriteOrder("paraphrase", "The same words."))
    assert proposal.text == "Those words, otherwise."
    assert engine.asked[0] != engine.asked[1]


@pytest.mark.parametrize("reason", ["length", "repetition"])
def test_an_answer_that_was_cut_off_is_never_taken_for_the_whole(reason: FinishReason) -> None:
    source = "The first half of it stands here, and the second half of it stands there, as before."
    engine = Scripted(lambda words: words[:60], reason=reason)
    for action in ("correct-spelling", "make-fluent", "paraphrase"):
        proposal, _ = rewrite(engine, RewriteOrder(action, source))
        assert proposal.text == source
        assert proposal.units[0].reason
    asked, _ = rewrite(engine, RewriteOrder("ask", source, instruction="Shorten"))
    assert asked.warnings[0].startswith("This is not the whole text")


def test_a_sentence_longer_than_a_model_can_hold_stays() -> None:
    engine = Scripted(lambda words: "Short.")
    proposal, _ = rewrite(engine, RewriteOrder("make-fluent", "word " * 2000))
    assert proposal.text == "word " * 2000
    assert "too long" in proposal.units[0].reason
    assert engine.asked == []


def test_a_small_model_works_sentence_by_sentence_and_a_large_one_by_paragraph() -> None:
    for parameters, count in ((SMALL, 2), (LARGE, 1)):
        proposal, _ = rewrite(
            Scripted(lambda words: words, parameters=parameters),
            RewriteOrder("correct-spelling", "One here. Two here."),
        )
        assert len(proposal.units) == count


def test_what_a_larger_model_writes_is_a_sketch_until_it_has_passed_its_checks() -> None:
    answers = iter(["I'm sorry, I cannot help with that.", "We were glad. She has a cat."])
    seen = Seen()
    order = RewriteOrder("make-fluent", "We was glad. She have a cat.")
    proposal = Rewriter(Scripted(lambda words: next(answers))).rewrite(order, seen.emit, threading.Event(), seen.sketch)
    assert seen.sketches == ["I'm sorry, I cannot help with that."]
    assert seen.checked == proposal.text == "We were glad. She has a cat."


def test_a_link_that_an_answer_leaves_without_its_address_is_no_link_below_the_text() -> None:
    source = "We saw [the garden](https://example.org/a) there."
    order = RewriteOrder("ask", source, instruction="Shorter")
    proposal, _ = rewrite(Scripted(lambda words: "We saw [the garden]."), order)
    assert proposal.text == f"{source}\n\nWe saw the garden."


def test_an_english_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(BadInput, match="klingon"):
        rewrite(Scripted(lambda words: words), RewriteOrder("correct-spelling", "One here.", dialect="klingon"))


def test_a_whole_answer_that_is_not_good_is_withdrawn() -> None:
    seen = Seen()
    order = RewriteOrder("ask", "We was glad.", instruction="Mend it")
    with pytest.raises(BadInput):
        Rewriter(Scripted(lambda words: "As an AI language model, I cannot.")).rewrite(
            order, seen.emit, threading.Event(), seen.sketch
        )
    assert (seen.checked, seen.sketched) == ("", "")
    assert seen.sketches == ["As an AI language model, I cannot."]


def test_a_continuation_stands_after_the_text_and_joins_it_with_one_space() -> None:
    for written, expected in (("It was", " cold."), ("It was ", "cold.")):
        proposal, shown = rewrite(Scripted(lambda words: " cold."), RewriteOrder("autocomplete", "", before=written))
        assert proposal.text == shown == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("\n\nThen it rained. It", " Then it rained. It"),
        (" It rained.\n---\ntags: x", " It rained."),
        (" and then\n```\nmore", " and then"),
    ],
)
def test_a_continuation_stays_in_its_paragraph(answer: str, expected: str) -> None:
    proposal, shown = rewrite(Scripted(lambda words: answer), RewriteOrder("autocomplete", "", before="It was cold."))
    assert proposal.text == shown == expected


@pytest.mark.parametrize("answer", ["\n\n## A heading", "\n- one\n- two", "\n```\n", "\n| a |", "\n---\n", "\n9.\n"])
def test_what_is_no_sentence_does_not_continue_one(answer: str) -> None:
    with pytest.raises(BadInput, match="nothing to add"):
        rewrite(Scripted(lambda words: answer), RewriteOrder("autocomplete", "", before="It was cold."))


def test_a_heading_gets_no_full_stop_and_an_item_no_capital() -> None:
    engine = Scripted(lambda words: words.capitalize() + ".")
    proposal, _ = rewrite(engine, RewriteOrder("make-fluent", "# A heading here\n\n- oil the hinge\n"))
    assert proposal.text == "# A heading here\n\n- oil the hinge\n"


def test_what_was_left_out_beside_the_sentences_is_told() -> None:
    engine = Scripted(lambda words: words)
    proposal, _ = rewrite(engine, RewriteOrder("make-fluent", "Words here.\n\n| teh | cat |\n|---|---|\n"))
    assert "Tables" in proposal.warnings[0]
    proposal, _ = rewrite(engine, RewriteOrder("correct-spelling", "Words here.\n\n```\ncode\n```\n"))
    assert "Code" in proposal.warnings[0]
    proposal, _ = rewrite(engine, RewriteOrder("correct-spelling", "- Words here.\n- [ ] More words.\n"))
    assert proposal.warnings == ()


def test_a_continuation_cut_by_its_length_ends_with_a_whole_sentence() -> None:
    engine = Scripted(lambda words: " It cost 3.50. Then we we", reason="length")
    proposal, _ = rewrite(engine, RewriteOrder("autocomplete", "We paid."))
    assert proposal.text == " It cost 3.50."


def test_an_answer_that_leaves_out_a_link_stands_below_the_selection() -> None:
    selection = "\n  See [it](https://example.org).\n"
    proposal, _ = rewrite(Scripted(lambda words: "Gone."), RewriteOrder("ask", selection, instruction="Shorten"))
    assert proposal.text == "\n  See [it](https://example.org).\n\nGone.\n"
    assert proposal.warnings == ("The answer lost https://example.org, so it stands below your text, which stays.",)


@pytest.mark.parametrize("action", ["autocomplete", "ask"])
def test_what_a_model_could_not_read_is_told(action: str) -> None:
    engine = Scripted(lambda words: " Some words.", left_out=1200)
    proposal, _ = rewrite(engine, RewriteOrder(action, "One here.", instruction="Shorten"))
    assert proposal.warnings == ("The text is long for this model; it read it without 1,200 characters.",)


def test_an_answer_with_pattern_signs_is_taken_as_it_is() -> None:
    proposal, _ = rewrite(
        Scripted(lambda words: r"Costs $& and \1 $1."), RewriteOrder("ask", "Costs?", instruction="Say")
    )
    assert proposal.text == r"Costs $& and \1 $1."


@pytest.mark.parametrize(
    "order",
    [
        RewriteOrder("translate", "Hello there."),
        RewriteOrder("ask", "Hello there.", instruction=" "),
        RewriteOrder("autocomplete", "", before=" \n"),
        RewriteOrder("correct-spelling", "```\ncode\n```\n"),
        RewriteOrder("correct-spelling", "_name }}, we was glad.", before="Dear {{ first"),
        RewriteOrder("correct-spelling", ""),
        RewriteOrder("correct-spelling", "Hello there. " * 5000),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_a_sentence(order: RewriteOrder) -> None:
    with pytest.raises(BadInput, match=r"[.;?]"):
        rewrite(Scripted(lambda words: words), order)


def test_a_cancelled_order_ends() -> None:
    cancelled = threading.Event()
    engine = Scripted(lambda words: words)

    def stop(_text: str) -> None:
        cancelled.set()

    with pytest.raises(Cancelled):
        Rewriter(engine).rewrite(RewriteOrder("correct-spelling", "One here.\n\nTwo here."), stop, cancelled)
    assert len(engine.asked) == 1


def test_a_cancelled_order_asks_nothing_more_in_the_place_of_the_next_one() -> None:
    cancelled = threading.Event()
    cancelled.set()
    engine = Scripted(lambda words: words)
    for action in ("correct-spelling", "autocomplete", "ask"):
        with pytest.raises(Cancelled):
            Rewriter(engine).rewrite(RewriteOrder(action, "One here.", instruction="Go"), lambda text: None, cancelled)
    assert engine.asked == []


# What an engine is told beside the prompt.


@pytest.mark.parametrize(
    ("order", "purpose", "source"),
    [
        (RewriteOrder("correct-spelling", "- One here\n  and there.", editor="tab"), "rewrite", "One here\nand there."),
        (RewriteOrder("ask", "One here.", instruction="Shorten", editor="tab"), "rewrite", "One here."),
        (RewriteOrder("ask", "", instruction="Greet", editor="tab"), "free", ""),
        (RewriteOrder("autocomplete", "One", before="Here: ", editor="tab"), "caret", ""),
    ],
)
def test_a_request_says_what_it_repeats_what_it_is_for_and_who_asks(
    order: RewriteOrder, purpose: str, source: str
) -> None:
    engine = Scripted(lambda words: "Some words.")
    rewrite(engine, order)
    assert {(each.purpose, each.source, each.editor) for each in engine.asked} == {(purpose, source, "tab")}


@pytest.mark.parametrize("parameters", [SMALL, LARGE])
def test_a_source_stands_in_the_prompt_as_it_is_told(parameters: int) -> None:
    engine = Scripted(lambda words: words, parameters=parameters)
    rewrite(engine, RewriteOrder("make-fluent", "> One here\n> and there.\n\nTwo."))
    for request in engine.asked:
        assert request.source in "".join(turn.text for turn in request.turns) + request.start


def test_a_large_model_reads_the_text_before_it_learns_what_to_do_with_it() -> None:
    engine = Scripted(lambda words: words + " And more.")
    for action in (name for name, action in ACTIONS.items() if action.budget and not action.needs):
        rewrite(engine, RewriteOrder(action, "One here."))
    starts = {(each.turns[0].text, each.turns[1].text.partition("One here.")[0]) for each in engine.asked}
    assert len(starts) == 1
    assert len(engine.asked) > 1


# Reading ahead.


def ahead(engine: Scripted, order: RewriteOrder) -> list[Request]:
    Rewriter(engine).warm(order)
    return engine.read_ahead


@pytest.mark.parametrize("parameters", [SMALL, LARGE])
@pytest.mark.parametrize("action", LIKELY)
def test_what_is_read_ahead_of_a_selection_is_what_each_action_asks_first(action: str, parameters: int) -> None:
    engine = Scripted(lambda words: words, parameters=parameters)
    order = RewriteOrder(action, "# A title\n\n- One here. Two here.\n", editor="tab")
    first = ahead(engine, order)
    rewrite(engine, order)
    assert first[0] == engine.asked[0]
    for other in LIKELY:
        engine.asked.clear()
        rewrite(engine, replace(order, action=other))
        assert engine.asked[0] in first


def test_at_the_caret_the_text_before_it_is_read_ahead_wherever_its_paragraph_begins() -> None:
    engine = Scripted(lambda words: " and so on.")
    before, paragraph = "word " * 900 + "\n\n", "Once upon a time"
    first = ahead(engine, RewriteOrder("correct-spelling", "", before=before + paragraph))
    rewrite(engine, RewriteOrder("autocomplete", paragraph, before=before))
    assert first == engine.asked


def test_before_an_instruction_is_known_the_text_is_read_that_it_will_be_about() -> None:
    engine = Scripted(lambda words: "Shorter.")
    selection = "One here. Two here."
    (first, *_) = ahead(engine, RewriteOrder("ask", selection))
    rewrite(engine, RewriteOrder("ask", selection, instruction="Shorten it"))
    (asked,) = engine.asked
    assert asked.turns[0] == first.turns[0]
    assert asked.turns[1].text.startswith(first.turns[1].text.rstrip())


@pytest.mark.parametrize(
    "order",
    [
        RewriteOrder("correct-spelling", ""),
        RewriteOrder("correct-spelling", " \n", before="\n"),
        RewriteOrder("correct-spelling", "```\ncode\n```\n"),
        RewriteOrder("correct-spelling", "[1]: https://example.org"),
    ],
)
def test_where_there_is_nothing_to_ask_nothing_is_read_ahead(order: RewriteOrder) -> None:
    assert ahead(Scripted(lambda words: words, parameters=SMALL), order) == []


def test_of_what_no_action_may_change_only_a_free_prompt_is_read_ahead() -> None:
    (request,) = ahead(Scripted(lambda words: words), RewriteOrder("correct-spelling", "```\ncode\n```\n"))
    assert request.source == "```\ncode\n```"


@given(st.text(max_size=300), st.sampled_from(["correct-spelling", "ask"]), st.sampled_from([SMALL, LARGE]))
def test_any_text_can_be_read_ahead(text: str, action: str, parameters: int) -> None:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    ahead(Scripted(lambda words: words, parameters=parameters), RewriteOrder(action, text, before=text))


def test_of_a_long_selection_only_the_beginning_is_read_ahead() -> None:
    for request in ahead(Scripted(lambda words: words), RewriteOrder("ask", "Some words here. " * 5000)):
        assert len(request.turns[-1].text) < READ_AHEAD + 200


@pytest.mark.parametrize("trouble", [NoModel("There is no model."), Cancelled("It is being loaded.")])
def test_without_a_model_nothing_is_read_ahead_and_nobody_hears_of_it(trouble: Exception) -> None:
    class Without(Scripted):
        def traits(self, cancelled: threading.Event) -> ModelTraits:
            assert cancelled.is_set(), "nobody may have to wait for it"
            raise trouble

    assert ahead(Without(lambda words: words), RewriteOrder("ask", "Words.")) == []


@pytest.fixture(scope="module")
def engine(model_path: Path, prepared_cache: Path) -> Iterator[Engine]:
    engine = Engine(cache=prepared_cache)
    engine.load(model_path, "smollm2-135m")
    yield engine
    engine.close()


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("action", [name for name, each in ACTIONS.items() if each.budget and fits_small(name)])
def test_the_embedded_model_keeps_links_and_numbers(engine: Engine, action: str) -> None:
    selection = (
        "In an effort to help, thi  paper introduces 3 innovative ideas.\n\n"
        "- I has the best garden I've seen, see [photos](https://example.org/p?id=1).\n"
    )
    shown: list[str] = []
    proposal = Rewriter(engine).rewrite(RewriteOrder(action, selection), shown.append, threading.Event())
    assert len(shown) > 3
    assert protected_spans(proposal.text) == protected_spans(selection)
    # "three" is 3 still.
    assert [flag for flag in changed_facts(selection, proposal.text) if flag.kind == "number"] == []


@pytest.mark.model
def test_the_embedded_model_corrects_a_sentence(engine: Engine) -> None:
    order = RewriteOrder("correct-spelling", "It uses a new camera. She go to the market every day.")
    checker = Checker()
    try:
        rewriter = Rewriter(engine, proofreader=Proofreader(checker, engine, frozenset))
        proposal = rewriter.rewrite(order, lambda text: None, threading.Event())
    finally:
        checker.close()
    assert proposal.text == "It uses a new camera. She goes to the market every day."


class Counted:
    """An engine, and what each answer cost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.traits = engine.traits
        self.warm = engine.warm
        self.score = engine.score
        self.answers: list[Completion] = []

    def generate(self, request: Request, emit: Callable[[str], None], cancelled: threading.Event) -> Completion:
        self.answers.append(self._engine.generate(request, emit, cancelled))
        return self.answers[-1]


@pytest.mark.model
@pytest.mark.parametrize(
    ("made", "asked"),
    [
        (RewriteOrder("make-fluent", "We meet on monday."), RewriteOrder("make-fluent", "We meet on monday.")),
        (RewriteOrder("make-fluent", "I likes the pond."), RewriteOrder("paraphrase", "I likes the pond.")),
        (
            RewriteOrder("correct-spelling", "", before="# News\n\nThe city built a bridge. " + "It is long. " * 100),
            RewriteOrder("autocomplete", "It is long. " * 100 + "It", before="# News\n\nThe city built a bridge. "),
        ),
    ],
)
def test_what_was_read_ahead_is_not_read_again(engine: Engine, made: RewriteOrder, asked: RewriteOrder) -> None:
    counted, going = Counted(engine), threading.Event()
    rewriter = Rewriter(counted)
    # Nothing is read ahead while the model is being loaded.
    engine.wait_ready()
    rewriter.warm(replace(made, editor="tab"))
    while engine.report(going).working:
        pass
    rewriter.rewrite(replace(asked, editor="tab"), lambda text: None, going)
    first = counted.answers[0]
    assert first.reused_tokens >= 0.9 * first.prompt_tokens
