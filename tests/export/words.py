"""The words of a document, and those that an export has neither in its content nor in its report."""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
from pathlib import Path

from meai.export.formats import Export, export
from meai.markdown import frontmatter

FIXTURES = Path(__file__).parent / "fixtures"

_KEPT = re.compile(r"""\b(?:alt|title|href|src|value|action)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_MARKUP: tuple[tuple[str, str], ...] = (
    (r"(?m)^[ >-]*(?:`{3,}|~{3,})[^\n`]*$", " "),
    (r"(?im)^[ >-]*:{3,} *(?:note|tip|important|warning|caution|callout|pullquote|paywall|subscribe|button)?", " "),
    (r"\{\{subscribe\}\}|<!-- paywall -->|\[!\w+\]|\[\^[^\]]+\]:?", " "),
    (r"(?m)^\[\w+\]: ", " "),
    (r"\b(?:https?|mailto|data|javascript|image/gif):?\S*", " "),
    (r"\bpictures/[\w.]+|\bgone\.png", " "),
    (r"<!\[CDATA\[|<\?php", " "),
)
"""What is a sign in the source and no word of its writer, and addresses, which other tests follow."""


def words(source: str) -> set[str]:
    """The words of *source* that a reader must get or its writer hear of: of three letters or more."""
    block, body = frontmatter.split(source)
    matter = frontmatter.read(block)
    text = re.sub(r"<[A-Za-z/][^>\n]*>", lambda tag: f" {' '.join(_KEPT.findall(tag[0]))} ", body)
    for pattern, instead in _MARKUP:
        text = re.sub(pattern, instead, text)
    head = f"{matter.text('title')} {matter.text('subtitle')}"
    return set(re.findall(r"[^\W\d_]{3,}", html.unescape(f"{head} {text}")))


def shown(done: Export) -> str:
    """All that *done* says, marks of its format taken out and left in, and its report."""
    content = _decoded(done)
    bare = re.sub(r"<[^>]*>", "", content)
    parts = [_bare(part.content) for part in done.parts]
    said = [*(note.message for note in done.report), *parts]
    whole = "\n".join([content, bare, content.replace("\\", ""), *said])
    return whole + html.unescape(whole)


def _bare(text: str) -> str:
    return text if len(text) < 1_000_000 else ""


def _decoded(done: Export) -> str:
    if done.media_type == "message/rfc822":
        message = email.message_from_string(done.content, policy=email.policy.default)
        texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        return "\n".join([str(message["Subject"]), *texts])
    if done.media_type == "application/json":
        return _strings(json.loads(done.content))
    return done.content


def _strings(value: object) -> str:
    if isinstance(value, str):
        try:
            return _strings(json.loads(value)) if value[:1] in "{[" else value
        except ValueError:
            return value
    if isinstance(value, dict):
        # Text that only marks part is one word.
        return "".join(_strings(one) + ("" if key == "text" else "\n") for key, one in value.items() if key != "type")
    return "".join(map(_strings, value)) if isinstance(value, list) else ""


def asset(path: str) -> bytes | None:
    """The bytes of an image of the fixtures."""
    file = FIXTURES / path
    return file.read_bytes() if file.is_file() else None


def missing(source: str, target: str, **chosen: object) -> list[str]:
    """The words of *source* of which neither the export to *target* nor its report has any trace."""
    done = export(source, name="letter.md", format=target, asset=asset, chosen=chosen)
    said = shown(done)
    return sorted(word for word in words(source) if word not in said)
