"""A batch of texts, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from recurra.data.encoded import Encoded


@dataclass
class TextBatch:
    """Padded texts and their labels."""

    tokens: Tensor  # (batch, time), padded at the end
    lengths: Tensor  # (batch,), at least 1
    labels: Tensor  # (batch,)
    rows: Tensor  # (batch,), where each text stands in its split

    def to(self, device: Any, non_blocking: bool = False) -> TextBatch:
        return TextBatch(*(getattr(self, f).to(device, non_blocking=non_blocking) for f in self.__annotations__))

    def pin_memory(self) -> TextBatch:
        return TextBatch(*(getattr(self, f).pin_memory() for f in self.__annotations__))


def batch_maker(texts: Encoded, labels: np.ndarray, pad: int, pin: bool = False) -> Callable[[np.ndarray], TextBatch]:
    """Makes a batch of given rows; ``pin`` puts it where a GPU can fetch it while it computes."""

    def make(rows: np.ndarray) -> TextBatch:
        tokens, lengths = texts.padded(rows, pad)
        batch = TextBatch(tokens, lengths, torch.from_numpy(labels[rows]), torch.from_numpy(rows))
        return batch.pin_memory() if pin else batch

    return make
