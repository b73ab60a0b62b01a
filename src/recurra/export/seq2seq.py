"""The two graphs of task=translation: the encoder, and one step of the decoder."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto
from torch import nn

from recurra.export.attention import look, prepared
from recurra.export.graph import Graph, Precision, array
from recurra.export.layers import recurrent, stack
from recurra.model.decoder import Bahdanau, Decoder, InputFeeding, Parallel
from recurra.model.recurrent import Direction
from recurra.model.seq2seq import Seq2SeqNetwork


def encoder(network: Seq2SeqNetwork, precision: Precision = "fp32") -> onnx.ModelProto:
    """``tokens`` ``(batch, source)`` and ``lengths`` ``(batch,)`` to what the decoder needs of them: ``keys``,
    ``values``, ``mask`` ``(batch, source)`` and the first ``state`` ``(parts, batch, width)``."""
    graph = Graph("encoder", precision)
    tokens = graph.input("tokens", np.int64, "batch", "source")
    lengths = graph.input("lengths", np.int64, "batch")
    vectors = graph.lookup(network.source_embedding.weight, graph.node("Transpose", tokens, perm=[1, 0]))
    states = stack(graph, network.encoder.recurrent, vectors, lengths)
    states = graph.node("Transpose", states, perm=[1, 0, 2])  # (batch, source, 2 hidden)
    hidden = network.config.hidden_size
    final = graph.insert(graph.node("Sub", lengths, graph.scalar(1)), 1)
    forwards = graph.cut(graph.node("GatherND", states, final, batch_dims=1), 1, 0, hidden)
    backwards = graph.cut(graph.node("Gather", states, graph.scalar(0), axis=1), 1, hidden, None)
    last = graph.join([forwards, backwards], 1)
    values = states
    if isinstance(network.encoder.narrow, nn.Linear):
        values = graph.linear(values, network.encoder.narrow.weight)
    values = graph.norm(values, network.encoder.norm)
    attention = network.decoder.attention
    keys, values = prepared(graph, attention, values)
    mask = graph.node("Less", graph.steps(graph.size(tokens, 1)), graph.insert(lengths, 1))
    key_form, value_form = memory_forms(network)
    graph.output("keys", keys, np.float32, *key_form)
    graph.output("values", values, np.float32, *value_form)
    graph.output("mask", graph.cast(mask, TensorProto.FLOAT), np.float32, "batch", "source")
    graph.output("state", _start(graph, network.decoder, last), np.float32, *state_form(network.decoder))
    return graph.model()


def decoder(network: Seq2SeqNetwork, precision: Precision = "fp32") -> onnx.ModelProto:
    """One token of each hypothesis ``tokens`` ``(batch,)``, the ``state`` before them and what the encoder gave, to
    log-probabilities of the next token ``(batch, vocabulary)``, the ``best`` of them ``(batch, count)`` with their
    ``words``, best first, the ``next_state`` and the ``attention`` ``(batch, source)``.

    The memory has as many rows as there are hypotheses, or one that serves all of them.
    """
    graph = Graph("decoder", precision)
    tokens = graph.input("tokens", np.int64, "batch")
    state = graph.input("state", np.float32, *state_form(network.decoder))
    key_form, value_form = memory_forms(network)
    keys = graph.input("keys", np.float32, "memory", *key_form[1:])
    values = graph.input("values", np.float32, "memory", *value_form[1:])
    mask = graph.input("mask", np.float32, "memory", "source")
    count = graph.input("count", np.int64, 1)
    vector = graph.lookup(network.target_embedding.weight, tokens)  # (batch, embedding_size)
    read, end, attention = _read(graph, network.decoder, vector, state, (keys, values, mask))
    logits = graph.linear(read, network.output.weight, network.output.bias)
    log_probabilities = graph.node("LogSoftmax", logits, axis=-1)
    vocabulary = network.spec.target_vocabulary
    most = graph.node("Min", count, graph.ints(vocabulary))
    best, words = graph.nodes("TopK", log_probabilities, most, outputs=2, axis=1)
    graph.output("log_probabilities", log_probabilities, np.float32, "batch", vocabulary)
    graph.output("best", best, np.float32, "batch", "candidates")
    graph.output("words", words, np.int64, "batch", "candidates")
    graph.output("next_state", end, np.float32, *state_form(network.decoder))
    graph.output("attention", attention, np.float32, "batch", "source")
    return graph.model()


Memory = tuple[str, str, str]


def state_form(network: Decoder) -> tuple[str | int, ...]:
    """The form of the decoder's state ``(parts, batch, width)``."""
    if isinstance(network, InputFeeding):
        return network.parts + 1, "batch", max(network.size, network.embedding_size)
    return network.parts, "batch", network.size


def memory_forms(network: Seq2SeqNetwork) -> tuple[tuple[str | int, ...], tuple[str | int, ...]]:
    """The forms of keys and values; keys are transposed for the products with queries."""
    config, size = network.config, network.encoder.output_size
    if config.attention == "multihead":
        head = config.decoder_size // config.heads
        return ("batch", config.heads, head, "source"), ("batch", config.heads, "source", head)
    if config.attention == "additive":
        return ("batch", "source", config.decoder_size), ("batch", "source", size)
    return ("batch", config.decoder_size, "source"), ("batch", "source", size)


def _start(graph: Graph, network: Decoder, last: str) -> str:
    """The first state, see `Decoder.start`, from the encoder's last ``(batch, 2 hidden)``."""
    bridged = graph.node("Tanh", graph.linear(last, network.bridge.weight, network.bridge.bias))
    bridged = graph.node("Reshape", bridged, graph.ints(0, network.parts, network.size))
    state = graph.node("Transpose", bridged, perm=[1, 0, 2])
    if isinstance(network, InputFeeding):  # nothing was fed yet: zeros beside and behind
        width = max(network.size, network.embedding_size)
        state = graph.node("Pad", state, graph.ints(0, 0, 0, 1, 0, width - network.size))
    return state


def _cell(graph: Graph, layer: Direction, x: str, state: str) -> tuple[str, str]:
    """One step of a layer: outputs ``(batch, size)`` for ``x`` ``(batch, in)``, and the state."""
    y, end = recurrent(graph, [layer], graph.insert(x, 0), state, leave_out=False)
    return graph.remove(y, 0), end


def _read(graph: Graph, network: Decoder, vector: str, state: str, memory: Memory) -> tuple[str, str, str]:
    """The read-out ``(batch, embedding_size)`` after one more token, the state and the attention."""
    if isinstance(network, Parallel):
        return _parallel(graph, network, vector, state, memory)
    if isinstance(network, InputFeeding):
        return _input_feeding(graph, network, vector, state, memory)
    assert isinstance(network, Bahdanau)
    return _bahdanau(graph, network, vector, state, memory)


def _parallel(graph: Graph, network: Parallel, vector: str, state: str, memory: Memory) -> tuple[str, str, str]:
    lower_state, upper_state = graph.split(state, 2, 0, network.parts // 2)
    lower, lower_end = _cell(graph, network.lower, vector, lower_state)
    lower = graph.norm(lower, network.norms[0])
    context, weights = look(graph, network.attention, lower, *memory)
    upper, upper_end = _cell(graph, network.upper, graph.join([lower, context], 1), upper_state)
    if network.residual:
        upper = graph.node("Add", upper, lower)
    upper = graph.norm(upper, network.norms[1])
    seen = graph.join([upper, lower, context], 1)
    read = graph.node("Tanh", graph.linear(seen, network.read_out.weight, network.read_out.bias))
    return read, graph.join([lower_end, upper_end], 0), weights


def _input_feeding(
    graph: Graph, network: InputFeeding, vector: str, state: str, memory: Memory
) -> tuple[str, str, str]:
    width = max(network.size, network.embedding_size)
    hidden = graph.cut(graph.cut(state, 0, 0, -1), 2, 0, network.size)
    fed = graph.remove(graph.cut(graph.cut(state, 0, -1, None), 2, 0, network.embedding_size), 0)
    output, end = _cell(graph, network.recurrent, graph.join([vector, fed], 1), hidden)
    output = graph.norm(output, network.norms[0])
    context, weights = look(graph, network.attention, output, *memory)
    seen = graph.join([output, context], 1)
    read = graph.node("Tanh", graph.linear(seen, network.read_out.weight, network.read_out.bias))
    end = graph.node("Pad", end, graph.ints(0, 0, 0, 0, 0, width - network.size))
    fed = graph.node("Pad", graph.insert(read, 0), graph.ints(0, 0, 0, 0, 0, width - network.embedding_size))
    return read, graph.join([end, fed], 0), weights


def _bahdanau(graph: Graph, network: Bahdanau, vector: str, state: str, memory: Memory) -> tuple[str, str, str]:
    before = graph.node("Gather", state, graph.scalar(0), axis=0)
    context, weights = look(graph, network.attention, before, *memory)
    output, end = _cell(graph, network.recurrent, graph.join([vector, context], 1), state)
    output = graph.norm(output, network.norms[0])
    seen = graph.join([output, context, vector], 1)
    # the larger of each pair: the two of a pair are rows beside each other, here taken apart
    weight, bias = array(network.read_out.weight), array(network.read_out.bias)
    pairs = [graph.linear(seen, weight[i::2], bias[i::2]) for i in range(2)]
    return graph.node("Max", *pairs), end, weights
