"""Scores of a split, told: BLEU, chrF and perplexity, pictures of attention, and every translation."""

from __future__ import annotations

import json
import math
from pathlib import Path

from rich.console import Group
from rich.text import Text

from recurra.atomic import write_atomically
from recurra.data.cache import column
from recurra.task.base import Report, prefix
from recurra.task.translation.corpus import Split
from recurra.task.translation.pictures import attention_pictures
from recurra.task.translation.predictor import TranslationPredictor
from recurra.task.translation.scores import count_words, signatures, text_scores

TRANSLATIONS = "translations.jsonl"
SIGNATURES = "signatures.txt"
DRAWN = 3
"""Sentences whose attention is drawn."""


def write_report(
    predictor: TranslationPredictor,
    rows: Split,
    nats: float,
    tokens: int,
    aligned: float | None,
    split: str,
    folder: Path,
) -> Report:
    """Scores with ``split/`` before their names; writes pictures, ``translations.jsonl`` and how it was measured.

    ``nats`` are those of all ``tokens`` of the references; ``aligned`` is the alignment error rate, where it is known.
    """
    sources, references = list(column(rows, "source")), list(column(rows, "target"))
    found = [best for (best, *_) in predictor.translate(sources)]
    translations = [best.text for best in found]
    words = count_words(references)
    scores = {
        **text_scores(translations, references),
        "perplexity": math.exp(min(nats / tokens, 700.0)),
        "word_perplexity": math.exp(min(nats / words, 700.0)),
        **({} if aligned is None else {"alignment_error": aligned}),
    }
    lines = [
        json.dumps({"source": a, "translation": b, "reference": c}, ensure_ascii=False) + "\n"
        for a, b, c in zip(sources, translations, references, strict=True)
    ]
    write_atomically(folder / TRANSLATIONS, lambda path: path.write_text("".join(lines), encoding="utf-8"))
    measured = "\n".join(signatures(references))
    write_atomically(folder / SIGNATURES, lambda path: path.write_text(measured + "\n", encoding="utf-8"))
    pictures = attention_pictures(found[:DRAWN], folder)
    told = prefix(split)
    beam = predictor.config.decode.beam
    headline = Text(
        f"{told}: BLEU {scores['bleu']:.2f}, chrF {scores['chrf']:.2f} (beam {beam}), "
        f"perplexity {scores['perplexity']:.2f} a token, {scores['word_perplexity']:.2f} a word"
        + (f", alignment error {aligned:.3f}" if aligned is not None else ""),
        style="bold",
    )
    shown = [
        Text(f"  {a}\n  → {b}\n    ({c})", style="dim")
        for a, b, c in zip(sources[:3], translations, references, strict=False)
    ]
    table = [[a, b, c] for a, b, c in zip(sources[:50], translations, references, strict=False)]
    return Report(
        {f"{told}/{name}": value for name, value in scores.items()},
        Group(headline, Text(measured, style="dim"), *shown),
        pictures,
        {"translations": (["source", "translation", "reference"], table)},
        [TRANSLATIONS, SIGNATURES],
    )
