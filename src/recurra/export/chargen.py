"""Shipping a character-level language model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch

from recurra.export.graph import Precision
from recurra.export.language_model import language_model
from recurra.export.shipment import TIE, Check, Score, Shipment, pieces

MOST = 100_000
"""Characters that are scored."""

NUMBERS = 2**25
"""Logits at a time; texts in a batch are fewer where the vocabulary is large and they are long."""

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

    def batch(self, size: int, longest: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
        tokenizer = self.predictor.tokenizer
        ids = tokenizer.encode(self.examples)
        size = max(1, min(size, NUMBERS // (longest * len(tokenizer))))
        return {"first": pieces(ids, size, longest, generator), "second": pieces(ids, size, longest, generator)}

    @torch.inference_mode()
    def by_network(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
        """Both pieces, one after the other, so that the state is carried."""
        first, state = self.network(torch.from_numpy(inputs["first"]))
        second, _ = self.network(torch.from_numpy(inputs["second"]), state)
        return np.concatenate([first.numpy(), second.numpy()], 1)

    def by_graphs(self, model: Any, inputs: dict[str, np.ndarray]) -> np.ndarray:
        state = np.repeat(model.start, len(inputs["first"]), axis=2)
        first, state = model.graph(tokens=inputs["first"], state=state)
        second, _ = model.graph(tokens=inputs["second"], state=state)
        return np.concatenate([first, second], 1)

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
