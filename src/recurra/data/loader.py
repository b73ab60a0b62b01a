"""Batches in an order that an interrupted run can take up again; of texts, batches of like length."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np

P = TypeVar("P")
B = TypeVar("B")


def cut_by_length(lengths: np.ndarray, batch_size: int, batch_tokens: int) -> list[slice]:
    """Cuts rows, already sorted by length, into batches of at most ``batch_size`` rows and ``batch_tokens`` tokens.

    ``lengths`` are ``(rows,)``, or ``(rows, sides)`` of texts with several sides, whose tokens count together. Padding
    counts; a row that is longer than ``batch_tokens`` by itself makes a batch of its own.
    """
    cuts: list[slice] = []
    start = 0
    sides = (lengths if lengths.ndim == 2 else lengths[:, None]).tolist()
    longest = [0] * len(sides[0]) if sides else []
    for stop, row in enumerate(sides):
        longer = list(map(max, longest, row))
        if stop > start and (stop - start == batch_size or (stop + 1 - start) * sum(longer) > batch_tokens):
            cuts.append(slice(start, stop))
            start, longer = stop, row
        longest = longer
    return [*cuts, slice(start, len(sides))] if sides else []


class Loader(ABC, Generic[P, B]):
    """Iterates over batches, each of them made from its plan, in an order that depends on the epoch alone.

    Lightning keeps `state_dict` in its checkpoints: a run that stopped in the middle of an epoch goes on with the
    batch that would have come next.
    """

    def __init__(self, make: Callable[[P], B]) -> None:
        self.make = make
        self.epoch = 0
        self.yielded = 0
        self.resume_at = 0
        self.used: int | None = None  # batches of an epoch that are used; None uses all
        self.sampler = self.batch_sampler = self  # where Lightning looks for set_epoch

    @abstractmethod
    def batches(self) -> list[P]:
        """Plans of the batches of the current epoch."""

    @abstractmethod
    def __len__(self) -> int:
        """Batches of an epoch, the same in each."""

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __iter__(self) -> Iterator[B]:
        batches = self.batches()
        self.yielded, self.resume_at = self.resume_at, 0
        for position in range(self.yielded, self.used or len(self)):
            self.yielded = position + 1
            yield self.make(batches[position])

    def state_dict(self) -> dict[str, Any]:
        return {"yielded": self.yielded}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.resume_at = state["yielded"] % (self.used or len(self))


class BatchLoader(Loader[np.ndarray, B]):
    """Batches of rows; shuffled anew each epoch, or in order of length.

    Rows are sorted by length (of several sides by the last one, then by the one before it, upwards and downwards in
    turn, so that neighbours are always alike), rows of the same length in random order; the sorted rows are cut into
    batches, and the batches come in random order. So there is next to no padding, the number of batches is the same in
    every epoch, and the order depends on ``seed`` and the epoch alone.
    """

    def __init__(
        self,
        lengths: np.ndarray,
        make: Callable[[np.ndarray], B],
        batch_size: int,
        batch_tokens: int,
        seed: int | None,
    ) -> None:
        super().__init__(make)
        self.lengths = lengths
        self.seed = seed
        keys = list(lengths.reshape(len(lengths), -1).T)
        for side in range(len(keys) - 1, 0, -1):
            keys[side - 1] = np.where(keys[side] % 2 == 0, keys[side - 1], -keys[side - 1])
        self.keys = tuple(keys)  # the last is sorted by first, as lexsort has it
        self.cuts = cut_by_length(lengths[np.lexsort(self.keys)], batch_size, batch_tokens)

    def batches(self) -> list[np.ndarray]:
        """Row numbers of each batch of the current epoch."""
        if self.seed is None:
            order = np.lexsort(self.keys)
            return [order[cut] for cut in self.cuts]
        generator = np.random.default_rng((self.seed, self.epoch))
        order = np.lexsort((generator.permutation(len(self.lengths)), *self.keys))
        return [order[self.cuts[i]] for i in generator.permutation(len(self.cuts))]

    def __len__(self) -> int:
        return len(self.cuts)
