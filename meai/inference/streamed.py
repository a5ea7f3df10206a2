"""An answer that a remote engine streams, event by event: its words, its figures and its end. Knows no connection.

What the engine's own process does for a local model is done here for one that may not: stop strings, thoughts, loops.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from meai.inference.detokenizer import Detokenizer
from meai.inference.repetition import looped_tokens
from meai.inference.request import Completion, FinishReason, Request
from meai.inference.thinking import Thoughts

MOST_PER_TOKEN = 64
"""Characters that a token has at most; a server that writes more does not keep to its limit."""
_WORDS = re.compile(r"\s*\S+")
_REASONS: dict[str, FinishReason] = {"length": "length", "max_tokens": "length"}


class Broken(ValueError):
    """An event is not what the API says."""


class Streamed:
    """The answer to *request*, to be given events one after another. *emit* gets its text as it becomes certain."""

    def __init__(self, request: Request, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._limit = request.sampling.max_tokens
        self._ending = Detokenizer(request.sampling.stop)
        # A text that is continued may have such marks in it; only a chat's answer begins with thoughts.
        self._thoughts = Thoughts(wanted=not request.turns)
        self._text = ""
        self._pieces = 0
        self._words: dict[str, int] = {}
        self._usage: dict[str, Any] = {}
        self._closing = ""
        self.reason: FinishReason | None = None
        """Why it ended; None while it goes on."""

    @property
    def begun(self) -> bool:
        """Whether anything of it has come."""
        return self._pieces > 0

    def take(self, event: dict[str, Any]) -> None:
        """Take the next event. Raises Broken for what is none."""
        usage, choices = event.get("usage"), event.get("choices")
        if isinstance(usage, dict):
            self._usage = usage
        if not isinstance(choices, list):
            raise Broken
        for choice in choices[:1]:
            if not isinstance(choice, dict):
                raise Broken
            self._push(_text_of(choice))
            if isinstance(said := choice.get("finish_reason"), str):
                self._closing = said

    @property
    def may_end(self) -> bool:
        """Whether the server has said that the answer is whole."""
        return bool(self._closing)

    def completion(self, first_s: float, rest_s: float) -> Completion:
        """Return the finished answer; its first word came after *first_s* seconds, its last *rest_s* later."""
        if self.reason is None:
            self._say(self._thoughts.push(self._ending.finish()) + self._thoughts.finish())
            self.reason = _REASONS.get(self._closing, "stop")
        text = self._text
        if self.reason == "repetition":
            words = _WORDS.findall(text)
            text = "".join(words[: len(words) - looped_tokens(self._numbers(words))])
        details = self._usage.get("prompt_tokens_details")
        return Completion(
            text=text,
            reason=self.reason,
            prompt_tokens=_count(self._usage.get("prompt_tokens")),
            reused_tokens=_count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
            answer_tokens=_count(self._usage.get("completion_tokens")) or self._pieces,
            prompt_s=first_s,
            answer_s=rest_s,
        )

    def _push(self, text: str) -> None:
        if not text or self.reason is not None:
            return
        self._pieces += 1
        self._say(self._thoughts.push(self._ending.push(text.encode("utf-8", "replace"))))
        if self._ending.stopped:
            self._say(self._thoughts.finish())
            self.reason = "stop"
        elif looped_tokens(self._numbers(_WORDS.findall(self._text[-_SEEN:]))):
            self.reason = "repetition"
        elif len(self._text) > self._limit * MOST_PER_TOKEN:
            self.reason = "length"

    def _say(self, text: str) -> None:
        if text:
            self._text += text
            self._emit(text)

    def _numbers(self, words: list[str]) -> list[int]:
        """Return a number for each of *words*, the same for the same; the last may be half a word."""
        return [self._words.setdefault(word, len(self._words)) for word in words]


_SEEN = 4000
"""Characters at the end of an answer in which a loop is looked for."""


def _text_of(choice: dict[str, Any]) -> str:
    """Return the words of *choice*; those that a model thinks stand elsewhere and are none."""
    said = choice.get("text")
    if "delta" in choice:
        delta = choice["delta"]
        if not isinstance(delta, dict):
            raise Broken
        said = delta.get("content")
    if said is None:
        return ""
    if not isinstance(said, str):
        raise Broken
    return said


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
