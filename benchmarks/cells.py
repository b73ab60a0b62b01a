"""Cells of a language model at equal numbers of parameters, by epochs and by time: a table and a picture.

    python benchmarks/cells.py docs/cells.png RUN RUN …

Takes finished runs of one data set; the seconds of a run are shared out evenly among its epochs.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np

from recurra.checkpoint import read_checkpoint
from recurra.config.chargen import ChargenTrain
from recurra.drawing import BLUE, INK, QUIET, RED, plain, save, title


def main() -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.2), layout="constrained")
    by_epoch, by_time = figure.subplots(1, 2, sharey=True)
    print("| cell | units | optimizer | parameters | characters/s | one pass | windows | seconds |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for color, run in zip((BLUE, RED, QUIET, INK), map(Path, sys.argv[2:]), strict=False):
        metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        config = read_checkpoint(run / "best.ckpt").config
        assert isinstance(config, ChargenTrain)
        with (run / "metrics.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        speed = np.median([float(row["step/tokens_per_second"]) for row in rows if row["step/tokens_per_second"]])
        scored = [row for row in rows if row.get("val/nats") and row.get("train/loss")]
        nats = [float(row["val/nats"]) for row in scored]
        epochs = np.arange(1, len(nats) + 1)
        seconds = epochs / len(nats) * metrics["train/seconds"]
        name = f"{config.model.cell}, {config.model.layers} x {config.model.hidden_size}, {config.optimizer.kind}"
        by_epoch.plot(epochs, nats, "o-", color=color, label=name, markersize=4)
        by_time.plot(seconds, nats, "o-", color=color, label=name, markersize=4)
        print(
            f"| `{config.model.cell}` | {config.model.layers} x {config.model.hidden_size} | {config.optimizer.kind} "
            f"| {metrics['model/parameters'] / 1e6:.2f}M | {speed:,.0f} | {metrics['val/nats']:.3f} "
            f"| {metrics['val/nats_windows']:.3f} | {metrics['train/seconds']:.0f} |"
        )
    title(by_epoch, "By epochs", "nats a character on validation; lower is better")
    title(by_time, "By time", "the same runs; lower is better")
    by_epoch.set_xlabel("epochs", color=INK)
    by_time.set_xlabel("seconds of training", color=INK)
    by_epoch.set_ylabel("nats a character", color=INK)
    by_epoch.legend(frameon=False, labelcolor=INK, fontsize=9)
    for axes in (by_epoch, by_time):
        plain(axes)
    save(figure, sys.argv[1])


if __name__ == "__main__":
    main()
