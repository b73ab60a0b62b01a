"""The graph of task=chargen: characters and the state before them in, logits and the state after them out."""

from __future__ import annotations

import numpy as np
import onnx
from torch import nn

from recurra.export.graph import Graph, Precision
from recurra.export.layers import carry
from recurra.model.language_model import RecurrentLanguageModel
from recurra.model.recurrent import STATES


def language_model(network: RecurrentLanguageModel, precision: Precision = "fp32") -> onnx.ModelProto:
    """``tokens`` ``(batch, time)`` and ``state`` ``(layers, parts, batch, hidden)`` to ``logits`` ``(batch, time,
    vocabulary)`` and ``next_state``; a state of zeros begins."""
    config = network.config
    graph = Graph("language_model", precision)
    tokens = graph.input("tokens", np.int64, "batch", "time")
    form = (config.layers, STATES[config.cell], "batch", config.hidden_size)
    state = graph.input("state", np.float32, *form)
    vectors = graph.lookup(network.embedding.weight, graph.node("Transpose", tokens, perm=[1, 0]))
    outputs, end = carry(graph, network.recurrent, vectors, state)
    y = outputs[-1]
    if config.skip:
        y = graph.node("Sum", *outputs)
    if isinstance(network.narrow, nn.Linear):
        y = graph.linear(y, network.narrow.weight)
    logits = graph.linear(y, network.output.weight, network.output.bias)  # (time, batch, vocabulary)
    logits = graph.node("Transpose", logits, perm=[1, 0, 2])
    graph.output("logits", logits, np.float32, "batch", "time", network.spec.vocabulary)
    graph.output("next_state", end, np.float32, *form)
    return graph.model()
