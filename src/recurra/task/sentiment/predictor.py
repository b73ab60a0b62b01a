"""Answers of a trained classifier: what ``recurra.load(RUN)`` gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch

from recurra.checkpoint import Checkpoint
from recurra.config.sentiment import ClassifierSpec, SentimentTrain
from recurra.data.encoded import Encoded
from recurra.data.loader import cut_by_length
from recurra.model.classifier import TextClassifier
from recurra.tokenizer.tokenizer import TextTokenizer
from recurra_runtime.bundle import texts_of


class Answer(TypedDict):
    """The likeliest label and the probability of each."""

    label: str
    probabilities: dict[str, float]


class SentimentPredictor:
    """A network and its tokenizer, ready to answer, in fp32."""

    task = "sentiment"

    def __init__(
        self, network: TextClassifier, tokenizer: TextTokenizer, config: SentimentTrain, device: str = "cpu"
    ) -> None:
        self.network = network.eval().to(device)
        self.tokenizer = tokenizer
        self.config = config
        self.device = device
        self.labels = network.spec.labels
        columns = config.data.text
        self.text_columns = [columns] if isinstance(columns, str) else columns

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, device: str = "cpu") -> SentimentPredictor:
        assert isinstance(checkpoint.config, SentimentTrain)
        network = TextClassifier(checkpoint.config.model, ClassifierSpec.model_validate(checkpoint.spec))
        checkpoint.load_into(network)
        return cls(network, TextTokenizer.from_json(checkpoint.tokenizer), checkpoint.config, device)

    def predict(self, texts: str | Sequence[str]) -> list[Answer]:
        """Label and probabilities of each text."""
        answers: list[Answer] = []
        for row in self.probabilities(Encoded.encode(texts_of(texts), self.tokenizer.encode, len(self.tokenizer))):
            named = {name: round(float(p), 6) for name, p in zip(self.labels, row, strict=True)}
            answers.append({"label": self.labels[int(row.argmax())], "probabilities": named})
        return answers

    @torch.inference_mode()
    def probabilities(self, texts: Encoded) -> np.ndarray:
        """Probabilities ``(texts, classes)``, computed in batches of like length."""
        order = np.argsort(texts.lengths, kind="stable")
        result = np.empty((len(texts), len(self.labels)), dtype=np.float64)
        data = self.config.data
        for cut in cut_by_length(texts.lengths[order], 4 * data.batch_size, 4 * data.batch_tokens):
            rows = order[cut]
            tokens, lengths = texts.padded(rows, self.tokenizer.pad)
            logits = self.network(tokens.to(self.device), lengths.to(self.device))  # (batch, classes)
            result[rows] = logits.double().softmax(-1).cpu().numpy()
        return result
