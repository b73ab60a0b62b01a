"""A trained language model that writes and that scores: what ``recurra.load(RUN)`` gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor

from recurra.checkpoint import Checkpoint
from recurra.config.chargen import ChargenTrain, LanguageModelSpec
from recurra.decode.sampling import sample
from recurra.model.language_model import RecurrentLanguageModel
from recurra.task.chargen.scores import nats_of
from recurra.tokenizer.codepoints import CodePointTokenizer
from recurra_runtime.bundle import texts_of
from recurra_runtime.sampling import check_drawing


class Answer(TypedDict):
    """How well a text was foretold."""

    nats: float
    characters: int


class ChargenPredictor:
    """A network and its characters, ready to write, in fp32."""

    task = "chargen"

    def __init__(
        self,
        network: RecurrentLanguageModel,
        tokenizer: CodePointTokenizer,
        config: ChargenTrain,
        device: str = "cpu",
    ) -> None:
        self.network = network.eval().to(device)
        self.tokenizer = tokenizer
        self.config = config
        self.device = device
        columns = config.data.text
        self.text_columns = [columns] if isinstance(columns, str) else columns

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, device: str = "cpu") -> ChargenPredictor:
        assert isinstance(checkpoint.config, ChargenTrain)
        network = RecurrentLanguageModel(checkpoint.config.model, LanguageModelSpec.model_validate(checkpoint.spec))
        checkpoint.load_into(network)
        return cls(network, CodePointTokenizer.from_json(checkpoint.tokenizer), checkpoint.config, device)

    def unknown_in(self, text: str) -> list[str]:
        """The characters of a text that training never saw, each once."""
        return self.tokenizer.unknown_in(text)

    def nats(self, text: np.ndarray, parts: int = 1) -> np.ndarray:
        """Nats ``(characters - 1,)`` of each character of a text of code points but the first."""
        return nats_of(self.network, text, self.tokenizer, self.device, parts)

    def predict(self, texts: str | Sequence[str]) -> list[Answer]:
        """Mean nats of the characters of each text but the first, which nothing stands before."""
        answers: list[Answer] = []
        for text in texts_of(texts):
            points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
            nats = self.nats(points) if len(points) > 1 else np.zeros(1)
            answers.append({"nats": round(float(nats.mean()), 6), "characters": len(points)})
        return answers

    def generate(
        self,
        prompt: str = "\n",
        length: int = 500,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seed: int = 1,
    ) -> Iterator[str]:
        """The characters that follow the prompt, one by one as they are written; see `generate_many`."""
        for signs in self.generate_many([prompt], length, temperature, top_k, top_p, [seed]):
            yield signs[0]

    def write(
        self,
        prompts: Sequence[str],
        length: int = 500,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[int] | None = None,
    ) -> list[str]:
        """What follows each prompt, whole; see `generate_many`."""
        texts = [""] * len(prompts)
        for signs in self.generate_many(prompts, length, temperature, top_k, top_p, seeds):
            texts = [text + sign for text, sign in zip(texts, signs, strict=True)]
        return texts

    def generate_many(
        self,
        prompts: Sequence[str],
        length: int = 500,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        seeds: Sequence[int] | None = None,
    ) -> Iterator[list[str]]:
        """The next character of each text, ``length`` times; all texts are written side by side.

        A text depends on its prompt and its seed (by default 1, 2, 3 …), not on the others. An empty prompt stands for
        a line end. Characters of a prompt that training never saw are read as the unknown one, which is never written.
        """
        check_drawing(length, temperature, top_k, top_p)
        given = list(range(1, len(prompts) + 1)) if seeds is None else list(seeds)
        if len(given) != len(prompts):
            raise ValueError(f"{len(given)} seeds for {len(prompts)} prompts")
        if not prompts:
            return
        ends = [self.read(prompt or "\n") for prompt in texts_of(prompts)]
        logits = np.concatenate([end[0] for end in ends])  # (batch, vocabulary)
        state = torch.cat([end[1] for end in ends], dim=2)  # (layers, parts, batch, hidden)
        drawn = sample(self.step, logits, state, given, temperature, top_k, top_p)
        for _, tokens in zip(range(length), drawn, strict=False):
            yield [self.tokenizer.characters[token] for token in tokens]

    @torch.inference_mode()
    def read(self, prompt: str) -> tuple[np.ndarray, Tensor]:
        """Logits ``(1, vocabulary)`` and state after a prompt, read a thousand characters at a time."""
        ids = self.tokenizer.encode(prompt).astype(np.int64)
        state: Tensor | None = None
        logits = torch.empty(0)
        for start in range(0, len(ids), 1000):
            tokens = torch.from_numpy(ids[None, start : start + 1000]).to(self.device)
            logits, state = self.network(tokens, state)
        assert state is not None
        return self._known(logits[:, -1]), state

    @torch.inference_mode()
    def step(self, tokens: np.ndarray, state: Tensor) -> tuple[np.ndarray, Tensor]:
        """Logits ``(batch, vocabulary)`` and state after one more token ``(batch,)`` of each text."""
        logits, state = self.network(torch.from_numpy(tokens)[:, None].to(self.device), state)
        return self._known(logits[:, -1]), state

    def _known(self, logits: Tensor) -> np.ndarray:
        """Logits in which the unknown character is impossible."""
        logits[:, self.tokenizer.unknown] = -torch.inf
        known: np.ndarray = logits.cpu().numpy()
        return known
