"""The network that labels a text: embedding, recurrent layers, pooling over time, linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.config import Classifier, ClassifierSpec
from recurra.model.dropout import LockedDropout, drop_words
from recurra.model.pooling import Pooling
from recurra.model.recurrent import RecurrentStack


class TextClassifier(nn.Module):
    """Tokens in, one score a class out.

    A text longer than ``config.segment`` tokens is cut into pieces that run side by side as rows of the batch, and
    the pooling looks at all of its pieces: no word is thrown away, and a long text takes no longer chain of steps.
    """

    def __init__(self, config: Classifier, spec: ClassifierSpec) -> None:
        super().__init__()
        self.config = config
        self.spec = spec
        self.embedding = nn.Embedding(spec.vocabulary, config.embedding_size, padding_idx=spec.pad)
        nn.init.normal_(self.embedding.weight, std=0.1)
        with torch.no_grad():
            self.embedding.weight[spec.pad].zero_()
        self.embedding_dropout = LockedDropout(config.embedding_dropout)
        self.recurrent = RecurrentStack(config, config.embedding_size)
        self.pooling = Pooling(config.pooling, self.recurrent.output_size, config.bidirectional)
        self.output_dropout = nn.Dropout(config.output_dropout)
        self.output = nn.Linear(self.pooling.output_size, len(spec.labels))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits ``(batch, classes)`` of ``tokens`` ``(batch, time)``, of which the first ``lengths`` ``(batch,)``
        of each row are real: at least one, the rest is padding."""
        states, mask = self.states(tokens, lengths)
        logits: Tensor = self.output(self.output_dropout(self.pooling(states, mask)))
        return logits.float()

    def states(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """States of the last recurrent layer ``(batch, time, size)`` and the mask ``(batch, time)`` of real ones."""
        segment = self.config.segment
        if 0 < segment < tokens.shape[1]:
            return self.segmented_states(tokens, lengths, segment)
        mask = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
        if self.training and self.config.word_dropout > 0.0:
            tokens = drop_words(tokens, mask, self.config.word_dropout, self.spec.unknown)
        vectors = self.embedding_dropout(self.embedding(tokens))  # (batch, time, embedding_size)
        return self.recurrent(vectors, lengths).float(), mask

    def segmented_states(self, tokens: Tensor, lengths: Tensor, segment: int) -> tuple[Tensor, Tensor]:
        """The same for long texts: pieces of ``segment`` tokens run as rows, then stand side by side again."""
        batch, time = tokens.shape
        pieces = -(-time // segment)
        tokens = nn.functional.pad(tokens, (0, pieces * segment - time), value=self.spec.pad)
        starts = torch.arange(pieces, device=tokens.device) * segment
        piece_lengths = (lengths[:, None] - starts).clamp(0, segment).flatten()  # (batch · pieces,)
        filled = piece_lengths.nonzero().squeeze(-1)  # rows that hold at least one token
        states, _ = self.states(tokens.view(batch * pieces, segment)[filled], piece_lengths[filled])
        together = states.new_zeros(batch * pieces, segment, states.shape[-1]).index_copy(0, filled, states)
        mask = torch.arange(pieces * segment, device=tokens.device) < lengths[:, None]
        return together.view(batch, pieces * segment, -1), mask
