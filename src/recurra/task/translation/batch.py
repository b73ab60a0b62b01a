"""A batch of pairs, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recurra.data.encoded import Encoded


@dataclass
class PairBatch:
    """Padded sources and translations."""

    source: Tensor  # (batch, time), padded at the end; the end token after each text
    lengths: Tensor  # (batch,), at least 1
    target: Tensor  # (batch, time), padded at the end; between begin and end
    rows: Tensor  # (batch,), where each pair stands in its split

    def to(self, device: Any, non_blocking: bool = False) -> PairBatch:
        return PairBatch(*(getattr(self, f).to(device, non_blocking=non_blocking) for f in self.__annotations__))

    def pin_memory(self) -> PairBatch:
        return PairBatch(*(getattr(self, f).pin_memory() for f in self.__annotations__))


@dataclass(frozen=True)
class Pairs:
    """Both sides of a split as ids."""

    source: Encoded
    target: Encoded

    @property
    def lengths(self) -> np.ndarray:
        """Tokens ``(rows, 2)`` of both sides."""
        return np.stack([self.source.lengths, self.target.lengths], 1)

    def select(self, rows: np.ndarray) -> Pairs:
        return Pairs(self.source.select(rows), self.target.select(rows))


def batch_maker(pairs: Pairs, pad: int, pin: bool = False) -> Callable[[np.ndarray], PairBatch]:
    """Makes a batch of given rows; ``pin`` puts it where a GPU can fetch it while it computes."""

    def make(rows: np.ndarray) -> PairBatch:
        source, lengths = pairs.source.padded(rows, pad)
        target, _ = pairs.target.padded(rows, pad)
        batch = PairBatch(source, lengths, target, torch.from_numpy(rows))
        return batch.pin_memory() if pin else batch

    return make
