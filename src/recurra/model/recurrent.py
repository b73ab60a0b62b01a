"""Recurrent layers over padded batches.

Sequences are never packed: packing leaves the fused kernels and is two to three times slower on a CPU. Padding
stands at the end, so it cannot reach the steps before it; the backward direction reads each sequence reversed
within its own length, so that there, too, padding comes last.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.config import Recurrent
from recurra.model.dropout import LockedDropout, drop_connect

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4}


def reverse(x: Tensor, lengths: Tensor) -> Tensor:
    """``x`` ``(batch, time, size)`` with the first ``lengths`` ``(batch,)`` steps of each row in reverse order."""
    steps = torch.arange(x.shape[1], device=x.device).expand(x.shape[0], -1)  # (batch, time)
    mirrored = lengths[:, None] - 1 - steps
    index = torch.where(mirrored >= 0, mirrored, steps)
    return x.gather(1, index[:, :, None].expand_as(x))


class Direction(nn.Module):
    """One recurrent layer that reads from left to right.

    Recurrent weights are orthogonal for each gate (Saxe et al. 2014), the rectified cell starts as the identity
    (Le et al. 2015), and the forget gate of an LSTM starts open (Jozefowicz et al. 2015).
    """

    def __init__(self, cell: str, input_size: int, hidden_size: int, recurrent_dropout: float) -> None:
        super().__init__()
        self.cell = cell
        self.recurrent_dropout = recurrent_dropout
        if cell == "lstm":
            self.rnn: nn.RNNBase = nn.LSTM(input_size, hidden_size, batch_first=True)
        elif cell == "gru":
            self.rnn = nn.GRU(input_size, hidden_size, batch_first=True)
        else:
            self.rnn = nn.RNN(input_size, hidden_size, nonlinearity=cell.removeprefix("rnn_"), batch_first=True)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        size = self.rnn.hidden_size
        weight_ih, weight_hh, bias_ih, bias_hh = self.rnn.all_weights[0]
        for gate in range(GATES[self.cell]):
            rows = slice(gate * size, (gate + 1) * size)
            nn.init.xavier_uniform_(weight_ih[rows])
            if self.cell == "rnn_relu":
                nn.init.eye_(weight_hh[rows])
            else:
                nn.init.orthogonal_(weight_hh[rows])
        bias_ih.zero_()
        bias_hh.zero_()
        if self.cell == "lstm":
            bias_ih[size : 2 * size] = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Outputs ``(batch, time, hidden)`` for the input ``(batch, time, size)``, from a state of zeros."""
        if not self.training or self.recurrent_dropout == 0.0:
            outputs: Tensor = self.rnn(x)[0]
            return outputs
        weight_ih, weight_hh, bias_ih, bias_hh = self.rnn.all_weights[0]
        weights = [weight_ih, drop_connect(weight_hh, self.recurrent_dropout, True), bias_ih, bias_hh]
        zero = x.new_zeros(1, x.shape[0], self.rnn.hidden_size)
        state = (zero, zero) if self.cell == "lstm" else zero
        run = getattr(torch, self.cell)  # torch.lstm, torch.gru, torch.rnn_tanh, torch.rnn_relu
        outputs = run(x, state, weights, True, 1, 0.0, True, False, True)[0]
        return outputs


class Layer(nn.Module):
    """One recurrent layer, in one direction or in both."""

    def __init__(self, config: Recurrent, input_size: int) -> None:
        super().__init__()
        size, dropout = config.hidden_size, config.recurrent_dropout
        self.forwards = Direction(config.cell, input_size, size, dropout)
        self.backwards = Direction(config.cell, input_size, size, dropout) if config.bidirectional else None
        self.output_size = size * (2 if config.bidirectional else 1)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Outputs ``(batch, time, output_size)`` for the input ``(batch, time, size)``."""
        y: Tensor = self.forwards(x)
        if self.backwards is None:
            return y
        return torch.cat([y, reverse(self.backwards(reverse(x, lengths)), lengths)], dim=-1)


class RecurrentStack(nn.Module):
    """Recurrent layers one upon the other."""

    def __init__(self, config: Recurrent, input_size: int) -> None:
        super().__init__()
        self.residual = config.residual
        self.layers = nn.ModuleList([Layer(config, input_size)])
        self.output_size = config.hidden_size * (2 if config.bidirectional else 1)
        self.layers.extend(Layer(config, self.output_size) for _ in range(config.layers - 1))
        self.norms = nn.ModuleList(
            nn.LayerNorm(self.output_size) if config.layer_norm else nn.Identity() for _ in self.layers
        )
        self.dropout = LockedDropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Outputs of the last layer ``(batch, time, output_size)``.

        ``x`` is ``(batch, time, size)``, padded at the end; ``lengths`` ``(batch,)`` counts the real steps, at
        least one a row. With two directions the first half of the outputs reads forwards, the second backwards.
        Outputs at padded steps mean nothing.
        """
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            y = layer(self.dropout(x) if number > 0 else x, lengths)
            if self.residual and x.shape == y.shape:
                y = y + x
            x = norm(y)
        return x
