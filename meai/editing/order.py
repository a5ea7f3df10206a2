"""What a writer asked for and what came of it, as values. Knows nobody who answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meai.editing.facts import Flag

Emit = Callable[[str], None]


def unseen(_text: str) -> None:
    """Let text come unseen."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where an answer is seen as it comes."""

    emit: Emit
    """Gets what has passed its checks, a piece at a time. It takes the place of what was sketched since the last."""
    sketch: Emit = unseen
    """Gets what the model writes and nothing has checked yet: it may never be offered."""

    def withdraw(self) -> None:
        """Take back what was sketched since the last that was emitted."""
        self.emit("")


@dataclass(frozen=True, slots=True)
class RewriteOrder:
    """What a writer asked for."""

    action: str
    """The name of an action."""
    selection: str
    """The text to work on, with `\\n` line ends; may be empty for `autocomplete` and `ask`."""
    before: str = ""
    """The text before the selection, as far as it was sent."""
    after: str = ""
    """The text after it."""
    instruction: str = ""
    """The writer's own words, for `ask`; the language, for `translate`."""
    editor: str = ""
    """Who asks: an editor's newest order takes the place of its older ones; empty: nobody's, which replace nothing."""
    variation: int = 0
    """How often the same was asked before: another number, another answer."""
    one_sentence: bool = False
    """Of text at the caret: only to the end of the sentence, and a word that is begun is gone on with."""
    draft: str = ""
    """An answer that is to be refined as `instruction` says; the selection is what it was made of."""
    dialect: str = ""
    """Whose English it is, one of DIALECTS; empty: as its front matter says or the text is written."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or paragraph of the selection and what became of it."""

    source: str
    text: str
    reason: str = ""
    """Why the source was kept, as a sentence; empty where the answer passed its checks."""
    flags: tuple[Flag, ...] = ()
    """Facts that the answer turned: somebody should look at them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checked answer. What was no unit (marks, code, blank lines) is in `text` as it was."""

    text: str
    units: tuple[Unit, ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences for the writer about the whole answer."""
    choices: tuple[str, ...] = ()
    """Where one of several may be chosen: each of them; `text` then has one in each line."""
