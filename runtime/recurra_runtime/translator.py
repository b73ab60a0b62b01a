"""Translations: task=translation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
from tokenizers import Tokenizer

from recurra_runtime.bundle import Bundle, texts_of
from recurra_runtime.sampling import Drawing
from recurra_runtime.search import LONGEST, Hypothesis, Search, Step, beam_search, greedy, sample_sequence

PAD, UNKNOWN, BEGIN, END, BLANK = "<pad>", "<unk>", "<s>", "</s>", "▁"


class Answer(TypedDict):
    """The best translation and its score, see `recurra_runtime.search.Search`; with ``nbest``, all of them."""

    translation: str
    score: float
    nbest: NotRequired[list[Answer]]


@dataclass(frozen=True)
class Translation:
    """A translation, and what it looked at."""

    text: str
    score: float
    source: list[str]  # tokens, the end included
    target: list[str]  # tokens
    attention: np.ndarray  # (target, source)


class Translator:
    """A model that translates sentences, each by itself."""

    task = "translation"

    def __init__(self, bundle: Bundle) -> None:
        sides = json.loads(bundle.tokenizer())
        self.source = Tokenizer.from_str(json.dumps(sides["source"]))
        self.target = Tokenizer.from_str(json.dumps(sides["target"])) if "target" in sides else self.source
        self.spec: dict[str, Any] = bundle.spec
        self.decode: dict[str, Any] = bundle.options["decode"]
        self.beam: int = self.decode["beam"]
        model = bundle.options["model"]
        parts = (2 if model["cell"] == "lstm" else 1) * (2 if model["decoder"] == "parallel" else 1)
        width = model["decoder_size"]
        if model["decoder"] == "input_feeding":
            parts, width = parts + 1, max(width, model["embedding_size"])
        rank = 4 if model["attention"] == "multihead" else 3
        memory = {"keys": [None] * rank, "values": [None] * rank, "mask": [None, None]}
        state, vocabulary = [parts, None, width], self.spec["target_vocabulary"]
        self.encoder = bundle.graph("encoder", {"tokens": [None, None], "lengths": [None]}, {**memory, "state": state})
        self.decoder = bundle.graph(
            "decoder",
            {"tokens": [None], "state": state, **memory, "count": [1]},
            {
                "log_probabilities": [None, vocabulary], "best": [None, None], "words": [None, None],
                "next_state": state, "attention": [None, None],
            },
        )  # fmt: skip
        self.text_columns: list[str] = [bundle.options["data"]["source"], "text"]

    def predict(
        self, texts: str | Sequence[str], nbest: int = 1, drawing: Drawing | None = None, **decode: Any
    ) -> list[Answer]:
        """The best translation of each text; ``decode`` as in `translate`."""
        answers: list[Answer] = []
        for found in self.translate(texts, nbest, drawing, **decode):
            every = [Answer(translation=each.text, score=round(each.score, 5)) for each in found]
            answers.append(Answer(**every[0], nbest=every) if nbest > 1 else every[0])
        return answers

    def translate(
        self, texts: str | Sequence[str], nbest: int = 1, drawing: Drawing | None = None, **decode: Any
    ) -> list[list[Translation]]:
        """The ``nbest`` translations of each text, best first, with their attention; or as many that are drawn.

        ``decode`` are options that differ from those of training: ``beam``, ``length_penalty``, ``coverage_penalty``,
        ``max_ratio``, ``replace_unknown``.
        """
        if unknown := decode.keys() - self.decode.keys():
            raise TypeError(f"there is no option {', '.join(sorted(unknown))}, but {', '.join(self.decode)}")
        options = {**self.decode, **decode}
        if drawing is None and not 1 <= nbest <= options["beam"]:
            raise ValueError(f"nbest={nbest}: from 1 to the beam of {options['beam']}")
        return [
            [self._read(text, hypothesis, options) for hypothesis in self.search(text, nbest, drawing, options)]
            for text in texts_of(texts)
        ]

    def search(self, text: str, nbest: int, drawing: Drawing | None, options: dict[str, Any]) -> list[Hypothesis]:
        """Hypotheses for one text."""
        spec, beam = self.spec, options["beam"]
        (encoding,) = self.source.encode_batch_fast([text])
        ids = [*encoding.ids, spec["end"]]
        *memory, state = self.encoder(tokens=np.array([ids]), lengths=np.array([len(ids)]))
        never: tuple[int, ...] = (spec["pad"], spec["begin"])
        if not options["replace_unknown"]:
            never += (spec["unknown"],)
        longest = min(int(np.float32(options["max_ratio"]) * np.float32(len(ids))) + 10, LONGEST)
        if drawing is not None:
            search, step = Search(spec["begin"], spec["end"], never), self._step(memory, 1)
            seeds = range(drawing.seed, drawing.seed + nbest)
            return [one for seed in seeds for one in sample_sequence(step, state, longest, search, drawing, seed)]
        search = Search(
            spec["begin"], spec["end"], never, beam, nbest, options["length_penalty"], options["coverage_penalty"]
        )
        way = greedy if beam == 1 else beam_search
        return way(self._step(memory, beam + 1 + len(never)), state, longest, search)

    def _step(self, memory: list[np.ndarray], candidates: int) -> Step:
        keys, values, mask = memory
        count = np.array([candidates])

        def step(tokens: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, ...]:
            return tuple(self.decoder(tokens=tokens, state=state, keys=keys, values=values, mask=mask, count=count))

        return step  # type: ignore[return-value]

    def _read(self, text: str, hypothesis: Hypothesis, options: dict[str, Any]) -> Translation:
        """A hypothesis as a text."""
        source = pieces(self.source, text)
        tokens = [self.target.id_to_token(token) or UNKNOWN for token in hypothesis.tokens]
        if options["replace_unknown"] and source:  # by the word that was looked at most
            most = hypothesis.attention[:, : len(source)].argmax(1).tolist()
            tokens = [source[column] if t == UNKNOWN else t for t, column in zip(tokens, most, strict=True)]
        words = "".join(token for token in tokens if token not in (PAD, BEGIN, END))
        return Translation(
            words.replace(BLANK, " ").strip(), hypothesis.score, [*source, END], tokens, hypothesis.attention
        )


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    """The tokens of a source as they stand in it, unknown ones too."""
    found = [text[start:stop].replace(" ", BLANK) for start, stop in tokenizer.encode(text).offsets]
    return [BLANK + piece if n == 0 and not piece.startswith(BLANK) else piece for n, piece in enumerate(found)]
