"""Characters as they stand in a text: every Unicode code point is a token, white space included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from recurra.tokenizer.tokenizer import UNKNOWN
from recurra.tokenizer.vocabulary import frozen_vocabulary

MARK = "\N{REPLACEMENT CHARACTER}"
"""What stands for an unknown character when ids become a text again."""


class CodePointTokenizer:
    """A table from code points to ids and back; made by `learn` or read by `from_json`."""

    unknown = 0

    def __init__(self, characters: Sequence[str]) -> None:
        """``characters`` in the order of their ids, from 1; 0 is the unknown character."""
        self.characters = [MARK, *characters]
        points = np.array([ord(character) for character in characters], dtype=np.int64)
        self.table = np.zeros(int(points.max(initial=0)) + 2, dtype=np.int32)  # (largest code point + 2,)
        self.table[points] = np.arange(1, len(characters) + 1)

    @classmethod
    def learn(cls, counts: Counter[str], min_count: int) -> CodePointTokenizer:
        """The characters that occur at least ``min_count`` times, the most frequent first."""
        return cls(frozen_vocabulary(counts, [UNKNOWN], len(counts) + 1, min_count)[1:])

    @classmethod
    def from_json(cls, text: str) -> CodePointTokenizer:
        vocabulary: dict[str, int] = tokenizers.Tokenizer.from_str(text).get_vocab()
        return cls(sorted(vocabulary, key=lambda token: vocabulary[token])[1:])

    def to_json(self) -> str:
        """A ``tokenizer.json`` that the library ``tokenizers`` reads in any language."""
        vocabulary = {token: i for i, token in enumerate([UNKNOWN, *self.characters[1:]])}
        core = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
        core.pre_tokenizer = pre_tokenizers.Split(tokenizers.Regex(r"[\s\S]"), "isolated")
        core.decoder = decoders.Fuse()
        text: str = core.to_str()
        return text

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Ids ``(characters,)``."""
        return self.look_up(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"))

    def look_up(self, points: np.ndarray) -> np.ndarray:
        """Ids of code points, in an array of the same shape."""
        ids: np.ndarray = self.table[np.minimum(points, len(self.table) - 1)]
        return ids

    def decode(self, ids: Sequence[int] | np.ndarray) -> str:
        return "".join(self.characters[i] for i in ids)

    def unknown_in(self, text: str) -> list[str]:
        """The characters of a text that are not in the vocabulary, each once."""
        return [sign for sign in dict.fromkeys(text) if self.encode(sign)[0] == self.unknown]
