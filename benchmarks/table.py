"""The table of test scores: mean ± deviation over seeds, of the whole model, its network alone, its word pairs alone.

    python train.py -m data=rotten_tomatoes,sst2,sst2_glue,chnsenticorp_dedup seed=1,2,3
    python benchmarks/table.py outputs/sentiment/sweeps/TIME

Takes folders with runs below them; every finished run is scored once on the test split of its data set.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from recurra.checkpoint import read_checkpoint
from recurra.config.sentiment import SentimentTrain
from recurra.data.cache import column
from recurra.data.encoded import Encoded
from recurra.task.sentiment.corpus import load_corpus
from recurra.task.sentiment.predictor import SentimentPredictor


def parts(run: Path) -> dict[str, float]:
    """Test accuracy in percent of the whole, of the recurrent network alone and of the n-grams alone."""
    checkpoint = read_checkpoint(run / "best.ckpt")
    assert isinstance(checkpoint.config, SentimentTrain)
    predictor = SentimentPredictor.from_checkpoint(checkpoint)
    corpus = load_corpus(checkpoint.config.data, checkpoint.config.paths, predictor.labels)
    texts = Encoded.encode(column(corpus.splits["test"], "text"), predictor.tokenizer.encode, len(predictor.tokenizer))
    labels = corpus.label_ids("test")

    def accuracy(probabilities: np.ndarray) -> float:
        return 100.0 * float((probabilities.argmax(1) == labels).mean())

    whole = predictor.probabilities(texts)
    ngrams, predictor.network.ngrams = predictor.network.ngrams, None
    network = predictor.probabilities(texts)
    scores = {"whole": accuracy(whole), "network": accuracy(network)}
    if ngrams is not None:  # the whole is the geometric mean of the two, normalised
        scores["pairs"] = accuracy(2 * np.log(whole) - np.log(network))
    return scores


def main() -> None:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in sorted(path.parent for root in sys.argv[1:] for path in Path(root).rglob("metrics.json")):
        if not (run / "best.ckpt").exists():
            continue
        metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        found[read_checkpoint(run / "best.ckpt").config.data.name].append({**metrics, **parts(run)})
    print("| data | test accuracy | network alone | word pairs alone | validation | seconds | parameters | how |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for name, runs in found.items():
        cells = [name]
        for score, scale in (("whole", 1.0), ("network", 1.0), ("pairs", 1.0), ("val/accuracy", 100.0)):
            values = [scale * run[score] for run in runs if score in run]
            spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
            cells.append(f"{statistics.mean(values):.1f}{spread}" if values else "")
        cells.append(f"{statistics.mean(run['train/seconds'] for run in runs):.0f}")
        cells.append(f"{runs[0]['model/parameters'] / 1e6:.1f}M")
        seeds = ", ".join(str(run["seed"]) for run in sorted(runs, key=lambda run: run["seed"]))
        cells.append(f"{runs[0]['precision']}, {runs[0]['threads']} thread(s), seeds {seeds}")
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
