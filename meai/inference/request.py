"""The values that cross the pipe to the model's process. Knows nothing of who asks, of llama.cpp or of the pipe."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
Purpose = Literal["caret", "rewrite", "free", "warm"]
"""What an answer is for, most urgent first: text at the caret, a rewrite, a free prompt, a prompt read ahead."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a chat."""

    role: Role
    text: str
    """Read as plain text: a special token written in it, such as `<|im_end|>`, stays the letters it is made of."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen and when the answer ends."""

    max_tokens: int = 256
    """Model tokens at most; the answer then ends with the finish reason `length`."""
    temperature: float = 0.0
    """0 always takes the most probable token."""
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    """1 is none. Applied to the last 64 tokens of the answer."""
    seed: int = 0
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    banned: tuple[str, ...] = ()
    """No word of the answer begins with the first token of one of these: `http` keeps links out. Control tokens, and
    for a thinking model the beginning of its thoughts, need not be named."""
    grammar: str = ""
    """What the answer must follow, in llama.cpp's GBNF with a rule `root`; never from a stranger, since reading one is
    not safe against malice. Empty: anything."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question to the model."""

    turns: tuple[Turn, ...]
    """The chat so far. None at all: the model continues `start` as a plain text, without a chat template."""
    start: str = ""
    """The beginning of the answer, given to the model and not repeated in what it returns."""
    sampling: Sampling = field(default_factory=Sampling)
    source: str = ""
    """The text that the answer largely repeats, as it stands in the prompt; guesses are taken from it."""
    purpose: Purpose = "free"
    action: str = ""
    """What the writer asked for by name; the adapters of that action are used."""
    editor: str = ""
    """Who asks, so that an editor's newest request for a purpose takes the place of its older one; empty: nobody's."""

    def to_frame(self) -> dict[str, Any]:
        """Return the request as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> Request:
        """Rebuild what `to_frame` gave. Raises KeyError or TypeError for anything else."""
        sampling = dict(frame["sampling"])
        sampling |= {key: tuple(sampling[key]) for key in ("stop", "banned")}
        turns = tuple(Turn(**turn) for turn in frame["turns"])
        return cls(**{**frame, "turns": turns, "sampling": Sampling(**sampling)})


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """What a model file says of itself, as far as prompts depend on it."""

    parameters: int = 0
    """Weights."""
    basename: str = ""
    """The name of its series, as the publisher spells it; empty where the file has none."""
    compares: bool = True
    """Whether it can tell which of several wordings is more probable, as every model here can."""

    def to_frame(self) -> dict[str, Any]:
        """Return the traits as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> ModelTraits:
        """Rebuild what `to_frame` gave. Raises KeyError or ValueError for anything else."""
        return cls(int(frame["parameters"]), str(frame["basename"]))


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter that goes with a model."""

    name: str
    """What a writer calls it."""
    path: str
    """Its file, judged already: this process gives it to llama.cpp as it is."""
    scale: float
    """How strongly it works; 1 is as it was trained."""
    actions: tuple[str, ...] = ()
    """The actions that it is used for; none: all."""
    problem: str = ""
    """A sentence where it cannot be used; its file is then not looked at, and the actions are refused with this."""

    def to_frame(self) -> dict[str, Any]:
        """Return the adapter as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> Adapter:
        """Rebuild what `to_frame` gave. Raises KeyError or TypeError for anything else."""
        return cls(**{**frame, "actions": tuple(frame["actions"])})


FinishReason = Literal["stop", "length", "repetition", "cancelled"]


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer."""

    text: str
    reason: FinishReason
    """`stop`: the model ended it or a stop string came; `repetition`: it went round in circles and was stopped."""
    prompt_tokens: int
    reused_tokens: int
    """Of the prompt's tokens, those that were still in the model's cache."""
    answer_tokens: int
    prompt_s: float
    """Seconds from the start of the work to the first token."""
    answer_s: float
    """Seconds from the first token to the end."""
    left_out: int = 0
    """Characters of the request that did not fit into the model's memory and were not read."""

    def to_frame(self) -> dict[str, Any]:
        """Return the completion as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> Completion:
        """Rebuild what `to_frame` gave, other keys ignored. Raises KeyError for missing ones."""
        return cls(**{entry.name: frame[entry.name] for entry in fields(cls)})


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """What a model's process is doing and holding."""

    working: int
    """Requests it works on."""
    taken: int
    """Sequences of the cache that they hold."""
    file: str
    """The model file in use, which may be one made for this machine."""
    threads: int
    cache_bytes: int
    """What the KV cache takes, with what is parked outside it."""
    resident_bytes: int | None
    """What the process has in memory; None where the system does not tell."""

    def to_frame(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_frame(cls, frame: dict[str, Any]) -> WorkerReport:
        """Rebuild what `to_frame` gave, other keys ignored. Raises KeyError for missing ones."""
        return cls(**{entry.name: frame[entry.name] for entry in fields(cls)})
