"""What was found in the text, before any training."""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.config.chargen import TextData
from recurra.task.chargen.corpus import Corpus
from recurra.tokenizer.codepoints import CodePointTokenizer

FEW = 50
"""Windows of a stream below which a text is small for its options."""


def summarise(corpus: Corpus, tokenizer: CodePointTokenizer, data: TextData) -> RenderableType:
    """Characters, lines, different and unknown characters of each part, and three beginnings."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("part", "characters", "lines", "different", "unknown"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for split, text in corpus.splits.items():
        counts = corpus.counts(split)
        unknown = sum(count for sign, count in counts.items() if tokenizer.encode(sign)[0] == tokenizer.unknown)
        cells = (len(text), counts["\n"] + 1, len(counts))
        table.add_row(split, *(f"{cell:,}" for cell in cells), f"{unknown / len(text):.3%}")
    train = corpus.splits["train"]
    starts = np.linspace(0, max(len(train) - 100, 0), 3).astype(int)
    shown = [Text(f"  {corpus.text('train', start, start + 100)!r}", style="dim") for start in starts]
    lines = [Text(f"{corpus.name}: {corpus.description}", style="bold"), *(Text(note) for note in corpus.notes)]
    return Group(*lines, table, *_advice(len(train), data), Text(f"vocabulary: {len(tokenizer):,} characters"), *shown)


def _advice(length: int, data: TextData) -> list[Text]:
    """What to change where the text is small for the shape of its batches."""
    windows = length // (data.batch_size * data.window)
    if windows >= FEW:
        return []
    return [
        Text(
            f"warning: {length:,} characters are few: an epoch has {max(windows, 1)} updates. More text is best; "
            f"else try data.batch_size={max(1, data.batch_size // 4)} data.window={max(16, data.window // 2)} "
            f"trainer.max_epochs=50 callbacks.early_stopping=5 and a smaller model.hidden_size",
            style="yellow",
        )
    ]
