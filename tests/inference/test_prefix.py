"""Which tokens need not be evaluated again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meai.inference.prefix import common_prefix

tokens = st.lists(st.integers(0, 3), max_size=12)


@given(tokens, tokens.filter(bool))
def test_the_shared_tokens_are_equal_and_the_next_ones_are_not(cached: list[int], prompt: list[int]) -> None:
    shared = common_prefix(cached, prompt)
    assert cached[:shared] == prompt[:shared]
    assert shared == len(prompt) - 1 or shared == len(cached) or cached[shared] != prompt[shared]


def test_the_last_token_of_a_prompt_is_always_evaluated() -> None:
    assert common_prefix([1, 2, 3], [1, 2, 3]) == 2
    assert common_prefix([1, 2, 3, 4], [1]) == 0
