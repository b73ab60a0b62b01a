"""Shipping a translator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch

from recurra.export.graph import Precision
from recurra.export.seq2seq import decoder, encoder
from recurra.export.shipment import FORMS, TIE, Check, Score, Shipment, padded, pieces, same_logits
from recurra.task.translation.corpus import sides
from recurra.task.translation.scores import text_scores

MOST = 1000
"""Sentences that are translated, at even distances in the split."""

BEAM, STEPS = 5, 4


class TranslationShipment(Shipment):
    """See `Shipment`; examples are sentences and their translations."""

    score = Score("BLEU", "BLEU", 0.3, larger_is_better=True)
    speed = f"one sentence, beam {BEAM}"

    @staticmethod
    def examples_of(prepared: Any) -> tuple[list[str], list[str]]:
        """From what `Task.prepare_split` returned."""
        (rows,) = prepared.corpus.splits.values()
        chosen = rows.select(np.unique(np.linspace(0, len(rows) - 1, min(MOST, len(rows))).astype(int)))
        return list(sides(chosen, "source")), list(sides(chosen, "target"))

    @staticmethod
    def made_up(predictor: Any) -> tuple[list[str], list[str]]:
        """Sentences of random tokens of the vocabulary."""
        words, generator = predictor.tokenizer.source.tokens()[4:], np.random.default_rng(0)
        made = [" ".join(generator.choice(words, generator.integers(1, 20))).replace("▁", "") for _ in range(50)]
        return made, made

    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        return {"encoder": encoder(self.network, precision), "decoder": decoder(self.network, precision)}

    @torch.inference_mode()
    def logits(self, model: Any) -> Check:
        """A few steps of the decoder over real targets, for sources of each form."""
        generator, spec = np.random.default_rng(0), self.network.spec
        tokenizer = self.predictor.tokenizer
        sources, targets = (
            np.concatenate([np.array(row) for row in rows])
            for rows in (tokenizer.encode_source(self.examples[0]), tokenizer.encode_target(self.examples[1]))
        )
        differences = []
        for batch, longest in FORMS:
            inputs = padded(sources, batch, longest, spec.pad, generator)
            memory, wanted_state = self.network.encode(*(torch.from_numpy(inputs[n]) for n in ("tokens", "lengths")))
            keys, values, mask, state = model.encoder(**inputs)
            for tokens in pieces(targets, STEPS, batch, generator):
                logits, wanted_state, looks = self.network.step(torch.from_numpy(tokens), wanted_state, memory)
                found, _, _, state, attention = model.decoder(
                    tokens=tokens, state=state, keys=keys, values=values, mask=mask, count=np.array([1])
                )
                pairs = ((found, logits.log_softmax(-1)), (attention, looks))
                differences += [float(np.abs(a - b.numpy()).max()) for a, b in pairs]
        return same_logits("log-probabilities and attention", differences, FORMS[-1][1])

    def answers(self, model: Any) -> list[Check]:
        texts, other = self.examples[0], 0
        pairs = zip(self.predictor.translate(texts, beam=BEAM), model.translate(texts, beam=BEAM), strict=True)
        for (a, *_), (b, *_) in pairs:
            other += a.text != b.text and abs(a.score - b.score) > TIE
        return [Check(f"translations, beam {BEAM}", f"{len(texts) - other} of {len(texts)} equal", other == 0)]

    def scored(self, model: Any) -> float:
        sources, references = self.examples
        found = [answer["translation"] for answer in model.predict(sources)]
        return text_scores(found, references, self.checkpoint.config.data.target)["bleu"]  # type: ignore[attr-defined]

    def ask(self, model: Any) -> Callable[[], object]:
        text = sorted(self.examples[0], key=len)[len(self.examples[0]) // 2]
        return lambda: model.translate([text], beam=BEAM)
