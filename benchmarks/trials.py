"""What a trial costs beyond its training, and what a second one side by side is worth.

    python benchmarks/trials.py

Trains eight small networks on the built-in reviews, one after the other and then two at a time. On a free machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

ROOT = Path(__file__).parents[1]
WORDS = ["-m", "seed=1,2,3,4,5,6,7,8", "data.limit=4000", "trainer.max_epochs=4", "logger=csv"]


def main() -> None:
    took = {}
    for jobs in (1, 2):
        place = Path(tempfile.mkdtemp(prefix="trials-"))
        began = time.perf_counter()
        words = [*WORDS, f"sweep.jobs={jobs}", f"hydra.sweep.dir={place}"]
        subprocess.run([sys.executable, ROOT / "train.py", *words], check=True, stderr=subprocess.DEVNULL)
        took[jobs] = time.perf_counter() - began
        training = [json.loads(path.read_text())["train/seconds"] for path in place.glob("*/metrics.json")]
        study = optuna.load_study(
            study_name="sweep", storage=JournalStorage(JournalFileBackend(str(place / "study.log")))
        )
        whole = [trial.duration.total_seconds() for trial in study.trials if trial.duration is not None]
        print(
            f"{jobs} at a time: {took[jobs]:.1f} s for 8 trials; a trial {sum(whole) / 8:.1f} s, "
            f"of them training {sum(training) / 8:.1f} s"
        )
    print(f"{took[1] / took[2]:.2f} times as many trials two at a time")


if __name__ == "__main__":
    main()
