"""Marks that newsletters need and CommonMark has none for: callouts, pull quotes, buttons, sign-up forms, a paywall.

    ::: paywall            ::: note Careful         > [!NOTE]
    ::: subscribe          Text of a callout.       > A callout, as GitHub writes it.
    ::: button [Go](…)     :::

Knows the marks and nothing of how they look.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

CALLOUTS: dict[str, str] = {
    "note": "Note",
    "tip": "Tip",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
    "callout": "",
}
"""Every kind of callout and its label, where the writer gives none."""

LEAVES = ("paywall", "subscribe", "button")
"""What stands on a line of its own; text follows only where a closing `:::` ends the paragraph."""

_OPENING = re.compile(
    rf"(:{{3,}})[ \t]*({'|'.join((*CALLOUTS, *LEAVES, 'pullquote'))})(?:[ \t]+(.*?))?[ \t]*:*[ \t]*", re.IGNORECASE
)
_CLOSING = re.compile(r"(:{3,})[ \t]*")
_FENCE = re.compile("`{3,}(?!.*`)|~{3,}")
_ELSEWHERE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--\s*paywall\s*-->\s*", re.IGNORECASE), "paywall"),
    (re.compile(r"\{\{\s*subscribe\s*\}\}\s*", re.IGNORECASE), "subscribe"),
)
_ALERT = re.compile(rf"\[!({'|'.join(CALLOUTS)})\][-+]?[ \t]*([^\n]*)(?:\n|\Z)", re.IGNORECASE)


def directives_plugin(md: MarkdownIt) -> None:
    """Add the block rule `directive` and the core rule `callout`."""
    md.block.ruler.before("fence", "directive", _directive, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.core.ruler.before("inline", "callout", _callouts)


def _directive(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    if state.is_code_block(first) or not (found := _opening(_line(state, first))):
        return False
    if silent:
        return True
    name, title = found
    inside, after = _extent(state, first, end, leaf=name in LEAVES)
    tag, kind = ("aside", "callout") if name in CALLOUTS else ("div", "directive")
    if name == "pullquote":
        tag, kind = "blockquote", "pullquote"
    state.parentType, parent, lines = "directive", state.parentType, state.lineMax
    state.lineMax = inside
    opening = state.push(f"{kind}_open", tag, 1)
    opening.meta = {"name": name}
    opening.map = [first, after]
    for token in _label(name, title, first, state.level):
        state.tokens.append(token)
    state.md.block.tokenize(state, first + 1, inside)
    state.push(f"{kind}_close", tag, -1)
    state.parentType, state.lineMax = parent, lines
    state.line = after
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _opening(line: str) -> tuple[str, str] | None:
    """Return the name and the title that *line* opens a directive with."""
    if line[:1] == ":":
        found = _OPENING.fullmatch(line)
        return (found[2].lower(), found[3] or "") if found else None
    return next(((name, "") for pattern, name in _ELSEWHERE if line[:1] in "<{" and pattern.fullmatch(line)), None)


def _extent(state: StateBlock, first: int, end: int, *, leaf: bool) -> tuple[int, int]:
    """Return the line after the last one inside what *first* opens, and the line after all of it.

    What nothing closes ends with what it stands in; a *leaf* that nothing closes has nothing inside.
    """
    nothing = (first + 1, first + 1)
    depth, fence = 1, ""
    for line in range(first + 1, end):
        text = _line(state, line)
        if (text and state.sCount[line] < state.blkIndent) or (leaf and (not text.strip() or _opening(text))):
            return nothing if leaf else (line, line)
        if state.is_code_block(line):
            continue
        if found := _FENCE.match(text):
            fence = ("" if text.strip() == found[0] and found[0].startswith(fence) else fence) if fence else found[0]
        elif fence or text[:1] != ":":
            continue
        elif _CLOSING.fullmatch(text):
            depth -= 1
            if depth == 0:
                return line, line + 1
        elif (name := _opening(text)) and name[0] not in LEAVES:
            depth += 1
    return nothing if leaf else (end, end)


def _label(name: str, title: str, line: int, level: int) -> list[Token]:
    text = title or CALLOUTS.get(name, "")
    if not text:
        return []
    kind = "callout_label" if name in CALLOUTS else "paragraph"
    opening = Token(f"{kind}_open", "p", 1, map=[line, line + 1], level=level, block=True)
    inline = Token("inline", "", 0, map=[line, line + 1], level=level + 1, content=text, children=[], block=True)
    return [opening, inline, Token(f"{kind}_close", "p", -1, level=level, block=True)]


def _callouts(state: StateCore) -> None:
    """Make callouts of the quotations that begin with `[!NOTE]`."""
    done: list[Token] = []
    quotes: list[bool] = []
    waiting = list(reversed(state.tokens))
    while waiting:
        token = waiting.pop()
        if token.type == "blockquote_open":
            found = _alert(waiting)
            quotes.append(found is not None)
            done.append(token)
            if found is not None:
                name, title = found
                token.type, token.tag, token.meta = "callout_open", "aside", {"name": name}
                done += _label(name, title, (token.map or [0])[0], token.level + 1)
            continue
        if token.type == "blockquote_close" and quotes.pop():
            token.type, token.tag = "callout_close", "aside"
        done.append(token)
    state.tokens[:] = done


def _alert(waiting: list[Token]) -> tuple[str, str] | None:
    """Take the mark of a callout from the tokens of its first paragraph, the last three of *waiting*."""
    if len(waiting) < 3 or waiting[-1].type != "paragraph_open":
        return None
    found = _ALERT.match(waiting[-2].content)
    if found is None:
        return None
    waiting[-2].content = waiting[-2].content[found.end() :]
    if not waiting[-2].content.strip():
        del waiting[-3:]
    return found[1].lower(), found[2].strip()
