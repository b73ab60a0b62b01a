"""Training a classifier: cross-entropy with smoothed labels, class weights and R-Drop."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy, MulticlassF1Score

from recurra.config.sentiment import ClassifierSpec, SentimentTrain
from recurra.model.classifier import TextClassifier
from recurra.task.base import Corpus, TaskModule
from recurra.task.sentiment.batch import TextBatch


class SentimentModule(TaskModule):
    """`TextClassifier` and its loss."""

    network: TextClassifier

    def __init__(
        self,
        config: SentimentTrain,
        spec: ClassifierSpec,
        tokenizer: str,
        corpus: Corpus,
        class_weights: list[float] | None = None,
    ) -> None:
        super().__init__(config, spec.model_dump(), tokenizer, corpus)
        self.options = config.loss
        self.network = TextClassifier(config.model, spec)
        classes = len(spec.labels)
        weights = torch.ones(classes) if class_weights is None else torch.tensor(class_weights)
        self.register_buffer("class_weights", weights, persistent=False)  # (classes,)
        self.val_accuracy = MulticlassAccuracy(classes, average="micro")
        self.val_f1 = MulticlassF1Score(classes, average="macro")

    def loss(self, batch: TextBatch) -> tuple[Tensor, dict[str, float], int]:
        if self.options.rdrop == 0.0:
            logits = self.network(batch.tokens, batch.lengths)  # (batch, classes)
            loss = self.cross_entropy(logits, batch.labels)
        else:
            tokens, lengths = batch.tokens.repeat(2, 1), batch.lengths.repeat(2)
            logits, again = self.network(tokens, lengths).chunk(2)
            loss = 0.5 * (self.cross_entropy(logits, batch.labels) + self.cross_entropy(again, batch.labels))
            loss = loss + self.options.rdrop * divergence(logits, again)
        accuracy = float((logits.argmax(-1) == batch.labels).float().mean())
        return loss, {"accuracy": accuracy}, len(batch.labels)

    def cross_entropy(self, logits: Tensor, labels: Tensor) -> Tensor:
        weights: Tensor = self.class_weights  # type: ignore[assignment]
        return F.cross_entropy(logits, labels, weights, label_smoothing=self.options.label_smoothing)

    def tokens(self, batch: TextBatch) -> int:
        return int(batch.lengths.sum())

    def validation_step(self, batch: TextBatch, batch_idx: int) -> None:
        logits = self.network(batch.tokens, batch.lengths)
        loss = F.cross_entropy(logits, batch.labels)
        self.val_accuracy(logits, batch.labels)
        self.val_f1(logits, batch.labels)
        size: dict[str, Any] = {"on_epoch": True, "on_step": False, "logger": False, "batch_size": len(batch.labels)}
        self.log("val/loss", loss, **size)
        self.log("val/accuracy", self.val_accuracy, **size)
        self.log("val/macro_f1", self.val_f1, **size)


def divergence(a: Tensor, b: Tensor) -> Tensor:
    """Mean of the two Kullback-Leibler divergences between predictions ``(batch, classes)`` (Wu et al. 2021)."""
    log_a, log_b = a.log_softmax(-1), b.log_softmax(-1)
    both = F.kl_div(log_a, log_b, log_target=True, reduction="batchmean") + F.kl_div(
        log_b, log_a, log_target=True, reduction="batchmean"
    )
    return 0.5 * both
