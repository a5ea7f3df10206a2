"""How many threads to compute with, from what evaluations took. Knows no clock, no thread and no llama.cpp.

Threads that share a model wait for each other in busy loops. Where something else wants the same cores they wait for
far longer than they compute, and one thread alone is then faster; see docs/performance.md.
"""

from __future__ import annotations

CONTENDED = 1.3
"""Several threads that take longer than so many times the price of one are being held up."""
HOPELESS = 3.0
PATIENCE = 3
"""One evaluation that takes so many times the price tells enough; of those less held up it takes so many in a row."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 32.0


class Pace:
    """Chooses between all threads and one. `threads` is the choice for the next evaluation."""

    def __init__(self, all_threads: int, price_s: float) -> None:
        """Begin with *all_threads*; one thread takes *price_s* seconds for a token."""
        self._all = all_threads
        self._price_s = price_s
        self._pause_s = FIRST_PAUSE_S
        self._slow = 0
        self._alone_until_s = float("-inf")
        self.threads = all_threads

    def note(self, tokens: int, elapsed_s: float, now_s: float) -> None:
        """Take note that *tokens* took *elapsed_s* with `threads`, until *now_s* on a clock that only goes forward."""
        if self._all == 1:
            return
        if self.threads == 1:
            self._note_alone(tokens, elapsed_s, now_s)
            return
        price_s = tokens * self._price_s
        self._slow = self._slow + 1 if elapsed_s > CONTENDED * price_s else 0
        if self._slow >= PATIENCE or elapsed_s > HOPELESS * price_s:
            self._slow = 0
            self.threads = 1
            self._alone_until_s = now_s + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        elif not self._slow and now_s - self._alone_until_s > LONGEST_PAUSE_S:
            self._pause_s = FIRST_PAUSE_S

    def _note_alone(self, tokens: int, elapsed_s: float, now_s: float) -> None:
        if tokens == 1:
            # A longer context raises the price of every token; without this it would look like contention.
            self._price_s = (self._price_s + elapsed_s) / 2
        if now_s >= self._alone_until_s:
            self.threads = self._all
