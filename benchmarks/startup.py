"""Seconds of `--help`, and from the command to the first training step on the built-in corpus.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def help_seconds() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, ROOT / "train.py", "--help"], check=True, capture_output=True)
    return time.perf_counter() - start


def first_step_seconds() -> float:
    """Until the first line with a loss stands in ``metrics.csv``; then the run is ended."""
    with tempfile.TemporaryDirectory() as outputs:
        start = time.perf_counter()
        run = subprocess.Popen(
            [sys.executable, ROOT / "train.py", f"paths.outputs={outputs}", "trainer.log_every_n_steps=1"],
            stderr=subprocess.DEVNULL,
        )
        while not any("step/loss" in path.read_text() for path in Path(outputs).rglob("metrics.csv")):
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        run.kill()
        run.wait()
    return seconds


if __name__ == "__main__":
    for name, measure in (("--help", help_seconds), ("first training step", first_step_seconds)):
        measure()
        seconds = [measure() for _ in range(5)]
        print(f"{name}: {statistics.median(seconds):.2f} s (median of 5; {min(seconds):.2f} to {max(seconds):.2f})")
