"""Training a translator: cross-entropy of the next token with smoothed labels, R-Drop, scheduled sampling."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from recurra.config.translation import Seq2SeqSpec, TranslationTrain
from recurra.model.seq2seq import Seq2SeqNetwork
from recurra.task.base import Corpus, TaskModule
from recurra.task.translation.batch import PairBatch
from recurra.task.translation.predictor import TranslationPredictor
from recurra.task.translation.scores import text_scores
from recurra.tokenizer.pair import SidesTokenizer
from recurra_runtime.translator import Translation

SCORED = 1000
"""Validation pairs that are translated after each epoch."""
SHOWN = 4
"""Of these are shown."""
DRAWN = 2
"""Of the attention of these pictures are drawn."""


class TranslationModule(TaskModule):
    """`Seq2SeqNetwork` and its loss."""

    network: Seq2SeqNetwork

    def __init__(
        self,
        config: TranslationTrain,
        spec: Seq2SeqSpec,
        tokenizer: SidesTokenizer,
        corpus: Corpus,
        sources: list[str],
        references: list[str],
    ) -> None:
        """``sources`` and ``references`` are some pairs of validation, as texts."""
        super().__init__(config, spec.model_dump(), tokenizer.to_json(), corpus)
        self.options, self.pad = config.loss, spec.pad
        self.network = Seq2SeqNetwork(config.model, spec)
        self.writer = TranslationPredictor(self.network, tokenizer, config)
        self.sources, self.references = sources, references
        self.nats: dict[str, float] = defaultdict(float)
        """Sums of validation: nats and tokens."""
        self.shown: list[Translation] = []
        """The last translations of the first of ``sources``."""

    def loss(self, batch: PairBatch) -> tuple[Tensor, dict[str, float], int]:
        inputs, targets = batch.target[:, :-1], batch.target[:, 1:]
        if self.options.scheduled_sampling > 0.0:
            inputs = self.guessed(batch, inputs)
        if self.options.rdrop == 0.0:
            loss = self.cross_entropy(self.network(batch.source, batch.lengths, inputs)[0], targets)
        else:
            twice = (batch.source.repeat(2, 1), batch.lengths.repeat(2), inputs.repeat(2, 1))
            logits, again = self.network(*twice)[0].chunk(2)
            loss = 0.5 * (self.cross_entropy(logits, targets) + self.cross_entropy(again, targets))
            loss = loss + self.options.rdrop * self.divergence(logits, again, targets)
        return loss, {}, self.tokens(batch)

    @torch.no_grad()
    def guessed(self, batch: PairBatch, inputs: Tensor) -> Tensor:
        """``inputs`` ``(batch, time)``, of which some are what the network guesses after those before them.

        Scheduled sampling (Bengio et al. 2015) in two passes (Mihaylova & Martins 2019), for every decoder alike.
        """
        guesses = self.network(batch.source, batch.lengths, inputs)[0].argmax(-1).roll(1, 1)
        drawn = torch.rand(inputs.shape, device=inputs.device) < self.options.scheduled_sampling
        drawn &= inputs != self.pad
        drawn[:, 0] = False  # the begin
        return torch.where(drawn, guesses, inputs)

    def cross_entropy(self, logits: Tensor, targets: Tensor) -> Tensor:
        smoothing = self.options.label_smoothing
        return F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=self.pad, label_smoothing=smoothing
        )

    def divergence(self, a: Tensor, b: Tensor, targets: Tensor) -> Tensor:
        """Mean of the two Kullback-Leibler divergences at real tokens (Wu et al. 2021)."""
        real = targets != self.pad
        log_a, log_b = a[real].log_softmax(-1), b[real].log_softmax(-1)
        there = F.kl_div(log_a, log_b, log_target=True, reduction="batchmean")
        return 0.5 * (there + F.kl_div(log_b, log_a, log_target=True, reduction="batchmean"))

    def tokens(self, batch: PairBatch) -> int:
        return int((batch.target[:, 1:] != self.pad).sum())

    def on_validation_epoch_start(self) -> None:
        """Translates, too: at the end of the epoch averaged weights have given way to those in training."""
        self.nats.clear()
        self.writer.device = str(self.device)
        translated = [best for (best, *_) in self.writer.translate(self.sources, beam=1)]
        self.texts = text_scores([best.text for best in translated], self.references)
        self.shown = translated[:SHOWN]

    def validation_step(self, batch: PairBatch, batch_idx: int) -> None:
        logits, _ = self.network(batch.source, batch.lengths, batch.target[:, :-1])
        targets = batch.target[:, 1:].flatten()
        nats = F.cross_entropy(logits.flatten(0, 1), targets, ignore_index=self.pad, reduction="sum")
        self.nats["loss"] += float(nats)
        self.nats["tokens"] += self.tokens(batch)

    def on_validation_epoch_end(self) -> None:
        loss = self.nats["loss"] / self.nats["tokens"]
        scores = {"loss": loss, "perplexity": math.exp(min(loss, 700.0)), **self.texts}
        for name, value in scores.items():
            self.log(f"val/{name}", value, logger=False)

    def samples(self) -> list[dict[str, str]]:
        shown = zip(self.sources, self.shown, self.references, strict=False)
        return [{"source": f"{a} → ", "translation": b.text, "reference": c} for a, b, c in shown]

    def draw_samples(self, folder: Path) -> dict[str, Path]:
        from recurra.task.translation.pictures import attention_pictures

        folder.mkdir(exist_ok=True)
        return attention_pictures(self.shown[:DRAWN], folder)
