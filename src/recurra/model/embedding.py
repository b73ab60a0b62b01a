"""Vectors of tokens, with or without those of the characters they are spelled with."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from recurra.config.sentiment import Classifier, ClassifierSpec
from recurra.model.ragged import look_up, make_table

BUCKETS = 30_000


class TokenEmbedding(nn.Module):
    """A vector a token, plus the mean of the vectors of its character n-grams (fastText; Bojanowski et al. 2017).

    Words that share a stem or an ending share n-grams, so a rare word need not be learned from its few sightings alone.
    N-grams are hashed into buckets. They depend on the token alone: after training the sum is one vector a token.
    """

    pieces: Tensor  # (n-grams of all tokens,) buckets, token after token
    offsets: Tensor  # (vocabulary + 1,) where those of each token begin

    def __init__(self, config: Classifier, spec: ClassifierSpec) -> None:
        super().__init__()
        self.embedding = nn.Embedding(spec.vocabulary, config.embedding_size, padding_idx=spec.pad)
        nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
        with torch.no_grad():
            self.embedding.weight[spec.pad].zero_()
        self.bag = None
        if spec.pieces > 0:
            self.bag = nn.EmbeddingBag(BUCKETS, config.embedding_size, mode="mean", include_last_offset=True)
            nn.init.uniform_(self.bag.weight, -0.2, 0.2)
            self.register_buffer("pieces", torch.zeros(spec.pieces, dtype=torch.int32))
            self.register_buffer("offsets", torch.zeros(spec.vocabulary + 1, dtype=torch.int32))

    def forward(self, tokens: Tensor) -> Tensor:
        """Vectors ``(batch, time, size)`` of ``tokens`` ``(batch, time)``."""
        vectors: Tensor = self.embedding(tokens)
        if self.bag is None:
            return vectors
        present, inverse = torch.unique(tokens, return_inverse=True)  # (tokens,), (batch, time)
        return vectors + self.spelling(present)[inverse]

    def spelling(self, tokens: Tensor) -> Tensor:
        """Means of the n-gram vectors ``(tokens, size)`` of ``tokens`` ``(tokens,)``; zero where there is none."""
        assert self.bag is not None
        pieces, counts = look_up(self.pieces, self.offsets, tokens)
        means: Tensor = self.bag(pieces, nn.functional.pad(counts.cumsum(0), (1, 0)))
        return means


def spell(vocabulary: Sequence[str], specials: int, shortest: int, longest: int) -> tuple[Tensor, Tensor]:
    """Table of the buckets of each token's character n-grams, see `recurra.model.ragged`.

    A token is spelled with ``<`` before and ``>`` after it; the first ``specials`` tokens have no spelling.
    """

    def buckets(token: str) -> list[int]:
        word = f"<{token}>"
        return [
            zlib.crc32(word[start : start + size].encode()) % BUCKETS
            for size in range(shortest, longest + 1)
            for start in range(len(word) - size + 1)
        ]

    return make_table([] if number < specials else buckets(token) for number, token in enumerate(vocabulary))
