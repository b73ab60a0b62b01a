"""A linear classifier over words and pairs of them, to stand beside a recurrent one.

What a single pair of words says ("too long", "must see") a recurrent network learns slowly from a few thousand texts,
and counting learns at once; what takes a clause to say is the other way round. The mean of both is better than either
(Mesnil et al. 2015, "Ensemble of Generative and Discriminative Techniques for Sentiment Analysis").
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from recurra.model.ragged import look_up, make_table

BUCKETS = 2**20  # fewer where many classes would make the table larger than this
ENTRIES = 2**22
PENALTY = 0.15  # inverse strength of the L2 penalty; with two classes half of what scikit-learn calls C


class NGrams(nn.Module):
    """Logistic regression over the hashed n-grams of a text, weighted by naive Bayes (Wang & Manning 2012).

    Words are the tokens, but each Han character is a word of its own, whatever the tokenizer has made of it: pairs of
    characters say more than pairs of subwords. It is fitted once, before the network is trained (`fit`);
    its weights are buffers, not parameters.
    """

    units: Tensor  # (units of all tokens,) token after token
    offsets: Tensor  # (vocabulary + 1,) where those of each token begin
    weight: Tensor  # (buckets, classes)
    bias: Tensor  # (classes,)

    def __init__(self, longest: int, vocabulary: int, units: int, classes: int) -> None:
        super().__init__()
        self.longest = longest
        self.size = min(BUCKETS, 2 ** (ENTRIES // classes).bit_length() // 2)
        self.register_buffer("units", torch.zeros(units, dtype=torch.int32))
        self.register_buffer("offsets", torch.zeros(vocabulary + 1, dtype=torch.int32))
        self.register_buffer("weight", torch.zeros(self.size, classes))
        self.register_buffer("bias", torch.zeros(classes))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits ``(batch, classes)`` of ``tokens`` ``(batch, time)``, of which ``lengths`` ``(batch,)`` are real."""
        buckets, once = self.buckets(tokens, lengths)  # (batch, n-grams)
        return torch.einsum("bn,bnc->bc", once.to(self.weight.dtype), self.weight[buckets]) + self.bias

    def buckets(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Hashes of the n-grams ``(batch, n-grams)``, ascending, and which of them count: each bucket once a text."""
        units, lengths = self.spelled(tokens, lengths)
        steps = torch.arange(units.shape[1], device=tokens.device)
        hashed = torch.zeros_like(units)
        rows = []
        for n in range(1, self.longest + 1):
            last = F.pad(units, (0, n - 1))[:, n - 1 :]  # the n-th unit of each n-gram
            hashed = (hashed * 31_337 + last + n) % (2**31 - 1)  # cannot overflow
            rows.append(torch.where(steps + n <= lengths[:, None], hashed % self.size, self.size))
        buckets = torch.cat(rows, dim=1).sort(dim=1).values
        once = (buckets < self.size) & F.pad(buckets[:, 1:] != buckets[:, :-1], (1, 0), value=True)
        return buckets.clamp(max=self.size - 1), once

    def spelled(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The units of each text ``(batch, units)``, padded with zeros, and how many they are ``(batch,)``."""
        real = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
        units, counts = look_up(self.units, self.offsets, tokens[real])
        totals = torch.zeros_like(lengths).index_add_(0, real.nonzero()[:, 0], counts)  # (batch,)
        padded = torch.arange(int(totals.max()), device=tokens.device) < totals[:, None]
        return padded.long().masked_scatter_(padded, units), totals

    @torch.no_grad()
    def fit(self, features: Tensor, offsets: Tensor, labels: Tensor) -> None:
        """Fits weights to texts: the buckets ``(all texts' n-grams,)`` of each from its offset ``(texts,)`` on."""
        classes = self.bias.shape[0]
        active, features = torch.unique(features, return_inverse=True)  # only n-grams that occur need weights
        repeats = torch.diff(offsets, append=torch.tensor([len(features)]))  # (texts,) n-grams of each
        cells = features * classes + labels.repeat_interleave(repeats)
        found = torch.bincount(cells, minlength=len(active) * classes).view(-1, classes)
        counts = found + 1.0  # (active, classes) texts of each class that have the n-gram, smoothed by one
        inside = counts / counts.sum(0)
        outside = (counts.sum(1, keepdim=True) - counts) / (counts.sum() - counts.sum(0))
        ratio = (inside / outside).log()  # (active, classes)
        strength = torch.zeros_like(ratio, requires_grad=True)
        bias = torch.zeros(classes, requires_grad=True)
        optimizer = torch.optim.LBFGS([strength, bias], max_iter=40, history_size=10, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimizer.zero_grad()
            with torch.enable_grad():
                logits = F.embedding_bag(features, ratio * strength, offsets, mode="sum") + bias
                value = F.cross_entropy(logits, labels, reduction="sum") + strength.square().sum() / (2 * PENALTY)
                value.backward()  # type: ignore[no-untyped-call]
            return value

        optimizer.step(loss)  # type: ignore[no-untyped-call]
        self.weight.zero_()[active.long()] = ratio * strength
        self.bias.copy_(bias)


def spell(vocabulary: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Table of the units of each token, see `recurra.model.ragged`: the token itself, or its Han characters."""

    def units(token: str) -> list[int]:
        parts = re.findall("[\u3400-\u4dbf\u4e00-\u9fff]|[^\u3400-\u4dbf\u4e00-\u9fff]+", token) or [token]
        return [zlib.crc32(part.encode()) % (2**31 - 1) for part in parts if part != "▁"] or [0]

    return make_table(units(token) for token in vocabulary)
