"""Tables whose rows have different lengths: all values one after the other, and the offsets where each row begins."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


def make_table(rows: Iterable[Iterable[int]]) -> tuple[Tensor, Tensor]:
    """Values ``(all,)`` and offsets ``(rows + 1,)`` of a table."""
    values: list[int] = []
    offsets = [0]
    for row in rows:
        values.extend(row)
        offsets.append(len(values))
    return torch.tensor(values, dtype=torch.int32), torch.tensor(offsets, dtype=torch.int32)


def look_up(values: Tensor, offsets: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """The values of some ``rows`` ``(n,)``, one row after the other, and how many each has ``(n,)``."""
    begins = offsets[rows].long()
    counts = offsets[rows + 1].long() - begins
    shift = begins - (counts.cumsum(0) - counts)  # from the place in the answer to the place in the table
    which = torch.arange(int(counts.sum()), device=rows.device) + shift.repeat_interleave(counts)
    return values[which].long(), counts
