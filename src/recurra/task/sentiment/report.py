"""Scores of a split, told: a table, pictures, the worst mistakes, and every prediction as a line of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from recurra.atomic import write_atomically
from recurra.task.base import Report, prefix
from recurra.task.sentiment.corpus import Split
from recurra.task.sentiment.pictures import calibration_picture, confusion_picture
from recurra.task.sentiment.scores import accuracy_by, classification_scores, confusion, worst_mistakes


def write_report(
    rows: Split, labels: np.ndarray, probabilities: np.ndarray, names: list[str], split: str, folder: Path
) -> Report:
    """Scores with ``split/`` before their names; writes pictures and ``predictions.jsonl`` into ``folder``."""
    predicted = probabilities.argmax(-1)
    scores = classification_scores(labels, probabilities, names)
    groups = rows["group"][:]
    by_group = accuracy_by(groups, labels, predicted) if any(groups) else {}
    scores |= {f"accuracy/{name}": accuracy for name, (accuracy, _) in by_group.items()}
    pictures = {"confusion": folder / "confusion.png", "calibration": folder / "calibration.png"}
    confusion_picture(confusion(labels, predicted, len(names)), names, pictures["confusion"])
    calibration_picture(labels, probabilities, pictures["calibration"])
    _write_predictions(rows, probabilities, names, folder / "predictions.jsonl")
    worst = worst_mistakes(labels, probabilities, 20)
    mistakes = [
        [rows[int(row)]["text"], names[labels[row]], names[predicted[row]], float(probabilities[row].max())]
        for row in worst
    ]
    return Report(
        {f"{prefix(split)}/{name}": value for name, value in scores.items()},
        _shown(scores, names, by_group, mistakes[:3], split),
        pictures,
        {"worst_mistakes": (["text", "label", "predicted", "confidence"], mistakes)},
        ["predictions.jsonl"],
    )


def _write_predictions(rows: Split, probabilities: np.ndarray, names: list[str], path: Path) -> None:
    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8") as file:
            for row, p in zip(rows, probabilities, strict=True):
                answer = {
                    "text": row["text"],
                    "label": row["label"],
                    "predicted": names[int(p.argmax())],
                    "probabilities": {name: round(float(x), 6) for name, x in zip(names, p, strict=True)},
                }
                file.write(json.dumps(answer, ensure_ascii=False) + "\n")

    write_atomically(path, write)


def _shown(
    scores: dict[str, float],
    names: list[str],
    by_group: dict[str, tuple[float, int]],
    mistakes: list[list[object]],
    split: str,
) -> RenderableType:
    headline = Text(
        f"{split}: accuracy {scores['accuracy']:.4f} "
        f"(95 % interval {scores['accuracy_low']:.4f} to {scores['accuracy_high']:.4f}), "
        f"macro-F1 {scores['macro_f1']:.4f}, calibration error {scores['calibration_error']:.4f}",
        style="bold",
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("label", "precision", "recall", "F1", "rows"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for name in names[:30]:
        cells = [f"{scores[f'{score}/{name}']:.4f}" for score in ("precision", "recall", "f1")]
        table.add_row(name, *cells, f"{scores[f'support/{name}']:.0f}")
    parts: list[RenderableType] = [headline, table]
    if by_group:
        groups = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("phenomenon", "accuracy", "rows"):
            groups.add_column(heading, justify="left" if heading == "phenomenon" else "right")
        for name, (accuracy, count) in by_group.items():
            groups.add_row(name, f"{accuracy:.4f}", str(count))
        parts.append(groups)
    if mistakes:
        parts.append(Text("the most confident mistakes:"))
        parts += [
            Text(f"  {label}, not {guess} ({p:.2f}): {text}"[:160], style="dim") for text, label, guess, p in mistakes
        ]
    return Group(*parts)
