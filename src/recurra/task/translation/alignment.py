"""Word alignments: what the attention of subwords says of whole words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from recurra.data.phrasebook import WORD
from recurra.task.translation.scores import word_alignment
from recurra.tokenizer.pair import SidesTokenizer


def links(pairs: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    """Links as source and target word."""
    return {(int(i), int(j)) for i, j in pairs}


def alignment_of(attention: np.ndarray, source: str, target: str, tokenizer: SidesTokenizer) -> set[tuple[int, int]]:
    """The links that attention ``(target tokens, source tokens)`` over a pair of texts makes."""
    sources, targets = words_of(tokenizer.source.core, source), words_of(tokenizer.target.core, target)
    return word_alignment(attention[: len(targets), : len(sources)], sources, targets)


def words_of(core: Tokenizer, text: str) -> list[int]:
    """Number of the word that each token of a text belongs to, or -1."""
    spans = [match.span() for match in WORD.finditer(text)]
    numbers = []
    for start, stop in core.encode(text).offsets:
        inside = [number for number, (a, b) in enumerate(spans) if a < stop and start < b]
        numbers.append(inside[-1] if inside else -1)
    return numbers
