"""Recurrent layers over padded batches do what packed ones do, and begin as the papers say."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from recurra.config.train import Recurrent
from recurra.model.recurrent import GATES, Direction, RecurrentStack, reverse

CELLS = ["rnn_tanh", "rnn_relu", "gru", "lstm"]
LENGTHS = torch.tensor([7, 1, 4, 3])
INPUT, HIDDEN = 5, 3


def options(**changes: object) -> Recurrent:
    plain = {
        "cell": "lstm", "hidden_size": HIDDEN, "layers": 1, "residual": False,
        "layer_norm": False, "dropout": 0.0, "recurrent_dropout": 0.0,
    }  # fmt: skip
    return Recurrent.model_validate({**plain, **changes})


def padded(size: int = INPUT) -> Tensor:
    return torch.randn(len(LENGTHS), int(LENGTHS.max()), size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_padded_batch_gives_what_each_sequence_gives_alone(cell: str, bidirectional: bool) -> None:
    for layers, residual, norm, size in itertools.product((1, 3), (False, True), (False, True), (INPUT, 2 * HIDDEN)):
        torch.manual_seed(1)
        stack = RecurrentStack(
            options(cell=cell, layers=layers, residual=residual, layer_norm=norm), size, bidirectional
        ).eval()
        x = padded(size)
        together = stack(x, LENGTHS)
        noise = x.clone()
        for row, length in enumerate(LENGTHS.tolist()):
            noise[row, length:] = 100.0
            alone = stack(x[row : row + 1, :length], torch.tensor([length]))
            torch.testing.assert_close(together[row, :length], alone[0], atol=1e-5, rtol=0)
        again = stack(noise, LENGTHS)
        for row, length in enumerate(LENGTHS.tolist()):
            assert torch.equal(again[row, :length], together[row, :length])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_two_directions_equal_the_packed_layers_of_pytorch(cell: str, layers: int) -> None:
    stack = RecurrentStack(options(cell=cell, layers=layers), INPUT, bidirectional=True).eval()
    sizes = {"input_size": INPUT, "hidden_size": HIDDEN, "num_layers": layers}
    kinds = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn_tanh": nn.RNN, "rnn_relu": nn.RNN}
    extra = {"nonlinearity": cell.removeprefix("rnn_")} if cell.startswith("rnn") else {}
    reference = kinds[cell](**sizes, **extra, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for number, layer in enumerate(stack.layers):
            for direction, suffix in ((layer.forwards, ""), (layer.backwards, "_reverse")):
                for name, weight in direction.rnn.named_parameters():
                    weight.add_(0.3 * torch.randn_like(weight))  # biases too
                    getattr(reference, name.replace("l0", f"l{number}") + suffix).copy_(weight)
    x = padded()
    packed = reference(pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False))[0]
    expected, _ = pad_packed_sequence(packed, batch_first=True)
    outputs = stack(x, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        torch.testing.assert_close(outputs[row, :length], expected[row, :length], atol=1e-6, rtol=0)


def test_reversal_is_within_each_length_and_undoes_itself() -> None:
    x = padded()
    mirrored = reverse(x, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        assert torch.equal(mirrored[row, :length], x[row, :length].flip(0))
    assert torch.equal(reverse(mirrored, LENGTHS), x)


@pytest.mark.parametrize("cell", CELLS)
def test_recurrent_weights_begin_orthogonal_for_each_gate(cell: str) -> None:
    direction = Direction(cell, INPUT, 8, 0.0)
    gates = direction.rnn.weight_hh_l0.detach().chunk(GATES[cell])
    for gate in gates:
        torch.testing.assert_close(gate @ gate.T, torch.eye(8), atol=1e-5, rtol=0)
        if cell == "rnn_relu":
            assert torch.equal(gate, torch.eye(8))
    if len(gates) > 1:
        assert not torch.equal(gates[0], gates[1])


@pytest.mark.parametrize("cell", CELLS)
def test_biases_begin_at_zero_but_the_forget_gate_is_open(cell: str) -> None:
    rnn = Direction(cell, INPUT, 8, 0.0).rnn
    total = rnn.bias_ih_l0.detach() + rnn.bias_hh_l0.detach()
    expected = torch.zeros_like(total)
    if cell == "lstm":
        expected[8:16] = 1.0
    assert torch.equal(total, expected)


@pytest.mark.parametrize("cell", CELLS)
def test_dropconnect_has_one_mask_a_batch(cell: str) -> None:
    """The layer is the plain one with some recurrent weights gone and the others scaled up: all rows, all steps."""
    direction = Direction(cell, INPUT, 8, 0.5)
    nn.init.normal_(direction.rnn.weight_hh_l0, std=0.3)
    x = padded()
    torch.manual_seed(3)
    outputs = direction(x)[0]
    torch.manual_seed(3)
    dropped = nn.functional.dropout(direction.rnn.weight_hh_l0.detach(), 0.5)
    assert 0 < int((dropped == 0).sum()) < dropped.numel()
    plain = Direction(cell, INPUT, 8, 0.0)
    plain.load_state_dict(direction.state_dict())
    with torch.no_grad():
        plain.rnn.weight_hh_l0.copy_(dropped)
    torch.testing.assert_close(outputs, plain(x)[0], atol=1e-6, rtol=0)
    assert not torch.equal(direction(x)[0], outputs)
    outputs.sum().backward()
    assert direction.rnn.weight_hh_l0.grad is not None
    assert bool((direction.rnn.weight_hh_l0.grad[dropped == 0] == 0).all())


@pytest.mark.parametrize("cell", CELLS)
def test_dropconnect_is_off_while_evaluating(cell: str) -> None:
    direction = Direction(cell, INPUT, 8, 0.5)
    plain = Direction(cell, INPUT, 8, 0.0)
    plain.load_state_dict(direction.state_dict())
    x = padded()
    assert torch.equal(direction.eval()(x)[0], plain(x)[0])


def test_dropout_between_layers_is_off_while_evaluating() -> None:
    config = options(layers=2, dropout=0.5)
    stack, plain = RecurrentStack(config, INPUT), RecurrentStack(options(layers=2), INPUT)
    plain.load_state_dict(stack.state_dict())
    x = padded()
    torch.manual_seed(0)
    assert not torch.equal(stack(x, LENGTHS), stack(x, LENGTHS))
    assert torch.equal(stack.eval()(x, LENGTHS), plain(x, LENGTHS))


def test_a_residual_connection_adds_the_input_where_sizes_agree() -> None:
    config = options(residual=True)
    stack, plain = RecurrentStack(config, HIDDEN), RecurrentStack(options(), HIDDEN)
    plain.load_state_dict(stack.state_dict())
    x = padded(HIDDEN)
    torch.testing.assert_close(stack(x, LENGTHS), plain(x, LENGTHS) + x)
