"""What a model costs on this machine, in seconds. Pure arithmetic: knows no model, no clock and no file."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

CHUNKS = (256, 128, 64, 32, 16, 8)
"""Pieces of a prompt, best first. Flash attention on a CPU is far slower in pieces that are no multiple of 64."""
LONGEST_CHUNK_S, LONGEST_FIXED_CHUNK_S = 1.0, 0.25
QUIET = 0.85
"""With a smaller share of the processor time that its threads want, a model is held up by other programs."""
READ_TOKENS, REWRITE_TOKENS, DRAFT_TOKENS, WRITE_TOKENS = 150, 80, 16, 80


@dataclass(frozen=True, slots=True)
class Calibration:
    """The measured prices of one model file on one machine."""

    batch_s: tuple[tuple[int, float], ...]
    """Tokens of a batch, ascending, and the seconds it takes when the logits of each token are wanted."""
    read_s: float
    """Seconds per token of a long prompt, of which only the last token's logits are wanted."""
    one_thread_s: float
    """Seconds for one token computed with one thread."""
    threads: int
    """How many threads the other prices are for."""
    machine: str
    """What it was measured on, for people."""
    made: str
    """When, as a date."""
    share: float = 1.0
    """Of the processor time that the threads wanted, what they got meanwhile."""

    def __post_init__(self) -> None:
        """Raise ValueError for prices that none can be."""
        sizes = [tokens for tokens, _ in self.batch_s]
        prices = [*(price for _, price in self.batch_s), self.read_s, self.one_thread_s]
        if not sizes or sizes[0] < 1 or sizes != sorted(set(sizes)) or self.threads < 1:
            raise ValueError("A calibration has batches of growing size and at least one thread.")
        if not all(math.isfinite(price) and price > 0 for price in prices):
            raise ValueError("A price is a number of seconds above 0.")

    def price_s(self, tokens: int) -> float:
        """Return the seconds that a batch of *tokens*, each with its logits, takes; never less for more tokens.

        Between two measured sizes the price is on the line through them, beyond the last on the line of the last two.
        """
        if tokens <= 0:
            return 0.0
        sizes = [size for size, _ in self.batch_s]
        prices = list(accumulate((price for _, price in self.batch_s), max))
        if len(sizes) == 1 or tokens < sizes[0]:
            return prices[0] * max(tokens / sizes[0], 1.0)
        right = min(max(bisect_left(sizes, tokens), 1), len(sizes) - 1)
        slope = (prices[right] - prices[right - 1]) / (sizes[right] - sizes[right - 1])
        return prices[right - 1] + slope * (tokens - sizes[right - 1])

    def chunk_tokens(self, *, interruptible: bool) -> int:
        """Return how many tokens of a prompt to read at a time: the best of CHUNKS that is not too long.

        The smallest where all are: less would cost more in all. Where an evaluation is *interruptible*, only an equal
        waits for its end; what is more urgent, and a cancellation, break it off.
        """
        limit_s = LONGEST_CHUNK_S if interruptible else LONGEST_FIXED_CHUNK_S
        return next((chunk for chunk in CHUNKS if self._chunk_s(chunk) <= limit_s), CHUNKS[-1])

    def estimate_s(self, prompt_tokens: int, answer_tokens: int) -> float:
        """Return the seconds from the start of a prompt of which nothing is cached to the end of a plain answer."""
        return prompt_tokens * self.read_s + answer_tokens * self.price_s(1)

    @property
    def estimated(self) -> bool:
        """Whether the machine was too busy to measure more than what one thread computes."""
        return self.share < QUIET

    @property
    def reads_per_s(self) -> float:
        """Tokens of a long prompt in a second."""
        return 1 / self.read_s

    @property
    def writes_per_s(self) -> float:
        """Tokens of a plain answer in a second."""
        return 1 / self.price_s(1)

    @property
    def work_s(self) -> float:
        """Seconds for a fixed piece of a writer's work, to compare files by: a prompt, a rewrite, a plain answer.

        The rewrite is verified in batches of DRAFT_TOKENS, as most of it repeats its source.
        """
        rewrite_s = REWRITE_TOKENS / DRAFT_TOKENS * self.price_s(DRAFT_TOKENS)
        return self.estimate_s(READ_TOKENS, WRITE_TOKENS) + rewrite_s

    def to_frame(self) -> dict[str, Any]:
        """Return the calibration as JSON-ready values."""
        return {
            "batch_s": [[tokens, round(price, 6)] for tokens, price in self.batch_s],
            "read_s": round(self.read_s, 7),
            "one_thread_s": round(self.one_thread_s, 6),
            "threads": self.threads,
            "machine": self.machine,
            "made": self.made,
            "share": round(self.share, 2),
        }

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> Calibration:
        """Rebuild what `to_frame` gave. Raises KeyError, TypeError or ValueError for anything else."""
        batch_s = tuple((int(tokens), float(price)) for tokens, price in frame["batch_s"])
        prices = float(frame["read_s"]), float(frame["one_thread_s"])
        words = str(frame["machine"]), str(frame["made"])
        return cls(batch_s, *prices, int(frame["threads"]), *words, float(frame["share"]))

    def _chunk_s(self, tokens: int) -> float:
        return tokens * self.read_s if tokens >= 64 else max(self.price_s(tokens), tokens * self.read_s)
