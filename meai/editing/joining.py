"""Words between two texts: which of several continuations leads on to what follows, and where it stops for that.

Each is cut after each of its words, and the model says how probable the cut and what follows are together. Knows no
prompt and no document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

Score = Callable[[Sequence[str]], Sequence[float]]
"""Returns how probable each text is as a continuation of what stands before, as the logarithm of a probability."""

FARTHEST = 8
"""Words of a continuation at most."""
COMPARED = 8
"""Words of what follows that are looked at."""
WORD = 1.5
"""What a word more may cost, in nats: each makes a text less probable, and one that says something is wanted."""
SENTENCE_END = re.compile(r"""[.!?…]["'”’)]*(?=\s|$)""")
_CLOSING = re.compile(r"[.,;:!?…)\]}'’”\"*_]")


def follows(after: str) -> str:
    """Return what goes on after the caret in its line; nothing where the line ends there. A new line is a new start."""
    line = after.split("\n", 1)[0].rstrip()
    return line if line.strip() else ""


def is_between_sentences(before: str, following: str) -> bool:
    """Return whether a whole sentence may stand between the two, and no part of one."""
    rest = before.rstrip()
    ended = not rest or SENTENCE_END.search(rest[-4:]) is not None
    return ended and following.lstrip("\"'“‘(*_ \t")[:1].isupper()


def joined(begun: str, texts: Iterable[str], following: str, score: Score, *, whole: bool) -> str:
    """Return that beginning of one of *texts* after which *following* is most probable, or nothing where none helps.

    The texts go on with *begun*, a word's first letters, as they stand; *whole*: to a sentence's end. *score* judges
    what comes after a word.
    """
    cuts = list(dict.fromkeys(cut for text in texts for cut in _cuts(text, following, whole=whole)))
    if not cuts:
        return ""
    ahead = " ".join(following.split()[:COMPARED])
    none = _led(begun + (" " if following[0].isspace() else "") + ahead)
    scores = score([none, *(_led(begun + spaced(cut, following, always=True) + ahead) for cut in cuts)])
    gains = [figure + WORD * len(cut.split()) for cut, figure in zip(cuts, scores[1:], strict=True)]
    best = max(range(len(cuts)), key=gains.__getitem__)
    return cuts[best] if gains[best] > scores[0] else ""


def spaced(text: str, following: str, *, always: bool = False) -> str:
    """Return *text* with the space that it needs before *following*; *always*: also where that brings its own."""
    own = following[0].isspace()
    return f"{text} " if (own and always) or not (own or _CLOSING.match(following)) else text


def _cuts(text: str, following: str, *, whole: bool) -> Iterator[str]:
    """Yield where *text* may stop: at its first sentence's end for a *whole* one, else in it after a word."""
    end = SENTENCE_END.search(text)
    if whole:
        yield from [text[: end.end()]] if end else []
        return
    # Without an end, the last word may be half of one.
    inside = text[: end.start()] if end else text[: max(text.rfind(" "), 0)]
    first = following.split()[0].casefold()
    for word in list(re.finditer(r"\S+", inside))[:FARTHEST]:
        cut = inside[: word.end()]
        if _CLOSING.match(following):
            cut = cut.rstrip(",;:")
        if word.group().casefold() != first and any(map(str.isalpha, cut)):
            yield cut


def _led(text: str) -> str:
    """Return *text* with the space with which a word begins."""
    return text if _CLOSING.match(text) or text[:1].isspace() else f" {text}"
