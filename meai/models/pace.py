"""How fast something arrives and when it will be here. Pure arithmetic: the caller brings the clock."""

from __future__ import annotations

from collections import deque

WINDOW_S = 8.0
_LEAST_S = 0.5


class Pace:
    """The pace over the last seconds of one transfer."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, now_s: float, done: int) -> None:
        """Take note that *done* bytes are here at *now_s*."""
        if self._seen and done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now_s, done))
        while now_s - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    @property
    def bytes_per_s(self) -> float:
        """Bytes in a second; 0 until that can be said."""
        if not self._seen:
            return 0.0
        (began_s, before), (now_s, done) = self._seen[0], self._seen[-1]
        return (done - before) / (now_s - began_s) if now_s - began_s >= _LEAST_S else 0.0

    def left_s(self, total: int) -> float | None:
        """Return the seconds until *total* bytes are here at this pace; None while that cannot be said."""
        pace = self.bytes_per_s
        return (total - self._seen[-1][1]) / pace if pace > 0 else None


def in_words(seconds: float) -> str:
    """Return *seconds* as a person says how long something takes."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
