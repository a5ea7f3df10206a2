"""Where the images of an article come from: the web, the workspace, or the text itself. Knows nothing of formats."""

from __future__ import annotations

import posixpath
import re
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

Asset = Callable[[str], "bytes | None"]
"""The bytes of an image by its path below the workspace, or None."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"RIFF....WEBP", "image/webp"),
    (rb"....ftypavi[fs]", "image/avif"),
    (rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg\b", "image/svg+xml"),
)


def host(address: str) -> str | None:
    """Return the host that *address* is loaded from, or None for what needs no network."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return parts.netloc if parts.scheme in ("http", "https") or (not parts.scheme and parts.netloc) else None


def path(address: str, *, document: str) -> str | None:
    """Return the path below the workspace that *address* names in *document*; None if it names no file there."""
    if host(address) is not None or address.startswith("data:"):
        return None
    named = unquote(re.split("[?#]", address, maxsplit=1)[0])
    below = named.lstrip("/") if named.startswith("/") else posixpath.join(posixpath.dirname(document), named)
    return posixpath.normpath(below) if named else None


def data_uri(content: bytes) -> str | None:
    """Return *content* as an address that needs no file; None where it is no image that pages can show."""
    for signature, media_type in _SIGNATURES:
        if re.match(signature, content, re.DOTALL):
            return f"data:{media_type};base64,{b64encode(content).decode('ascii')}"
    return None


def is_heic(content: bytes) -> bool:
    """Whether *content* is a photo as phones take it, which browsers and mail programs do not show."""
    return content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
