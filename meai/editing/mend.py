"""An answer brought back to what was asked: what corrects a word stays, what rewords is undone. Pure text.

"Correct spelling" may not reword, yet a small model cannot help it. Instead of dropping such an answer whole, the words
are lined up with the source's, and each difference is judged by itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

CLOSE = 0.6
"""How alike two words must be to count as one word spelled in two ways, as difflib measures it, 0 to 1."""
LONGEST_MERGE = 3
"""Words that may be written together or apart at one place: `alot`, `a lot`."""

# Words that turn what is said, however alike they look to others: `he` and `she`, `not` and `now`.
_TURNING = frozenset(["not", "no", "never", "nor", "he", "she", "him", "her", "his", "hers", "must", "may", "might"])
# Words that grammar changes one for another, however little they look alike; a comma or an article also comes and goes.
_COMMAS = frozenset(",;")
_ARTICLES = frozenset(["a", "an", "the"])
_FORMS = (
    _COMMAS,
    _ARTICLES,
    # Number and person, but not tense: when a thing was is the writer's to say.
    frozenset(["is", "are", "am"]),
    frozenset(["was", "were"]),
    frozenset(["has", "have"]),
    frozenset(["do", "does"]),
    frozenset(["in", "on", "at", "to", "of", "for", "with", "by", "from", "into"]),
    frozenset(["this", "that", "these", "those"]),
    frozenset(["their", "there", "they're"]),
)
_TOKEN = re.compile(r"(\s*)([^\W_]+(?:['’][^\W_]+)*|\S)")
_LAST_MARK = re.compile(r"[.,:;!?…]*$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark, with the white space before it."""

    space: str
    word: str


def with_edges_of(source: str, answer: str) -> str:
    """Return *answer* without a full stop and a capital that a heading or list item as *source* has not."""
    if answer.endswith(".") and not _last_mark(source):
        answer = answer[:-1]
    if source[:1].islower() and answer[:1].lower() == source[:1]:
        answer = source[:1] + answer[1:]
    return answer


def corrections_only(source: str, answer: str) -> str:
    """Return *source* with those differences of *answer* that correct a word, a doubled word or a comma.

    The marks at the end stay those of *source*. An answer that shares nothing leaves *source* as it is.
    """
    ours, theirs = _tokens(source), _tokens(_LAST_MARK.sub("", answer) + _last_mark(source))
    text = "".join(token.space + token.word for token in _merged(ours, theirs))
    return text + source[len(source.rstrip()) :]


def _tokens(text: str) -> list[Token]:
    return [Token(*match.groups()) for match in _TOKEN.finditer(text)]


def _last_mark(text: str) -> str:
    found = _LAST_MARK.search(text.rstrip())
    return found.group() if found else ""


def _merged(ours: list[Token], theirs: list[Token]) -> Iterator[Token]:
    words, others = [token.word for token in ours], [token.word for token in theirs]
    matcher = difflib.SequenceMatcher(None, words, others, autojunk=False)
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        source, answer = ours[start:end], theirs[other_start:other_end]
        if len(source) == len(answer):
            for token, other in zip(source, answer, strict=True):
                yield _spaced(token, other) if kind == "equal" or _corrects([token], [other]) else token
        elif _corrects(source, answer) or _doubled(words, start, end, answer):
            yield from answer
        else:
            yield from source


def _spaced(token: Token, other: Token) -> Token:
    """Return the answer's word; its white space too, unless the source breaks its line there or has none."""
    keep = "\n" in token.space or not token.space
    return Token(token.space if keep else other.space or token.space, other.word)


def _corrects(source: list[Token], answer: list[Token]) -> bool:
    """Whether *answer* says the same words as *source*, better spelled or in another grammatical form."""
    if max(len(source), len(answer)) > LONGEST_MERGE or not all(_may_change(token) for token in source + answer):
        return False
    ours, theirs = [token.word.casefold() for token in source], [token.word.casefold() for token in answer]
    if ours == theirs:
        return ours == ["i"]
    if not _TURNING.isdisjoint(ours + theirs):
        return False
    if all(word in _COMMAS | _ARTICLES for word in ours + theirs):
        return True
    if any(form.issuperset(ours + theirs) for form in _FORMS):
        return len(ours) == len(theirs)
    return difflib.SequenceMatcher(None, "".join(ours), "".join(theirs), autojunk=False).ratio() >= CLOSE


def _may_change(token: Token) -> bool:
    """Whether a word is neither a name such as LoRA or IT nor a mark that may be Markdown's."""
    word = token.word
    return (word[0].isalpha() and word[1:] == word[1:].lower() and "\n" not in token.space) or word in _COMMAS


def _doubled(words: list[str], start: int, end: int, answer: list[Token]) -> bool:
    """Whether the words from *start* to *end* only say again what stands beside them, and *answer* drops them."""
    return not answer and words[start:end] in (words[end : 2 * end - start], words[2 * start - end : start])
