"""The LoRA adapters of a model at work: read once, and which of them an action is answered with. Knows no request.

Adapters are switched between two evaluations, which costs some milliseconds and no loading; what was computed with one
is of no use with another, so the cache keeps them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meai.errors import BadInput, ModelRefused
from meai.inference.llama import Adapted, Model
from meai.inference.request import Adapter


class Adapters:
    """Those of *model*. One thread only."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._given: tuple[Adapter, ...] = ()
        # A file that changed is another one. They stay while the model does, as work in hand may use them.
        self._read: dict[tuple[str, int, int], int] = {}
        self._numbers: dict[str, int] = {}
        self._refused: dict[str, str] = {}

    def take(self, given: Sequence[Adapter]) -> None:
        """Use *given* from now on, in place of those before. One that cannot be read is told when it is needed."""
        self._given = tuple(given)
        self._numbers, self._refused = {}, {}
        for adapter in given:
            try:
                if adapter.problem:
                    raise ModelRefused(adapter.problem)
                self._numbers[adapter.name] = self._number(Path(adapter.path))
            except OSError as error:
                self._refused[adapter.name] = f"The adapter {adapter.path} cannot be read: {error.strerror}."
            except ModelRefused as refused:
                self._refused[adapter.name] = str(refused)

    def of(self, action: str) -> Adapted:
        """Return those for *action*, with their scales. Raises BadInput where one of them could not be read."""
        wanted = [each for each in self._given if each.scale and (not each.actions or action in each.actions)]
        for adapter in wanted:
            if adapter.name in self._refused:
                raise BadInput(self._refused[adapter.name])
        return tuple(sorted((self._numbers[each.name], each.scale) for each in wanted))

    def _number(self, path: Path) -> int:
        status = path.stat()
        key = str(path), status.st_size, status.st_mtime_ns
        if key not in self._read:
            self._read[key] = self._model.read_adapter(path)
        return self._read[key]
