"""The tokenizers of the two sides of a translation, which may be one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence

from recurra.config.tokenizer import PairTokenizer as Config
from recurra.tokenizer.bpe_dropout import DroppingTokenizer
from recurra.tokenizer.tokenizer import BEGIN, END, SPECIALS, TextTokenizer

WRITING = [*SPECIALS, BEGIN, END]

Texts = Callable[[], Iterable[str]]


class SidesTokenizer:
    """Encodes sources, encodes and decodes targets; made by `train` or read by `from_json`."""

    def __init__(self, source: TextTokenizer, target: TextTokenizer) -> None:
        self.source, self.target = source, target
        self.begin, self.end = WRITING.index(BEGIN), WRITING.index(END)

    @classmethod
    def train(cls, config: Config, source: Texts, target: Texts) -> SidesTokenizer:
        """Learns one vocabulary for both sides, or one for each, from the training split alone."""
        if not config.joint:
            return cls(*(TextTokenizer.train(config, side, WRITING) for side in (source, target)))

        def both() -> Iterable[str]:
            yield from source()
            yield from target()

        shared = TextTokenizer.train(config, both, WRITING)
        return cls(shared, shared)

    @classmethod
    def from_json(cls, text: str) -> SidesTokenizer:
        sides = json.loads(text)
        source = TextTokenizer.from_json(json.dumps(sides["source"]))
        return cls(source, TextTokenizer.from_json(json.dumps(sides["target"])) if "target" in sides else source)

    def to_json(self) -> str:
        """Both as ``{"source": tokenizer.json, "target": tokenizer.json}``; one that serves both stands there once."""
        sides = {"source": json.loads(self.source.to_json())}
        if not self.shared:
            sides["target"] = json.loads(self.target.to_json())
        return json.dumps(sides, ensure_ascii=False)

    @property
    def shared(self) -> bool:
        return self.source is self.target

    def encode_source(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of sources, each with the end after it: an empty one is the end alone."""
        return [[*ids, self.end] for ids in self.source.ids(texts)]

    def encode_target(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of translations between begin and end."""
        return [[self.begin, *ids, self.end] for ids in self.target.ids(texts)]

    def with_dropout(self, rate: float, generator: random.Random) -> SidesTokenizer:
        """The same, but of the merges of subwords a share is left out, drawn anew for each text."""
        source = DroppingTokenizer(self.source.core, rate, generator)
        return SidesTokenizer(source, source if self.shared else DroppingTokenizer(self.target.core, rate, generator))
