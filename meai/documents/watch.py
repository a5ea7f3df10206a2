"""What changes on the disk below a workspace, whoever changed it, told soon after and never in floods. Knows no page.

Notices of the system only say when to look; what is told is the difference between two listings. So a folder that is
renamed, a link, or a notice that got lost need no care of their own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from meai.documents import encoding, names
from meai.documents.store import DocumentStore
from meai.errors import DocumentNotFound, MeaiError

MAX_TOLD_ONE_BY_ONE = 16
POLL_S = 1.0
# Some drives of a network give no notice; and before the first one is waited for, something may have changed.
LOOK_ANYWAY_S = 10.0
_GATHER_MS, _QUIET_MS, _WAKE_MS = 400, 100, 1000
# A look takes at most this part of the time, however large the workspace.
_SHARE = 0.2

_LOG = logging.getLogger("meai.documents")

Stamps = Mapping[str, tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Changed:
    """A document with other bytes than before, or perhaps only another time."""

    name: str
    etag: str | None
    """What it is now; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What was found at one look."""

    documents: tuple[Changed, ...]
    """At most sixteen: where there are more, whoever has one open looks himself."""
    listed: bool
    """Whether the list is another one, or more changed than is told one by one or can be opened."""


Listener = Callable[[Changes], None]
Notices = Callable[[Path, bool, threading.Event], Iterator[bool]]
"""Yields True when something may have changed below a folder (with its subfolders or without), False now and then,
until the event is set. Raises where the system gives no notices."""


def system_notices(root: Path, recursive: bool, closed: threading.Event) -> Iterator[bool]:
    """Yield the notices of the operating system for what is visible below *root*."""
    # It brings an event loop along, which would hold up the start.
    from watchfiles import watch

    def matters(_change: object, path: str) -> bool:
        try:
            return all(names.is_visible(part) for part in Path(path).relative_to(root).parts)
        except ValueError:
            return True

    for changes in watch(
        root,
        watch_filter=matters,
        debounce=_GATHER_MS,
        step=_QUIET_MS,
        stop_event=closed,
        rust_timeout=_WAKE_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=recursive,
        ignore_permission_denied=True,
    ):
        yield bool(changes)


class Watch:
    """Tells its listeners what changes in the workspace of *store*, from a thread of its own."""

    def __init__(self, store: DocumentStore, *, recursive: bool = True, notices: Notices = system_notices) -> None:
        """Without *recursive* only the workspace's own folder is watched, where one document of it is served."""
        self._store = store
        self._recursive = recursive
        self._notices = notices
        self._turn = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def listen(self, listener: Listener) -> None:
        """Tell *listener* from now on. It is called from the watch's thread and must not block."""
        with self._turn:
            self._listeners = (*self._listeners, listener)

    def forget(self, listener: Listener) -> None:
        """Tell *listener* no more."""
        with self._turn:
            self._listeners = tuple(one for one in self._listeners if one != listener)

    def start(self) -> None:
        """Begin to look. Returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Look no more. Returns within about a second."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(_WAKE_MS / 1000)

    def _run(self) -> None:
        known = self._stamps()
        look_at = 0.0
        for noticed in self._times_to_look():
            if not self._listeners or (not noticed and time.monotonic() < look_at):
                continue
            began = time.monotonic()
            now = self._stamps()
            self._tell(known, now)
            known = now
            look_at = time.monotonic() + LOOK_ANYWAY_S
            self._closed.wait((time.monotonic() - began) * (1 / _SHARE - 1))

    def _times_to_look(self) -> Iterator[bool]:
        try:
            yield from self._notices(self._store.root, self._recursive, self._closed)
        except Exception as error:  # whatever is wrong with notices, changes must be seen
            _LOG.warning("The system tells nothing of changes (%s); ME_AI looks every second instead.", error)
        while not self._closed.wait(POLL_S):
            yield True

    def _stamps(self) -> Stamps:
        return {entry.name: entry.stamp for entry in self._store.list()}

    def _tell(self, before: Stamps, now: Stamps) -> None:
        changed = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        many = len(changed) > MAX_TOLD_ONE_BY_ONE
        if not changed:
            return
        told = () if many else tuple(map(self._changed, changed))
        documents = tuple(one for one in told if one is not None)
        # Whoever has one open that cannot be opened any more looks himself, too.
        listed = many or before.keys() != now.keys() or len(documents) < len(told)
        changes = Changes(documents, listed=listed)
        for listener in self._listeners:
            listener(changes)

    def _changed(self, name: str) -> Changed | None:
        try:
            return Changed(name, encoding.etag_of(self._store.data(name)))
        except DocumentNotFound:
            return Changed(name, None)
        except MeaiError:  # there, but not to be opened (any more)
            return None
