"""A batch of windows of a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recurra.data.batch import Batch
from recurra.data.streams import Windows
from recurra.tokenizer.codepoints import CodePointTokenizer

NOT_SCORED = -100
"""In the place of a target that does not count."""


@dataclass
class WindowBatch(Batch):
    """Windows of a text, each with what follows its characters."""

    tokens: Tensor  # (streams, time)
    targets: Tensor  # (streams, time), the token after each, or NOT_SCORED
    fresh: Tensor  # (streams,), whether a window begins with a state of zeros
    alone: bool = False  # windows out of their context, scored apart

    @property
    def scored(self) -> int:
        """Number of targets that count."""
        return int((self.targets != NOT_SCORED).sum())


def batch_maker(text: np.ndarray, tokenizer: CodePointTokenizer, pin: bool = False) -> Callable[[Windows], WindowBatch]:
    """Makes a batch of given windows of a text ``(characters,)`` of code points; ``pin`` as for texts."""

    def make(windows: Windows) -> WindowBatch:
        places = windows.starts[:, None] + np.arange(windows.size + 1)  # (streams, time + 1)
        ids = tokenizer.look_up(text[np.minimum(places, len(text) - 1)]).astype(np.int64)
        counts = (places >= windows.first[:, None]) & (places < windows.stop[:, None])
        targets = np.where(counts[:, :-1], ids[:, 1:], NOT_SCORED)
        batch = WindowBatch(
            torch.from_numpy(np.ascontiguousarray(ids[:, :-1])),
            torch.from_numpy(targets),
            torch.from_numpy(windows.fresh),
            windows.alone,
        )
        return batch.pin_memory() if pin else batch

    return make


def begin(state: Tensor | None, fresh: Tensor) -> Tensor | None:
    """The state ``(layers, parts, batch, hidden)`` for a batch, zeros where it is ``fresh`` ``(batch,)``."""
    if state is None or state.shape[2] != len(fresh):
        return None
    return state.masked_fill(fresh[:, None], 0.0) if bool(fresh.any()) else state
