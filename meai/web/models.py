"""The one model that answers, as pages see it: none, fetching, loading, ready or failed. Knows no socket.

Joins what the library finds, the download fetches and the engine loads into one state, and tells every listener.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from meai.errors import Cancelled, MeaiError
from meai.inference.engine import Engine, EngineState
from meai.models.catalogue import CatalogueEntry
from meai.models.download import pull
from meai.models.library import ModelLibrary
from meai.web.protocol import ModelState, Offer

Listener = Callable[[ModelState], None]

_LOG = logging.getLogger("meai.web")
_PROGRESS_EVERY_S = 0.1
_NO_MODEL = "There is no model on this computer yet, so the editor works without suggestions."


class CurrentModel:
    """Which model answers, or what is being done to get one. Any thread may call.

    *wanted* is a model's name or file, None for the best there is; fetched models go to *folder*.
    """

    def __init__(self, library: ModelLibrary, folder: Path, wanted: str | None) -> None:
        self._library = library
        self._folder = folder
        self._wanted = wanted
        self._engine: Engine | None = None
        self._turn = threading.RLock()
        self._listeners: set[Listener] = set()
        self._state = ModelState("none", None, "")
        self._fetching: CatalogueEntry | None = None
        self._stop = threading.Event()
        self._told_at = 0.0

    @property
    def state(self) -> ModelState:
        """The state now."""
        with self._turn:
            return self._state

    def start(self, engine: Engine) -> None:
        """Load the wanted model into *engine*, or say why there is none."""
        self._engine = engine
        try:
            model = self._library.find(self._wanted)
        except MeaiError as error:
            self._tell(ModelState("failed", self._wanted, str(error), offer=self._offer()))
            return
        if model is None:
            self._tell(ModelState("none", None, _NO_MODEL, offer=self._offer()))
        else:
            engine.load(model.path, model.label)

    def pull(self, name: str) -> None:
        """Fetch the catalogue's model *name* and load it. Returns at once; the state tells the rest.

        Raises NoModel for a name that is not in the catalogue. While one is being fetched, another is not begun.
        """
        entry = self._library.entry(name)
        with self._turn:
            if self._fetching is not None:
                return
            self._fetching = entry
            self._tell(ModelState("fetching", entry.label, "", 0, entry.source.size))
        threading.Thread(target=self._fetch, args=(entry,), name="fetch-model", daemon=True).start()

    def engine_changed(self, state: EngineState) -> None:
        """Take note of what the engine does; it calls this."""
        with self._turn:
            if self._fetching is None and not self._stop.is_set():
                offer = self._offer() if state.state in ("none", "failed") else None
                message = _NO_MODEL if state.state == "none" else state.message
                speed = (state.calibration.reads_per_s, state.calibration.writes_per_s) if state.calibration else ()
                done = (round(100 * state.progress), 100) if state.state == "loading" and message else (0, 0)
                self._tell(ModelState(state.state, state.name or None, message, *done, offer, *speed))

    def listen(self, listener: Listener, seen: ModelState) -> None:
        """Tell *listener* every state after *seen*, in order. It must not block."""
        with self._turn:
            self._listeners.add(listener)
            if self._state != seen:
                listener(self._state)

    def forget(self, listener: Listener) -> None:
        """Tell *listener* nothing more."""
        with self._turn:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Stop fetching."""
        self._stop.set()

    def _fetch(self, entry: CatalogueEntry) -> None:
        try:
            path = pull(entry, self._folder, self._progress, self._stop)
        except Cancelled:
            return
        except MeaiError as error:
            self._not_fetched(entry, str(error))
        except Exception:
            _LOG.exception("Fetching %s failed.", entry.name)
            self._not_fetched(entry, f"{entry.label} could not be fetched; the terminal says why.")
        else:
            with self._turn:
                self._fetching = None
            if self._engine is not None:
                self._engine.load(path, entry.label)

    def _progress(self, done: int, total: int) -> None:
        if time.monotonic() - self._told_at >= _PROGRESS_EVERY_S and self._fetching is not None:
            self._told_at = time.monotonic()
            self._tell(ModelState("fetching", self._fetching.label, "", done, total))

    def _not_fetched(self, entry: CatalogueEntry, message: str) -> None:
        with self._turn:
            self._fetching = None
            before = self._engine.state if self._engine is not None else EngineState("none")
            if before.state == "ready":
                self._tell(ModelState("ready", before.name, message))
            else:
                self._tell(ModelState("failed", entry.label, message, offer=self._offer()))

    def _offer(self) -> Offer | None:
        entry = self._library.offer
        return Offer(entry.name, entry.label, entry.source.size, entry.licence) if entry else None

    def _tell(self, state: ModelState) -> None:
        with self._turn:
            self._state = state
            for listener in self._listeners:
                listener(state)
