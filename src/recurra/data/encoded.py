"""Texts as token ids in one flat array: two bytes a token for vocabularies up to 65,536 entries, else four."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import Tensor


class Encoded:
    """Sequences of ids, one after the other, with their offsets."""

    def __init__(self, ids: np.ndarray, offsets: np.ndarray) -> None:
        self.ids = ids  # (all tokens,)
        self.offsets = offsets  # (rows + 1,)
        self.lengths = np.diff(offsets)  # (rows,)

    @classmethod
    def encode(
        cls,
        texts: Iterable[str],
        encode: Callable[[Sequence[str]], list[list[int]]],
        vocabulary: int,
        chunk: int = 1000,
    ) -> Encoded:
        """Encodes ``chunk`` texts at a time, so that only ids stay in memory."""
        dtype = np.uint16 if vocabulary <= 2**16 else np.int32
        parts: list[np.ndarray] = []
        lengths: list[int] = [0]
        pending: list[str] = []

        def flush() -> None:
            rows = encode(pending)
            lengths.extend(map(len, rows))
            parts.append(np.fromiter((i for row in rows for i in row), dtype=dtype))
            pending.clear()

        for text in texts:
            pending.append(text)
            if len(pending) == chunk:
                flush()
        flush()
        return cls(np.concatenate(parts), np.cumsum(lengths, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, row: int) -> np.ndarray:
        return self.ids[self.offsets[row] : self.offsets[row + 1]]

    def select(self, rows: np.ndarray) -> Encoded:
        """Some of the rows, in this order."""
        ids = np.concatenate([self.ids[:0], *(self[row] for row in rows)])
        return Encoded(ids, np.concatenate([[0], np.cumsum(self.lengths[rows])]))

    def padded(self, rows: np.ndarray, pad: int) -> tuple[Tensor, Tensor]:
        """Tokens ``(batch, time)``, padded at the end, and lengths ``(batch,)`` of some rows."""
        lengths = self.lengths[rows]
        tokens = np.full((len(rows), int(lengths.max())), pad, dtype=np.int64)
        for i, row in enumerate(rows):
            tokens[i, : lengths[i]] = self[row]
        return torch.from_numpy(tokens), torch.from_numpy(lengths)
