"""Summaries of a sequence of states in one vector, padding left out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Pooling(nn.Module):
    """Concatenates summaries over time: ``last``, ``mean``, ``max``, ``attention``.

    ``last`` is the state after the last token; with two directions the backward half is taken at the first token,
    where that direction ends. ``attention`` is a weighted mean whose weights are learned (Yang et al. 2016).
    """

    def __init__(self, kinds: Sequence[str], size: int, bidirectional: bool) -> None:
        super().__init__()
        self.kinds = list(kinds)
        self.forward_size = size // 2 if bidirectional else size
        self.output_size = size * len(self.kinds)
        if "attention" in self.kinds:
            self.query = nn.Linear(size, 1, bias=False)
            nn.init.zeros_(self.query.weight)  # begins as the mean

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Summary ``(batch, size · kinds)`` of ``states`` ``(batch, time, size)``.

        ``mask`` ``(batch, time)`` is true at real steps, of which every row has at least one, padding last.
        """
        return torch.cat([getattr(self, kind)(states, mask) for kind in self.kinds], dim=-1)

    def last(self, states: Tensor, mask: Tensor) -> Tensor:
        ends = mask.sum(1) - 1  # (batch,)
        rows = torch.arange(len(states), device=states.device)
        end = states[rows, ends, : self.forward_size]
        return torch.cat([end, states[:, 0, self.forward_size :]], dim=-1)

    def mean(self, states: Tensor, mask: Tensor) -> Tensor:
        return weighted(states, mask / mask.sum(1, keepdim=True))

    def max(self, states: Tensor, mask: Tensor) -> Tensor:
        padding = torch.zeros_like(mask, dtype=states.dtype).masked_fill_(~mask, -torch.inf)  # (batch, time)
        return (states + padding[:, :, None]).amax(1)

    def attention(self, states: Tensor, mask: Tensor) -> Tensor:
        scores = self.query(states).squeeze(-1)  # (batch, time)
        return weighted(states, scores.float().masked_fill(~mask, -torch.inf).softmax(-1))


def weighted(states: Tensor, weights: Tensor) -> Tensor:
    """Sums over time ``(batch, size)`` of ``states`` ``(batch, time, size)`` by ``weights`` ``(batch, time)``."""
    return torch.einsum("bt,bth->bh", weights.to(states.dtype), states)
