"""What of a text must never change: destinations, images, code, math, HTML, footnotes, tags. Knows text only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_DESTINATION = r"""\([ \t]*(?:<[^<>\n]{0,2000}>|[^()\s<]*(?:\([^()\s]*\)[^()\s]*)*)
                   (?:\s+(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?[ \t]*\)"""
_WORDS = r"(?:\\.|[^\[\]\n\\]|\n(?!\s*\n)|\[[^\[\]\n]*\]){0,1000}"
_ATTRIBUTES = r"""(?:(?:[^<>"'\n]|\n(?!\s*\n)|"[^"\n]{0,1000}"|'[^'\n]{0,1000}'){0,1000}|[^<>\n]{0,1000})"""
_DEFINITION = r"""^[ >]{0,12}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]*\n?[ \t]*(?:<[^<>\n]{0,2000}>|[^\s<][^\s]{0,2000})
                  (?:[ \t]*\n?[ \t]*(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?[ \t]*$"""
_PROTECTED = re.compile(
    rf"""
      (?m:{_DEFINITION})                          # what a reference stands for
    | (?m:^[ >]{{0,12}}\[\^[^\[\]\s]+\]:)             # and where a footnote stands
    | (?<!`)(?P<ticks>`{{1,8}})(?!`).{{1,1000}}?(?<!`)(?P=ticks)(?!`)  # inline code
    | !\[{_WORDS}\](?:{_DESTINATION}|\[[^\[\]\n]*\])              # image
    | (?P<link>\[(?P<words>
        (?:\\.|[^\[\]\n!\\]|\n(?!\s*\n)|!(?:\[{_WORDS}\]{_DESTINATION})?|\[[^\[\]\n]*\](?!\()){{1,2000}}
      )\](?P<end>{_DESTINATION}|\[[^\[\]\n]+\]))                  # inline link, or a reference link
    | \[\^[^\[\]\s]+\]                                # footnote reference
    | \[(?![ xX]\])[^\[\]\n]{{1,200}}\](?:\[\])?             # reference by its words, or a shortcode
    | \$\$.{{1,2000}}?\$\$ | (?<![\\$\w])\$(?=\S)[^$\n]*?(?<=[^\s\\])\$(?![\d$])  # math
    | \{{\{{.{{0,500}}?\}}\}} | \{{%.{{0,500}}?%\}} | <%.{{0,500}}?%>  # template tags and shortcodes
    | (?<![\w:]):[a-z][a-z0-9_+-]{{1,40}}:(?![\w:])               # emoji by their names
    | \*\|[^|\n]{{1,60}}\|\* | %%\w[\w.]{{0,60}}%%                # merge tags of mailing services
    | <\|[^|<>\n]{{1,60}}\|>                             # special tokens of models, when they are written about
    | <!--.{{0,1000}}?--> | </?[A-Za-z]{_ATTRIBUTES}>               # comments and HTML tags
    | <[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>              # autolinks
    | (?:https?://|www\.)(?:[^\s<>()\[\]]|\([^\s<>()\[\]]*\))*(?:[^\s<>()\[\].,;:!?'"*_]|(?<=\)))  # bare addresses
    | (?<![\w.+-])[\w.+-]{{1,64}}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}                    # mail addresses
    """,
    re.VERBOSE | re.DOTALL,
)
# Every repeat that may cross what it looks for is bounded: without that, time grows with the square of a text.


LONGEST_NAME = 60
NEAR = 1000
"""Characters on both sides of a text, in its lines, that may belong to what it has a part of."""


@dataclass(frozen=True, slots=True)
class Span:
    """A protected place: all of it must come back as it is."""

    start: int
    end: int
    text: str
    opening: int = -1
    """Of a link's end, `](…)`, where the bracket stands that opens it; its words are the writer's. Else -1."""


def spans(text: str) -> Iterator[Span]:
    """Yield what of *text* must come back exactly, in order. Of a link that is its end, and what its words hold."""
    for match in _PROTECTED.finditer(text):
        if match["link"] is None:
            yield Span(*match.span(), match.group())
            continue
        start = match.start("words")
        for inner in spans(match["words"]):
            yield Span(inner.start + start, inner.end + start, inner.text)
        end = match.end("words")
        yield Span(end, match.end(), text[end : match.end()], match.start())


def protected_ranges(text: str) -> list[tuple[int, int]]:
    """Return where *text* holds something protected, a link's words with it: starts and ends, in order."""
    return [match.span() for match in _PROTECTED.finditer(text)]


def protected_spans(text: str) -> list[str]:
    """Return what of *text* must come back exactly, in order, repeats included.

    Of a link only the destination is protected, since its words are the writer's and may be corrected.
    """
    return [span.text for span in spans(text)]


def link_words(text: str) -> list[tuple[int, int]]:
    """Return where the words of the links in *text* stand."""
    return [match.span("words") for match in _PROTECTED.finditer(text) if match["link"] is not None]


def lost_spans(source: str, answer: str) -> Counter[str]:
    """Return the protected spans of *source* that *answer* has less often."""
    return Counter(protected_spans(source)) - Counter(protected_spans(answer))


def parted_span(before: str, text: str, after: str) -> str:
    """Return what begins or ends in the middle of *text*, which stands between the two others; nothing where none does.

    Words inside of brackets may stand alone.
    """
    tail, head = before[-NEAR:].rpartition("\n")[2], after[:NEAR].partition("\n")[0]
    start, end = len(tail), len(tail) + len(text)
    for span in spans(tail + text + head):
        cut = [span.start < border < span.end for border in (start, end)]
        if any(cut) and "\n\n" not in span.text and not (all(cut) and span.text.startswith("[")):
            return span.text
    return ""


def added_spans(source: str, answer: str) -> Counter[str]:
    """Return the protected spans of *answer* that *source* has less often: invented, or doubled."""
    return lost_spans(answer, source)


def named(span: str) -> str:
    """Return *span* as somebody would call it: a link by its address, what is long by its beginning."""
    text = " ".join(span.removeprefix("]").split())
    text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."


def without_protected(text: str) -> str:
    """Return *text* with every protected span taken out, a link's words with it."""
    return _PROTECTED.sub("", text)
