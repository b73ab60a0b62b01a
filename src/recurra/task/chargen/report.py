"""Scores of a part of the text, told: numbers, a picture, and samples to read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Group
from rich.text import Text

from recurra.atomic import write_atomically
from recurra.config.chargen import unescaped
from recurra.data.streams import WARMUP
from recurra.task.base import Report, prefix
from recurra.task.chargen.pictures import context_picture
from recurra.task.chargen.predictor import ChargenPredictor
from recurra.task.chargen.scores import CONTIGUOUS, in_other_units, nats_by_context, streams_for

SAMPLES = "samples.txt"


def write_report(predictor: ChargenPredictor, text: np.ndarray, split: str, folder: Path) -> Report:
    """Scores with ``split/`` before their names; writes a picture and ``samples.txt`` into ``folder``."""
    network, tokenizer, device = predictor.network, predictor.tokenizer, predictor.device
    nats = float(predictor.nats(text, streams_for(len(text))).mean())
    by_context = nats_by_context(network, text, tokenizer, device)
    scores = {"nats": nats, **in_other_units(nats), "nats_windows": float(by_context.mean()), "characters": len(text)}
    picture = folder / "context.png"
    context_picture(by_context, nats, picture)
    samples = write_samples(predictor)
    shown = "\n\n".join(f"--- temperature {row[1]}, {row[0]!r}\n{row[0]}{row[2]}" for row in samples)
    write_atomically(folder / SAMPLES, lambda path: path.write_text(shown + "\n", encoding="utf-8"))
    told = prefix(split)
    way = "in one pass" if len(text) <= CONTIGUOUS else f"in parts side by side, each after the {WARMUP:,} before it"
    headline = Text(
        f"{told}: {nats:.4f} nats a character ({scores['bits']:.4f} bits, perplexity {scores['perplexity']:.3f}) "
        f"over all {len(text):,} characters {way}; {scores['nats_windows']:.4f} on windows of {len(by_context)} "
        "without context",
        style="bold",
    )
    return Report(
        {f"{told}/{name}": value for name, value in scores.items()},
        Group(headline, Text(f"\n{samples[0][0]}{samples[0][2]}\n", style="dim")),
        {"context": picture},
        {"final_samples": (["prompt", "temperature", "text"], [list(row) for row in samples])},
        [SAMPLES],
    )


def write_samples(predictor: ChargenPredictor, length: int = 400) -> list[tuple[str, float, str]]:
    """Prompt, temperature and continuation, for each prompt of the config at two temperatures."""
    prompts = [unescaped(prompt) for prompt in predictor.config.data.prompts]
    samples = []
    for temperature in (0.8, 0.5):
        texts = predictor.write(prompts, length, temperature)
        samples += [(prompt, temperature, text) for prompt, text in zip(prompts, texts, strict=True)]
    return samples
