"""The network that labels a text: embedding, recurrent layers, pooling over time, linear layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recurra.config.sentiment import Classifier, ClassifierSpec
from recurra.model.dropout import LockedDropout, drop_words
from recurra.model.embedding import TokenEmbedding
from recurra.model.ngrams import NGrams
from recurra.model.pooling import Pooling
from recurra.model.recurrent import RecurrentStack


class TextClassifier(nn.Module):
    """Tokens in, one score a class out.

    A text longer than ``config.segment`` tokens is cut into pieces of equal length that run side by side as rows of the
    batch, and the pooling looks at all of them (but for ``last``): no word is thrown away, and no chain of steps grows
    long.
    """

    def __init__(self, config: Classifier, spec: ClassifierSpec) -> None:
        super().__init__()
        self.config = config
        self.spec = spec
        self.embedding = TokenEmbedding(config, spec)
        self.embedding_dropout = LockedDropout(config.embedding_dropout)
        self.recurrent = RecurrentStack(config, config.embedding_size, config.bidirectional)
        self.pooling = Pooling(config.pooling, self.recurrent.output_size, config.bidirectional)
        self.output_dropout = nn.Dropout(config.output_dropout)
        self.output = nn.Linear(self.pooling.output_size, len(spec.labels))
        self.ngrams = None
        if config.ngrams > 0:
            self.ngrams = NGrams(config.ngrams, spec.vocabulary, spec.units, len(spec.labels))

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Logits ``(batch, classes)`` of ``tokens`` ``(batch, time)``, of which the first ``lengths`` ``(batch,)``
        of each row are real: at least one, the rest is padding.

        While training these are the recurrent network's own; afterwards the n-grams have half a say, if there are any.
        """
        states, mask = self.states(tokens, lengths)
        logits: Tensor = self.output(self.output_dropout(self.pooling(states, mask)))
        logits = logits.float()
        if self.ngrams is None or self.training:
            return logits
        counted: Tensor = self.ngrams(tokens, lengths)
        return 0.5 * (logits.log_softmax(-1) + counted.log_softmax(-1))

    def states(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """States of the last recurrent layer ``(batch, time, size)`` and the mask ``(batch, time)`` of real ones."""
        mask = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
        if self.training and self.config.word_dropout > 0.0:
            tokens = drop_words(tokens, mask, self.config.word_dropout, self.spec.unknown)
        if 0 < self.config.segment < tokens.shape[1]:
            return self.in_segments(tokens, lengths), mask
        return self.encode(tokens, lengths), mask

    def encode(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """States ``(batch, time, size)`` of texts that are read in one go."""
        vectors = self.embedding_dropout(self.embedding(tokens))  # (batch, time, embedding_size)
        states: Tensor = self.recurrent(vectors, lengths)
        return states.float()

    def in_segments(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """The same for texts that are read in pieces; each text is cut into pieces of equal length."""
        batch, time = tokens.shape
        counts = (lengths + self.config.segment - 1) // self.config.segment  # (batch,) pieces of each text
        sizes = (lengths + counts - 1) // counts  # (batch,) tokens of each piece
        text = torch.arange(batch, device=tokens.device).repeat_interleave(counts)  # (pieces,) which text
        first = counts.cumsum(0) - counts  # (batch,) first piece of each text
        starts = (torch.arange(len(text), device=tokens.device) - first[text]) * sizes[text]
        piece_lengths = torch.minimum(sizes[text], lengths[text] - starts)
        steps = torch.arange(int(sizes.max()), device=tokens.device)
        index = (starts[:, None] + steps).clamp(max=time - 1)  # (pieces, size)
        states = self.encode(tokens[text[:, None], index], piece_lengths)  # (pieces, size, state)
        t = torch.arange(time, device=tokens.device)
        piece = first[:, None] + t // sizes[:, None]  # (batch, time)
        together: Tensor = states[piece.clamp(max=len(text) - 1), t % sizes[:, None]]
        return together
