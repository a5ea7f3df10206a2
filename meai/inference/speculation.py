"""Guesses at how an answer goes on, and how many of them are worth checking. Knows tokens, no model and no clock.

A rewrite mostly repeats its source. Checking ten guessed tokens in one batch costs a model far less than finding ten
tokens one by one, and what it does not agree with is dropped: the answer is the model's own, token for token.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from operator import truediv

from meai.inference.source import Source

BATCH_TOKENS = 512
LONGEST_DRAFT = 31
WINDOW = 64
"""Source tokens before and after the pointer in which the end of the answer is looked for."""
NEAR = 4
MEANINGFUL = 3
"""A single token is found everywhere: it means something only as a word of some letters, a few tokens ahead."""
_MEMORY = 24.0
"""Guessed tokens after which an old success or failure counts a third."""


class Drafter:
    """Follows an answer along its source and guesses its next tokens."""

    def __init__(self, source: Source, piece: Callable[[int], bytes]) -> None:
        """*piece* gives the bytes of a token; a word begins with a token that begins with white space."""
        self._source = tokens = source.tokens
        self._doubts = source.doubts
        self._stops = sorted(source.doubts)
        self._piece = piece
        self._ends: dict[tuple[int, int], list[int]] = {}
        for end in range(2, len(tokens) + 1):
            self._ends.setdefault((tokens[end - 2], tokens[end - 1]), []).append(end)
        self._known_letters: dict[int, bytes] = {}
        self._last: tuple[int, int, int] = (-1, -1, -1)
        self._at = 0
        self.certain = True
        """Whether the answer runs along the source; else the place to go on from is itself a guess."""

    def draft(self, limit: int) -> list[int]:
        """Return at most *limit* tokens that the answer may go on with, up to the next doubt."""
        stop = bisect_left(self._stops, self._at)
        end = self._stops[stop] if stop < len(self._stops) else len(self._source)
        return list(self._source[self._at : min(self._at + max(0, limit), end)])

    def take(self, token: int) -> None:
        """Note the answer's next *token*."""
        if not self._source:
            return
        self._last = (*self._last[1:], token)
        if self._at < len(self._source) and self._source[self._at] == token:
            self._at += 1
            self.certain = True
            return
        doubt = self._doubts.get(self._at)
        if doubt is not None and doubt.meant == token:
            self._at = doubt.end
            self.certain = True
            return
        found = self._find()
        self.certain = found is not None
        self._at = self._resume(token) if found is None else found

    def _resume(self, token: int) -> int:
        """Guess where the source goes on after *token*, which it does not have here."""
        if self._at >= len(self._source):
            return self._at
        if not self._begins_word(self._source[self._at]):
            # In the middle of a word that now ends otherwise.
            return self._next_word(self._at)
        ours, theirs = self._letters(token), self._letters(self._source[self._at])
        # Another form of the word that stood here; else a word or a mark put in before it.
        return self._next_word(self._at + 1) if ours[:1] == theirs[:1] and ours else self._at

    def _find(self) -> int | None:
        """Return the place in the source after the answer's last two tokens, or better three, as near as can be."""
        before, *two = self._last
        nearest = [end for end in self._ends.get((two[0], two[1]), ()) if abs(end - self._at) <= WINDOW]
        if not nearest:
            return self._skip()
        fitting = [end for end in nearest if end > 2 and self._source[end - 3] == before] or nearest
        return min(fitting, key=lambda end: abs(end - self._at))

    def _skip(self) -> int | None:
        """Return the place after the answer's last token, where that is a word which the source has a little later."""
        token = self._last[-1]
        if len(self._letters(token)) < MEANINGFUL:
            return None
        ahead = range(self._at, min(self._at + NEAR, len(self._source)))
        return next((at + 1 for at in ahead if self._source[at] == token), None)

    def _begins_word(self, token: int) -> bool:
        return self._piece(token)[:1].isspace()

    def _next_word(self, at: int) -> int:
        while at < len(self._source) and not self._begins_word(self._source[at]):
            at += 1
        return at

    def _letters(self, token: int) -> bytes:
        if token not in self._known_letters:
            self._known_letters[token] = self._piece(token).strip().lower()
        return self._known_letters[token]


class DraftLength:
    """How many guesses to check, from how many came true and from what a batch costs."""

    def __init__(self, price_s: Callable[[int], float], hope: float = 0.9) -> None:
        """*price_s* gives the seconds that a batch of so many tokens takes, the logits of all of them included."""
        # Asked for dozens of sizes before each token.
        self._prices_s = [price_s(tokens) for tokens in range(BATCH_TOKENS + 1)]
        self._right = 8.0 * hope
        self._wrong = 8.0 * (1.0 - hope)

    @property
    def chance(self) -> float:
        """How probable it is that the next guess comes true."""
        return self._right / (self._right + self._wrong)

    def best(self, longest: int, pending: int = 1) -> int:
        """Return how many guesses to add to a batch of *pending* tokens, at most *longest*; 0 where none pays.

        llama.cpp computes tokens in pairs: one that makes an odd batch even costs nothing (docs/engine.md).
        """
        longest = min(longest, LONGEST_DRAFT)
        # Guesses without end would not pay for the first of them.
        if longest <= 0 or self._right * self._prices_s[1] <= self._wrong * self._dearer_s(pending):
            return 0
        tokens = self._tokens(longest)
        token_s = min(map(truediv, self._prices_s[1 : longest + 2], tokens))
        gains = [count * token_s - price for count, price in zip(tokens, self._prices_s[pending:], strict=False)]
        best = gains.index(max(gains))
        return min(best + (pending + best) % 2, longest) if best else 0

    def note(self, guessed: int, right: int) -> None:
        """Note that of *guessed* tokens the first *right* came true; those after the first wrong one tell nothing."""
        wrong = int(right < guessed)
        fading = (1.0 - 1.0 / _MEMORY) ** (right + wrong)
        self._right = self._right * fading + right
        self._wrong = self._wrong * fading + wrong

    def _dearer_s(self, pending: int) -> float:
        return self._prices_s[pending + 1] - self._prices_s[pending]

    def _tokens(self, longest: int) -> list[float]:
        """How many tokens a check of none to *longest* guesses is expected to give: those that come true, and one."""
        chance = self.chance
        return list(accumulate(chance**guess for guess in range(longest + 1)))
