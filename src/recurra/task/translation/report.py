"""Scores of a split, told: BLEU, chrF and perplexity, pictures of attention, and every translation."""

from __future__ import annotations

import json
import math
from pathlib import Path

from rich.console import Group
from rich.text import Text

from recurra.atomic import write_atomically
from recurra.task.base import Report, prefix
from recurra.task.translation.corpus import Split, sides
from recurra.task.translation.pictures import attention_picture
from recurra.task.translation.predictor import TranslationPredictor
from recurra.task.translation.scores import count_words, signatures, text_scores

TRANSLATIONS = "translations.jsonl"
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
    """Scores with ``split/`` before their names; writes pictures and ``translations.jsonl`` into ``folder``.

    ``nats`` are those of all ``tokens`` of the references; ``aligned`` is the alignment error rate, where it is known.
    """
    sources, references = list(sides(rows, "source")), list(sides(rows, "target"))
    found = [best for (best, *_) in predictor.translate(sources)]
    translations = [best.text for best in found]
    language = predictor.config.data.target
    words = count_words(references, language)
    scores = {
        **text_scores(translations, references, language),
        "perplexity": math.exp(min(nats / tokens, 700.0)),
        "word_perplexity": math.exp(min(nats / words, 700.0)),
        **({} if aligned is None else {"alignment_error": aligned}),
    }
    lines = [
        json.dumps({"source": a, "translation": b, "reference": c}, ensure_ascii=False) + "\n"
        for a, b, c in zip(sources, translations, references, strict=True)
    ]
    write_atomically(folder / TRANSLATIONS, lambda path: path.write_text("".join(lines), encoding="utf-8"))
    pictures = {}
    for number, best in enumerate(found[:DRAWN], 1):
        if best.target:
            pictures[f"attention_{number}"] = folder / f"attention-{number}.png"
            attention_picture(best.attention, best.source, best.target, pictures[f"attention_{number}"])
    told = prefix(split)
    beam = predictor.config.decode.beam
    headline = Text(
        f"{told}: BLEU {scores['bleu']:.2f}, chrF {scores['chrf']:.2f} (beam {beam}), "
        f"perplexity {scores['perplexity']:.2f} a token, {scores['word_perplexity']:.2f} a word"
        + (f", alignment error {aligned:.3f}" if aligned is not None else ""),
        style="bold",
    )
    told_signatures = Text("\n".join(signatures(translations[:1], references[:1], language)), style="dim")
    shown = [
        Text(f"  {a}\n  → {b}\n    ({c})", style="dim")
        for a, b, c in zip(sources[:3], translations, references, strict=False)
    ]
    table = [[a, b, c] for a, b, c in zip(sources[:50], translations, references, strict=False)]
    return Report(
        {f"{told}/{name}": value for name, value in scores.items()},
        Group(headline, told_signatures, *shown),
        pictures,
        {"translations": (["source", "translation", "reference"], table)},
        [TRANSLATIONS],
    )
