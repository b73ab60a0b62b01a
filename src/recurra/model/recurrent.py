"""Recurrent layers over padded batches.

Sequences are never packed: packing leaves the fused kernels and is two to three times slower on a CPU. Padding
stands at the end, so it cannot reach the steps before it; the backward direction reads each sequence reversed
within its own length, so that there, too, padding comes last.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.config.train import Recurrent
from recurra.model.dropout import LockedDropout, drop_connect
from recurra.model.mingru import MinGRU

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 3, "lstm": 4, "mingru": 2}
STATES = {"rnn_tanh": 1, "rnn_relu": 1, "gru": 1, "lstm": 2, "mingru": 1}
"""Vectors that a cell hands from step to step: an LSTM has its cell state besides its output."""


def reverse(x: Tensor, lengths: Tensor) -> Tensor:
    """``x`` ``(batch, time, size)`` with the first ``lengths`` ``(batch,)`` steps of each row in reverse order."""
    batch, time, _ = x.shape
    steps = torch.arange(time, device=x.device).expand(batch, -1)  # (batch, time)
    mirrored = lengths[:, None] - 1 - steps
    first = time * torch.arange(batch, device=x.device)[:, None]
    rows = first + torch.where(mirrored >= 0, mirrored, steps)  # of all steps of all sequences, one after the other
    return x.flatten(0, 1).index_select(0, rows.flatten()).view_as(x)  # a gather is four times slower


class Direction(nn.Module):
    """One recurrent layer that reads from left to right.

    Recurrent weights are orthogonal for each gate (Saxe et al. 2014), the rectified cell starts as the identity
    (Le et al. 2015), and the forget gate of an LSTM starts open (Jozefowicz et al. 2015).
    """

    def __init__(self, cell: str, input_size: int, hidden_size: int, recurrent_dropout: float) -> None:
        super().__init__()
        self.cell = cell
        self.hidden_size = hidden_size
        self.recurrent_dropout = recurrent_dropout
        if cell == "mingru":
            self.rnn: nn.RNNBase | MinGRU = MinGRU(input_size, hidden_size)
            return
        if cell == "lstm":
            self.rnn = nn.LSTM(input_size, hidden_size, batch_first=True)
        elif cell == "gru":
            self.rnn = nn.GRU(input_size, hidden_size, batch_first=True)
        else:
            self.rnn = nn.RNN(input_size, hidden_size, nonlinearity=cell.removeprefix("rnn_"), batch_first=True)
        self.reset_parameters(self.rnn)

    @torch.no_grad()
    def reset_parameters(self, rnn: nn.RNNBase) -> None:
        size = self.hidden_size
        weight_ih, weight_hh, bias_ih, bias_hh = rnn.all_weights[0]
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

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Outputs ``(batch, time, hidden)`` for the input ``(batch, time, size)``, and the state after it.

        States are ``(STATES[cell], batch, hidden)``; without one the layer begins with zeros.
        """
        if state is None:
            state = x.new_zeros(STATES[self.cell], x.shape[0], self.hidden_size)
        if isinstance(self.rnn, MinGRU):
            outputs: Tensor = self.rnn(x, state[0])
            return outputs, outputs[None, :, -1]
        if x.shape[1] == 1 and not torch.is_grad_enabled():
            return self.step(x, state, self.weights())
        if x.is_cuda and torch.is_autocast_enabled("cuda") and torch.get_autocast_dtype("cuda") is torch.bfloat16:
            # autocast runs these layers in fp16 even so, where small gradients vanish that nobody has scaled
            with torch.autocast("cuda", enabled=False):
                return self.forward(x.float(), state.float())
        run = getattr(torch, self.cell)  # torch.lstm, torch.gru, torch.rnn_tanh, torch.rnn_relu
        initial = (state[:1], state[1:]) if self.cell == "lstm" else state
        outputs, *end = run(x, initial, self.weights(), True, 1, 0.0, torch.is_grad_enabled(), False, True)
        return outputs, torch.cat(end)

    def weights(self) -> list[Tensor]:
        """What `step` computes with: the parameters, while training with a new mask of DropConnect."""
        if isinstance(self.rnn, MinGRU):
            return []
        dropped = self.training and self.recurrent_dropout > 0.0
        weight_ih, weight_hh, bias_ih, bias_hh = self.rnn.all_weights[0]
        return [weight_ih, drop_connect(weight_hh, self.recurrent_dropout, dropped), bias_ih, bias_hh]

    def step(self, x: Tensor, state: Tensor, weights: list[Tensor]) -> tuple[Tensor, Tensor]:
        """The same for a single time step: whole layers prepare for many and are ten times slower at one."""
        if isinstance(self.rnn, MinGRU):
            return self.forward(x, state)
        cell = getattr(torch, f"{self.cell}_cell")  # torch.lstm_cell, torch.gru_cell, …
        if self.cell == "lstm":
            end = torch.stack(cell(x[:, 0], (state[0], state[1]), *weights))
        else:
            end = cell(x[:, 0], state[0], *weights)[None]
        return end[0, :, None], end


def recurrent_matrices(network: nn.Module) -> dict[nn.Parameter, int]:
    """The weight matrices of all recurrent layers in a network, each with the number of gates stacked in it."""
    layers = [module for module in network.modules() if isinstance(module, Direction)]
    return {weight: GATES[layer.cell] for layer in layers for weight in layer.rnn.parameters() if weight.ndim == 2}


class Layer(nn.Module):
    """One recurrent layer, in one direction or in both."""

    def __init__(self, config: Recurrent, input_size: int, bidirectional: bool) -> None:
        super().__init__()
        size, dropout = config.hidden_size, config.recurrent_dropout
        self.forwards = Direction(config.cell, input_size, size, dropout)
        self.backwards = Direction(config.cell, input_size, size, dropout) if bidirectional else None

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Outputs ``(batch, time, output_size)`` for the input ``(batch, time, size)``."""
        y: Tensor = self.forwards(x)[0]
        if self.backwards is None:
            return y
        return torch.cat([y, reverse(self.backwards(reverse(x, lengths))[0], lengths)], dim=-1)


class RecurrentStack(nn.Module):
    """Recurrent layers one upon the other."""

    def __init__(self, config: Recurrent, input_size: int, bidirectional: bool = False) -> None:
        super().__init__()
        self.residual = config.residual
        self.output_size = config.hidden_size * (2 if bidirectional else 1)
        sizes = [input_size] + [self.output_size] * (config.layers - 1)
        self.layers = nn.ModuleList(Layer(config, size, bidirectional) for size in sizes)
        self.norms = nn.ModuleList(nn.LayerNorm(self.output_size) for _ in sizes if config.layer_norm)
        self.dropout = LockedDropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Outputs of the last layer ``(batch, time, output_size)``.

        ``x`` is ``(batch, time, size)``, padded at the end; ``lengths`` ``(batch,)`` counts the real steps, at
        least one a row. With two directions the first half of the outputs reads forwards, the second backwards.
        Outputs at padded steps mean nothing.
        """
        for number, layer in enumerate(self.layers):
            x = self.between(number, x, layer(self.dropped(number, x), lengths))
        return x

    def carry(self, x: Tensor, state: Tensor | None) -> tuple[list[Tensor], Tensor]:
        """Outputs of each layer ``(batch, time, output_size)`` and the state after ``x`` ``(batch, time, size)``.

        For stacks of one direction. States are ``(layers, STATES[cell], batch, hidden)``; None begins with zeros.
        """
        outputs: list[Tensor] = []
        ends: list[Tensor] = []
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, Layer)
            y, end = layer.forwards(self.dropped(number, x), None if state is None else state[number])
            x = self.between(number, x, y)
            outputs.append(x)
            ends.append(end)
        return outputs, torch.stack(ends)

    def dropped(self, number: int, x: Tensor) -> Tensor:
        """The input of a layer; that of the first is dropped where it is made."""
        return self.dropout(x) if number > 0 and self.training else x

    def between(self, number: int, x: Tensor, y: Tensor) -> Tensor:
        """What a layer with the input ``x`` and the output ``y`` hands on."""
        if self.residual and x.shape == y.shape:
            y = y + x
        return self.norms[number](y) if self.norms else y
