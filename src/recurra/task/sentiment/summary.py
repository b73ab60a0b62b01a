"""What was found in the data, before any training: the faults that cost a day later can be seen here."""

from __future__ import annotations

from collections import Counter

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.data.cache import column
from recurra.data.encoded import Encoded
from recurra.data.split import folded
from recurra.task.sentiment.corpus import Corpus
from recurra.tokenizer.tokenizer import TextTokenizer


def summarise(
    corpus: Corpus, texts: dict[str, Encoded], labels: dict[str, np.ndarray], tokenizer: TextTokenizer
) -> RenderableType:
    """Rows, labels, lengths, unknown tokens, empty texts, duplicates, three examples."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("split", "rows", "tokens", "90 %", "longest", "unknown", "empty", "repeated", "in train"):
        table.add_column(heading, justify="left" if heading == "split" else "right", no_wrap=True)
    known: np.ndarray | None = None
    for split, rows in corpus.splits.items():
        hashes, empty = _fingerprints(corpus, split)
        if known is None:
            known = np.unique(hashes)
            in_train = ""
        else:
            in_train = f"{int(np.isin(hashes, known).sum()):,}"
        median, ninety, longest = np.quantile(texts[split].lengths, [0.5, 0.9, 1.0])
        unknown = (texts[split].ids == tokenizer.unknown).mean()
        table.add_row(
            split, f"{len(rows):,}", f"{median:.0f}", f"{ninety:.0f}", f"{longest:,.0f}", f"{unknown:.1%}",
            f"{empty:,}", f"{len(hashes) - len(np.unique(hashes)):,}", in_train,
        )  # fmt: skip
    shares = Text(f"labels: {_shares(labels['train'], corpus.labels)}")
    lines = [
        Text(f"{corpus.name}: {corpus.description}", style="bold"),
        *(Text(note) for note in corpus.notes),
    ]
    examples = corpus.splits["train"].select(np.linspace(0, len(corpus.splits["train"]) - 1, 3).astype(int))
    shown = [Text(f"  {row['label']}: {_shorten(row['text'])}", style="dim") for row in examples]
    return Group(*lines, table, shares, Text(f"vocabulary: {len(tokenizer):,} entries; three texts:"), *shown)


def _fingerprints(corpus: Corpus, split: str) -> tuple[np.ndarray, int]:
    """A number for each text, the same for texts that differ in case and white space alone; and the empty ones."""
    numbers: list[int] = []
    empty = 0
    for text in column(corpus.splits[split], "text"):
        plain = folded(text)
        empty += not plain
        numbers.append(hash(plain))
    return np.array(numbers, dtype=np.int64), empty


def _shares(labels: np.ndarray, names: list[str]) -> str:
    counts = Counter(labels.tolist())
    shown = [f"{name} {counts[i] / len(labels):.0%}" for i, name in enumerate(names[:8])]
    return ", ".join(shown) + (f" … {len(names)} labels" if len(names) > 8 else "")


def _shorten(text: str, width: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
