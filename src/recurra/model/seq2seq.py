"""The network that translates: encoder, attention, decoder, linear layer over the vocabulary."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.config.translation import Seq2Seq, Seq2SeqSpec
from recurra.model.attention import Memory
from recurra.model.decoder import DECODERS
from recurra.model.dropout import LockedDropout, drop_words
from recurra.model.encoder import Encoder


class Seq2SeqNetwork(nn.Module):
    """Source tokens in, scores of each next target token out (Sutskever et al. 2014; Bahdanau et al. 2015).

    With ``config.tied`` the last layer's weights are those of the target embedding, and if both sides share their
    vocabulary there is one table for all three (Press & Wolf 2017).
    """

    def __init__(self, config: Seq2Seq, spec: Seq2SeqSpec) -> None:
        super().__init__()
        self.config = config
        self.spec = spec
        self.target_embedding = self.table(spec.target_vocabulary)
        one_table = config.tied and spec.shared
        self.source_embedding = self.target_embedding if one_table else self.table(spec.source_vocabulary)
        self.embedding_dropout = LockedDropout(config.embedding_dropout)
        self.encoder = Encoder(config)
        self.decoder = DECODERS[config.decoder](config, self.encoder.output_size)
        self.output_dropout = LockedDropout(config.output_dropout)
        self.output = nn.Linear(config.embedding_size, spec.target_vocabulary)
        nn.init.zeros_(self.output.bias)
        if config.tied:
            self.output.weight = self.target_embedding.weight

    def table(self, vocabulary: int) -> nn.Embedding:
        embedding = nn.Embedding(vocabulary, self.config.embedding_size)
        nn.init.normal_(embedding.weight, std=self.config.embedding_size**-0.5)
        return embedding

    def forward(self, source: Tensor, lengths: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Logits ``(batch, time, target_vocabulary)`` after each of ``target`` ``(batch, time)``, which begins with
        ``spec.begin``, and attention ``(batch, time, source)``; for ``source`` and ``lengths`` see `encode`."""
        memory, state = self.encode(source, lengths)
        return self.decode(target, state, memory)

    def encode(self, source: Tensor, lengths: Tensor) -> tuple[Memory, Tensor]:
        """What the decoder sees of ``source`` ``(batch, source)``, and its first state ``(parts, batch, size)``.

        The first ``lengths`` ``(batch,)`` tokens of each row are real: at least one, the rest is padding.
        """
        mask = torch.arange(source.shape[1], device=source.device) < lengths[:, None]  # (batch, source)
        vectors = self.embedding_dropout(self.source_embedding(self.dropped(source, mask)))
        values, last = self.encoder(vectors, lengths, mask)
        return Memory(self.decoder.attention.project(values), values, mask), self.decoder.start(last)

    def decode(self, target: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Logits and attention as in `forward`, for sources that are encoded."""
        words = (target != self.spec.pad) & (target != self.spec.begin)
        vectors = self.embedding_dropout(self.target_embedding(self.dropped(target, words)))
        read, _, weights = self.decoder(vectors, state, memory)
        logits: Tensor = self.output(self.output_dropout(read))
        return logits.float(), weights

    def step(self, tokens: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """The same for one token of each row ``(batch,)``: logits ``(batch, target_vocabulary)``, the next state, and
        attention ``(batch, source)``."""
        vectors = self.target_embedding(tokens[:, None])  # (batch, 1, embedding_size)
        read, state, weights = self.decoder(vectors, state, memory)
        logits: Tensor = self.output(read[:, 0])
        return logits.float(), state, weights[:, 0]

    def dropped(self, tokens: Tensor, words: Tensor) -> Tensor:
        """``tokens`` ``(batch, time)``, while training some of those in ``words`` ``(batch, time)`` made unknown."""
        if not self.training or self.config.word_dropout == 0.0:
            return tokens
        return drop_words(tokens, words, self.config.word_dropout, self.spec.unknown)
