"""Which tokens are in the model's cache already. Knows nothing of llama.cpp, clocks or threads."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(cached: Sequence[int], prompt: Sequence[int]) -> int:
    """Return how many leading tokens of *prompt* need not be evaluated again.

    At most all but one: the last token must be evaluated to get the logits that follow it.
    """
    limit = min(len(cached), len(prompt) - 1)
    for index in range(limit):
        if cached[index] != prompt[index]:
            return index
    return max(limit, 0)
