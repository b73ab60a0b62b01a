"""Subwords that are cut otherwise each time a text is read."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

import tokenizers

from recurra.tokenizer.tokenizer import TextTokenizer


class DroppingTokenizer(TextTokenizer):
    """Leaves out each merge of a BPE with probability ``rate`` (BPE dropout; Provilkov et al. 2020).

    The library can do so too, but draws from a generator that cannot be seeded: no run could be repeated.
    """

    def __init__(self, core: tokenizers.Tokenizer, rate: float, generator: random.Random) -> None:
        super().__init__(core)
        model = json.loads(core.to_str())["model"]
        self.vocabulary: dict[str, int] = model["vocab"]
        self.ranks = {(a, b): rank for rank, (a, b) in enumerate(model["merges"])}
        self.rate = rate
        self.generator = generator

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        normalise, cut = self.core.normalizer.normalize_str, self.core.pre_tokenizer.pre_tokenize_str
        return [[i for piece, _ in cut(normalise(text)) for i in self.merged(piece)] for text in texts]

    def merged(self, piece: str) -> Iterator[int]:
        """Ids of a word: its characters, merged as long as a merge is left."""
        symbols = list(piece)
        while merges := [
            (self.ranks[pair], place)
            for place, pair in enumerate(pairwise(symbols))
            if pair in self.ranks and self.generator.random() >= self.rate
        ]:
            _, place = min(merges)
            symbols[place : place + 2] = ["".join(symbols[place : place + 2])]
        for symbol in symbols:
            yield self.vocabulary.get(symbol, self.unknown)
