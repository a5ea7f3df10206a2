"""A file from an address, taken up where it stopped. Knows addresses and bytes, not what a model is.

Proxies are those of the system's settings. A key goes to the host that it is for and to no other.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from meai.errors import BadInput, Cancelled, DownloadFailed

Progress = Callable[[int, int], None]

SILENCE_S = 10.0
"""A server that says nothing for so long is asked again."""
WAITS_S = (0.5, 1.0, 2.0)
"""Before another attempt, as long as nothing more comes."""
_CHUNK_BYTES = 1 << 18
_SYNC_BYTES = 32 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_REASONS = {
    401: "it needs a key; log in with `hf auth login`, or set HF_TOKEN",
    403: "its publisher wants its terms accepted first, on the model's page with your account",
    404: "it is not there any more",
    429: "the server has too much to do; try again later",
}


@dataclass(frozen=True, slots=True)
class Published:
    """What the server said of the file."""

    size: int = 0
    """Bytes; 0 where it did not say."""
    sha256: str = ""
    """As the publisher gave it, or empty."""
    etag: str = ""
    safe: int = 0
    """Bytes that are on the disk for sure."""


class _NoRange(Exception):
    """What is here cannot be continued."""


def fetch_file(
    url: str, label: str, work: Path, progress: Progress, cancelled: threading.Event, *, key: str = ""
) -> tuple[Path, Published]:
    """Bring the file at *url* into the folder *work*; return its path and what its server said of it.

    What an earlier call left in *work* is continued as long as the server says that the file is the same. *key* is
    sent to the host of *url* as a bearer token. Raises DownloadFailed, Cancelled, OSError.
    """
    partial = work / "model"
    attempts = 0
    while True:
        before = _published(work).safe
        try:
            return partial, _attempt(url, work, partial, progress, cancelled, key)
        except _NoRange:
            partial.unlink(missing_ok=True)
            (work / "published.json").unlink(missing_ok=True)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500:
                raise DownloadFailed(
                    _sentence(label, url, _REASONS.get(error.code, f"it said {error.code}"))
                ) from error
            reason: object = f"it said {error.code}"
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
        if cancelled.is_set():
            raise Cancelled(f"Fetching {label} was stopped.")
        attempts = 0 if _published(work).safe > before else attempts + 1
        if attempts > len(WAITS_S):
            raise DownloadFailed(_sentence(label, url, f"it does not answer ({reason})"))
        if attempts and cancelled.wait(WAITS_S[attempts - 1]):
            raise Cancelled(f"Fetching {label} was stopped.")


def bytes_here(work: Path) -> int:
    """Return how many bytes of a file that was begun are in *work*."""
    return _published(work).safe


def check_url(url: str) -> None:
    """Raise BadInput for an address whose bytes others could change on their way."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise BadInput(f"{url} is no https address; a model is fetched over https only.")


def _attempt(
    url: str, work: Path, partial: Path, progress: Progress, cancelled: threading.Event, key: str
) -> Published:
    known = _published(work)
    with partial.open("ab") as file:
        file.truncate(known.safe)
        headers = {"Accept-Encoding": "identity", "User-Agent": "meai"}
        if known.safe:
            headers |= {"Range": f"bytes={known.safe}-", "If-Range": known.etag}
        redirects = _Redirects()
        request = urllib.request.Request(url, headers=headers)  # noqa: S310  checked by check_url
        if key:
            request.add_unredirected_header("Authorization", f"Bearer {key}")
        check_url(url)
        try:
            answer = urllib.request.build_opener(redirects).open(request, timeout=SILENCE_S)
        except urllib.error.HTTPError as error:
            if error.code == 416:
                error.close()
                raise _NoRange from error
            raise
        with answer:
            now = _announced(known, answer.status, {**redirects.said, **_lower(answer.headers)})
            file.truncate(now.safe)
            return _receive(answer, file, work, now, progress, cancelled)


def _announced(known: Published, status: int, said: Mapping[str, str]) -> Published:
    """Return what is being sent, from which byte on; raise _NoRange for a continuation that does not fit."""
    sha256 = said.get("x-linked-etag", "").strip('"')
    sha256 = sha256 if _SHA256.fullmatch(sha256) else ""
    if status == 206:
        match = _RANGE.fullmatch(said.get("content-range", ""))
        if match is None or int(match[1]) != known.safe or (known.size and int(match[2]) != known.size):
            raise _NoRange
        return Published(int(match[2]), known.sha256 or sha256, known.etag, known.safe)
    length = said.get("content-length", "")
    etag = said.get("etag", "")
    # A weak one does not promise the same bytes, so nothing may be continued by it.
    return Published(int(length) if length.isdigit() else 0, sha256, "" if etag.startswith("W/") else etag)


def _receive(
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    work: Path,
    now: Published,
    progress: Progress,
    cancelled: threading.Event,
) -> Published:
    done = synced = now.safe
    try:
        while chunk := answer.read1(_CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            if now.size and done > now.size:
                raise _NoRange
            progress(done, now.size)
            if cancelled.is_set():
                raise Cancelled("It was stopped.")
            if done - synced >= _SYNC_BYTES:
                synced = done
                _keep(work, file, now, done)
    finally:
        _keep(work, file, now, done)
    if now.size and done < now.size:
        raise ConnectionError("it ended too early")
    return Published(done, now.sha256, now.etag, done)


def _keep(work: Path, file: IO[bytes], now: Published, done: int) -> None:
    """Make *done* bytes safe, and note them where they can be continued."""
    file.flush()
    os.fsync(file.fileno())
    noted = Published(now.size, now.sha256, now.etag, done if now.etag else 0)
    partial = work / "published.json.partial"
    partial.write_text(json.dumps(asdict(noted)), encoding="utf-8")
    os.replace(partial, work / "published.json")


def _published(work: Path) -> Published:
    with suppress(OSError, ValueError, TypeError):
        known = Published(**json.loads((work / "published.json").read_bytes()))
        if (work / "model").stat().st_size >= known.safe >= 0:
            return known
    return Published()


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to safe addresses only, and keeps what the first host said of the file."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            check_url(newurl)
        except BadInput:
            fp.close()
            raise
        linked = {name: value for name, value in _lower(headers).items() if name.startswith("x-linked-")}
        self.said |= linked
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _lower(headers: http.client.HTTPMessage) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _sentence(label: str, url: str, reason: str) -> str:
    host = urlsplit(url).hostname
    return (
        f"{label} could not be fetched from {host}: {reason.rstrip('.')}; "
        "try again, or bring a .gguf file by hand and run `meai models import FILE`."
    )
