"""A model that is a rule: what follows depends on all tokens before; it refuses what llama.cpp would refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from meai.inference.llama import SEQUENCES, Adapted, Model, NoRoom, Run
from meai.inference.pace import Pace
from meai.inference.request import ModelTraits, Sampling
from meai.inference.sampler import Sampler

VOCABULARY = 40
END = 0


class FakeSampler:
    def close(self) -> None:
        pass


class FakeModel:
    """Answers by *follows*, which maps the tokens so far to a row of logits.

    *weather* is asked before each evaluation: "full" for no room, "interrupted", "broken" for a failure of llama.cpp,
    or anything else to go on. An evaluation that fails, or is interrupted where the model does not rewind, has advanced
    nobody knows how far.
    """

    vocabulary_size = VOCABULARY
    context_length = 4096
    cell_bytes = 1
    path = Path("fake.gguf")
    traits = ModelTraits()
    chat_template = end_text = ""

    def __init__(
        self,
        follows: Callable[[tuple[int, ...]], npt.NDArray[np.float32]],
        weather: Callable[[], str] = lambda: "fine",
        cells: int = 10_000,
        rewinds: bool = True,
    ) -> None:
        self._follows = follows
        self._weather = weather
        self.cells = cells
        self.rewinds = rewinds
        self._interrupted = False
        self.adapted: Adapted = ()
        self.sequences: list[list[int]] = [[] for _ in range(SEQUENCES)]
        self.logits: npt.NDArray[np.float32]
        self.batches: list[int] = []

    @property
    def real(self) -> Model:
        return cast(Model, self)

    def evaluate(self, *runs: Run) -> bool:
        size = sum(len(run.tokens) for run in runs)
        weather = self._weather()
        if weather == "full" or sum(map(len, self.sequences)) + size > self.cells:
            raise NoRoom
        if weather == "broken":
            self.sequences[runs[0].sequence] += runs[0].tokens
            raise RuntimeError("It failed in the middle.")
        if weather == "interrupted" or self._interrupted:
            if not self.rewinds:
                self.sequences[runs[0].sequence] += runs[0].tokens
            return False
        self.batches.append(size)
        rows = []
        for run in runs:
            assert run.tokens
            assert run.position == len(self.sequences[run.sequence])
            for row, token in enumerate(run.tokens):
                self.sequences[run.sequence].append(token)
                if row >= len(run.tokens) - run.logits:
                    rows.append(self._follows(tuple(self.sequences[run.sequence])))
        self.logits = np.array(rows, dtype=np.float32)
        return True

    def forget(self, sequence: int, position: int = 0) -> bool:
        whole = self.rewinds or position == 0 or position >= len(self.sequences[sequence])
        del self.sequences[sequence][position if whole else 0 :]
        return whole

    def share(self, source: int, target: int, end: int) -> None:
        assert self.sequences[target] == []
        assert end <= len(self.sequences[source])
        self.sequences[target] = self.sequences[source][:end]

    def save(self, sequence: int) -> npt.NDArray[np.uint8]:
        return np.array(self.sequences[sequence], np.uint8)

    def restore(self, sequence: int, cells: npt.NDArray[np.uint8]) -> bool:
        assert self.sequences[sequence] == []
        fits = sum(map(len, self.sequences)) + len(cells) <= self.cells
        self.sequences[sequence] = cells.tolist() if fits else []
        return fits

    def interrupt(self, wanted: bool) -> None:
        self._interrupted = wanted

    def tokenize(self, text: str, *, special: bool, start: bool = False) -> list[int]:
        return [1 + ord(letter) % (VOCABULARY - 1) for letter in text]

    def adapt(self, adapted: Adapted) -> None:
        """What follows depends on the adapters, too."""
        self.adapted = adapted

    def use_threads(self, count: int) -> None:
        assert count == 1

    def sampler(self, _sampling: Sampling) -> Sampler:
        return cast(Sampler, FakeSampler())

    def sample(self, _sampler: Sampler, row: int) -> int:
        return int(self.logits[row].argmax())

    def piece(self, token: int) -> bytes:
        return b" " + bytes([97 + token % 26]) if token % 3 else bytes([97 + token % 26])

    def pieces(self) -> Iterator[bytes]:
        return map(self.piece, range(self.vocabulary_size))

    def ends(self, token: int) -> bool:
        return token == END


def alone() -> Pace:
    return Pace(1, 0.0)


def says(prompt: Sequence[int], answer: Sequence[int]) -> Callable[[tuple[int, ...]], npt.NDArray[np.float32]]:
    """A rule that answers *prompt* with *answer* and its end, and anything else with something of its own."""
    script = (*prompt, *answer, END)

    def follows(tokens: tuple[int, ...]) -> npt.NDArray[np.float32]:
        row = np.zeros(VOCABULARY, np.float32)
        known = tokens == script[: len(tokens)] and len(prompt) <= len(tokens) < len(script)
        row[script[len(tokens)] if known else 1 + hash(tokens) % (VOCABULARY - 1)] = 1.0
        return row

    return follows


def babbles(tokens: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Some row of logits, the same for the same tokens."""
    return np.random.default_rng(abs(hash(tokens))).normal(size=VOCABULARY).astype(np.float32)
