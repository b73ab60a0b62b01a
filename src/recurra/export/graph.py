"""ONNX graphs, written node by node.

Exporters trace one length and freeze it; a recurrent layer is one ONNX operator for every length, so a network is a
dozen lines by hand. The same lines make the small graph: only how weights are stored and multiplied differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

Precision = Literal["fp32", "int8", "int8 weights"]
"""``int8`` multiplies matrices in int8, inputs quantised as they come; ``int8 weights`` stores them in int8 alone."""

OPSET, IR = 17, 9
SMALL = 4096
"""Numbers in a matrix up to which it stays in fp32: it takes no room and no time."""

_ONNX = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}


class Graph:
    """A graph in the making: each method adds nodes and returns the name of what they compute."""

    def __init__(self, name: str, precision: Precision = "fp32") -> None:
        self.name = name
        self.precision = precision
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._known: dict[tuple[Any, ...], str] = {}
        self._count = 0

    def input(self, name: str, kind: type, *shape: str | int) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, _ONNX[np.dtype(kind)], shape))
        return name

    def output(self, name: str, value: str, kind: type, *shape: str | int) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, _ONNX[np.dtype(kind)], shape))

    def model(self) -> onnx.ModelProto:
        """The finished graph, checked."""
        graph = helper.make_graph(self._nodes, self.name, self._inputs, self._outputs, self._weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="recurra")
        onnx.checker.check_model(model)
        return model

    # nodes

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """An operator with one output."""
        return self.nodes(kind, *inputs, outputs=1, domain=domain, **attributes)[0]

    def nodes(self, kind: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any) -> list[str]:
        """An operator with several outputs."""
        names = [self._fresh(kind) for _ in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names

    def constant(self, value: np.ndarray) -> str:
        """A tensor that is stored as it is; equal small ones are stored once."""
        value = np.asarray(value, order="C")
        key = (value.dtype.str, value.shape, value.tobytes()) if value.size <= 16 else None
        if key in self._known:
            return self._known[key]
        name = self._fresh("constant")
        self._weights.append(numpy_helper.from_array(value, name))
        if key is not None:
            self._known[key] = name
        return name

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def scalar(self, value: float | int) -> str:
        return self.constant(np.array(value, dtype=np.int64 if isinstance(value, int) else np.float32))

    def cast(self, x: str, kind: int) -> str:
        return self.node("Cast", x, to=kind)

    def size(self, x: str, axis: int) -> str:
        """The length of ``x`` along an axis ``(1,)``."""
        return self.node("Shape", x, start=axis, end=axis + 1)

    def steps(self, count: str) -> str:
        """0, 1, 2 … ``(count,)`` for ``count`` ``(1,)``."""
        return self.node("Range", self.scalar(0), self.node("Squeeze", count), self.scalar(1))

    def cut(self, x: str, axis: int, start: int, stop: int | None) -> str:
        stop_at = np.iinfo(np.int64).max if stop is None else stop
        return self.node("Slice", x, self.ints(start), self.ints(int(stop_at)), self.ints(axis))

    def insert(self, x: str, *axes: int) -> str:
        """``x`` with further dimensions of length 1."""
        return self.node("Unsqueeze", x, self.ints(*axes))

    def remove(self, x: str, *axes: int) -> str:
        return self.node("Squeeze", x, self.ints(*axes))

    def split(self, x: str, parts: int, axis: int, size: int) -> list[str]:
        """``x`` in ``parts`` of equal ``size`` along an axis."""
        if parts == 1:
            return [x]
        return self.nodes("Split", x, self.ints(*[size] * parts), outputs=parts, axis=axis)

    def join(self, parts: Sequence[str], axis: int) -> str:
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=axis)

    def total(self, x: str, axis: int, keep: bool = False) -> str:
        return self.node("ReduceSum", x, self.ints(axis), keepdims=int(keep))

    def either(
        self, condition: str, then: Callable[[], list[str]], otherwise: Callable[[], list[str]], kinds: Sequence[int]
    ) -> list[str]:
        """What one of two functions adds and returns, as the ``condition`` says; tensors of these ``kinds``."""
        branches, outer = [], self._nodes
        for make in (then, otherwise):
            self._nodes = []
            names = [self.node("Identity", value) for value in make()]
            outputs = [helper.make_tensor_value_info(name, kind, None) for name, kind in zip(names, kinds, strict=True)]
            branches.append(helper.make_graph(self._nodes, self._fresh("branch"), [], outputs))
        self._nodes = outer
        return self.nodes("If", condition, outputs=len(kinds), then_branch=branches[0], else_branch=branches[1])

    # weights

    def lookup(self, table: Tensor | np.ndarray, index: str) -> str:
        """Rows of a table ``(rows, size)``."""
        values = array(table)
        if self.precision == "fp32" or values.size <= SMALL:
            return self.node("Gather", self.constant(values), index)
        small, scale = quantised(values, axis=1)  # a scale a row
        rows = self.cast(self.node("Gather", self.constant(small), index), TensorProto.FLOAT)
        return self.node("Mul", rows, self.node("Gather", self.constant(scale), index))

    def linear(self, x: str, weight: Tensor | np.ndarray, bias: Tensor | np.ndarray | None = None) -> str:
        """``x W^T + b`` for a weight ``(out, in)``."""
        matrix = array(weight).T
        added = [] if bias is None else [self.constant(array(bias))]
        if self.precision == "int8" and matrix.size > SMALL:
            small, scale = quantised(matrix, axis=0)
            zero = np.zeros(scale.size, dtype=np.int8)
            inputs = [x, self.constant(small), self.constant(scale.reshape(-1)), self.constant(zero), *added]
            return self.node("DynamicQuantizeMatMul", *inputs, domain="com.microsoft")
        y = self.node("MatMul", x, self.stored(matrix, axis=0))
        return self.node("Add", y, *added) if added else y

    def stored(self, values: np.ndarray, axis: int) -> str:
        """A weight that is computed with in fp32, whatever it is stored in; scales are shared along ``axis``.

        A runtime multiplies the stored weight by its scale once, when it loads the graph.
        """
        if self.precision == "fp32" or values.size <= SMALL:
            return self.constant(values)
        small, scale = quantised(values, axis)
        return self.node("Mul", self.cast(self.constant(small), TensorProto.FLOAT), self.constant(scale))

    def norm(self, x: str, norm: Any) -> str:
        """Layer normalisation; as it is where there is none."""
        if not hasattr(norm, "weight"):
            return x
        return self.node(
            "LayerNormalization", x, self.constant(array(norm.weight)), self.constant(array(norm.bias)), axis=-1,
            epsilon=float(norm.eps),
        )  # fmt: skip

    def _fresh(self, kind: str) -> str:
        self._count += 1
        return f"{kind.lower()}_{self._count}"


def array(x: Tensor | np.ndarray) -> np.ndarray:
    """A weight as numpy has it."""
    return np.asarray(x.detach().cpu().numpy() if isinstance(x, Tensor) else x)


def quantised(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """``values`` in int8, and the scales by which they are multiplied; zero stays zero.

    Seven bits, not eight: processors without VNNI add up two products in sixteen bits.
    """
    scale = np.abs(values).max(axis, keepdims=True) / 63.0
    scale = np.where(scale > 0.0, scale, 1.0).astype(np.float32)
    return np.rint(values / scale).astype(np.int8), scale
