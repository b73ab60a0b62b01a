"""Where a decoder looks: four kinds of attention with one interface.

``project`` turns the encoder's ``values`` into keys, once for a source; calling the attention with queries gives a
context for each of them, for whole sequences and for single steps alike. Padding of the source has no weight. In the
formulas ``q`` is a query, ``v[s]`` the value at the source position ``s``; the context is ``sum over s of w[s] v[s]``
with ``w = softmax over s of score(q, v[s])``, unless stated.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from recurra.config.translation import Seq2Seq

LARGEST = 2**26
"""Numbers in the largest tensor of additive attention: a quarter of a gigabyte."""


@dataclass(frozen=True)
class Memory:
    """What a decoder sees of the sources."""

    keys: Tensor  # (batch, …), what `Attention.project` makes of the values
    values: Tensor  # (batch, source, size)
    mask: Tensor  # (batch, source), true at real tokens, of which every row has at least one

    def select(self, index: Tensor) -> Memory:
        """The rows ``index`` ``(rows,)``, in that order; a row may come more than once."""
        return Memory(self.keys[index], self.values[index], self.mask[index])


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Weights over the last dimension of ``scores``, in float32; zero where ``mask``, broadcast to it, is false."""
    return scores.float().masked_fill(~mask, -torch.inf).softmax(-1)


class Attention(nn.Module, ABC):
    """What the kinds share: keys that are made once of the values, and contexts that look at them."""

    def __init__(self, context_size: int) -> None:
        super().__init__()
        self.context_size = context_size

    def project(self, values: Tensor) -> Tensor:
        """Keys ``(batch, source, …)`` of ``values`` ``(batch, source, size)``."""
        return values

    @abstractmethod
    def forward(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Contexts ``(batch, time, context_size)`` and weights ``(batch, time, source)`` for ``query`` ``(batch, time,
        size)``, the projected ``keys``, ``values`` ``(batch, source, size)`` and ``mask`` ``(batch, source)``."""


class SingleHead(Attention):
    """The context is the mean of the values, weighted by their scores."""

    @abstractmethod
    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        """Scores ``(batch, time, source)`` of each of ``query`` ``(batch, time, size)`` with each of ``keys``."""

    def forward(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As in `Attention`."""
        weights = masked_softmax(self.score(query, keys), mask[:, None])
        return weights @ values, weights


class Additive(SingleHead):
    """``score = u · tanh(Q q + K v[s] + b)`` (Bahdanau et al. 2015)."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__(memory_size)
        self.query = nn.Linear(query_size, query_size)
        self.key = nn.Linear(memory_size, query_size, bias=False)
        self.weight = nn.Linear(query_size, 1, bias=False)

    def project(self, values: Tensor) -> Tensor:
        keys: Tensor = self.key(values)
        return keys

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        few = max(1, LARGEST // keys.numel())  # time steps at once: all of them but in the longest texts
        parts = []
        for some in self.query(query).split(few, 1):
            together = torch.tanh(some[:, :, None] + keys[:, None])  # (batch, some, source, size)
            parts.append(self.weight(together).squeeze(-1))
        return torch.cat(parts, 1)


class Dot(SingleHead):
    """``score = q · v[s]`` (Luong et al. 2015); queries and values are of one size."""

    def score(self, query: Tensor, keys: Tensor) -> Tensor:
        return query @ keys.transpose(1, 2)


class General(Dot):
    """``score = q · K v[s]`` (Luong et al. 2015)."""

    def __init__(self, query_size: int, memory_size: int) -> None:
        super().__init__(memory_size)
        self.key = nn.Linear(memory_size, query_size, bias=False)

    def project(self, values: Tensor) -> Tensor:
        keys: Tensor = self.key(values)
        return keys


class MultiHead(Attention):
    """Several looks at once, each in a space of its own (Vaswani et al. 2017).

    For each head ``score = Q q · K v[s] / √d`` and ``head = sum over s of w[s] V v[s]``, where ``d`` is the size of a
    head; the context is a linear map of all heads side by side. The weights that are returned are the heads' mean.
    """

    def __init__(self, query_size: int, memory_size: int, heads: int) -> None:
        super().__init__(query_size)
        self.heads = heads
        self.query = nn.Linear(query_size, query_size, bias=False)
        self.key_value = nn.Linear(memory_size, 2 * query_size, bias=False)  # of each head its key, then its value
        self.output = nn.Linear(query_size, query_size, bias=False)

    def project(self, values: Tensor) -> Tensor:
        """Keys and values of every head ``(batch, heads, source, 2 d)``."""
        return self.split(self.key_value(values))

    def split(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, time, heads · d)`` as ``(batch, heads, time, d)``."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2).contiguous()

    def forward(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """As in `Attention`; the values of the heads come with the keys."""
        k, v = keys.chunk(2, -1)  # (batch, heads, source, d)
        scores = self.split(self.query(query)) @ k.transpose(2, 3) * k.shape[-1] ** -0.5
        weights = masked_softmax(scores, mask[:, None, None])  # (batch, heads, time, source)
        context: Tensor = self.output((weights @ v).transpose(1, 2).flatten(2))
        return context, weights.mean(1)


def make_attention(config: Seq2Seq, memory_size: int) -> Attention:
    """The kind of attention that ``config`` asks for, to values of ``memory_size`` numbers."""
    if config.attention == "additive":
        return Additive(config.decoder_size, memory_size)
    if config.attention == "dot":
        return Dot(memory_size)
    if config.attention == "general":
        return General(config.decoder_size, memory_size)
    return MultiHead(config.decoder_size, memory_size, config.heads)
