"""Writes a target sentence, looking at the source: three decoders with one interface.

A decoder turns the vectors of target tokens into read-outs of the same size, from which the next tokens are guessed.
It is called with a whole sequence or with a single step, and gives the state to go on with: one tensor whose
dimension 1 is the batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from recurra.config.translation import Seq2Seq
from recurra.model.attention import Memory, make_attention
from recurra.model.dropout import LockedDropout
from recurra.model.recurrent import STATES, Direction


class Decoder(nn.Module, ABC):
    """What the decoders share: the attention, and the bridge from the encoder to the first state."""

    layers: ClassVar[int] = 1

    def __init__(self, config: Seq2Seq, memory_size: int) -> None:
        super().__init__()
        self.size = config.decoder_size
        self.embedding_size = config.embedding_size
        self.attention = make_attention(config, memory_size)
        self.norms = nn.ModuleList(
            nn.LayerNorm(self.size) if config.layer_norm else nn.Identity() for _ in range(self.layers)
        )
        self.dropout = LockedDropout(config.dropout)
        self.parts = self.layers * STATES[config.cell]
        self.bridge = nn.Linear(2 * config.hidden_size, self.parts * self.size)

    def layer(self, config: Seq2Seq, input_size: int) -> Direction:
        """A recurrent layer for inputs of that size."""
        return Direction(config.cell, input_size, self.size, config.recurrent_dropout)

    def start(self, last: Tensor) -> Tensor:
        """The first state ``(parts, batch, size)`` from the encoder's last ``(batch, 2 hidden)``."""
        state: Tensor = torch.tanh(self.bridge(last)).float()
        return state.view(len(last), self.parts, self.size).transpose(0, 1)

    def look(self, query: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Contexts and weights of the attention for ``query`` ``(batch, time, size)``."""
        context, weights = self.attention(query, memory.keys, memory.values, memory.mask)
        return context, weights

    @abstractmethod
    def forward(self, vectors: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """Read-outs ``(batch, time, embedding_size)``, the state after them, and weights ``(batch, time, source)``.

        ``vectors`` ``(batch, time, embedding_size)`` are those of the tokens so far, ``state`` what was before them.
        """


class Parallel(Decoder):
    """Attention between two recurrent layers, so that each part runs once, over the whole sequence.

    The lower layer reads the tokens, the attention looks from its outputs, and the upper layer reads both. As in GNMT
    (Wu et al. 2016) the attention belongs to the lowest layer; but what it finds goes upwards alone, not back.
    """

    layers = 2

    def __init__(self, config: Seq2Seq, memory_size: int) -> None:
        super().__init__(config, memory_size)
        self.residual = config.residual
        seen = self.size + self.attention.context_size
        self.lower = self.layer(config, config.embedding_size)
        self.upper = self.layer(config, seen)
        self.read_out = nn.Linear(self.size + seen, config.embedding_size)

    def forward(self, vectors: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        lower_state, upper_state = state.chunk(2)
        lower, lower_state = self.lower(vectors, lower_state)
        lower = self.norms[0](lower)  # (batch, time, size)
        context, weights = self.look(lower, memory)
        seen = torch.cat([lower, context], -1)
        upper, upper_state = self.upper(self.dropout(seen), upper_state)
        upper = self.norms[1](upper + lower if self.residual else upper)
        read = torch.tanh(self.read_out(torch.cat([upper, seen], -1)))
        return read, torch.cat([lower_state, upper_state]).float(), weights


class InputFeeding(Decoder):
    """The attention looks from the new state, and what it found is fed to the next step (Luong et al. 2015).

    ``a[t] = tanh(W [h[t], context[t]])`` is both the read-out and, beside the next token, the next input; it is the
    last part of the state. Parts are as wide as the wider of the two, filled up with zeros.
    """

    def __init__(self, config: Seq2Seq, memory_size: int) -> None:
        super().__init__(config, memory_size)
        self.recurrent = self.layer(config, 2 * config.embedding_size)
        self.read_out = nn.Linear(self.size + self.attention.context_size, config.embedding_size)

    def start(self, last: Tensor) -> Tensor:
        return self.pack(super().start(last), last.new_zeros(len(last), 1, self.embedding_size))

    def pack(self, hidden: Tensor, fed: Tensor) -> Tensor:
        """One state of ``hidden`` ``(parts, batch, size)`` and ``fed`` ``(batch, 1, embedding_size)``."""
        width = max(self.size, self.embedding_size)
        parts = [hidden, fed.transpose(0, 1)]
        return torch.cat([F.pad(part.float(), (0, width - part.shape[-1])) for part in parts])

    def forward(self, vectors: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        hidden, fed = state[:-1, :, : self.size], state[-1, :, None, : self.embedding_size]
        drop = self.dropout(vectors.new_ones(len(vectors), 1, self.read_out.in_features))  # one mask for all steps
        parameters = self.recurrent.weights()
        steps, looks = [], []
        for vector in vectors[:, :, None].unbind(1):  # (batch, 1, embedding_size)
            output, hidden = self.recurrent.step(torch.cat([vector, fed], -1), hidden, parameters)
            output = self.norms[0](output)
            context, weights = self.look(output, memory)
            fed = torch.tanh(self.read_out(torch.cat([output, context], -1) * drop))
            steps.append(fed)
            looks.append(weights)
        return torch.cat(steps, 1), self.pack(hidden, fed), torch.cat(looks, 1)


class Bahdanau(Decoder):
    """The attention looks from the state before the step, which reads token and context (Bahdanau et al. 2015).

    The read-out takes the larger number of each pair (maxout; Goodfellow et al. 2013) of a linear map of the new state,
    the context and the token.
    """

    def __init__(self, config: Seq2Seq, memory_size: int) -> None:
        super().__init__(config, memory_size)
        seen = config.embedding_size + self.attention.context_size
        self.recurrent = self.layer(config, seen)
        self.read_out = nn.Linear(self.size + seen, 2 * config.embedding_size)

    def forward(self, vectors: Tensor, state: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        parameters = self.recurrent.weights()
        outputs, contexts, looks = [], [], []
        for vector in vectors[:, :, None].unbind(1):  # (batch, 1, embedding_size)
            context, weights = self.look(state[0, :, None], memory)
            output, state = self.recurrent.step(torch.cat([vector, context], -1), state, parameters)
            outputs.append(output)
            contexts.append(context)
            looks.append(weights)
        states = self.norms[0](torch.cat(outputs, 1))
        together = self.dropout(torch.cat([states, torch.cat(contexts, 1), vectors], -1))
        read = self.read_out(together).unflatten(-1, (self.embedding_size, 2)).amax(-1)
        return read, state.float(), torch.cat(looks, 1)


DECODERS: dict[str, type[Decoder]] = {"parallel": Parallel, "input_feeding": InputFeeding, "bahdanau": Bahdanau}
