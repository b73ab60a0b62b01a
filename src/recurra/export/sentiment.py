"""Shipping a classifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch

from recurra.export.classifier import classifier
from recurra.export.graph import Precision
from recurra.export.shipment import TIE, Check, Score, Shipment, padded

MOST = 2000
"""Texts that are labelled, at even distances in the split."""


class SentimentShipment(Shipment):
    """See `Shipment`; examples are texts, with the number of the label of each."""

    score = Score("accuracy", "points", 0.3, larger_is_better=True)
    speed = "one text of 20 words, from text to label"

    @staticmethod
    def examples_of(prepared: Any) -> tuple[list[str], np.ndarray]:
        """From what `Task.prepare_split` returned."""
        ((split, rows),) = prepared.corpus.splits.items()
        chosen = np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).astype(int))
        return list(rows.select(chosen)["text"]), prepared.labels[split][chosen]

    @staticmethod
    def made_up(predictor: Any) -> tuple[list[str], np.ndarray]:
        """Texts of random words of the vocabulary."""
        words, generator = predictor.tokenizer.tokens(), np.random.default_rng(0)
        texts = [" ".join(generator.choice(words, generator.integers(1, 40))) for _ in range(200)]
        return texts, np.zeros(len(texts), dtype=np.int64)

    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        return {"model": classifier(self.network, precision)}

    def batch(self, size: int, longest: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        tokenizer = self.predictor.tokenizer
        ids = np.concatenate([np.array(row) for row in tokenizer.encode(self.examples[0])])
        return padded(ids, size, longest, tokenizer.pad, generator)

    @torch.inference_mode()
    def by_network(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        logits = self.network(*(torch.from_numpy(inputs[name]) for name in ("tokens", "lengths")))
        return np.asarray(logits.numpy())

    def by_graphs(self, model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
        (logits,) = model.graph(**inputs)
        return np.asarray(logits)

    def answers(self, model: Any) -> list[Check]:
        texts = self.examples[0]
        other = worst = 0.0
        for a, b in zip(self.predictor.predict(texts), model.predict(texts), strict=True):
            second, first = sorted(a["probabilities"].values())[-2:]
            worst = max(worst, *(abs(a["probabilities"][name] - b["probabilities"][name]) for name in model.labels))
            other += a["label"] != b["label"] and first - second > TIE
        found = f"{len(texts) - other:.0f} of {len(texts)} equal, probabilities differ by {worst:.1e} at most"
        return [Check("labels", found, other == 0)]

    def scored(self, model: Any) -> float:
        texts, labels = self.examples
        found = [answer["label"] for answer in model.predict(texts)]
        return 100.0 * float(
            np.mean([self.predictor.labels[i] == label for i, label in zip(labels, found, strict=True)])
        )

    def ask(self, model: Any) -> Callable[[], object]:
        words = " ".join(self.examples[0]).split()
        text = " ".join((words * 20)[:20])
        return lambda: model.predict([text])
