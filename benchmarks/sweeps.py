"""A sweep under attack: 50 trials of which five fail in five ways, in a sweep that is itself killed three times.

    python benchmarks/sweeps.py [FOLDER]

The trials train nothing, so that it takes a minute. Ends with what the study holds, and with an error where that is
not 45 results, 5 failures with their reasons, and 50 different points.
"""

from __future__ import annotations

import csv
import math
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from recurra.commands.cli import run

TRIALS = 50
WORDS = [
    "-m", "sweep=tpe", f"sweep.trials={TRIALS}", "sweep.jobs=2", "sweep.trial_timeout=8", "sweep.resume=auto",
    "optimizer.lr=tag(log,interval(1e-4,1e-1))", "model.layers=interval(1,4)",
]  # fmt: skip


def job(config: Any) -> float:
    """In the place of a training; the number of the trial says how it fails."""
    time.sleep(0.3)
    match int(Path(config.paths.run).name):
        case 7:
            raise ValueError("a bug")
        case 15:
            os.kill(os.getpid(), signal.SIGKILL)
        case 23:
            resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
            bytearray(2**33)
        case 31:
            return math.nan
        case 39:
            time.sleep(1000)
    return float(1.0 - (math.log10(config.optimizer.lr) + 2.5) ** 2 / 10 - 0.01 * config.model.layers)


def main() -> None:
    place = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="sweep-"))
    draw = random.Random(1)
    command = [sys.executable, __file__, "--job", *WORDS, f"paths.outputs={place}"]
    for kill in range(4):
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        if kill < 3:
            time.sleep(draw.uniform(8.0, 14.0))
            process.kill()
            process.wait()
            time.sleep(3.0)  # the process that stands ready needs one or two to let go of what it has imported
            print(f"killed at {len(list(place.glob('*/sweeps/*/[0-9]*')))} trials; left: {alive()} processes of trials")
    assert process.stderr is not None
    said = process.stderr.read()
    code = process.wait()
    print(said)
    (table,) = place.glob("*/sweeps/*/leaderboard.csv")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    failed = {row["trials"]: row["reason"] for row in rows if row["state"] == "failed"}
    done = sum(row["state"] == "done" for row in rows)
    points = {(row["optimizer.lr"], row["model.layers"]) for row in rows}
    print(f"exit code {code}; {done} results, {len(points)} points, {len(failed)} failures:")
    for number, reason in sorted(failed.items(), key=lambda item: int(item[0])):
        print(f"  trial {number}: {reason}")
    assert code == 1
    assert said.rstrip().endswith("error: 5 of 50 trials failed")
    assert (done, len(points), len(failed)) == (TRIALS - 5, TRIALS, 5)
    assert {len(row["trials"].split()) for row in rows} == {1}


def alive() -> int:
    """Processes of trials on this machine that outlived their sweep, and those that they were copied from."""
    listed = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    return sum("from multiprocessing." in line and line.split()[0] == "1" for line in listed.splitlines())


if __name__ == "__main__":
    if "--job" in sys.argv:
        sys.exit(run("train", job, [word for word in sys.argv[1:] if word != "--job"]))
    main()
