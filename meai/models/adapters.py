"""The LoRA adapters that a writer added to models: judged, kept by name, taken out again. Runs none."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meai.errors import BadInput, MeaiError, ModelRefused
from meai.models.choices import KeptAdapter
from meai.models.importing import choices_of
from meai.models.library import SUFFIX, Model, ModelLibrary
from meai.models.lora import LoraHeader, check_adapter

MOST_SCALE = 8.0


@dataclass(frozen=True, slots=True)
class Added:
    """An adapter that is now kept."""

    name: str
    model: Model
    header: LoraHeader


def add(library: ModelLibrary, path: Path, model: Model, *, scale: float = 1.0, actions: Sequence[str] = ()) -> Added:
    """Add the adapter at *path*, which stays where it is, to *model*, once it is sound and was made for that one.

    One of the same file takes its own place anew. Raises ModelRefused, and BadInput for a name that is taken or a
    *scale* that makes no sense.
    """
    path = path.expanduser().absolute()
    if not math.isfinite(scale) or not 0 < abs(scale) <= MOST_SCALE:
        raise BadInput(f"An adapter's strength is a number up to {MOST_SCALE:.0f}, where 1 is as it was trained.")
    header = check_adapter(path, model.path)
    stem = path.name.removesuffix(SUFFIX)
    name = re.sub(r"[^\w.-]+", "-", stem).strip("-") or "adapter"
    kept = choices_of(library).read().adapters
    taken = kept.get(name)
    if taken is not None and Path(taken.path) != path:
        raise BadInput(f"There is an adapter called {name} already ({taken.path}); remove it, or rename the file.")
    choices_of(library).adapt(name, KeptAdapter(str(path), model.name, scale, tuple(actions)))
    return Added(name, model, header)


def remove(library: ModelLibrary, name: str) -> str:
    """Forget the adapter *name*, and return what was done, as a sentence. Raises BadInput where there is none."""
    kept = choices_of(library).read().adapters
    if name not in kept:
        there = ", ".join(kept) or "none"
        raise BadInput(f"There is no adapter called {name}; there is {there}.")
    choices_of(library).adapt(name, None)
    return f"The adapter {name} is no longer used; its file stays at {kept[name].path}."


def kept_adapters(library: ModelLibrary) -> Mapping[str, KeptAdapter]:
    """Return all adapters by their names."""
    return library.choices.read().adapters if library.choices is not None else {}


def adapters_of(library: ModelLibrary, model: Model) -> Mapping[str, tuple[KeptAdapter, str]]:
    """Return the adapters of *model*, each with a sentence where it cannot be used, judged anew."""
    return {
        name: (adapter, _problem(name, adapter, model))
        for name, adapter in kept_adapters(library).items()
        if adapter.model == model.name
    }


def _problem(name: str, adapter: KeptAdapter, model: Model) -> str:
    try:
        check_adapter(Path(adapter.path), model.path)
    except ModelRefused as refused:
        return f"{refused} Bring back what it was, or take it out with `meai models adapter remove {name}`."
    except MeaiError as error:
        return str(error)
    return ""
