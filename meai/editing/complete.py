"""Text at the caret: how the paragraph may go on, up to what follows. Knows no budget, for nothing is replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from meai.editing.joining import SENTENCE_END, follows, is_between_sentences, joined, spaced
from meai.editing.order import Emit, Proposal, RewriteOrder, Screen, unseen
from meai.editing.prompts import FILL_TOKENS, SENTENCE_TOKENS, continuation, rest_of_sentence, varied
from meai.editing.units import Ask
from meai.editing.verify import no_words_for_a_reader
from meai.errors import BadInput
from meai.inference.request import Completion, Request

_MARKUP = re.compile(r"[#>|`~<\[]|[-*+](?:\s|-|$)|\d+[.)]?(?:\s|$)|:::")
_MARK = re.compile(r"[.,;:!?]")
_BEGUN = re.compile(r"[A-Za-z]+\Z")
_ADDRESS = re.compile(r"https?:|www\.|[`<>|\[\]{}]")
_SEEN, _SAME = 200, 3
"""Characters that are looked at after the caret, and words that count as the same text."""
PATHS = 3
"""Continuations of which one may lead on to what follows."""
Compare = Callable[[Request, Sequence[str]], Sequence[float]]
"""Returns how probable each of several texts is as a continuation of a request's prompt."""


def continued(
    order: RewriteOrder,
    screen: Screen,
    ask: Ask,
    unread: Callable[[Completion], tuple[str, ...]],
    compare: Compare | None = None,
) -> Proposal:
    """Return how the text before the caret may go on, to the end of its line. Raises BadInput where nothing comes.

    With *compare* the rest of a sentence leads on to what follows in its line.
    """
    written = order.before + order.selection
    if not written.strip():
        raise BadInput("There is nothing to continue yet; write a few words first.")
    if order.one_sentence:
        return _sentence(order, written, screen.emit, ask, compare)
    line = OneLine(screen.sketch, space="" if written[-1].isspace() else " ")
    answer = ask(varied(continuation(written), order.variation), line)
    text = line.text if line.ended or answer.reason != "length" else _whole_sentences(line.text)
    if not text.strip() or no_words_for_a_reader(written, text):
        raise BadInput("The model has nothing to add here; write a few more words and try again.")
    return Proposal(text, (), unread(answer))


def _sentence(order: RewriteOrder, written: str, emit: Emit, ask: Ask, compare: Compare | None) -> Proposal:
    """Return the rest of the sentence at the caret, in one piece; an empty text where nothing fits."""
    found = _BEGUN.search(written)
    begun = found.group() if found else ""
    before = written[: len(written) - len(begun)]
    following = follows(order.after)
    if following and compare is not None:
        text = _between(order, before, begun, following, ask, compare)
    else:
        text = next(_continuations(order, before, begun, ask, 1, SENTENCE_TOKENS), "")
        text = _before_what_follows(_first_sentence(text), order.after)
    if not text.strip() or no_words_for_a_reader(written, text) or _ADDRESS.search(text):
        return Proposal("")
    emit(text)
    return Proposal(text)


def _between(order: RewriteOrder, before: str, begun: str, following: str, ask: Ask, compare: Compare) -> str:
    """Return what leads on from *before* and *begun* to *following*; nothing where no continuation does."""
    found = _continuations(order, before, begun, ask, PATHS, FILL_TOKENS)
    cut = ((text, _before_what_follows(text, following)) for text in found)
    # The space tells that the last word is all there.
    texts = [text if text == said else f"{said} " for text, said in cut]
    prompt = continuation(before)
    whole = is_between_sentences(before + begun, following)
    text = joined(begun, texts, following, lambda candidates: compare(prompt, candidates), whole=whole)
    return spaced(text, following) if text else ""


def _continuations(order: RewriteOrder, before: str, begun: str, ask: Ask, paths: int, tokens: int) -> Iterator[str]:
    """Yield how *before* and *begun* may go on, without *begun*, asked for in so many ways."""
    parted = bool(before) and before[-1].isspace()
    for path in range(paths):
        line = OneLine(unseen, space="" if parted or not before else " ")
        ask(varied(rest_of_sentence(before, begun, tokens), order.variation * paths + path), line)
        text = line.text.removeprefix(begun) if begun else line.text
        if text != line.text or not (begun or (parted and _MARK.match(text))):
            yield text


def _first_sentence(text: str) -> str:
    end = SENTENCE_END.search(text)
    # Without an end, the last word may be half of one.
    return text[: end.end()] if end else text[: text.rstrip().rfind(" ") + 1].rstrip() if " " in text.strip() else ""


def _before_what_follows(text: str, after: str) -> str:
    """Return *text* up to where it begins to say what stands after the caret."""
    words = after.lstrip()[:_SEEN].split("\n")[0].split()[:_SAME]
    # What begins a new line and is short, such as “The end”, may stand in any sentence.
    if not words or (len(words) < _SAME and after.lstrip(" ").startswith("\n")):
        return text
    said = re.search(rf"(?:\b|(?=\W)){re.escape(' '.join(words))}(?!(?<=\w)\w)", text)
    return text[: said.start()].rstrip() if said else text


class OneLine:
    """Passes on the first line of an answer that has words, since a continuation stays in its paragraph.

    What begins as a list, a table, a fence or a heading is no sentence and is dropped. *space* stands for the line ends
    before a new paragraph; it is empty where the text before ends with white space already.
    """

    def __init__(self, emit: Emit, *, space: str) -> None:
        self._emit = emit
        self._space = space
        self._start = ""
        self.text = ""
        self.ended = False

    def __call__(self, piece: str) -> None:
        """Take more of the answer."""
        if not self.text and not self.ended:
            piece = self._first(piece)
        if self.ended or not piece:
            return
        line, newline, _ = piece.partition("\n")
        self.text += line
        self.ended = bool(newline)
        self._emit(line)

    def _first(self, piece: str) -> str:
        self._start += piece
        words = self._start.lstrip()
        blank = self._start[: len(self._start) - len(words)]
        new_line = not self._space or "\n" in blank
        self.ended = new_line and _MARKUP.match(words) is not None
        if not words:
            return ""
        return (blank if self._space and "\n" not in blank else self._space) + words


def _whole_sentences(text: str) -> str:
    """Return *text* up to the end of its last whole sentence, or all of it when it has none."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else text
