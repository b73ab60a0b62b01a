"""One long sequence as batches of windows: many places of it are read side by side, window after window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from recurra.data.loader import Loader

B = TypeVar("B")

WARMUP = 1024
"""Tokens that are read, and not scored, before a place in the middle of a text: what a state still knows of."""


@dataclass(frozen=True)
class Windows:
    """Where the windows of a batch are, and how they are read."""

    starts: np.ndarray  # (streams,) place of the first token that is read
    size: int  # tokens that are read of each; each is to predict the next
    fresh: np.ndarray  # (streams,) whether it begins with a state of zeros
    first: np.ndarray  # (streams,) first place whose prediction is scored
    stop: np.ndarray  # (streams,) first place after those
    alone: bool = False  # a window out of its context, scored apart


class StreamLoader(Loader[Windows, B]):
    """Windows to train on: each stream goes on where its last window ended (Mikolov et al. 2010).

    The text is cut into equal parts, one a stream, all of them shifted by a random offset in each epoch, so that
    windows begin elsewhere. A share ``reset`` of the windows begins with a state of zeros, besides the first of an
    epoch.
    """

    def __init__(
        self, length: int, make: Callable[[Windows], B], streams: int, window: int, reset: float, seed: int
    ) -> None:
        """``length`` is that of the text, at least ``window + 1``; a short text makes fewer ``streams``."""
        super().__init__(make)
        self.window, self.reset, self.seed = window, reset, seed
        self.offsets = min(window, length - window)
        self.streams = min(streams, (length - self.offsets) // window)
        self.part = (length - self.offsets) // self.streams

    def batches(self) -> list[Windows]:
        """The windows of each batch of the current epoch."""
        generator = np.random.default_rng((self.seed, self.epoch))
        begin = generator.integers(self.offsets) + self.part * np.arange(self.streams)  # (streams,)
        fresh = generator.random((len(self), self.streams)) < self.reset
        fresh[0] = True
        made = []
        for number in range(len(self)):
            starts = begin + number * self.window
            made.append(Windows(starts, self.window, fresh[number], starts, starts + self.window))
        return made

    def __len__(self) -> int:
        return self.part // self.window


class FixedLoader(Loader[Windows, B]):
    """The same windows each time, in the same order."""

    def __init__(self, windows: list[Windows], make: Callable[[Windows], B]) -> None:
        super().__init__(make)
        self.windows = windows

    def batches(self) -> list[Windows]:
        return self.windows

    def __len__(self) -> int:
        return len(self.windows)


def whole(length: int, streams: int, window: int = 512) -> list[Windows]:
    """Windows that predict every token of a text but the first, once.

    With one stream this is one contiguous pass that carries its state. With more, the text is cut into equal parts
    that are read side by side, each after the `WARMUP` tokens before it.
    """
    streams = max(1, min(streams, length // (4 * WARMUP)))
    part = -(-(length - 1) // streams)
    first = part * np.arange(streams)  # (streams,)
    stop = np.minimum(first + part, length - 1)
    warmup = WARMUP if streams > 1 else 0
    made = []
    for start in [*range(-warmup, 0, window), *range(0, part, window)]:
        fresh = np.full(streams, start == -warmup)
        fresh[0] |= start == 0  # there is nothing before the text
        starts = np.maximum(first + start, 0)
        size = min(window, (part if start >= 0 else 0) - start)
        made.append(Windows(starts, size, fresh, first if start >= 0 else stop, stop))
    return made


def scattered(length: int, window: int = 256, tokens: int = 100_000, batch: int = 64, seed: int = 0) -> list[Windows]:
    """Windows at random places, each read without what stands before it, until there are so many ``tokens``."""
    window = min(window, length - 1)
    count = max(1, min(tokens, 4 * length) // window)
    places = np.random.default_rng(seed).integers(length - window, size=count)
    made = []
    for some in (places[start : start + batch] for start in range(0, count, batch)):
        made.append(Windows(some, window, np.ones(len(some), dtype=bool), some, some + window, alone=True))
    return made
