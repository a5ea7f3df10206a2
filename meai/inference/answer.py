"""One request being answered, a batch at a time: its prompt is read, then its words are written. Knows no pipe.

Reading and writing are one motion: evaluate what is not in the cache yet, with guesses at how the answer goes on behind
it, and keep as much of the guesses as the model agrees with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from meai.inference.cache import Cache, Seat
from meai.inference.detokenizer import Detokenizer
from meai.inference.llama import LOGIT_ROWS, Adapted
from meai.inference.repetition import Loops, looped_tokens
from meai.inference.request import Completion, FinishReason, Request
from meai.inference.source import Source
from meai.inference.speculation import Drafter, DraftLength
from meai.inference.thinking import Thoughts

DELTA_S = 0.1
"""Pieces of text that come closer together are joined: each one wakes threads that the model could compute with."""


@dataclass(slots=True)
class Guessing:
    """How drafts fare on this machine, learnt over all answers."""

    certain: DraftLength
    """Where the answer runs along its source."""
    uncertain: DraftLength
    """Where it has just left it."""

    def length(self, drafter: Drafter) -> DraftLength:
        """Return what decides on the next draft of *drafter*."""
        return self.certain if drafter.certain else self.uncertain


class Answer:
    """The answer to *request*, whose *prompt* is tokens. `close` gives back what it holds.

    *limit* is how many tokens it may write, *chunk* how many tokens of a prompt to read at once; *say* gets its text,
    without what a model that *thinks* begins it with. *left_out* characters of the request are not in the prompt.
    It is written with the adapters *adapted*.
    """

    def __init__(
        self,
        request: Request,
        prompt: Sequence[int],
        source: Source,
        *,
        cache: Cache,
        guessing: Guessing,
        limit: int,
        chunk: int,
        say: Callable[[str], None],
        thinks: bool = False,
        left_out: int = 0,
        adapted: Adapted = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cache = cache
        self._model = cache.model
        self._guessing = guessing
        self._prompt_length = len(prompt)
        self._tokens = list(prompt)
        self._drafter = Drafter(source if cache.model.rewinds else Source(), cache.model.piece)
        self._sampler = cache.model.sampler(request.sampling)
        self._detokenizer = Detokenizer(request.sampling.stop)
        self._thinks = thinks
        self._thoughts = Thoughts(wanted=not thinks)
        self._left_out = left_out
        self._loops = Loops()
        self._limit = limit
        self._chunk = chunk
        self._say = say
        self._clock = clock
        self._seat = Seat(cache, adapted)
        self._reused: int | None = None
        self._text = ""
        self._unsaid = ""
        self._said_at = float("-inf")
        self._began = clock()
        self._first: float | None = None
        self.reason: FinishReason | None = None
        """Why it ended; None while it goes on."""

    def step(self) -> None:
        """Evaluate one batch, or nothing when interrupted. Raises NoRoom when the cache has no room for it."""
        sequence = self._seat.take(self._tokens)
        held = self._cache.length(sequence)
        if self._reused is None:
            self._reused = held
        pending = self._tokens[held:]
        # A little more than a chunk goes in one piece: a batch of a few tokens costs as much as one of many.
        if len(pending) > self._chunk + self._chunk // 2:
            self._cache.evaluate(sequence, pending[: self._chunk], logits=0)
            return
        draft = self._draft(len(pending))
        if self._cache.evaluate(sequence, [*pending, *draft], logits=1 + len(draft)):
            right = self._write(draft)
            if right < len(draft):
                self._cache.cut(sequence, held + len(pending) + right)

    def pause(self) -> None:
        """Give the sequence back empty; the next step reads anew what it held."""
        self._seat.clear()

    def close(self) -> None:
        """Give back what the answer holds; what was computed stays in the cache for others."""
        self._seat.leave()
        self._sampler.close()

    def completion(self) -> Completion:
        """Return the finished answer."""
        now = self._clock()
        first = self._first or now
        answer = self._tokens[self._prompt_length :]
        text = self._text
        if self.reason == "repetition":
            kept = answer[: len(answer) - looped_tokens(answer)]
            raw = b"".join(self._model.piece(token) for token in kept).decode("utf-8", "replace")
            thoughts = Thoughts(wanted=not self._thinks)
            text = thoughts.push(raw) + thoughts.finish()
        return Completion(
            text=text,
            reason=self.reason or "cancelled",
            prompt_tokens=self._prompt_length,
            reused_tokens=self._reused or 0,
            answer_tokens=len(answer),
            prompt_s=first - self._began,
            answer_s=now - first,
            left_out=self._left_out,
        )

    def _draft(self, pending: int) -> list[int]:
        written = len(self._tokens) - self._prompt_length
        longest = min(self._limit - written - 1, LOGIT_ROWS - 1, len(self._drafter.draft(LOGIT_ROWS)))
        return self._drafter.draft(self._guessing.length(self._drafter).best(longest, pending))

    def _write(self, draft: Sequence[int]) -> int:
        """Take the tokens that follow what was evaluated, as long as *draft* has guessed them; return how many it had.

        What one row of logits gives is sampled before the next row is looked at, exactly as without a draft.
        """
        # As they were before the answer went on.
        length, guess = self._guessing.length(self._drafter), draft or self._drafter.draft(1)
        right, token = 0, -1
        while self.reason is None:
            token = self._model.sample(self._sampler, right)
            self._put(token)
            if self.reason is not None or right == len(draft) or token != draft[right]:
                break
            right += 1
        if draft:
            length.note(len(draft), right)
        elif guess:
            length.note(1, int(guess[0] == token))
        self._speak(final=self.reason is not None)
        return right

    def _put(self, token: int) -> None:
        """Take *token* as the answer's next; set the reason when it ends there."""
        self._first = self._first or self._clock()
        if self._model.ends(token):
            self.reason = "stop"
            return
        self._tokens.append(token)
        self._drafter.take(token)
        self._unsaid += self._thoughts.push(self._detokenizer.push(self._model.piece(token)))
        loops = self._loops.take(token)
        if self._detokenizer.stopped:
            self.reason = "stop"
        elif loops:
            self.reason = "repetition"
        elif len(self._tokens) - self._prompt_length >= self._limit:
            self.reason = "length"

    def _speak(self, *, final: bool) -> None:
        if final:
            self._unsaid += self._thoughts.push(self._detokenizer.finish()) + self._thoughts.finish()
        now = self._clock()
        if self._unsaid and (final or now - self._said_at >= DELTA_S):
            self._say(self._unsaid)
            self._text += self._unsaid
            self._unsaid = ""
            self._said_at = now
