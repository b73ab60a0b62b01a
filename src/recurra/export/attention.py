"""The four kinds of attention as ONNX operators, see `recurra.model.attention`, for one query a row."""

from __future__ import annotations

import numpy as np

from recurra.export.graph import Graph, array
from recurra.model.attention import Additive, Attention, General, MultiHead


def prepared(graph: Graph, attention: Attention, values: str) -> tuple[str, str]:
    """Keys and values of all steps of the decoder, from the encoder's ``values`` ``(batch, source, size)``.

    Keys stand as the products with queries want them: transposed, and divided by √d for several heads.
    """
    if isinstance(attention, MultiHead):
        both = graph.linear(values, attention.key_value.weight)
        both = graph.node("Reshape", both, graph.ints(0, 0, attention.heads, -1))  # (batch, source, heads, 2 d)
        both = graph.node("Transpose", both, perm=[0, 2, 1, 3])
        d = attention.query.out_features // attention.heads
        keys = graph.node("Transpose", graph.cut(both, 3, 0, d), perm=[0, 1, 3, 2])
        return graph.node("Mul", keys, graph.scalar(d**-0.5)), graph.cut(both, 3, d, None)
    keys = graph.linear(values, attention.key.weight) if isinstance(attention, Additive | General) else values
    return (keys if isinstance(attention, Additive) else graph.node("Transpose", keys, perm=[0, 2, 1])), values


def look(graph: Graph, attention: Attention, query: str, keys: str, values: str, mask: str) -> tuple[str, str]:
    """Contexts ``(batch, context_size)`` and weights ``(batch, source)`` for ``query`` ``(batch, size)``.

    ``mask`` ``(batch, source)`` is 1 at real tokens, 0 at padding; see `prepared` for keys and values.
    """
    if isinstance(attention, MultiHead):
        heads = graph.linear(query, attention.query.weight)
        heads = graph.node("Reshape", heads, graph.ints(0, attention.heads, 1, -1))  # (batch, heads, 1, d)
        weights = _softmax(graph, graph.node("MatMul", heads, keys), graph.insert(mask, 1, 2))
        together = graph.node("Reshape", graph.node("MatMul", weights, values), graph.ints(0, -1))
        context = graph.linear(together, attention.output.weight)
        return context, graph.node("ReduceMean", weights, axes=[1, 2], keepdims=0)
    if isinstance(attention, Additive):
        query = graph.linear(query, attention.query.weight, attention.query.bias)
        together = graph.node("Tanh", graph.node("Add", graph.insert(query, 1), keys))  # (batch, source, size)
        column = graph.constant(array(attention.weight.weight).T)
        scores = graph.node("Transpose", graph.node("MatMul", together, column), perm=[0, 2, 1])
    else:
        scores = graph.node("MatMul", graph.insert(query, 1), keys)
    weights = _softmax(graph, scores, graph.insert(mask, 1))  # (batch, 1, source)
    return graph.remove(graph.node("MatMul", weights, values), 1), graph.remove(weights, 1)


def _softmax(graph: Graph, scores: str, mask: str) -> str:
    """Weights over the last dimension of ``scores``; zero where ``mask`` is 0."""
    real = graph.node("Greater", mask, graph.scalar(0.0))
    return graph.node("Softmax", graph.node("Where", real, scores, graph.scalar(-np.inf)), axis=-1)
