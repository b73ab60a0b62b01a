"""What was found in the pairs, before any training."""

from __future__ import annotations

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.config.translation import ParallelData
from recurra.data.cache import column
from recurra.data.split import folded
from recurra.task.translation.batch import Pairs
from recurra.task.translation.corpus import Corpus
from recurra.tokenizer.pair import SidesTokenizer


def summarise(
    corpus: Corpus, pairs: dict[str, Pairs], dropped: int, tokenizer: SidesTokenizer, data: ParallelData
) -> RenderableType:
    """Pairs, lengths, unknown tokens, sources that training has too, what was left out, three examples."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = (
        "split",
        "pairs",
        f"{data.source} tokens",
        "longest",
        f"{data.target} tokens",
        "longest",
        "unknown",
        "in train",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "split" else "right", no_wrap=True)
    known: set[int] = set()
    for split, rows in corpus.splits.items():
        hashes = [hash(folded(text)) for text in column(rows, "source")]
        repeated = "" if split == "train" else f"{sum(number in known for number in hashes):,}"
        if split == "train":
            known = set(hashes)
        cells = []
        for side in (pairs[split].source, pairs[split].target):
            cells += [f"{np.median(side.lengths):.0f}", f"{side.lengths.max():,}"]
        unknown = (pairs[split].source.ids == tokenizer.source.unknown).mean()
        table.add_row(split, f"{len(rows):,}", *cells, f"{unknown:.2%}", repeated)
    notes = [Text(note) for note in corpus.notes]
    if dropped:
        notes.append(
            Text(f"{dropped:,} training pairs have more than {data.max_tokens} tokens on a side and are left out")
        )
    sizes = f"{len(tokenizer.source):,}" + ("" if tokenizer.shared else f" and {len(tokenizer.target):,}")
    examples = corpus.splits["train"].select(np.linspace(0, len(corpus.splits["train"]) - 1, 3).astype(int))
    shown = [Text(f"  {row['source']}  →  {row['target']}"[:160], style="dim") for row in examples]
    title = Text(f"{corpus.name}, {data.source} to {data.target}: {corpus.description}", style="bold")
    return Group(title, *notes, table, Text(f"vocabulary: {sizes} entries; three pairs:"), *shown)
