"""The graph of task=sentiment: token ids and lengths in, logits out."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto

from recurra.export.graph import Graph, Precision, array, quantised
from recurra.export.layers import stack
from recurra.model.classifier import TextClassifier
from recurra.model.embedding import TokenEmbedding
from recurra.model.ngrams import NGrams
from recurra.model.pooling import Pooling


def classifier(network: TextClassifier, precision: Precision = "fp32") -> onnx.ModelProto:
    """``tokens`` ``(batch, time)`` and ``lengths`` ``(batch,)`` to ``logits`` ``(batch, classes)``; see the network."""
    graph = Graph("classifier", precision)
    tokens = graph.input("tokens", np.int64, "batch", "time")
    lengths = graph.input("lengths", np.int64, "batch")
    segment = network.config.segment
    if segment == 0:
        read = _whole(graph, tokens, lengths)
    else:
        long = graph.node("Greater", graph.node("ReduceMax", lengths, keepdims=0), graph.scalar(segment))
        read = graph.either(
            long,
            lambda: _pieces(graph, tokens, lengths, segment),
            lambda: _whole(graph, tokens, lengths),
            [TensorProto.INT64, TensorProto.INT64, TensorProto.BOOL, TensorProto.INT64],
        )
    pieces, piece_lengths, mask, ends = read
    vectors = graph.lookup(_table(network.embedding), graph.node("Transpose", pieces, perm=[1, 0]))
    states = stack(graph, network.recurrent, vectors, piece_lengths)  # (size, pieces, states)
    states = graph.node("Transpose", states, perm=[1, 0, 2])
    shape = graph.join([graph.size(tokens, 0), graph.ints(-1, network.recurrent.output_size)], 0)
    states = graph.node("Reshape", states, shape)  # (batch, pieces · size, states)
    logits = graph.linear(_pooled(graph, network.pooling, states, mask, ends), *_last(network))
    if network.ngrams is not None:
        counted = _ngrams(graph, network.ngrams, tokens, lengths)
        both = [graph.node("LogSoftmax", each, axis=-1) for each in (logits, counted)]
        logits = graph.node("Mul", graph.node("Add", *both), graph.scalar(0.5))
    graph.output("logits", logits, np.float32, "batch", len(network.spec.labels))
    return graph.model()


def _last(network: TextClassifier) -> tuple[torch.Tensor, torch.Tensor]:
    return network.output.weight, network.output.bias


@torch.inference_mode()
def _table(embedding: TokenEmbedding) -> np.ndarray:
    """One vector a token: its own and that of its spelling are added up here, once for all."""
    return array(embedding(torch.arange(embedding.embedding.num_embeddings)[None])[0])


def _whole(graph: Graph, tokens: str, lengths: str) -> list[str]:
    """What `_pieces` returns, of texts that are read in one go."""
    mask = graph.node("Less", graph.steps(graph.size(tokens, 1)), graph.insert(lengths, 1))  # (batch, time)
    return [tokens, lengths, mask, graph.node("Sub", lengths, graph.scalar(1))]


def _pieces(graph: Graph, tokens: str, lengths: str, segment: int) -> list[str]:
    """Texts cut into pieces as `TextClassifier.in_segments` cuts them, all with room for as many.

    Returns the tokens ``(batch · pieces, size)``, the length of each piece, at least 1, the mask of real tokens
    ``(batch, pieces · size)``, and the place of each text's last token in it ``(batch,)``.
    """

    def rounded_up(a: str, b: str) -> str:
        return graph.node("Div", graph.node("Sub", graph.node("Add", a, b), graph.scalar(1)), b)

    counts = rounded_up(lengths, graph.scalar(segment))
    sizes = rounded_up(lengths, counts)
    size = graph.node("ReduceMax", sizes, keepdims=1)  # (1,)
    every = graph.steps(graph.node("ReduceMax", counts, keepdims=1))
    starts = graph.node("Mul", every, graph.insert(sizes, 1))  # (batch, pieces)
    left = graph.node("Sub", graph.insert(lengths, 1), starts)
    here = graph.node("Max", graph.node("Min", graph.insert(sizes, 1), left), graph.scalar(0))
    steps = graph.steps(size)
    index = graph.node("Add", graph.insert(starts, 2), steps)  # (batch, pieces, size)
    final = graph.node("Sub", graph.size(tokens, 1), graph.scalar(1))
    whole = graph.join([graph.size(tokens, 0), graph.ints(-1)], 0)
    index = graph.node("Reshape", graph.node("Min", index, final), whole)
    pieces = graph.node("GatherElements", tokens, index, axis=1)
    pieces = graph.node("Reshape", pieces, graph.join([graph.ints(-1), size], 0))
    mask = graph.node("Reshape", graph.node("Less", steps, graph.insert(here, 2)), whole)
    piece_lengths = graph.node("Reshape", graph.node("Max", here, graph.scalar(1)), graph.ints(-1))
    before = graph.node("Sub", counts, graph.scalar(1))
    gap = graph.node("Mul", before, graph.node("Sub", size, sizes))  # room that earlier pieces did not need
    ends = graph.node("Sub", graph.node("Add", lengths, gap), graph.scalar(1))
    return [pieces, piece_lengths, mask, ends]


def _pooled(graph: Graph, pooling: Pooling, states: str, mask: str, ends: str) -> str:
    """Summaries ``(batch, size · kinds)`` of ``states`` ``(batch, time, size)``, side by side; see `Pooling`."""
    real = graph.insert(mask, 2)  # (batch, time, 1)
    found = []

    def weighted(weights: str) -> str:
        """The sum of the states with these weights ``(batch, 1, time)``, 0 on padding, whose states are finite."""
        return graph.remove(graph.node("MatMul", weights, states), 1)

    for kind in pooling.kinds:
        if kind == "max":
            seen = graph.node("Where", real, states, graph.scalar(-np.inf))
            found.append(graph.node("ReduceMax", seen, axes=[1], keepdims=0))
        elif kind == "mean":
            ones = graph.cast(mask, TensorProto.FLOAT)
            share = graph.node("Div", ones, graph.total(ones, 1, keep=True))  # (batch, time)
            found.append(weighted(graph.insert(share, 1)))
        elif kind == "attention":
            scores = graph.node("Transpose", graph.linear(states, pooling.query.weight), perm=[0, 2, 1])
            scores = graph.node("Where", graph.insert(mask, 1), scores, graph.scalar(-np.inf))
            found.append(weighted(graph.node("Softmax", scores, axis=2)))
        else:
            size = pooling.forward_size
            last = graph.node("GatherND", states, graph.insert(ends, 1), batch_dims=1)
            first = graph.node("Gather", states, graph.scalar(0), axis=1)
            found += [graph.cut(last, 1, 0, size), graph.cut(first, 1, size, None)]
    return graph.join(found, 1)


def _ngrams(graph: Graph, ngrams: NGrams, tokens: str, lengths: str) -> str:
    """Logits ``(batch, classes)`` of the linear classifier over n-grams, up to a constant; see `NGrams`."""
    units, lengths = _units(graph, ngrams, tokens, lengths)
    steps = graph.steps(graph.size(units, 1))
    hashed, rows = graph.scalar(0), []
    for n in range(1, ngrams.longest + 1):
        last = units  # the n-th unit of each n-gram
        if n > 1:
            last = graph.cut(graph.node("Pad", units, graph.ints(0, 0, 0, n - 1)), 1, n - 1, None)
        hashed = graph.node("Add", graph.node("Mul", hashed, graph.scalar(31_337)), last)
        hashed = graph.node("Mod", graph.node("Add", hashed, graph.scalar(n)), graph.scalar(2**31 - 1))
        whole = graph.node("LessOrEqual", graph.node("Add", steps, graph.scalar(n)), graph.insert(lengths, 1))
        bucket = graph.node("Mod", hashed, graph.scalar(ngrams.size))
        rows.append(graph.node("Where", whole, bucket, graph.scalar(ngrams.size)))
    found = graph.join(rows, 1)  # (batch, n-grams)
    buckets, _ = graph.nodes("TopK", found, graph.size(found, 1), outputs=2, axis=1, largest=0)
    before = graph.node("Pad", graph.cut(buckets, 1, 0, -1), graph.ints(0, 1, 0, 0), graph.scalar(-1))
    new = graph.node("Not", graph.node("Equal", buckets, before))
    once = graph.node("And", new, graph.node("Less", buckets, graph.scalar(ngrams.size)))
    weights = _bucket_weights(graph, ngrams, graph.node("Min", buckets, graph.scalar(ngrams.size - 1)))
    counted = graph.node("Mul", weights, graph.insert(graph.cast(once, TensorProto.FLOAT), 2))
    bias = array(ngrams.bias)
    logits = graph.node("Add", graph.total(counted, 1), graph.constant(bias[1:] - bias[0]))
    return graph.node("Pad", logits, graph.ints(0, 1, 0, 0))  # the first class has 0


def _bucket_weights(graph: Graph, ngrams: NGrams, buckets: str) -> str:
    """Weights ``(batch, n-grams, classes - 1)``: those of the first class are subtracted, which no softmax notices.

    In int8 a class has one scale, and the many zeros stay zeros.
    """
    weight = array(ngrams.weight)
    weight = weight[:, 1:] - weight[:, :1]
    if graph.precision == "fp32":
        return graph.node("Gather", graph.constant(weight), buckets)
    small, scale = quantised(weight, axis=0)
    rows = graph.cast(graph.node("Gather", graph.constant(small), buckets), TensorProto.FLOAT)
    return graph.node("Mul", rows, graph.constant(scale[0]))


def _units(graph: Graph, ngrams: NGrams, tokens: str, lengths: str) -> tuple[str, str]:
    """The units of each text ``(batch, units)`` and how many they are ``(batch,)``; see `NGrams.spelled`."""
    offsets = array(ngrams.offsets).astype(np.int64)
    counts = np.diff(offsets)
    table = np.zeros((len(counts), int(counts.max())), dtype=np.int32)
    filled = np.arange(table.shape[1]) < counts[:, None]  # (vocabulary, units of the longest)
    table[filled] = array(ngrams.units)
    if table.shape[1] == 1:  # every token is one word
        return graph.cast(graph.node("Gather", graph.constant(table[:, 0]), tokens), TensorProto.INT64), lengths
    flat = graph.join([graph.size(tokens, 0), graph.ints(-1)], 0)
    units = graph.cast(graph.node("Gather", graph.constant(table), tokens), TensorProto.INT64)
    real = graph.node("Less", graph.steps(graph.size(tokens, 1)), graph.insert(lengths, 1))
    real = graph.node("And", graph.insert(real, 2), graph.node("Gather", graph.constant(filled), tokens))
    units, real = (graph.node("Reshape", each, flat) for each in (units, real))
    ones = graph.cast(real, TensorProto.INT64)
    place = graph.node("Sub", graph.node("CumSum", ones, graph.scalar(1)), graph.scalar(1))
    room = graph.size(units, 1)
    place = graph.node("Where", real, place, room)  # what is not real goes behind all others, and is cut off
    empty = graph.node("Pad", graph.node("Mul", units, graph.scalar(0)), graph.ints(0, 0, 0, 1))
    together = graph.node("ScatterElements", empty, place, units, axis=1)
    return graph.cut(together, 1, 0, -1), graph.total(ones, 1)
