"""Signs of a text that Markdown would read as marks, kept from it. Knows nothing of what the text is part of.

Only what this dialect would read otherwise is escaped: a text full of backslashes is no clean Markdown.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\u200b\ufeff\xad\ud800-\udfff]")
_ASCII_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_SPECIAL = re.compile(
    rf"\\(?=[{re.escape(_ASCII_PUNCTUATION)}]|\Z)|`|&(?=#?\w{{1,31}};)|<(?=[A-Za-z/!?]|\Z)|\*+|_+|~~+|\A~|~\Z|\$|[\[\]]"
)
_LINE_START = re.compile(r"(?=#{1,6}(?:\s|$)|[-+*](?:\s|$)|>|-{3,}\s*$)|\d{1,9}(?=[.)](?:\s|$))")
# Below another line these would make that a heading or the head of a table.
_LATER_LINE_START = re.compile(r"(?=[-=:|][-=|:\s]*$)")
_NOTE = re.compile(r"^(\[\^\w+\]):")
_CLOSING_HASHES = re.compile(r"(?:(?<=\s)|^)(?=#+$)")


def shown(text: str) -> str:
    """Return *text* without the characters that nobody can see."""
    return _UNSEEN.sub("", text)


def address(href: str) -> str:
    """Return *href* as Markdown's parentheses can hold it."""
    href = shown(href.strip())
    # Pairs may stand as they are, which keeps Wikipedia's addresses readable.
    brackets = "()" if re.fullmatch(r"(?:[^()]|\([^()]*\))*", href) else ""
    return quote(href, safe="!#$%&'*+,-./:;=?@_~" + brackets, errors="replace")


def escape(text: str, *, brackets: bool, dollars: bool) -> str:
    """Return words so that no mark is read in them; *brackets* and *dollars* say whether these could be read as one."""

    def escaped(found: re.Match[str]) -> str:
        signs = found[0]
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        if signs in "[]":
            needed = brackets
        elif signs == "$":
            needed = dollars
        elif signs[0] in "*_" and before and after:
            apart = before.isspace() and after.isspace()
            needed = not apart and not (signs[0] == "_" and before.isalnum() and after.isalnum())
        else:
            needed = True
        return "".join("\\" + sign for sign in signs) if needed else signs

    return _SPECIAL.sub(escaped, text)


def guarded(text: str) -> str:
    """Return a paragraph, its lines apart by breaks, so that nothing at the start of one makes it another block."""
    first, *later = map(_guarded, text.split("\n"))
    return "\\\n".join([first, *(f"\\{one}" if _LATER_LINE_START.match(one) else one for one in later)])


def closed(text: str) -> str:
    """Return a heading's text so that the `#` at its end stays."""
    return _CLOSING_HASHES.sub(r"\\", text)


def _guarded(one: str) -> str:
    one = _NOTE.sub(r"\1\\:", one)
    found = _LINE_START.match(one)
    return f"{found[0]}\\{one[found.end() :]}" if found else one
