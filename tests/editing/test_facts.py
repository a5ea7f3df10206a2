"""Facts that a rewrite turned are told; what is only said otherwise is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meai.editing.facts import Flag, changed_facts


@pytest.mark.parametrize(
    ("source", "answer", "flags"),
    [
        ("We sold 7 cakes.", "We sold 8 cakes.", [Flag("7", "8", "number")]),
        ("It cost 1,200 euros.", "It cost euros.", [Flag("1,200", "", "number")]),
        ("We meet on Monday.", "We meet on Tuesday.", [Flag("Monday", "Tuesday", "date")]),
        ("It opens in May.", "It opens soon.", [Flag("May", "", "date")]),
        ("Then Clara spoke.", "Then Claire spoke.", [Flag("Clara", "Claire", "name")]),
        ("We use LoRA here.", "We use it here.", [Flag("LoRA", "", "name")]),
        ("He said “we will go”.", "He said “we might go”.", [Flag("we will go", "we might go", "quotation")]),
        ("It does not work.", "It does work.", [Flag("not", "", "negation")]),
        ("It works.", "It never works.", [Flag("", "never", "negation")]),
        ("See you next wensday.", "See you next weekday.", [Flag("wensday", "", "date")]),
        ("See you on tursday.", "See you on Tuesday.", [Flag("", "Tuesday", "date")]),
        ("It took to weeks.", "It took two weeks.", [Flag("", "two", "number")]),
        ("I do no more.", "I do now more.", [Flag("no", "", "negation")]),
    ],
)
def test_a_turned_fact_is_found(source: str, answer: str, flags: list[Flag]) -> None:
    assert list(changed_facts(source, answer)) == flags


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("We sold 7 cakes.", "Seven cakes were sold."),
        ("It cost 1,200 euros.", "It cost 1200 euros."),
        ("we meet on monday.", "We meet on Monday."),
        ("It isn't done.", "It is not done."),
        ("I think Clara's house is nice.", "The house of Clara is nice, I think."),
        ('She said "we will go".', "She said “we will go”."),
        ("you may go, i march", "You may go; I march."),
        ("Berlin is large. It grows.", "The city of Berlin is large, and grows."),
        ("See you next wensday, on the Firday.", "See you next Wednesday, on the Friday."),
        ("For sevne of ten thosand.", "For seven of ten thousand."),
        ("I havent seen it, and she doesnt.", "I haven't seen it, and she doesn't."),
        ("It was Annas dog.", "It was Anna's dog."),
    ],
)
def test_the_same_in_other_words_is_no_change(source: str, answer: str) -> None:
    assert changed_facts(source, answer) == ()


@given(st.text(max_size=200))
def test_a_text_agrees_with_itself(text: str) -> None:
    assert changed_facts(text, text) == ()


@pytest.mark.parametrize("unit", ["1,", '"a', "“", "Aa ", "not ", "«"])
def test_no_text_takes_more_than_a_moment(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    began = time.process_time()
    changed_facts(text, text[1:])
    assert time.process_time() - began < 2.0
