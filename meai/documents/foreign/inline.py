"""Words with their marks to a line of Markdown, escaped no more than this dialect needs. Knows nothing of blocks.

Text is first cut into runs that carry the same marks; only then delimiters are set, so that neither nested nor
neighbouring elements can produce a `****` that means something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from meai.documents.foreign.escaping import address, closed, escape, guarded, shown

Marks = frozenset[str]
NO_MARKS: Marks = frozenset()

_OPENING = {"strong": "**", "em": "*", "del": "~~", "sup": "<sup>", "sub": "<sub>"}
_CLOSING = {"sup": "</sup>", "sub": "</sub>"}
_ORDER = ("link", "strong", "em", "del", "sup", "sub")
_EMPHASIS = frozenset({"strong", "em", "del"})
_TAGGED = frozenset({"sup", "sub"})

_BLANK = re.compile(r"[ \t\n\r\f\v]+")
# A writing editor puts these where it means a space; between a number and its unit, or in French, one is meant.
_STRAY_NO_BREAK = re.compile("(?<![\\d«])\xa0(?![;:!?»€%])")

_BRACKETS_MATTER = re.compile(r"\][(\[:]|\[\^|^\[[ xX]\]|\^\[|!\[")
# A break is a sign here, because it is written as one.
_FORMULA = re.compile(r"\$(?! )[^$]*(?<! )\$(?!\d)")
_ADDRESS = re.compile(r"(?:https?|mailto):[^\s<>\\]+")
_DEFINITION = re.compile(r"(\[(?:\\.|[^\]\\])*\]):", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line."""

    text: str
    """Words; or, where `ready`, Markdown."""
    marks: Marks = NO_MARKS
    """Of `strong em del sup sub code`."""
    href: str = ""
    """Where it links to; empty for nowhere."""
    ready: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it shows nothing but space."""
        return not self.ready and not self.text.strip()

    @property
    def keys(self) -> frozenset[str]:
        """Its marks, and `link` where it is one."""
        return self.marks | {"link"} if self.href else self.marks


BREAK = Run("\n", ready=True)


def image(source: str, alt: str, title: str = "", href: str = "") -> Run:
    """Return a picture; *title* is what shows as its caption."""
    alt, title = (" ".join(shown(words).split()) for words in (alt, title))
    caption = ' "' + escape(title, brackets=True, dollars=True).replace('"', '\\"') + '"' if title else ""
    return Run(f"![{escape(alt, brackets=True, dollars=True)}]({address(source)}{caption})", href=href, ready=True)


def line(runs: Iterable[Run]) -> str:
    """Return *runs* as the text of a paragraph; each BREAK ends a line of it."""
    pieces = _fitting(_tidy(runs))
    text = _write(pieces)
    if _DEFINITION.match(text):
        text = _write([replace(run, href="") for run in pieces], brackets=True)
    return guarded(text)


def heading(runs: Iterable[Run]) -> str:
    """Return *runs* as one line that follows the `#` of a heading. A heading that is bold throughout is not marked."""
    pieces = _tidy(replace(run, text=" ", ready=False) if run.text == BREAK.text else run for run in runs)
    if all("strong" in run.marks for run in pieces if not run.ready or run.marks):
        pieces = _tidy(replace(run, marks=run.marks - {"strong"}) for run in pieces)
    return closed(_write(_fitting(pieces)))


def cell(runs: Iterable[Run]) -> str:
    """Return *runs* as the text of a table's cell, which is one line."""
    return _write(_fitting(_tidy(runs))).replace("\n", "<br>").replace("|", "\\|")


def _spaced(text: str) -> str:
    """Return *text* with the spaces that a reader sees."""
    return _BLANK.sub(" ", _STRAY_NO_BREAK.sub(" ", shown(text)))


def _code(text: str) -> str:
    taken = {len(ticks) for ticks in re.findall("`+", text)}
    fence = "`" * next(size for size in range(1, len(taken) + 2) if size not in taken)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _tidy(runs: Iterable[Run]) -> list[Run]:
    """Join equal neighbours, and take spaces out of marks and from the ends of lines."""
    pieces: list[Run] = []
    for run in _parted(_joined(runs)):
        if run.is_blank and (not pieces or pieces[-1].is_blank or pieces[-1].text == BREAK.text):
            continue
        if run.text == BREAK.text:
            if pieces and pieces[-1].is_blank:
                pieces.pop()
            if not pieces or pieces[-1].text == BREAK.text:
                continue
        pieces.append(run)
    while pieces and (pieces[-1].is_blank or pieces[-1].text == BREAK.text):
        pieces.pop()
    for index, run in enumerate(pieces):
        if run.is_blank or run.text == BREAK.text:
            before, after = pieces[index - 1], pieces[index + 1]
            href = before.href if before.href == after.href else ""
            pieces[index] = replace(run, marks=before.marks & after.marks, href=href)
    return [_ready_code(run) if "code" in run.marks else run for run in _joined(pieces)]


def _ready_code(run: Run) -> Run:
    return Run(_code(run.text), run.marks - {"code"}, run.href, ready=True) if not run.ready else run


def _joined(runs: Iterable[Run]) -> Iterator[Run]:
    waiting: list[Run] = []
    for run in runs:
        if waiting and (run.ready or (run.marks, run.href) != (waiting[0].marks, waiting[0].href)):
            yield _one(waiting)
            waiting = []
        if run.ready:
            yield run
        elif run.text:
            waiting.append(run)
    if waiting:
        yield _one(waiting)


def _one(alike: Sequence[Run]) -> Run:
    return Run(_spaced("".join(piece.text for piece in alike)), alike[0].marks, alike[0].href)


def _parted(runs: Iterable[Run]) -> Iterator[Run]:
    for run in runs:
        if run.ready:
            yield run
            continue
        words = run.text.strip()
        before, after = run.text[:1].isspace(), run.text[-1:].isspace()
        if before:
            yield Run(" ")
        if words:
            yield Run(words, run.marks, run.href)
        if after and words:
            yield Run(" ")


def _fitting(runs: Sequence[Run]) -> list[Run]:
    """Move punctuation out of emphasis where Markdown would otherwise not take the delimiters beside it for such."""
    pieces: list[Run] = []
    for index, run in enumerate(runs):
        before = runs[index - 1] if index else Run("")
        after = runs[index + 1] if index + 1 < len(runs) else Run("")
        if run.ready or not run.marks & _EMPHASIS:
            pieces.append(run)
            continue
        text = run.text
        opened, closed = (run.marks - before.marks) & _EMPHASIS, (run.marks - after.marks) & _EMPHASIS
        lead = _count(text) if opened and _is_word(before.text[-1:]) else 0
        trail = _count(text[:lead:-1]) if closed and _is_word(after.text[:1]) else 0
        pieces += [
            Run(text[:lead], run.marks - opened, run.href),
            Run(text[lead : len(text) - trail], run.marks, run.href),
            Run(text[len(text) - trail :], run.marks - closed, run.href),
        ]
    return _tidy(piece for piece in pieces if piece.text)


def _count(text: Iterable[str]) -> int:
    """Return how many signs *text* begins with that are no letter or number."""
    count = 0
    for sign in text:
        if _is_word(sign):
            break
        count += 1
    return count


def _is_word(sign: str) -> bool:
    return bool(sign) and not sign.isspace() and not _is_punctuation(sign)


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PS"


def _write(runs: Sequence[Run], *, brackets: bool = False) -> str:
    runs = [_plain_link(run) for run in runs]
    plain = "".join("\ufffc" if run.ready else run.text for run in runs)
    brackets = brackets or bool(_BRACKETS_MATTER.search(plain))
    written = _marked(runs, brackets, dollars=False)
    return _marked(runs, brackets, dollars=True) if _FORMULA.search(written) else written


def _marked(runs: Sequence[Run], brackets: bool, dollars: bool) -> str:
    out = ""
    open_: list[tuple[str, str]] = []
    refused: dict[str, int] = {}
    for index, run in enumerate(runs):
        text = run.text if run.ready else escape(run.text, brackets=brackets or bool(run.href), dollars=dollars)
        new = [key for key in _ORDER if key in run.keys and key not in (name for name, _ in open_)]
        before = out
        for key in sorted(new, key=lambda key: -_last(runs, index, key)):
            if index <= refused.get(key, -1) or (key in _EMPHASIS and not run.text.strip()):
                continue
            delimiter = _delimiter(runs, index, key, before)
            if delimiter is None:
                refused[key] = _last(runs, index, key)
            else:
                if delimiter == "[" and out[-1:] in ("!", "^"):
                    out = out[:-1] + "\\" + out[-1]
                out += delimiter
                open_.append((key, delimiter))
        if text[:1] == "[" and out[-1:] in ("!", "^"):
            out = out[:-1] + "\\" + out[-1]
        # Two runs of backticks beside each other would be one.
        out += f" {text}" if text[:1] == "`" == out[-1:] else text
        after = runs[index + 1] if index + 1 < len(runs) else Run("")
        gone = [
            at
            for at, (key, _) in enumerate(open_)
            if key not in after.keys or (key == "link" and after.href != run.href)
        ]
        while gone and len(open_) > gone[0]:
            key, delimiter = open_.pop()
            out += f"]({address(run.href)})" if key == "link" else _CLOSING.get(key, delimiter)
    return out


def _plain_link(run: Run) -> Run:
    """Return a link whose words are its address as `<address>`."""
    if run.ready or run.text != run.href or not _ADDRESS.fullmatch(run.href):
        return run
    return Run(f"<{run.href}>", run.marks, ready=True)


def _last(runs: Sequence[Run], index: int, key: str) -> int:
    """Return the last of the runs from *index* on that carry *key* without a gap."""
    href = runs[index].href
    while index + 1 < len(runs) and key in runs[index + 1].keys and (key != "link" or runs[index + 1].href == href):
        index += 1
    return index


def _delimiter(runs: Sequence[Run], index: int, key: str, out: str) -> str | None:
    """Return what opens *key* before the run *index*, or None where Markdown would not take it for that."""
    if key == "link":
        return "["
    if key not in _EMPHASIS:
        return _OPENING[key]
    last = _last(runs, index, key)
    before = runs[index - 1] if index else Run("")
    after = runs[last + 1] if last + 1 < len(runs) else Run("")
    # A neighbour's delimiter inside this one counts as punctuation, but stars beside stars are one delimiter.
    inner = (frozenset(_ORDER) - {key}) if key == "del" else frozenset({"link", "del", *_TAGGED})
    opens_with_word = _is_word(runs[index].text[:1]) and not runs[index].keys - before.keys & inner
    ends_with_word = _is_word(runs[last].text[-1:]) and not runs[last].keys - after.keys & inner
    follows, precedes = out[-1:], after.text[:1]
    if runs[index].text[:1].isspace() or runs[last].text[-1:].isspace():
        return None
    if not (opens_with_word or not _is_word(follows)) or not (ends_with_word or not _is_word(precedes)):
        return None
    # Between two signs a delimiter can mean both; with another one open, it would be taken for that one's end.
    unclear = (not opens_with_word and follows.strip()) or (not ends_with_word and precedes.strip())
    if unclear and len(runs[index].marks & _EMPHASIS) > 1:
        return None
    if follows != "*" or key == "del":
        return _OPENING[key]
    return None if _is_word(precedes) else _OPENING[key].replace("*", "_")
