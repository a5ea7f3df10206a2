"""The models that a writer could get, as a rewriter names them: joins what `models` knows with what `editing` asks."""

from __future__ import annotations

from collections.abc import Iterable

from meai.editing.actions import KnownModel
from meai.models.catalogue import CatalogueEntry


def known_models(entries: Iterable[CatalogueEntry]) -> tuple[KnownModel, ...]:
    """Return those of *entries* that are listed without asking for more."""
    return tuple(KnownModel(entry.label, entry.size, entry.actions) for entry in entries if not entry.community)
