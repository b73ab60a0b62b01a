"""What the tests share: small configs, small corpora, and one trained run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure

from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.config.section import Section

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["WANDB_MODE"] = "offline"
torch.set_num_threads(1)
pytest.register_assert_rewrite("tests.helpers", "tests.task.contract")

SMALL = [
    "task=sentiment",
    "logger=csv",
    "callbacks.progress=false",
    "trainer.precision=32-true",
    "trainer.threads=1",
    "model.embedding_size=16",
    "model.hidden_size=12",
    "data.batch_size=16",
]
"""A network that trains in a second."""


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Section]:
    """``config("train", "data=reviews", …)``: a checked config of a small run below ``tmp_path``."""

    def make(command: str, *overrides: str) -> Section:
        small = SMALL if command == "train" else []
        return compose(
            command, [*small, f"paths.data={tmp_path}/data", f"paths.outputs={tmp_path}/outputs", *overrides]
        )

    return make


def write_reviews(folder: Path, rows: int = 120) -> Path:
    """A tiny learnable corpus: ``train.jsonl``, ``validation.jsonl``, ``test.jsonl``."""
    words = {"good": ["fine", "great", "lovely"], "bad": ["dull", "awful", "poor"]}
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in (("train", rows), ("validation", 24), ("test", 24)):
        lines = []
        for i in range(count):
            label = "good" if i % 2 else "bad"
            filler = " ".join(f"w{(i * 7 + k) % 23}" for k in range(1 + i % 9))
            lines.append({"text": f"{split} {filler} {words[label][i % 3]} {filler}", "label": label})
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="class")
def quick() -> Iterator[None]:
    """Runs without what takes longest in a small one: empty files for pictures, and no waiting for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda self, path, **options: Path(path).write_bytes(b""))
        patch.setattr(os, "fsync", lambda file: None)
        yield


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run on the tiny corpus, made once."""
    root = tmp_path_factory.mktemp("trained")
    folder = write_reviews(root / "data" / "tiny")
    own = [f"data.{split}={folder}/{split}.jsonl" for split in ("train", "validation", "test")]
    train(
        compose(
            "train",
            [*SMALL, "data=files", *own, f"paths.data={root}/data", f"paths.run={root}/run", "trainer.max_epochs=6",
             "optimizer.lr=0.02", "optimizer.averaging=0.8", "model.word_dropout=0", "model.embedding_dropout=0.1"],
        )
    )  # fmt: skip
    return root / "run"
