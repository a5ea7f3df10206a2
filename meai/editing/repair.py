"""An answer without what a model says round it: greetings, thoughts, fences, notes of its own. Pure text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_THOUGHTS = re.compile(r"\A\s*<(think|thinking|thought|reasoning)>.*?</\1>\s*", re.DOTALL | re.IGNORECASE)
_END = re.compile(r"(?:<\|(?:im_end|end|eot_id|endoftext|end_of_text)\|>|</s>|<end_of_turn>|\[/?INST\])\s*\Z")
_FENCE = re.compile(r"\A```[\w-]*\n(.*?)\n?```\Z", re.DOTALL)
_PREAMBLE = re.compile(
    r"\A\W*(?:(?:sure|certainly|of course|okay|ok|absolutely|great|got it|yes)\b[^\n:]{0,20}?)?\W*"
    r"(?:here(?:['’]s| is| are)|this is|below is|the (?:corrected|rewritten|revised|edited|paraphrased|improved)"
    r"|the shortened|my (?:rewrite|version)"
    r"|(?:to [^\n,]{3,60}, )?i(?:['’]ll| will)(?: just)? (?:rephrase|rewrite|edit|correct|paraphrase)"
    r"|(?:corrected|rewritten|revised|edited|improved|shortened) (?:text|version|sentence))"
    r"[^\n]{0,80}?:\s+",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\A(?:sure|certainly|of course|okay|absolutely)[!,.][ \n]+(?=\S)", re.IGNORECASE)
_SAYS = re.compile(r"\A(?:the (?:text|author|writer) (?:says|states)|in summary)[,:]\s+(?=[\"“])", re.IGNORECASE)
_LABEL = re.compile(
    r"\A\**(?:corrected|rewritten|revised|edited|better|in other words|text|answer|output|result|response|translation"
    r"|summary|shorter|simplified|paraphrase)(?: text| version| sentence)?\**\s?:\**\s+",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\n\s*\n\W*(?:note\b|notes:|i (?:have |['’]ve )?(?:corrected|changed|fixed|made|kept|rewrote|edited|removed|used)"
    r"|i hope|the (?:original|given|provided) text\b"
    r"|explanation|changes(?: made)?\s*:|changed\s*:|let me know|the (?:main )?changes"
    r"|this (?:version|change|revision)\b|please let|feel free|is there anything)[\s\S]*\Z",
    re.IGNORECASE,
)
_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"), ("„", "“"))
_TEXT_KEYS = frozenset(["text", "answer", "result", "output", "corrected", "rewritten", "response"])


def repaired(answer: str, source: str) -> str:
    """Return *answer* without what was said round the text, unless *source* begins or ends so itself."""
    text = answer.strip()
    for repair in _REPAIRS:
        text = repair(text, source).strip()
    return text


def _without(pattern: re.Pattern[str]) -> Callable[[str, str], str]:
    def repair(text: str, source: str) -> str:
        return text if pattern.search(source) else pattern.sub("", text, count=1)

    return repair


def _unfenced(text: str, source: str) -> str:
    found = _FENCE.match(text)
    return found[1] if found and not source.startswith("```") else text


def _unquoted(text: str, source: str) -> str:
    for opening, closing in _QUOTES:
        inside = text[1:-1]
        whole = len(text) > 2 and text[0] == opening and text[-1] == closing and closing not in inside
        if whole and not source.startswith(opening):
            return inside
    return text


def _out_of_json(text: str, source: str) -> str:
    if not text.startswith("{") or source.startswith("{"):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    words = [each for key, each in value.items() if key in _TEXT_KEYS and isinstance(each, str)]
    return words[0] if len(words) == 1 else text


_REPAIRS: tuple[Callable[[str, str], str], ...] = (
    _without(_THOUGHTS),
    _without(_END),
    _unfenced,
    _out_of_json,
    _without(_PREAMBLE),
    _without(_GREETING),
    _without(_SAYS),
    _without(_LABEL),
    _without(_NOTE),
    _unfenced,
    _unquoted,
)
