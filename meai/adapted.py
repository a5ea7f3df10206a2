"""The adapters of a model as an engine takes them: joins what `models` keeps with what `inference` runs."""

from __future__ import annotations

from meai.inference.request import Adapter
from meai.models.adapters import adapters_of
from meai.models.library import Model, ModelLibrary


def adapters_for(library: ModelLibrary, model: Model) -> tuple[Adapter, ...]:
    """Return the adapters to run *model* with; one that cannot be used says why when it is needed."""
    found = adapters_of(library, model)
    return tuple(
        Adapter(name, adapter.path, adapter.scale, adapter.actions, problem)
        for name, (adapter, problem) in found.items()
    )
