"""Which model a remote engine has, and what can be asked of it. Knows nobody who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from meai.errors import EngineGone, ModelRefused
from meai.inference import comparing
from meai.inference.comparing import Trial
from meai.inference.dialects import Served, label_of, served_of
from meai.inference.exchange import Door, NotThere, Stopped, fetch

NAMED = 5
"""Models of a server that are named to somebody who asked for another."""


@dataclass(frozen=True, slots=True)
class There:
    """A server that answered, the model to ask for, and what it can do."""

    served: Served
    trial: Trial


@dataclass(frozen=True, slots=True)
class RemoteReport:
    """What a remote engine is and can do."""

    place: str
    """Its host, with the port where that is unusual."""
    server: str
    """What kind of server it is, as far as it says."""
    model: str
    """As the server calls it."""
    completes: bool
    """Whether it continues a text that is no chat."""
    compares: str
    """How it compares wordings: `echo`, `grammar`, or empty where it cannot."""
    working: int
    """Requests of ours that it works on."""


def find(door: Door, wanted: str | None, stopped: Stopped) -> There:
    """Look for the model *wanted* behind *door*, or the first there is, and try what can be asked of it.

    Raises EngineGone where that may change by itself, else ModelRefused or BadInput.
    """
    served = _chosen(door, _listed(door, wanted, stopped), wanted)

    trial = comparing.tried(served, lambda path, body: fetch(door, path_of(door, path), body, stopped))
    return There(replace(served, traits=replace(served.traits, compares=trial.way is not None)), trial)


def path_of(door: Door, path: str) -> str:
    """Return the whole of *path*, which begins at `/v1`, or above it where it begins with `^`."""
    if path.startswith(comparing.ABOVE):
        return door.address.root + path.removeprefix(comparing.ABOVE)
    return door.address.path + path


def _listed(door: Door, wanted: str | None, stopped: Stopped) -> list[Served]:
    try:
        told = fetch(door, path_of(door, "/models"), None, stopped)
    except NotThere:
        if wanted is None:
            raise
        entries: object = [{"id": wanted}]
    else:
        entries = told.get("data")
    if not isinstance(entries, list):
        raise door.gone("tells no list of its models; is this its address?")
    return [served for entry in entries if (served := served_of(entry)) is not None]


def _chosen(door: Door, models: Sequence[Served], wanted: str | None) -> Served:
    if wanted is None and models:
        # Some servers list models that only measure texts among those that write.
        return next((model for model in models if "embed" not in model.id.casefold()), models[0])
    if wanted is None:
        raise EngineGone(f"The engine at {door.address.place} has no model yet; load one there.")
    alike = [model for model in models if model.id == wanted]
    alike += [model for model in models if model.label == label_of(wanted)]
    if alike:
        return alike[0]
    named = ", ".join(model.label for model in models[:NAMED]) or "none"
    raise ModelRefused(f"The engine at {door.address.place} has no model {wanted}; it has {named}.")
