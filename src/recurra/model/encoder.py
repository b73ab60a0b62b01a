"""Reads a source sentence in both directions."""

from __future__ import annotations

from torch import Tensor, nn

from recurra.config.translation import Seq2Seq
from recurra.model.pooling import Pooling
from recurra.model.recurrent import RecurrentStack


class Encoder(nn.Module):
    """Recurrent layers in both directions (Bahdanau et al. 2015), and a layer norm over what the attention sees."""

    def __init__(self, config: Seq2Seq) -> None:
        super().__init__()
        self.recurrent = RecurrentStack(config, config.embedding_size, bidirectional=True)
        self.last = Pooling(["last"], self.recurrent.output_size, bidirectional=True)
        narrows = config.attention == "dot" and self.recurrent.output_size != config.decoder_size
        self.output_size = config.decoder_size if narrows else self.recurrent.output_size
        self.narrow = nn.Linear(self.recurrent.output_size, self.output_size, bias=False) if narrows else nn.Identity()
        self.norm = nn.LayerNorm(self.output_size)

    def forward(self, vectors: Tensor, lengths: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Values for the attention ``(batch, source, output_size)`` and last states ``(batch, 2 hidden)``.

        ``vectors`` is ``(batch, source, size)``, of which the first ``lengths`` ``(batch,)`` of each row are real, as
        ``mask`` ``(batch, source)`` says. The last states are those where each direction ends: forwards at the last
        real token, backwards at the first.
        """
        states = self.recurrent(vectors, lengths)
        return self.norm(self.narrow(states)), self.last(states, mask)
