"""What all batches are: tensors that go to a device together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Self

from torch import Tensor


@dataclass
class Batch:
    """A batch, whose tensors are its fields."""

    def to(self, device: Any, non_blocking: bool = False) -> Self:
        return self._each(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Self:
        return self._each(Tensor.pin_memory)

    def _each(self, action: Callable[[Tensor], Tensor]) -> Self:
        values = [getattr(self, field.name) for field in fields(self)]
        return type(self)(*(action(value) if isinstance(value, Tensor) else value for value in values))
