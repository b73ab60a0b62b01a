"""Shipping a character-level language model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch

from recurra.export.graph import Precision
from recurra.export.language_model import language_model
from recurra.export.shipment import FORMS, TIE, Check, Score, Shipment, pieces, same_logits

MOST = 100_000
"""Characters that are scored."""

PROMPTS, LENGTH = 4, 300


class ChargenShipment(Shipment):
    """See `Shipment`; the example is a text."""

    score = Score("nats a character", "nats", 0.005, larger_is_better=False)
    speed = "one character, drawn"

    @staticmethod
    def examples_of(prepared: Any) -> str:
        """From what `Task.prepare_split` returned."""
        corpus, split = prepared.corpus, prepared.told
        return str(corpus.text(split, 0, min(MOST, len(corpus.splits[split]))))

    @staticmethod
    def made_up(predictor: Any) -> str:
        """Random characters of the vocabulary."""
        characters = [each for each in predictor.tokenizer.characters[1:] if each.isprintable()] or ["\n"]
        return "".join(np.random.default_rng(0).choice(characters, 2000))

    def graphs(self, precision: Precision) -> dict[str, onnx.ModelProto]:
        return {"model": language_model(self.network, precision)}

    @torch.inference_mode()
    def logits(self, model: Any) -> Check:
        """Two batches after one another in each form, so that the state is carried."""
        generator, ids = np.random.default_rng(0), self.predictor.tokenizer.encode(self.examples).astype(np.int64)
        differences = []
        for batch, longest in FORMS:
            state, wanted_state = np.repeat(model.start, batch, axis=2), None
            for _ in range(2):
                tokens = pieces(ids, batch, longest, generator)
                wanted, wanted_state = self.network(torch.from_numpy(tokens), wanted_state)
                found, state = model.graph(tokens=tokens, state=state)
                differences.append(float(np.abs(found - wanted.numpy()).max()))
        return same_logits("logits", differences, FORMS[-1][1])

    @torch.inference_mode()
    def answers(self, model: Any) -> list[Check]:
        """What the bundle writes must be what the checkpoint finds likeliest at each character."""
        tokenizer, wrong = self.predictor.tokenizer, 0
        places = np.linspace(0, max(0, len(self.examples) - 50), PROMPTS).astype(int)
        for start in places:
            prompt = self.examples[start : start + 50]
            text = "".join(model.generate(prompt, LENGTH, temperature=0.0))
            ids = torch.from_numpy(tokenizer.encode(prompt + text).astype(np.int64))[None]
            logits = self.network(ids)[0][0, len(prompt) - 1 : -1]  # (characters written, vocabulary)
            logits[:, tokenizer.unknown] = -torch.inf
            chosen = logits.gather(1, ids[0, len(prompt) :, None])[:, 0]
            wrong += int((logits.amax(1) - chosen > TIE).sum())
        count = PROMPTS * LENGTH
        return [Check("greedy characters", f"{count - wrong} of {count} equal, after {PROMPTS} prompts", wrong == 0)]

    def scored(self, model: Any) -> float:
        return float(model.predict([self.examples])[0]["nats"])

    def ask(self, model: Any) -> Callable[[], object]:
        written = model.generate(self.examples[:50], 10**9, temperature=0.8)
        return lambda: next(written)
