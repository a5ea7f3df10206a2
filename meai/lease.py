"""One server for each workspace, found by whoever comes second, and each workspace its port for good.

A browser keeps what a writer has not saved by origin, and the port is part of that. Knows nothing of what is served.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from meai.errors import MeaiError

_PORTS = 100


class WorkspaceTaken(MeaiError):
    """Another server is serving the workspace."""

    code = "workspace-taken"


class Lease:
    """The right to serve *served*, a folder or one document; what is known of it lies in *record*."""

    def __init__(self, served: Path, record: Path) -> None:
        self._served = served
        self._record = record

    def port(self, first: int, is_free: Callable[[int], bool]) -> int:
        """Return the port that is kept for it, else the first from *first* on that is free and kept for no other.

        Where its port is taken at the moment, another one is returned for this once. *first* where there is none.
        """
        kept = _port(self._record)
        if kept is not None and is_free(kept):
            return kept
        others = {_port(path) for path in self._record.parent.glob("*.json")}
        near = range(first, min(first + _PORTS, 65536))
        port = next((port for port in near if port not in others and is_free(port)), first)
        if kept is None:
            self._keep(port=port)
        return port

    def announce(self, url: str) -> None:
        """Let whoever comes second hear *url*, which must not say the token."""
        self._keep(url=url)

    def retire(self) -> None:
        """Say that it is served no more."""
        self._keep(url=None)

    def _keep(self, **known: Any) -> None:
        # Losing it costs no more than a port of another number.
        with suppress(OSError):
            temporary = self._record.with_suffix(f".{os.getpid()}")
            temporary.write_text(json.dumps({**_read(self._record), "served": str(self._served), **known}))
            os.replace(temporary, self._record)


@contextmanager
def hold(folder: Path, name: str, served: Path) -> Iterator[Lease]:
    """Yield the lease for *served*, called *name* in *folder*; it ends with the block, or with the process.

    Raises WorkspaceTaken with the address of the server that has it. Where nothing can be locked, nobody is kept out.
    """
    record = folder / f"{name}.json"
    lock = FileLock(folder / f"{name}.lock", timeout=0, mode=0o600, fallback_to_soft=False)
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise WorkspaceTaken(_taken(served, _read(record).get("url"))) from error
    except (OSError, NotImplementedError):
        pass
    lease = Lease(served, record)
    try:
        yield lease
    finally:
        lease.retire()
        lock.release()


def _taken(served: Path, url: str | None) -> str:
    if url is None:
        return f"Another ME_AI is just opening “{served.name}”; look for its window, or try again in a moment."
    return f"“{served.name}” is open already at {url}; go to that window, or stop ME_AI there first."


def _port(record: Path) -> int | None:
    port = _read(record).get("port")
    return port if isinstance(port, int) else None


def _read(record: Path) -> dict[str, Any]:
    try:
        known = json.loads(record.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
