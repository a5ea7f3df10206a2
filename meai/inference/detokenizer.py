"""Bytes of tokens to text, piece by piece. Knows nothing of models: it is given each token's bytes.

A token may hold half a character, and a stop string may come in several tokens; neither shows outside.
"""

from __future__ import annotations

import codecs


class Detokenizer:
    """Turns one answer's token bytes into text that only grows.

    `stopped` becomes true when a stop string came; the text ends before it and further bytes are ignored.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = tuple(word for word in stop if word)
        self._held = ""
        self.stopped = False

    def push(self, piece: bytes) -> str:
        """Take a token's bytes; return the text that is certain now, perhaps empty."""
        return self._release(self._decoder.decode(piece), final=False)

    def finish(self) -> str:
        """Return what was held back. Half a character becomes U+FFFD."""
        return self._release(self._decoder.decode(b"", final=True), final=True)

    def _release(self, text: str, *, final: bool) -> str:
        if self.stopped:
            return ""
        if not self._stop:
            return text
        self._held += text
        found = [at for word in self._stop if (at := self._held.find(word)) >= 0]
        if found:
            self.stopped = True
            keep = min(found)
        else:
            keep = len(self._held) if final else len(self._held) - self._possible_stop()
        ready, self._held = self._held[:keep], self._held[keep:]
        return ready

    def _possible_stop(self) -> int:
        """Return the length of the longest tail that may yet grow into a stop string."""
        longest = max((len(word) for word in self._stop), default=1) - 1
        for length in range(min(longest, len(self._held)), 0, -1):
            if any(word.startswith(self._held[-length:]) for word in self._stop):
                return length
        return 0
