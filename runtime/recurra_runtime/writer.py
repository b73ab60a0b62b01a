"""Writing, character by character: task=chargen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np

from recurra_runtime.bundle import Bundle, texts_of
from recurra_runtime.sampling import check_drawing, draw, uniforms

READ = 1000
"""Characters of a prompt that are read at a time."""

MARK = "\N{REPLACEMENT CHARACTER}"
"""What stands for an unknown character."""


class Answer(TypedDict):
    """How well a text was foretold."""

    nats: float
    characters: int


class Writer:
    """A model that goes on writing a text."""

    task = "chargen"

    def __init__(self, bundle: Bundle) -> None:
        vocabulary: dict[str, int] = json.loads(bundle.tokenizer())["model"]["vocab"]
        self.unknown: int = bundle.spec["unknown"]
        self.characters = sorted(vocabulary, key=lambda character: vocabulary[character])
        self.characters[self.unknown] = MARK
        self.ids = {character: number for number, character in enumerate(self.characters) if number != self.unknown}
        model = bundle.options["model"]
        form = (model["layers"], 2 if model["cell"] == "lstm" else 1, model["hidden_size"])
        self.start = np.zeros((*form[:2], 1, form[2]), dtype=np.float32)  # (layers, parts, batch, hidden)
        shape = [*form[:2], None, form[2]]
        outputs = {"logits": [None, None, len(self.characters)], "next_state": shape}
        self.graph = bundle.graph("model", {"tokens": [None, None], "state": shape}, outputs)
        columns = bundle.options["data"]["text"]
        self.text_columns: list[str] = [columns] if isinstance(columns, str) else columns

    def encode(self, text: str) -> np.ndarray:
        """Ids ``(1, characters)``."""
        return np.array([[self.ids.get(character, self.unknown) for character in text]], dtype=np.int64)

    def unknown_in(self, text: str) -> list[str]:
        """The characters of a text that training never saw, each once."""
        return [character for character in dict.fromkeys(text) if character not in self.ids]

    def predict(self, texts: str | Sequence[str]) -> list[Answer]:
        """Mean nats of the characters of each text but the first, which nothing stands before."""
        return [{"nats": round(self.nats(text), 6), "characters": len(text)} for text in texts_of(texts)]

    def nats(self, text: str) -> float:
        """Mean nats of the characters of a text but the first; 0 where there is no second."""
        ids, state, total = self.encode(text), self.start, 0.0
        for start in range(0, len(text) - 1, READ):
            stop = min(start + READ, len(text) - 1)
            logits, state = self.graph(tokens=ids[:, start:stop], state=state)
            shifted = logits[0].astype(np.float64)
            shifted -= shifted.max(1, keepdims=True)
            truth = shifted[np.arange(stop - start), ids[0, start + 1 : stop + 1]]
            total += float((np.log(np.exp(shifted).sum(1)) - truth).sum())
        return total / max(1, len(text) - 1)

    def generate(
        self,
        prompt: str = "\n",
        length: int | None = 500,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 1,
    ) -> Iterator[str]:
        """The characters that follow the prompt, one by one as they are written; with ``length`` None without end.

        ``temperature`` 0 takes the likeliest. ``top_k`` draws among so many of the likeliest, ``top_p`` among those
        that have so much of the probability together. An empty prompt stands for a line end. Characters that training
        never saw are read as the unknown one, which is never written. Memory does not grow with the length.
        """
        check_drawing(length, temperature, top_k, top_p)
        (prompt,) = texts_of([prompt])
        return self._characters(prompt, length, temperature, top_k, top_p, seed)

    def _characters(
        self, prompt: str, length: int | None, temperature: float, top_k: int, top_p: float, seed: int
    ) -> Iterator[str]:
        if length is not None and length < 1:
            return
        ids, state = self.encode(prompt or "\n"), self.start
        for start in range(0, ids.shape[1], READ):
            logits, state = self.graph(tokens=ids[:, start : start + READ], state=state)
        token = ids[:, :1].copy()
        for written, uniform in enumerate(uniforms(seed), 1):
            last = logits[0, -1]
            last[self.unknown] = -np.inf
            token[0, 0] = drawn = draw(last, uniform, temperature, top_k, top_p)
            yield self.characters[drawn]
            if written == length:
                return
            logits, state = self.graph(tokens=token, state=state)

    def write(
        self,
        prompts: Sequence[str],
        length: int = 500,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[int] | None = None,
    ) -> list[str]:
        """What follows each prompt, whole; the seeds are 1, 2, 3 … unless given."""
        given = range(1, len(prompts) + 1) if seeds is None else seeds
        return [
            "".join(self.generate(prompt, length, temperature, top_k, top_p, seed))
            for prompt, seed in zip(prompts, given, strict=True)
        ]
