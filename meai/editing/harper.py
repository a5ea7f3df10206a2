"""The process that finds problems in English: `python -m meai.editing.harper`. It may be killed at any moment.

The only room that knows Harper. Reads `{"dialect", "words", "texts"}`, where `words` is the writer's dictionary, and
answers `{"problems"}` in the same order: for each text a list of `[start, end, kind, rule, message, suggestions]`; they
may overlap.
Says `{"ready": true}` once it reads, or `{"ready": false}` where Harper is not installed; ends when its stdin does.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, BinaryIO

from meai.process import FrameError, read_frames, take_pipes, write_frame

if TYPE_CHECKING:
    from harper import Lint, Linter, Suggestion

# What is a matter of taste, of a house's style or of typesetting is the writer's to say, and not a mistake.
_TASTE = frozenset(["Style", "Enhancement", "Readability", "Redundancy", "Regionalism", "Formatting"])
_OFF = frozenset(
    [
        *("UseTitleCase", "VeryUnique", "LongSentences", "SpelledNumbers", "OrthographicConsistency"),
        # `plain text`, `non-native`, a comma after `Otherwise`: both ways are right.
        *("CompoundNouns", "DisjointPrefixes", "DiscourseMarkers"),
    ]
)
# Nor are units and the short words of a trade, which these would spell out.
_SHORT = frozenset(
    f"Expand{what}"
    for what in (
        *("Algorithm", "Alloc", "Argument", "Configuration", "Control", "Coordinate", "Decl", "Dependencies"),
        *("Dereference", "Directory", "Forward", "MemoryShorthands", "Minimum", "Notification", "Parameter"),
        *("Performance", "Pointer", "Preference", "Previous", "StandardInputAndOutput", "TimeShorthands"),
        "Vulnerability",
    )
)

SPELLING = "SpellCheck"


class Linters:
    """Harper's linters, one for each dialect that was asked for: each takes a second to make."""

    def __init__(self) -> None:
        self._linters: dict[str, Linter] = {}
        self._words: dict[str, tuple[str, ...]] = {}

    def problems(self, text: str, dialect: str, words: tuple[str, ...]) -> list[list[Any]]:
        """Return what is wrong in *text*, a piece of Markdown, but for *words*, in the order of the text."""
        # Half of a surrogate pair, which a page can send, is no text to Harper; one character stands for it.
        text = text.encode("utf-8", "replace").decode()
        found = self._linter(dialect, words).organized_lints(text, dedup=False)
        rows = [_row(rule, lint) for rule, lints in found.items() for lint in lints if lint.lint_kind not in _TASTE]
        return sorted(rows, key=lambda row: (row[0], row[1], row[3] != SPELLING))

    def _linter(self, dialect: str, words: tuple[str, ...]) -> Linter:
        from harper import Dialect, Linter

        linter = self._linters.get(dialect)
        if linter is None:
            linter = self._linters[dialect] = Linter(Dialect[dialect.upper()])
            linter.set_lint_config(linter.get_lint_config() | dict.fromkeys(_OFF | _SHORT, False))
        if self._words.get(dialect, ()) != words:
            linter.clear_words()
            linter.import_words([word.encode("utf-8", "replace").decode() for word in words])
            self._words[dialect] = words
        return linter


def _row(rule: str, lint: Lint) -> list[Any]:
    suggestions = list(dict.fromkeys(_replacement(lint, suggestion) for suggestion in lint.suggestions))
    return [lint.span.start, lint.span.end, lint.lint_kind, rule, lint.message, suggestions]


def _replacement(lint: Lint, suggestion: Suggestion) -> str:
    if suggestion.kind.name == "INSERT_AFTER":
        return lint.problem_text + suggestion.replacement_text
    other = suggestion.replacement_text
    # Harper takes a single capital for a word in capitals, and offers `AN` for `A`.
    return other.capitalize() if len(lint.problem_text) == 1 and other.isupper() else other


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Answer frames until *incoming* ends."""
    linters = Linters()
    write_frame(outgoing, {"ready": _installed()})
    for frame in read_frames(incoming):
        words = tuple(frame["words"])
        problems = [linters.problems(text, frame["dialect"], words) for text in frame["texts"]]
        write_frame(outgoing, {"problems": problems})


def _installed() -> bool:
    try:
        import harper  # noqa: F401
    except ImportError:
        return False
    return True


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, FrameError, KeyboardInterrupt):
        serve(*take_pipes())
