"""A recurrent layer whose gates do not look at its state, so that all of them are computed at once."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class MinGRU(nn.Module):
    """``h[t] = (1 - z[t]) h[t-1] + z[t] c[t]`` with ``z = sigmoid(W x)`` and ``c = V x`` (Feng et al. 2024).

    Nothing is multiplied by a matrix from step to step; what is left of the recurrence is a loop over products of
    vectors, which on a CPU is faster than a parallel scan.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.gates = nn.Linear(input_size, 2 * hidden_size)

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        """Outputs ``(batch, time, hidden)`` for the input ``(batch, time, size)`` and the state ``(batch, hidden)``."""
        z, candidate = self.gates(x.transpose(0, 1)).float().chunk(2, -1)  # (time, batch, hidden)
        z = z.sigmoid()
        outputs: Tensor = LinearRecurrence.apply(1.0 - z, z * candidate, state.float())  # type: ignore[no-untyped-call]
        return outputs.transpose(0, 1)


class LinearRecurrence(torch.autograd.Function):
    """``h[t] = a[t] h[t-1] + b[t]`` as one node of the graph; ``a`` and ``b`` are ``(time, …)``, ``h`` too."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, start: Tensor) -> Tensor:
        h = torch.empty_like(b)
        last = start
        for t in range(len(b)):
            last = torch.addcmul(b[t], a[t], last, out=h[t])
        ctx.save_for_backward(a, h, start)
        return h

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (gradient,) = gradients
        a, h, start = ctx.saved_tensors
        db = torch.empty_like(gradient)
        db[-1] = gradient[-1]
        for t in range(len(db) - 2, -1, -1):
            torch.addcmul(gradient[t], a[t + 1], db[t + 1], out=db[t])
        da = db * torch.cat([start[None], h[:-1]])
        return da, db, db[0] * a[0]
