"""The network that says which character comes next: embedding, recurrent layers, linear layer over the vocabulary."""

from __future__ import annotations

from torch import Tensor, nn

from recurra.config.chargen import LanguageModel, LanguageModelSpec
from recurra.model.dropout import LockedDropout
from recurra.model.recurrent import RecurrentStack


class RecurrentLanguageModel(nn.Module):
    """Tokens in, scores of the token after each of them out, and the state to go on with (Mikolov et al. 2010).

    With ``config.skip`` every layer's output reaches the last layer, as their sum (Graves 2013); with ``config.tied``
    the last layer's weights are those of the embedding (Press & Wolf 2017).
    """

    def __init__(self, config: LanguageModel, spec: LanguageModelSpec) -> None:
        super().__init__()
        self.config = config
        self.spec = spec
        self.embedding = nn.Embedding(spec.vocabulary, config.embedding_size)
        nn.init.normal_(self.embedding.weight, std=config.embedding_size**-0.5)
        self.embedding_dropout = LockedDropout(config.embedding_dropout)
        self.recurrent = RecurrentStack(config, config.embedding_size)
        self.output_dropout = LockedDropout(config.output_dropout)
        size = self.recurrent.output_size
        narrows = config.tied and size != config.embedding_size
        self.narrow = nn.Linear(size, config.embedding_size, bias=False) if narrows else nn.Identity()
        self.output = nn.Linear(config.embedding_size if config.tied else size, spec.vocabulary)
        nn.init.zeros_(self.output.bias)
        if config.tied:
            self.output.weight = self.embedding.weight

    def forward(self, tokens: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Logits ``(batch, time, vocabulary)`` after each of ``tokens`` ``(batch, time)``, and the state after them.

        States are as in `RecurrentStack.carry`; None begins with zeros.
        """
        vectors = self.embedding_dropout(self.embedding(tokens))  # (batch, time, embedding_size)
        outputs, state = self.recurrent.carry(vectors, state)
        y = sum(outputs[1:], outputs[0]) if self.config.skip else outputs[-1]
        logits: Tensor = self.output(self.narrow(self.output_dropout(y)))
        return logits.float(), state.float()
