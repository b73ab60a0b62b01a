"""TPE with pruning against random search: the best validation score over the epochs spent.

    python benchmarks/search.py outputs/search docs/search.png

Three repeats of 16 trials each, of at most a minute of one core each, on `rotten_tomatoes`; the network alone. A sweep
that is there already is read, one that was cut off is finished. The curves are means, the bands reach from the worst to
the best repeat.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from recurra.drawing import BLUE, INK, RED, plain, save, title

ROOT = Path(__file__).parents[1]
REPEATS, TRIALS, EPOCHS = 3, 16, 5
WORDS = [
    "data=rotten_tomatoes", "model.ngrams=0", "model.subwords=null", f"trainer.max_epochs={EPOCHS}",
    "trainer.max_minutes=1", "logger=csv", "space=sentiment", f"sweep.trials={TRIALS}", "sweep.resume=auto",
]  # fmt: skip
KINDS = {"random": ["sweep=random"], "tpe": ["sweep=tpe", "sweep.pruner=median"]}


def swept(kind: str, seed: int, place: Path) -> Path:
    """The folder of a sweep, run where it is not there."""
    folder = place / f"{kind}-{seed}"
    words = [*WORDS, *KINDS[kind], f"sweep.seed={seed}", f"hydra.sweep.dir={folder}"]
    subprocess.run([sys.executable, ROOT / "train.py", "-m", *words], check=False)
    return folder


def best_by_epoch(folder: Path) -> list[float]:
    """Best score after each epoch that was spent, trial after trial."""
    best, curve = 0.0, []
    trials = sorted((path for path in folder.glob("[0-9]*/metrics.csv")), key=lambda path: int(path.parent.name))
    for path in trials:
        with path.open(newline="", encoding="utf-8") as file:
            scores = [float(row["val/accuracy"]) for row in csv.DictReader(file) if row.get("train/loss")]
        for score in scores:
            best = max(best, score)
            curve.append(best)
    return curve


def main() -> None:
    from matplotlib.figure import Figure

    place, picture = Path(sys.argv[1]), sys.argv[2]
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axes = figure.subplots()
    for (kind, _), color in zip(KINDS.items(), (RED, BLUE), strict=True):
        curves = [best_by_epoch(swept(kind, seed, place)) for seed in range(1, REPEATS + 1)]
        longest = max(map(len, curves))
        filled = np.array([curve + curve[-1:] * (longest - len(curve)) for curve in curves])
        epochs = np.arange(1, longest + 1)
        axes.plot(epochs, filled.mean(0), color=color, label=f"sweep={kind}")
        axes.fill_between(epochs, filled.min(0), filled.max(0), color=color, alpha=0.15, linewidth=0)
        ends = ", ".join(f"{curve[-1]:.4f} after {len(curve)} epochs" for curve in curves)
        print(f"{kind}: {filled[:, -1].mean():.4f} ± {filled[:, -1].std(ddof=1):.4f} ({ends})")
    title(axes, "Search on rotten_tomatoes", f"best validation accuracy; {REPEATS} repeats of {TRIALS} trials")
    axes.set_xlabel("epochs spent", color=INK)
    axes.set_ylabel("val/accuracy", color=INK)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    plain(axes)
    save(figure, picture)


if __name__ == "__main__":
    main()
