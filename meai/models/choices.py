"""What a writer chose of models, kept in the data folder: which to use, which files elsewhere belong, hashes learnt.

Knows no model. Every change is read, made and written at once under a lock, so that the page and a command agree.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from meai.errors import BadInput

_LOCK_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the first download of a model taught."""

    sha256: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class KeptAdapter:
    """A LoRA adapter that a writer added to a model."""

    path: str
    """Its file, which stays where it is."""
    model: str
    """The name of the model that it was added to."""
    scale: float = 1.0
    """How strongly it works; 1 is as it was trained."""
    actions: tuple[str, ...] = ()
    """The actions that it is used for; none: all."""

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> KeptAdapter:
        """Rebuild what was kept. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(str(frame["path"]), str(frame["model"]), float(frame["scale"]), tuple(map(str, frame["actions"])))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices at a moment."""

    use: str | None = None
    """The name of the model to use; None for the best there is."""
    linked: dict[str, str] = field(default_factory=dict)
    """Files that stay where they are, by the name they have here."""
    learnt: dict[str, Learnt] = field(default_factory=dict)
    """By the name in the catalogue."""
    adapters: dict[str, KeptAdapter] = field(default_factory=dict)
    """By their names."""
    offered: bool = False
    """Whether a better model was offered, which is done once."""


class Choices:
    """The choices in *file*. What cannot be read there counts as nothing chosen."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> Chosen:
        """Return what is chosen now."""
        try:
            frame = json.loads(self._file.read_bytes())
            use = frame.get("use")
            return Chosen(
                use=use if isinstance(use, str) else None,
                linked={str(name): str(path) for name, path in frame.get("linked", {}).items()},
                learnt={
                    str(name): Learnt(str(one["sha256"]), int(one["size"])) for name, one in frame["learnt"].items()
                },
                adapters={str(name): KeptAdapter.from_frame(one) for name, one in frame.get("adapters", {}).items()},
                offered=frame.get("offered") is True,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Chosen()

    def use(self, name: str | None) -> None:
        """Remember that *name* is to be used. Raises BadInput where that cannot be kept."""
        self._change(lambda chosen: replace(chosen, use=name))

    def link(self, name: str, path: Path) -> None:
        """Remember the file at *path* as the model *name*."""
        self._change(lambda chosen: replace(chosen, linked={**chosen.linked, name: str(path)}))

    def learn(self, name: str, learnt: Learnt) -> None:
        """Pin what the first download of the catalogue's *name* was."""
        self._change(lambda chosen: replace(chosen, learnt={**chosen.learnt, name: learnt}))

    def adapt(self, name: str, adapter: KeptAdapter | None) -> None:
        """Keep *adapter* as *name*, in place of another of that name; None: forget it."""

        def adapted(chosen: Chosen) -> Chosen:
            others = {one: kept for one, kept in chosen.adapters.items() if one != name}
            return replace(chosen, adapters=others if adapter is None else {**others, name: adapter})

        self._change(adapted)

    def offer(self) -> None:
        """Remember that a better model was offered."""
        self._change(lambda chosen: replace(chosen, offered=True))

    def forget(self, name: str) -> None:
        """Forget that *name* is linked or used. What was learnt of a download stays."""

        def without(chosen: Chosen) -> Chosen:
            linked = {one: path for one, path in chosen.linked.items() if one != name}
            return replace(chosen, use=None if chosen.use == name else chosen.use, linked=linked)

        self._change(without)

    def _change(self, change: Callable[[Chosen], Chosen]) -> None:
        partial = self._file.with_name(f"{self._file.name}.{os.getpid()}.partial")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock", timeout=_LOCK_TIMEOUT_S):
                with partial.open("w", encoding="utf-8") as file:
                    json.dump(asdict(change(self.read())), file, indent=1, ensure_ascii=False)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(partial, self._file)
        except (OSError, Timeout) as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise BadInput(f"What was chosen cannot be kept in {self._file}; is the folder writable?") from error
