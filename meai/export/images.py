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


def media_type(content: bytes) -> str | None:
    """Return what kind of image *content* is; None where it is none that pages can show."""
    return next((kind for signature, kind in _SIGNATURES if re.match(signature, content, re.DOTALL)), None)


def data_uri(content: bytes) -> str | None:
    """Return *content* as an address that needs no file; None where it is no image that pages can show."""
    kind = media_type(content)
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}" if kind else None


def width(content: bytes) -> int | None:
    """Return how many pixels *content* is wide, as a PNG, a GIF, a JPEG or a WebP says it itself; else None."""
    kind = media_type(content)
    if kind == "image/png" and content[12:16] == b"IHDR":
        return int.from_bytes(content[16:20], "big")
    if kind == "image/gif":
        return int.from_bytes(content[6:8], "little")
    if kind == "image/webp" and content[12:16] == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1
    return _jpeg_width(content) if kind == "image/jpeg" else None


def _jpeg_width(content: bytes) -> int | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        # The frame header, of whatever coding; the others are tables and comments.
        if 0xC0 <= content[at + 1] <= 0xCF and content[at + 1] not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9], "big")
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def is_heic(content: bytes) -> bool:
    """Whether *content* is a photo as phones take it, which browsers and mail programs do not show."""
    return content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
