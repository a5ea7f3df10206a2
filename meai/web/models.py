"""The one model that answers, as pages see it: none, fetching, loading, ready or failed. Knows no socket.

Joins what the library finds, the download fetches and the engine loads into one state, and tells every listener.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from meai.errors import BadInput, Cancelled, MeaiError, NoModel
from meai.inference.engine import Engine, EngineState
from meai.inference.remote import Remote
from meai.inference.request import Adapter
from meai.models import adapters, importing, receiving
from meai.models.catalogue import CatalogueEntry
from meai.models.download import Network, discard, fetched_bytes, pull
from meai.models.library import Model, ModelLibrary
from meai.models.lora import is_adapter
from meai.models.pace import Pace
from meai.models.shelf import Card, better
from meai.web.protocol import Fetching, ModelState, Offer

Listener = Callable[[ModelState | Fetching], None]

_LOG = logging.getLogger("meai.web")
_PROGRESS_EVERY_S = 0.1
_NO_MODEL = "There is no model on this computer yet, so the editor works without suggestions."


class CurrentModel:
    """Which model answers, or what is being done to get one. Any thread may call.

    *wanted* is a model's name or file, None for the best there is; fetched models go to *folder*, by *network*.
    *adapters_for* gives those that a model is to answer with.
    """

    def __init__(
        self,
        library: ModelLibrary,
        folder: Path,
        wanted: str | None,
        network: Network | None = None,
        adapters_for: Callable[[Model], Sequence[Adapter]] = lambda model: (),
    ) -> None:
        self._library = library
        self._folder = folder
        self._wanted = wanted
        self._network = network
        self._adapters = adapters_for
        self._engine: Engine | None = None
        self._remote: Remote | None = None
        self._turn = threading.RLock()
        self._listeners: set[Listener] = set()
        self._state = ModelState("none", None, "")
        self._fetching: CatalogueEntry | None = None
        self._stop = threading.Event()
        self._closed = False
        self._pace = Pace()
        self._told_at = 0.0
        self._used: Model | None = None
        self._named: Model | None = None

    @property
    def state(self) -> ModelState:
        """The state now."""
        with self._turn:
            return self._state

    @property
    def used(self) -> str:
        """The name of the model that answers; empty where there is none."""
        return self._used.name if self._used is not None else ""

    @property
    def named(self) -> Model | None:
        """The model that was asked for by its path at the start; None where it was asked for otherwise."""
        return self._named

    @property
    def fetching(self) -> str:
        """The name of the model that is being fetched; empty where none is."""
        with self._turn:
            return self._fetching.name if self._fetching is not None else ""

    def start(self, engine: Engine | Remote) -> None:
        """Load the wanted model into *engine*, or say why there is none; one elsewhere has its own."""
        if isinstance(engine, Remote):
            self._remote = engine
            engine.connect()
            return
        self._engine = engine
        try:
            model = self._library.find(self._wanted)
        except MeaiError as error:
            self._tell(ModelState("failed", self._wanted, str(error), offer=self._offer()))
            return
        if model is None:
            self._tell(ModelState("none", None, _NO_MODEL, offer=self._offer()))
        else:
            if not self._library.keeps(model.path) and not model.program:
                self._named = model = self._apart(model)
            self._load(model)

    def better(self, listed: Sequence[Card]) -> Card | None:
        """Return the model of *listed* to offer in place of the one that answers, once; None ever after.

        None, too, for whoever chose a model, and where that it was offered cannot be remembered.
        """
        choices = self._library.choices
        if choices is None or self._wanted is not None or self._remote is not None or not self._answers:
            return None
        chosen = choices.read()
        found = None if chosen.offered or chosen.use else better(listed, self.used)
        if found is not None:
            try:
                choices.offer()
            except BadInput:
                return None
        return found

    def pull(self, name: str) -> None:
        """Fetch the catalogue's model *name*; load it where none answers. Returns at once; what is told tells the rest.

        Raises NoModel for a name that is not in the catalogue. While one is being fetched, another is not begun.
        """
        entry = self._library.entry(name)
        with self._turn:
            if self._fetching is not None or self._closed:
                return
            self._fetching, self._stop, self._pace = entry, threading.Event(), Pace()
            self._tell_fetching(entry, 0, entry.source.size)
            stop = self._stop
        threading.Thread(target=self._fetch, args=(entry, stop), name="fetch-model", daemon=True).start()

    def pause(self) -> None:
        """Stop fetching; what came stays for the next time."""
        with self._turn:
            self._stop.set()

    def use(self, name: str) -> None:
        """Take the model *name* from now on, in place of the one that answers, whose memory is freed. Returns at once.

        Raises NoModel, ModelRefused, or BadInput where the choice cannot be kept.
        """
        if self._remote is not None:
            at = self._remote.place
            raise BadInput(f"The engine at {at} answers; start ME_AI without --engine to use a model of this computer.")
        if self._named is not None and name == self._named.name:
            name = str(self._named.path)
        elif Path(name).name != name:
            raise NoModel(f"There is no model called {name}.")
        model = importing.use(self._library, name)
        if self._engine is not None and (model.name != self.used or self._engine.state.state != "ready"):
            self._load(model)

    def take(self, place: str) -> str:
        """Add the model file at *place*, a path or a `file:` address, where it lies, and return what was done.

        An adapter is added to the model that answers, for every action.
        Raises BadInput for what is no whole path or a name that is taken, and ModelRefused for no sound model.
        """
        path = importing.path_of(place)
        if is_adapter(path):
            return self._add_adapter(path)
        model = importing.import_model(self._library, path, copy=False)
        return self._taken(model, "stays where it is")

    def receive(self, name: str, piece: BinaryIO, at: int, whole: int) -> str:
        """Take a piece of a model file as `receiving.receive` does; return what was done, empty until it is whole."""
        model = receiving.receive(self._library, name, piece, at=at, whole=whole)
        return self._taken(model, "was copied to the models folder") if model is not None else ""

    def remove_adapter(self, name: str) -> str:
        """Use the adapter *name* no more, and return what was done, as a sentence. Raises BadInput where none is."""
        done = adapters.remove(self._library, name)
        self._adapt()
        return done

    def remove(self, name: str) -> str:
        """Remove the model *name*, or what had come of it, and return what was done, as a sentence.

        Raises NoModel, and BadInput for one that answers or is being fetched.
        """
        with self._turn:
            if self._fetching is not None and self._fetching.name == name:
                raise BadInput(f"{self._fetching.label} is being fetched; pause it first.")
        if name == self.used:
            raise BadInput(f"{name} is in use; choose another model first.")
        entry = next((entry for entry in self._library.entries if entry.name == name), None)
        if entry is not None and fetched_bytes(entry, self._folder):
            discard(entry, self._folder)
            return f"What had come of {entry.label} is deleted."
        return importing.remove(self._library, name)

    def engine_changed(self, state: EngineState) -> None:
        """Take note of what the engine does; it calls this."""
        with self._turn:
            waits = self._fetching is not None and state.state in ("none", "failed")
            if not waits and not self._closed:
                lacking = self._remote is None and state.state in ("none", "failed")
                offer, sends_to = self._offer() if lacking else None, self._remote.place if self._remote else ""
                message = _NO_MODEL if state.state == "none" else state.message
                speed = (state.calibration.reads_per_s, state.calibration.writes_per_s) if state.calibration else ()
                done = (round(100 * state.progress), 100) if state.state == "loading" and message else (0, 0)
                told = ModelState(state.state, state.name or None, message, *done, offer, *speed)
                self._tell(replace(told, sends_to=sends_to))

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
        """Stop fetching, and tell nothing more of the model."""
        self._closed = True
        self._stop.set()

    def _add_adapter(self, path: Path) -> str:
        if self._used is None:
            raise BadInput(
                "There is no model yet to which the adapter could be added; get the one that it was made for."
            )
        added = adapters.add(self._library, path, self._used)
        self._adapt()
        return f"The adapter {added.name} is used with {self._used.label} from now on, for every action."

    def _load(self, model: Model) -> None:
        self._used = model
        if self._engine is not None:
            self._engine.load(model.path, model.label, self._adapters(model))

    def _adapt(self) -> None:
        """Have the model that answers go on with the adapters that are kept for it now."""
        if self._engine is not None and self._used is not None:
            self._engine.adapt(self._adapters(self._used))

    def _taken(self, model: Model, where: str) -> str:
        """Load *model*, which was just added, where none answers, and return what became of it."""
        if self._answers or self._engine is None or self._closed:
            return f"{model.label} is here and {where}."
        self._load(model)
        return f"{model.label} is used from now on and {where}."

    def _apart(self, model: Model) -> Model:
        """Return *model* by a name that no other has."""
        taken = any(one.name == model.name for one in self._library.list())
        return replace(model, name=str(model.path), label=str(model.path)) if taken else model

    def _fetch(self, entry: CatalogueEntry, stop: threading.Event) -> None:
        try:
            path = pull(
                *(entry, self._folder, self._progress, stop), network=self._network, choices=self._library.choices
            )
        except Cancelled:
            self._ended(entry, f"{entry.label} is paused; what came of it stays.")
        except MeaiError as error:
            self._ended(entry, str(error), failed=True)
        except Exception:
            _LOG.exception("Fetching %s failed.", entry.name)
            self._ended(entry, f"{entry.label} could not be fetched; the terminal says why.", failed=True)
        else:
            if self._answers:
                self._ended(entry, f"{entry.label} is here; choose it under “Models”.")
            else:
                with self._turn:
                    self._fetching = None
                    self._tell(Fetching(None, "", 0, 0, 0.0, None))
                if not self._closed:
                    self._load(Model(entry.name, entry.label, path, entry.size, entry.licence, entry.family, ""))

    @property
    def _answers(self) -> bool:
        if self._remote is not None:
            return True
        return self._engine is not None and self._engine.state.state in ("loading", "ready")

    def _progress(self, done: int, total: int) -> None:
        now_s = time.monotonic()
        with self._turn:
            if self._fetching is not None and now_s - self._told_at >= _PROGRESS_EVERY_S:
                self._told_at = now_s
                self._pace.note(now_s, done)
                self._tell_fetching(self._fetching, done, total)

    def _tell_fetching(self, entry: CatalogueEntry, done: int, total: int) -> None:
        self._tell(Fetching(entry.name, "", done, total, self._pace.bytes_per_s, self._pace.left_s(total)))
        if not self._answers:
            self._tell(ModelState("fetching", entry.label, "", done, total))

    def _ended(self, entry: CatalogueEntry, message: str, *, failed: bool = False) -> None:
        with self._turn:
            self._fetching = None
            if self._closed:
                return
            self._tell(Fetching(None, message, 0, 0, 0.0, None))
            if self._answers:
                self._tell(replace(self._state, message=message))
            elif failed:
                self._tell(ModelState("failed", entry.label, message, offer=self._offer()))
            else:
                self._tell(ModelState("none", None, message, offer=self._offer()))

    def _offer(self) -> Offer | None:
        entry = self._library.offer
        return Offer(entry.name, entry.label, entry.source.size, entry.licence) if entry else None

    def _tell(self, state: ModelState | Fetching) -> None:
        with self._turn:
            if isinstance(state, ModelState):
                self._state = state
            for listener in self._listeners:
                listener(state)
