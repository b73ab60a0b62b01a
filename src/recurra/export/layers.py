"""Recurrent layers as ONNX operators; sequences are ``(time, batch, size)`` here, as the operators want them."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import GraphProto, TensorProto, ValueInfoProto, helper
from torch import nn

from recurra.export.graph import SMALL, Graph, array, quantised
from recurra.model.mingru import MinGRU
from recurra.model.recurrent import STATES, Direction, Layer, RecurrentStack

GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2), "rnn_tanh": (0,), "rnn_relu": (0,)}
"""PyTorch's gates in the order of ONNX: input, output, forget, cell; update, reset, new."""

OPERATORS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}


def stack(graph: Graph, network: RecurrentStack, x: str, lengths: str) -> str:
    """Outputs of the last layer ``(time, batch, output_size)`` for ``x`` ``(time, batch, size)``; see `RecurrentStack`.

    ``lengths`` ``(batch,)`` are of int64 and at least 1.
    """
    for number, layer in enumerate(network.layers):
        assert isinstance(layer, Layer)
        directions = [layer.forwards, *([layer.backwards] if layer.backwards else [])]
        y, _ = recurrent(graph, directions, x, None, lengths)
        x = between(graph, network, number, x, y)
    return x


def carry(graph: Graph, network: RecurrentStack, x: str, state: str) -> tuple[list[str], str]:
    """Outputs of each layer and the state ``(layers, parts, batch, hidden)`` after ``x`` ``(time, batch, size)``."""
    count = len(network.layers)
    outputs, ends = [], []
    for number, part in enumerate(graph.split(state, count, 0, 1)):
        layer = network.layers[number]
        assert isinstance(layer, Layer)
        y, end = recurrent(graph, [layer.forwards], x, graph.remove(part, 0))
        x = between(graph, network, number, x, y)
        outputs.append(x)
        ends.append(graph.insert(end, 0))
    return outputs, graph.join(ends, 0)


def between(graph: Graph, network: RecurrentStack, number: int, x: str, y: str) -> str:
    """What a layer with the input ``x`` and the output ``y`` hands on."""
    layer = network.layers[number]
    assert isinstance(layer, Layer)
    rnn = layer.forwards.rnn
    inputs = rnn.gates.in_features if isinstance(rnn, MinGRU) else rnn.input_size
    if network.residual and inputs == network.output_size:
        y = graph.node("Add", y, x)
    return graph.norm(y, network.norms[number]) if network.norms else y


def recurrent(
    graph: Graph,
    directions: list[Direction],
    x: str,
    state: str | None,
    lengths: str | None = None,
    leave_out: bool = True,
) -> tuple[str, str]:
    """Outputs ``(time, batch, hidden · directions)`` and, of one direction, the state ``(parts, batch, hidden)``.

    Begins with ``state``, or with zeros; with two directions the second reads each of ``lengths`` from its end. With
    ``leave_out`` units that begin at 0 and stay there, since pruning has cut them off, are not computed.
    """
    cell = directions[0].cell
    if cell == "mingru":
        return _mingru(graph, directions, x, state, lengths)
    size, parts = directions[0].hidden_size, STATES[cell]
    alive = [_alive(direction) if leave_out else np.arange(size) for direction in directions]
    hidden = max(map(len, alive))
    if min(map(len, alive)) < hidden:  # the directions of one operator are of one size
        alive, hidden = [np.arange(size)] * len(alive), size
    sides = [_weights(direction, units) for direction, units in zip(directions, alive, strict=True)]
    w, r, b = (np.stack([side[i] for side in sides]) for i in range(3))
    if state is not None and hidden < size:
        state = graph.node("Gather", state, graph.constant(alive[0]), axis=2)
    starts = [""] * parts if state is None else graph.split(state, parts, 0, 1)
    ends = "" if lengths is None else graph.cast(lengths, TensorProto.INT32)
    way = "bidirectional" if len(directions) == 2 else "forward"
    bias = graph.constant(b)
    if graph.precision == "int8" and cell == "lstm" and r.size > SMALL:
        inputs = [x, *_transposed(graph, w, r), bias, ends, *starts, "", *_scales(graph, w, r)]
        kind, domain = "DynamicQuantizeLSTM", "com.microsoft"
    else:
        inputs = [x, graph.stored(w, axis=2), graph.stored(r, axis=2), bias, ends, *starts]
        kind, domain = OPERATORS[cell], ""
    more: dict[str, dict[str, Any]] = {
        "gru": {"linear_before_reset": 1},
        "rnn_relu": {"activations": ["Relu"] * len(directions)},
    }
    y, *last = graph.nodes(
        kind, *_trimmed(inputs), outputs=1 + parts, domain=domain, direction=way, hidden_size=hidden,
        **more.get(cell, {}),
    )  # fmt: skip
    places = np.full(len(directions) * size, len(directions) * hidden)  # of each output; behind them all is a 0
    for number, units in enumerate(alive):
        places[number * size + units] = number * hidden + np.arange(hidden)
    if len(directions) == 1:
        return _spread(graph, graph.remove(y, 1), places, hidden), _spread(graph, graph.join(last, 0), places, hidden)
    side_by_side = graph.node("Transpose", y, perm=[0, 2, 1, 3])  # (time, batch, directions, hidden)
    return _spread(graph, graph.node("Reshape", side_by_side, graph.ints(0, 0, 2 * hidden)), places, 2 * hidden), ""


def _alive(direction: Direction) -> np.ndarray:
    """The units that are not 0 for ever, as those are into which no weight leads; at least one."""
    assert isinstance(direction.rnn, nn.RNNBase)
    into = [array(w).reshape(len(GATES[direction.cell]), direction.hidden_size, -1) for w in direction.rnn.parameters()]
    alive = np.flatnonzero(np.concatenate(into, axis=2).any((0, 2)))
    return alive if len(alive) else np.arange(1)


def _spread(graph: Graph, y: str, places: np.ndarray, size: int) -> str:
    """``y`` ``(…, …, size)`` with zeros where units were left out."""
    if len(places) == size:
        return y
    return graph.node("Gather", graph.node("Pad", y, graph.ints(0, 0, 0, 0, 0, 1)), graph.constant(places), axis=2)


def _weights(direction: Direction, units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Input weights ``(gates · units, in)``, recurrent weights, and both biases, gates in the order of ONNX."""
    rows = np.concatenate([gate * direction.hidden_size + units for gate in GATES[direction.cell]])
    assert isinstance(direction.rnn, nn.RNNBase)
    weight_ih, weight_hh, bias_ih, bias_hh = (array(w)[rows] for w in direction.rnn.all_weights[0])
    return weight_ih, weight_hh[:, units], np.concatenate([bias_ih, bias_hh])


def _transposed(graph: Graph, *weights: np.ndarray) -> list[str]:
    """Quantised weights ``(directions, in, gates · hidden)``, as the LSTM in int8 wants them."""
    return [graph.constant(quantised(weight, axis=2)[0].transpose(0, 2, 1)) for weight in weights]


def _scales(graph: Graph, *weights: np.ndarray) -> list[str]:
    """A scale and a zero for each output of each weight."""
    names: list[str] = []
    for weight in weights:
        scale = quantised(weight, axis=2)[1][:, :, 0]  # (directions, gates · hidden)
        names += [graph.constant(scale), graph.constant(np.zeros(scale.shape, dtype=np.int8))]
    return names


def _trimmed(inputs: list[str]) -> list[str]:
    while inputs and not inputs[-1]:
        inputs = inputs[:-1]
    return inputs


def _mingru(
    graph: Graph, directions: list[Direction], x: str, state: str | None, lengths: str | None
) -> tuple[str, str]:
    outputs, end = [], ""
    for number, direction in enumerate(directions):
        assert isinstance(direction.rnn, MinGRU)
        gates, size = direction.rnn.gates, direction.hidden_size
        backwards = number == 1
        read = graph.node("ReverseSequence", x, lengths or "", batch_axis=1, time_axis=0) if backwards else x
        z, candidate = graph.split(graph.linear(read, gates.weight, gates.bias), 2, 2, size)
        z = graph.node("Sigmoid", z)
        kept, new = graph.node("Sub", graph.scalar(1.0), z), graph.node("Mul", z, candidate)
        if state is None:
            batch = graph.join([graph.size(x, 1), graph.ints(size)], 0)
            start = graph.node("Expand", graph.scalar(0.0), batch)  # (batch, hidden)
        else:
            start = graph.remove(state, 0)
        last, y = graph.nodes("Scan", start, kept, new, outputs=2, body=_step(), num_scan_inputs=2)
        end = graph.insert(last, 0)
        if backwards:
            y = graph.node("ReverseSequence", y, lengths or "", batch_axis=1, time_axis=0)
        outputs.append(y)
    return graph.join(outputs, 2), end


def _step() -> GraphProto:
    """``h = a h + b``, the body of a scan."""

    def value(name: str) -> ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "hidden"])

    nodes = [
        helper.make_node("Mul", ["a", "h"], ["ah"]),
        helper.make_node("Add", ["ah", "b"], ["end"]),
        helper.make_node("Identity", ["end"], ["y"]),
    ]
    return helper.make_graph(nodes, "step", [value(n) for n in ("h", "a", "b")], [value(n) for n in ("end", "y")])
