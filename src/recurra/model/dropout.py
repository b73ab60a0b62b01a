"""Two ways of dropping that suit recurrent networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LockedDropout(nn.Module):
    """Dropout with one mask for all time steps (variational dropout; Gal & Ghahramani 2016)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Drops features of ``x`` ``(batch, time, size)``, the same at every time step of a row."""
        if not self.training or self.rate == 0.0:
            return x
        mask = x.new_empty(x.shape[0], 1, x.shape[2]).bernoulli_(1.0 - self.rate)  # (batch, 1, size)
        return x * mask.div_(1.0 - self.rate)


def drop_connect(weight: Tensor, rate: float, training: bool) -> Tensor:
    """Drops entries of a weight matrix, once for a whole batch (Wan et al. 2013; Merity et al. 2018)."""
    return F.dropout(weight, rate, training) if training and rate > 0.0 else weight


def drop_words(tokens: Tensor, mask: Tensor, rate: float, unknown: int) -> Tensor:
    """Replaces a share of the ``tokens`` ``(batch, time)`` by the unknown token (Iyyer et al. 2015).

    ``mask`` ``(batch, time)`` is true at real tokens; padding stays as it is.
    """
    dropped = torch.rand(tokens.shape, device=tokens.device) < rate
    return tokens.masked_fill(dropped & mask, unknown)
