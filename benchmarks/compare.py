"""The table of a finished sweep, best first: means ± deviations over seeds of scores of its runs, and what they cost.

    python train.py -m task=chargen experiment=compare_cells
    python benchmarks/compare.py outputs/chargen/sweeps/TIME val/nats test/nats

Scores named ``accuracy`` are shown in percent.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    folder, scores = Path(sys.argv[1]), sys.argv[2:]
    heads = ["network", *(f"`{score}`" for score in scores), "parameters", "ms an answer", "tokens/s", "seconds"]
    print("|", " | ".join(heads), "|")
    print("| ---" + " | ---:" * (len(heads) - 1), "|")
    with (folder / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            runs = [folder / number for number in row["trials"].split() if (folder / number / "metrics.json").exists()]
            if not runs:  # all of them failed, or were given up
                continue
            metrics: list[dict[str, Any]] = [json.loads((run / "metrics.json").read_text()) for run in runs]
            cells = [f"`{row['variant']}`", *(shown(score, [float(m[score]) for m in metrics]) for score in scores)]
            speed = statistics.mean(map(tokens_per_second, runs))
            cells += [f"{float(row['parameters']):,.0f}", f"{float(row['milliseconds']):.1f}", f"{speed:,.0f}"]
            print("|", " | ".join([*cells, f"{float(row['seconds']):.0f}"]), "|")


def shown(score: str, values: list[float]) -> str:
    """Mean ± deviation."""
    percent = score.endswith("accuracy")
    digits = 1 if percent or statistics.mean(values) > 10 else 3
    values = [100.0 * value if percent else value for value in values]
    deviation = f" ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{digits}f}{deviation}"


def tokens_per_second(run: Path) -> float:
    """The median speed of training."""
    with (run / "metrics.csv").open(encoding="utf-8", newline="") as file:
        speeds = [line["step/tokens_per_second"] for line in csv.DictReader(file)]
    return statistics.median(float(speed) for speed in speeds if speed)


if __name__ == "__main__":
    main()
