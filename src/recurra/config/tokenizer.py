"""The options of tokenizer=: how a text becomes a sequence of tokens."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from recurra.config.section import Rate, Section, option


class Tokenizer(Section):
    """How a text becomes a sequence of tokens."""

    kind: Literal["word", "character", "bpe"] = option("unit: words, characters, or subwords (byte-pair encoding)")
    lowercase: bool = option("fold capital letters")
    size: int = option("entries in the vocabulary at most", ge=8)
    min_count: int = option("a token rarer than this in the training split is unknown", ge=1)


class PairTokenizer(Tokenizer):
    """How both sides of a translation become sequences of tokens."""

    joint: bool = option("one vocabulary for both languages")
    dropout: Rate = option("bpe: share of the merges left out while training (BPE dropout)")

    @model_validator(mode="after")
    def merges_to_leave_out(self) -> PairTokenizer:
        if self.dropout > 0 and self.kind != "bpe":
            raise ValueError(f"tokenizer.dropout leaves merges out, of which tokenizer.kind={self.kind} has none")
        return self


class CodePoints(Section):
    """Characters as they stand in the text: every Unicode code point, white space included."""

    kind: Literal["codepoint"] = option("unit: a Unicode code point")
    min_count: int = option("a character rarer than this in the training part is unknown", ge=1)
