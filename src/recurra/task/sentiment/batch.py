"""A batch of texts, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recurra.data.batch import Batch
from recurra.data.encoded import Encoded


@dataclass
class TextBatch(Batch):
    """Padded texts and their labels."""

    tokens: Tensor  # (batch, time), padded at the end
    lengths: Tensor  # (batch,), at least 1
    labels: Tensor  # (batch,)
    rows: Tensor  # (batch,), where each text stands in its split


def batch_maker(texts: Encoded, labels: np.ndarray, pad: int, pin: bool = False) -> Callable[[np.ndarray], TextBatch]:
    """Makes a batch of given rows; ``pin`` puts it where a GPU can fetch it while it computes."""

    def make(rows: np.ndarray) -> TextBatch:
        tokens, lengths = texts.padded(rows, pad)
        batch = TextBatch(tokens, lengths, torch.from_numpy(labels[rows]), torch.from_numpy(rows))
        return batch.pin_memory() if pin else batch

    return make
