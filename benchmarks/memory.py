"""Memory of 100,000 texts: reading, encoding and predicting, in megabytes above what the libraries take.

python benchmarks/memory.py
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path

import numpy as np

from recurra.commands.check import compose
from recurra.config.sentiment import SentimentTrain
from recurra.task import load_task

ROWS = 100_000


def peak() -> float:
    """Largest memory so far in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


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
        before = peak()
        prepared = task.prepare(config, None)
        texts = prepared.texts["train"]
        size, tokens = texts.ids.nbytes / 2**20, len(texts.ids)
        print(f"{len(texts):,} texts for training, {path.stat().st_size / 2**20:.0f} MB on the disk")
        print(f"{tokens:,} tokens in {size:.0f} MB: {texts.ids.nbytes / tokens:.0f} bytes each")
        print(f"reading and encoding took {peak() - before:.0f} MB at most")
        task.summary(prepared)
        print(f"with the summary {peak() - before:.0f} MB")


if __name__ == "__main__":
    main()
