"""A batch of pairs, and where it comes from."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recurra.data.batch import Batch
from recurra.data.cache import column
from recurra.data.encoded import Encoded
from recurra.task.translation.corpus import Split
from recurra.tokenizer.pair import SidesTokenizer


@dataclass
class PairBatch(Batch):
    """Padded sources and translations."""

    source: Tensor  # (batch, time), padded at the end; the end token after each text
    lengths: Tensor  # (batch,), at least 1
    target: Tensor  # (batch, time), padded at the end; between begin and end


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


def encode(rows: Split, tokenizer: SidesTokenizer) -> Pairs:
    """Both sides of a split as ids."""
    return Pairs(
        Encoded.encode(column(rows, "source"), tokenizer.encode_source, len(tokenizer.source)),
        Encoded.encode(column(rows, "target"), tokenizer.encode_target, len(tokenizer.target)),
    )


def batch_maker(pairs: Pairs, pad: int, pin: bool = False) -> Callable[[np.ndarray], PairBatch]:
    """Makes a batch of given rows; ``pin`` puts it where a GPU can fetch it while it computes."""

    def make(rows: np.ndarray) -> PairBatch:
        source, lengths = pairs.source.padded(rows, pad)
        target, _ = pairs.target.padded(rows, pad)
        batch = PairBatch(source, lengths, target)
        return batch.pin_memory() if pin else batch

    return make


def dropping_batch_maker(
    rows: Split, tokenizer: SidesTokenizer, rate: float, pad: int, pin: bool = False
) -> Callable[[np.ndarray], PairBatch]:
    """The same from texts, of whose merges a share is left out; drawn as the process's random numbers have it."""
    generator = random.Random()
    dropping = tokenizer.with_dropout(rate, generator)

    def make(numbers: np.ndarray) -> PairBatch:
        generator.seed(int(torch.randint(2**31, ())))
        some = rows.select(numbers)
        return batch_maker(encode(some, dropping), pad, pin)(np.arange(len(numbers)))

    return make
