"""Shipping a translator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch

from recurra.checkpoint import Checkpoint
from recurra.data.cache import column
from recurra.export.graph import Precision
from recurra.export.seq2seq import decoder, encoder
from recurra.export.shipment import FORMS, TIE, Check, Score, Shipment, padded, pieces
from recurra.task.translation.scores import text_scores

MOST = 1000
"""Sentences that are translated, at even distances in the split."""

BEAM, STEPS = 5, 4


class TranslationShipment(Shipment):
    """See `Shipment`; examples are sentences and their translations."""

    score = Score(f"BLEU, beam {BEAM}", "BLEU", 0.3, larger_is_better=True)
    speed = f"one sentence, beam {BEAM}"

    def __init__(self, checkpoint: Checkpoint, predictor: Any, examples: Any, source: str, real: bool) -> None:
        super().__init__(checkpoint, predictor, examples, source, real)
        self._translated: dict[Any, list[Any]] = {}

    @staticmethod
    def examples_of(prepared: Any) -> tuple[list[str], list[str]]:
        """From what `Task.prepare_split` returned."""
        (rows,) = prepared.corpus.splits.values()
        chosen = rows.select(np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).astype(int)))
        return list(column(chosen, "source")), list(column(chosen, "target"))

    @staticmethod
    def made_up(predictor: Any) -> tuple[list[str], list[str]]:
        """Sentences of random tokens of the vocabulary."""
        words, generator = predictor.tokenizer.source.tokens()[4:], np.random.default_rng(0)
        made = [" ".join(generator.choice(words, generator.integers(1, 20))).replace("▁", "") for _ in range(50)]
        return made, made

    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        return {"encoder": encoder(self.network, precision), "decoder": decoder(self.network, precision)}

    def batch(self, size: int, longest: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        """Sources, and the first tokens of translations."""
        tokenizer = self.predictor.tokenizer
        sources, targets = (
            np.concatenate([np.array(row) for row in rows])
            for rows in (tokenizer.encode_source(self.examples[0]), tokenizer.encode_target(self.examples[1]))
        )
        inputs = padded(sources, size, longest, self.network.spec.pad, generator)
        return {**inputs, "targets": pieces(targets, size, STEPS, generator)}

    @torch.inference_mode()
    def by_network(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Log-probabilities and attention of a few steps of the decoder ``(batch, steps, vocabulary + source)``."""
        memory, state = self.network.encode(*(torch.from_numpy(inputs[name]) for name in ("tokens", "lengths")))
        steps = []
        for tokens in torch.from_numpy(inputs["targets"]).T:
            logits, state, attention = self.network.step(tokens, state, memory)
            steps.append(torch.cat([logits.log_softmax(-1), self._wide(attention)], 1))
        return torch.stack(steps, 1).numpy()

    def by_graphs(self, model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
        keys, values, mask, state = model.encoder(tokens=inputs["tokens"], lengths=inputs["lengths"])
        steps = []
        for tokens in inputs["targets"].T:
            p, _, _, state, attention = model.decoder(
                tokens=tokens, state=state, keys=keys, values=values, mask=mask, count=np.array([1])
            )
            steps.append(np.concatenate([p, self._wide(torch.from_numpy(attention)).numpy()], 1))
        return np.stack(steps, 1)

    @staticmethod
    def _wide(attention: torch.Tensor) -> torch.Tensor:
        """Attention ``(batch, source)`` with room for the longest, so that a row is as wide alone as in a batch."""
        return torch.nn.functional.pad(attention, (0, FORMS[-1][1] - attention.shape[1]))

    def answers(self, model: Any) -> list[Check]:
        texts, other = self.examples[0], 0
        for a, b in zip(self.translated(self.predictor), self.translated(model), strict=True):
            other += a.text != b.text and abs(a.score - b.score) > TIE
        return [Check(f"translations, beam {BEAM}", f"{len(texts) - other} of {len(texts)} equal", other == 0)]

    def scored(self, model: Any) -> float:
        found = [best.text for best in self.translated(model)]
        return text_scores(found, self.examples[1])["bleu"]

    def translated(self, model: Any) -> list[Any]:
        """The best translation of each example, found once a model."""
        if model not in self._translated:
            self._translated[model] = [best for (best, *_) in model.translate(self.examples[0], beam=BEAM)]
        return self._translated[model]

    def ask(self, model: Any) -> Callable[[], object]:
        text = sorted(self.examples[0], key=len)[len(self.examples[0]) // 2]
        return lambda: model.translate([text], beam=BEAM)
