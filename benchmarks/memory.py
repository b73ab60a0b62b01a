"""Memory of 100,000 texts: reading, encoding and predicting, in megabytes above what the libraries take.

python benchmarks/memory.py
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from recurra.commands.check import compose
from recurra.config.sentiment import SentimentTrain
from recurra.task import load_task

ROOT = Path(__file__).parents[1]
ROWS = 100_000


def peak(usage: resource.struct_rusage) -> float:
    """Largest memory so far in MB."""
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def own_peak() -> float:
    return peak(resource.getrusage(resource.RUSAGE_SELF))


def command(*words: str) -> float:
    """Largest memory in MB of one of the project's commands."""
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, words
    return peak(usage)


def main() -> None:
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        with path.open("w") as file:
            for row in range(ROWS):
                words = generator.zipf(1.3, size=40) % 20_000
                text = " ".join(f"w{word}" for word in words)
                file.write(json.dumps({"text": text, "label": "ab"[row % 2]}) + "\n")
        del words, text
        config = compose("train", ["data=files", f"data.train={path}", f"paths.data={folder}", "model.ngrams=0"])
        assert isinstance(config, SentimentTrain)
        task = load_task("sentiment")
        before = own_peak()
        prepared = task.prepare(config, None)
        texts = prepared.texts["train"]
        size, tokens = texts.ids.nbytes / 2**20, len(texts.ids)
        print(f"{len(texts):,} texts for training, {path.stat().st_size / 2**20:.0f} MB on the disk")
        print(f"{tokens:,} tokens in {size:.0f} MB: {texts.ids.nbytes / tokens:.0f} bytes each")
        print(f"reading and encoding took {own_peak() - before:.0f} MB at most")
        task.summary(prepared)
        print(f"with the summary {own_peak() - before:.0f} MB")

        run = Path(folder) / "run"
        own = ["data=files", f"data.train={path}", "model.ngrams=0", "model.hidden_size=16"]
        command("train.py", *own, f"paths.data={folder}", f"paths.run={run}", "debug=fast", "logger=csv")
        for rows in (ROWS // 100, ROWS // 10, ROWS):
            some = Path(folder) / "some.jsonl"
            with path.open() as texts_file, some.open("w") as file:
                file.writelines(islice(texts_file, rows))
            used = command("predict.py", f"checkpoint={run}", f"input={some}", f"output={folder}/answers.jsonl")
            print(f"predicting {rows:,} texts: {used:.0f} MB in all, libraries included")


if __name__ == "__main__":
    main()
